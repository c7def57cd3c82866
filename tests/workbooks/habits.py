"""Good workbooks as other programs and other people write them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import openpyxl

from app.filings.workbooks.identity import to_pieces
from tests.workbooks.handmade import inline_workbook
from tests.workbooks.large import packed, unpacked
from tests.workbooks.office import resave
from tests.workbooks.samples import dump, identity_of, sheet_of
from tests.workbooks.small_forms import SMALL
from tests.workbooks.small_values import VALUES, filled

_SHEET = "xl/worksheets/sheet1.xml"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_INLINE = re.compile(
    r'<c r="(\w+)" t="inlineStr"><is><t xml:space="preserve">(.*?)</t></is></c>',
)


def _plain() -> dict[str, bytes]:
    """The parts of the hand-made first form."""
    return unpacked(
        inline_workbook(SMALL["TX01"], VALUES["TX01"], identity=to_pieces(identity_of(SMALL.values())))
    )


def rich_runs() -> bytes:
    """Shared texts in runs of their own format, with readings and blanks that XML has to preserve."""
    parts, texts = _plain(), []

    def shared(found: re.Match[str]) -> str:
        half = len(found[2]) // 2
        runs = "".join(
            f'<r><rPr><b/><sz val="11"/></rPr><t xml:space="preserve">{run}</t></r>'
            for run in (found[2][:half], found[2][half:])
        )
        texts.append(f'<si>{runs}<rPh sb="0" eb="1"><t>ｼﾞﾂ</t></rPh><phoneticPr fontId="0"/></si>')
        return f'<c r="{found[1]}" t="s"><v>{len(texts) - 1}</v></c>'

    parts[_SHEET] = _INLINE.sub(shared, parts[_SHEET].decode()).encode()
    parts["xl/sharedStrings.xml"] = f"<sst {_MAIN}>{''.join(texts)}</sst>".encode()
    return packed(parts)


def prefixed() -> bytes:
    """Every tag with a prefix and no cell with an address, as reporting tools write them."""
    parts = _plain()
    for name in (_SHEET, "xl/workbook.xml"):
        xml = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", parts[name].decode()).replace("xmlns=", "xmlns:x=")
        parts[name] = re.sub(r' (r|spans)="[A-Z]*[\d:]+"', "", xml).encode()
    return packed(parts)


def hidden() -> bytes:
    """Rows and columns out of sight, one filtered away, and a hidden sheet of somebody's sums."""
    book = filled()
    fixed, table = sheet_of(book, "TX01"), sheet_of(book, "TX02")
    fixed.row_dimensions[8].hidden = fixed.column_dimensions["E"].hidden = True
    table.column_dimensions["D"].hidden = table.row_dimensions[5].hidden = True
    table.auto_filter.ref = "A4:G6"
    table.auto_filter.add_filter_column(2, ["否"])
    sums = book.create_sheet("测算", 0)
    sums["A1"], sums["B1"], sums["A2"], sums["B2"] = "其中：农户", "期初余额", "合同金额", 77
    sums.sheet_state = "hidden"
    return dump(book)


def stray_blanks() -> bytes:
    """Blanks before, behind and within labels, headings and entries: plain, full, unbreakable, of no width."""
    book = filled()
    fixed, table, card = (sheet_of(book, code) for code in ("TX01", "TX02", "TX03"))
    fixed["A7"], fixed["A8"], fixed["A10"] = "\u3000其中：小微企业\xa0", "其中: 农 户 ", "客户户数\u200b"
    fixed["D4"], fixed["E4"], fixed["D7"] = "期初 余额 ", "\xa0本期\n增加", "\xa01234.50\u3000"
    table["B4"], table["E4"] = "＊客户名称 ", "* 合同金额（万元）"
    table["B5"], table["C5"], table["D5"] = " 示例甲公司\xa0", "是\xa0", "\u3000２０２６年３月５日 "
    table["E6"] = "5 0 0"
    card["B6"], card["C5"], card["C9"] = "成立日期：", "示例机构\u3000", " 否"
    return dump(book)


def shown_otherwise() -> bytes:
    """The same numbers shown as percentages, in scientific notation, in words, in accountants' brackets."""
    book = filled()
    fixed, table, card = (sheet_of(book, code) for code in ("TX01", "TX02", "TX03"))
    table["F5"], table["F6"] = 0.065, 0.12
    table["F5"].number_format, table["F6"].number_format = "0.00%", "0%"
    table["D5"].number_format, table["D6"].number_format = '[DBNum1]yyyy"年"m"月"d"日"', "mmm-yy"
    table["E5"].number_format = "0.00E+00"
    fixed["D7"].number_format = '[DBNum2][$-804]General"元整"'
    fixed["E7"].number_format = '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)'
    fixed["D8"].number_format, card["C7"].number_format = "##0.0E+0", '0!.0,"万"'
    return dump(book)


def swapped_columns() -> bytes:
    """A fixed form whose columns change places, with a column of remarks between, a record cut and put below."""
    book = filled()
    fixed, table = sheet_of(book, "TX01"), sheet_of(book, "TX02")
    for row in range(4, 12):
        fixed.cell(row, 4).value, fixed.cell(row, 5).value = (
            fixed.cell(row, 5).value,
            fixed.cell(row, 4).value,
        )
    fixed.insert_cols(5)
    fixed["E4"] = "说明"
    for col in range(2, 7):
        table.cell(9, col).value = table.cell(6, col).value
        table.cell(9, col).number_format = table.cell(6, col).number_format
        table.cell(6, col).value = None
    return dump(book)


def scientific() -> bytes:
    """Numbers written with an exponent inside the file, as some libraries write small and large ones."""
    parts = _plain()
    xml = parts[_SHEET].decode().replace("<v>1234.50</v>", "<v>1.2345E+3</v>")
    parts[_SHEET] = xml.replace("<v>-20.00</v>", "<v>-2.0000000000000001e1</v>").encode()
    return packed(parts)


def _by_libreoffice(book: openpyxl.Workbook) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return resave(dump(book), Path(folder))


def libreoffice() -> bytes:
    """Opened, calculated and saved in LibreOffice."""
    return _by_libreoffice(filled())


def libreoffice_1904() -> bytes:
    """The same counting its days from 1904."""
    book = filled()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for code, *spots in (("TX02", "D5", "D6"), ("TX03", "C6")):
        for spot in spots:  # written anew: openpyxl counts the days of what it read from 1900
            cell = sheet_of(book, code)[spot]
            cell.value = cell.value.date()
    return _by_libreoffice(book)


MAKERS: dict[str, Callable[[], bytes]] = {
    "rich_runs": rich_runs,
    "prefixed": prefixed,
    "hidden": hidden,
    "stray_blanks": stray_blanks,
    "shown_otherwise": shown_otherwise,
    "swapped_columns": swapped_columns,
    "scientific": scientific,
    "libreoffice": libreoffice,
    "libreoffice_1904": libreoffice_1904,
}
