"""What an uploaded list holds that is not read: other sheets and columns. Nothing is left out without a word."""

from __future__ import annotations

from collections.abc import Iterator

from app.filings.definitions.schema import Form
from app.filings.workbooks.grid import Grid, fold
from app.filings.workbooks.identity import Identity
from app.filings.workbooks.locate import Layout, assign_sheets, lay_out
from app.filings.workbooks.raw import RawBook, RawSheet, letters

Words = tuple[str, str]  # Chinese, English
_COUNTERS = frozenset(map(fold, ("序号", "行次", "编号", "No.", "No", "#", "Line")))
_NAMED = 8


def other_lists(book: RawBook, form: Form) -> Iterator[tuple[str, Words]]:
    """(sheet, what to do) for every visible sheet that is such a list too and holds lines: only one is read."""
    used = assign_sheets(book, {form.code: form}, None).get(form.code)
    if used is None:
        return
    for sheet in book.sheets:
        if sheet.name != used.name and sheet.state == "visible" and _holds_a_list(sheet, form):
            yield (
                sheet.name,
                (
                    f"这张工作表里也有机构名单，一次只能读取一张（“{used.name}”）。"
                    "请把全部机构放进一张工作表，或删去这张工作表，再重新上传。",
                    f"This sheet is a list of institutions too; only one is read (“{used.name}”). "
                    "Put all institutions on one sheet, or delete this one, and upload again.",
                ),
            )


def _holds_a_list(sheet: RawSheet, form: Form) -> bool:
    layout = lay_out(form, sheet, None)
    return layout.is_recognised and bool(_columns_with_lines(sheet, layout) & set(layout.cols.values()))


def notes(book: RawBook, form: Form, identity: Identity | None) -> list[Words]:
    """What the sender should know and that stops nothing: how the list was recognised, columns left aside."""
    used = assign_sheets(book, {form.code: form}, None).get(form.code)
    if used is None:
        return []
    found: list[Words] = []
    if identity is None:
        found.append(
            (
                f"文件不是由本页模板填写的，已按表头读取工作表“{used.name}”。请核对下面将录入的内容。",
                f"The file was not made from the template; sheet “{used.name}” was read by its headings. "
                "Compare what would be entered below.",
            )
        )
    left = list(_columns_left(used, lay_out(form, used, None)))
    if left:
        shown = left[:_NAMED]
        more = "" if len(left) == len(shown) else "……"
        listed = "、".join(f"{name or '（无表头）'}（{col} 列）" for name, col in shown) + more
        english = ", ".join(f"{name or '(no heading)'} (column {col})" for name, col in shown) + more
        found.append(
            (
                f"以下各列不属于机构名单，没有读取：{listed}。需要录入的内容请移到模板的同名列。",
                f"These columns are not of the list and were not read: {english}. "
                "Move what is to be entered into the column of the template.",
            )
        )
    return found


def _columns_left(sheet: RawSheet, layout: Layout) -> Iterator[tuple[str, str]]:
    """(heading, letters) of the columns that hold something below the headings and belong to nothing."""
    grid, used = Grid(sheet), set(layout.cols.values())
    for col in sorted(_columns_with_lines(sheet, layout) - used):
        stack = grid.stack(layout.first_row - 1, col)
        name = stack[-1] if stack else ""
        if name not in _COUNTERS:
            yield name[:30], letters(col)


def _columns_with_lines(sheet: RawSheet, layout: Layout) -> set[int]:
    return {col for _, line in sheet.lines(layout.first_row) for col, cell in line if cell.text.strip()}
