"""The first sheet of a template: whose it is, what is inside, how to fill it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.filings.definitions.schema import Form, pick
from app.filings.workbooks.plan import sheet_title
from app.filings.workbooks.styles import RED, Styles
from app.filings.workbooks.units import unit_name
from app.filings.workbooks.widths import text_width
from app.filings.workbooks.words import say

if TYPE_CHECKING:
    from app.filings.workbooks.writer import WorkbookContext

_RULES: tuple[tuple[str, str], ...] = (
    (
        "只填写黄色单元格；灰色单元格由公式自动计算或为固定值，已锁定；“——”表示该项不存在，不填。",
        "Fill in the yellow cells only. Grey cells are calculated or fixed, and locked; “——” means that there "
        "is no such item.",
    ),
    (
        "金额按表头标明的单位填写，没有发生额填 0；百分数直接填数，例如 12.34% 填 12.34。",
        "Amounts are in the unit named in the heading; write 0 when there is nothing. Percentages are plain "
        "numbers: 12.34 for 12.34%.",
    ),
    (
        "日期按 2026-03-05 的格式填写；有下拉箭头的单元格请从列表中选择。",
        "Dates look like 2026-03-05; choose from the list where a cell has an arrow.",
    ),
    (
        "明细表每行填一条记录，可直接从其他表格复制粘贴（建议“选择性粘贴 - 数值”）；空行会被忽略。",
        "Tables take one record per line; you may paste from other sheets (values only is best). Empty lines "
        "are ignored.",
    ),
    (
        "请勿修改项目名称、行次和表头；右侧灰色“上期”数据仅供对照，不会被导入。",
        "Leave labels, line numbers and headings as they are. The grey “Prior” columns are for comparison only.",
    ),
    (
        "填完后保存为 .xlsx，在报送页面点击“导入”；系统先显示变化和问题，确认后才生效，以系统重新计算的结果为准。",
        "Save as .xlsx and press “Import” on the filing page. You will see changes and problems before anything "
        "is taken; all calculated cells are calculated again.",
    ),
    (
        "本模板只用于上述机构和报告期，请勿用于其他机构或其他报告期。",
        "This template is for the institution and the period named above only.",
    ),
)


def write_guide(
    book: Workbook, styles: Styles, forms: Sequence[Form], context: WorkbookContext, lang: str
) -> None:
    """Add the sheet of instructions."""
    sheet = book.add_worksheet(say("guide", lang))
    named = styles.named
    for col, width in enumerate((5, 14, 40, 18, 14)):
        sheet.set_column(col, col, width)
    sheet.set_row(0, 36)
    sheet.merge_range(0, 0, 0, 4, context.set_name or forms[0].name(lang), named("title"))
    sheet.write_string(1, 0, say("institution", lang, context.institution), named("left"))
    sheet.write_string(2, 0, say("period", lang, context.period_name), named("left"))
    if context.due:
        text = pick(lang, f"截止日期：{context.due}", f"Due: {context.due}")
        sheet.write_string(3, 0, text, named("left"))
    at = _forms(sheet, styles, forms, lang, 5)
    _rules(sheet, styles, lang, at + 1)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(RED)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _forms(sheet: Worksheet, styles: Styles, forms: Sequence[Form], lang: str, at: int) -> int:
    named = styles.named
    headings = (
        ("序号", "No."),
        ("表号", "Form"),
        ("报表名称", "Name"),
        ("金额单位", "Unit"),
        ("是否必填", "Required"),
    )
    sheet.set_row(at, 24)
    for col, words in enumerate(headings):
        sheet.write_string(at, col, pick(lang, *words), named("heading"))
    for number, form in enumerate(forms, start=1):
        row = at + number
        sheet.set_row(row, 20)
        sheet.write_number(row, 0, number, named("line"))
        target = f"internal:'{sheet_title(form, lang)}'!A1"
        sheet.write_url(row, 1, target, named("link"), string=form.code)
        sheet.write_string(row, 2, form.name(lang), named("label"))
        sheet.write_string(row, 3, unit_name(form.unit, lang) or "—", named("unit"))
        if form.required:
            sheet.write_rich_string(
                row, 4, named("red"), "* ", named("plain"), pick(lang, "必填", "yes"), named("unit")
            )
        else:
            sheet.write_string(row, 4, pick(lang, "选填", "optional"), named("unit"))
    return at + len(forms) + 1


def _rules(sheet: Worksheet, styles: Styles, lang: str, at: int) -> None:
    named = styles.named
    sheet.write_string(at, 0, say("guide", lang), named("guide_head"))
    sheet.write_string(at, 3, pick(lang, "填写", "fill in"), named("sample_input"))
    sheet.write_string(at, 4, pick(lang, "锁定", "locked"), named("sample_locked"))
    for number, words in enumerate(_RULES, start=1):
        row = at + number
        text = pick(lang, *words)
        sheet.set_row(row, 8 + 15 * (1 + text_width(text) // 84))
        sheet.write_number(row, 0, number, named("guide_number"))
        sheet.merge_range(row, 1, row, 4, text, named("guide"))
