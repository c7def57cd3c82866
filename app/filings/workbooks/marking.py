"""Marks findings in the sender's own workbook: colours, comments and a first sheet that lists them.

Runs in the sandbox. openpyxl keeps formats, formulas, validations and hidden sheets; it drops the results
of formulas, which every program calculates again when it opens the file.
"""

from __future__ import annotations

import io
import re
import zipfile
from copy import copy
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_WORKBOOK_RELS, REL_NS, SHARED_STRINGS

from app.filings.workbooks.aside import STRINGS, Aside, set_aside

RESULT_TITLES = {"zh": "校验结果", "en": "Findings"}
AUTHOR = "校验 / Checks"
_FILLS = {
    "error": PatternFill("solid", fgColor="FFC7CE"),
    "warning": PatternFill("solid", fgColor="FFE4A3"),
}
_INPUT = PatternFill("solid", fgColor="FFFBE3")
_HEADING = PatternFill("solid", fgColor="D9E4F1")
_LEVELS = {"error": ("错误", "Error"), "warning": ("提示", "Warning")}
_FIELDS = ("form", "address", "label", "value", "expected", "message", "remedy")
_HEADINGS = (
    ("序号", "No.", 6),
    ("级别", "Level", 8),
    ("报表", "Form", 10),
    ("单元格", "Cell", 10),
    ("项目", "Item", 36),
    ("填报值", "Value", 20),
    ("应为", "Expected", 20),
    ("问题", "Problem", 60),
    ("如何处理", "What to do", 44),
)
_FONT = "Microsoft YaHei"
_EMPTY_FILL = re.compile(rb"<((?:\w+:)?)fill\s*/>")
_MOST_COMMENT = 1_000
_STRINGS_RELATION = f"{REL_NS}/sharedStrings"


def mark(data: bytes, findings: list[dict[str, Any]], lang: str) -> bytes:
    """The workbook with every finding marked.

    A finding has sheet, address (both may be ''), level, message, form, label, value, expected, remedy:
    all texts.
    """
    addresses = {finding["address"] for finding in findings if finding["address"]}
    lean, aside = set_aside(_repaired(data), addresses)
    book = load_workbook(io.BytesIO(lean), keep_links=False, rich_text=True)
    for title in RESULT_TITLES.values():
        if title in book.sheetnames:
            del book[title]
    _clear_old_marks(book)
    for finding in findings:
        _mark_cell(book, finding, lang)
    _list(book, findings, lang)
    stream = io.BytesIO()
    with _Archive(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        _InMemory(book, archive, aside).write_data()
    return stream.getvalue()


class _Archive(zipfile.ZipFile):
    """Where openpyxl writes; it has no shared texts of its own, so somebody else must name those of the sender."""

    has_strings = False

    def writestr(
        self, zinfo_or_arcname: Any, data: Any, compress_type: Any = None, compresslevel: Any = None
    ) -> None:
        if self.has_strings and zinfo_or_arcname == ARC_WORKBOOK_RELS:
            text = data if isinstance(data, str) else data.decode()
            relation = f'<Relationship Id="rIdTexts" Type="{_STRINGS_RELATION}" Target="/{STRINGS}"/>'
            data = text.replace("</Relationships>", f"{relation}</Relationships>")
        super().writestr(zinfo_or_arcname, data, compress_type, compresslevel)


class _Strings:
    path, mime_type = f"/{STRINGS}", SHARED_STRINGS


class _InMemory(ExcelWriter):
    """openpyxl goes through a temporary file for each sheet, and the sandbox has no files."""

    def __init__(self, book: Workbook, archive: _Archive, aside: Aside) -> None:
        super().__init__(book, archive)
        self.aside, self.archive = aside, archive

    def _write_worksheets(self) -> None:
        super()._write_worksheets()  # type: ignore[misc]
        if self.aside.strings:
            self.archive.writestr(STRINGS, self.aside.strings)
            self.archive.has_strings = True
            self.manifest.append(_Strings)

    def write_worksheet(self, ws: Any) -> None:
        drawing: Any = SpreadsheetDrawing()
        drawing.charts, drawing.images = ws._charts, ws._images
        ws._drawing = drawing
        out = io.BytesIO()
        writer: Any = WorksheetWriter(ws, out)
        writer.write()
        ws._rels = writer._rels
        self.archive.writestr(ws.path[1:], self.aside.restored(ws.title, out.getvalue()))
        self.manifest.append(ws)


def _repaired(data: bytes) -> bytes:
    """openpyxl cannot read an empty <fill/>, which some programs write."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        styles = next((name for name in source.namelist() if name.lower() == "xl/styles.xml"), None)
        if styles is None or not _EMPTY_FILL.search(source.read(styles)):
            return data
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
            for entry in source.infolist():
                content = source.read(entry)
                if entry.filename == styles:
                    content = _EMPTY_FILL.sub(
                        rb'<\1fill><\1patternFill patternType="none"/></\1fill>', content
                    )
                target.writestr(entry.filename, content)
    return stream.getvalue()


def _clear_old_marks(book: Workbook) -> None:
    """A workbook that was returned, corrected and sent again must not show what is settled."""
    for sheet in book.worksheets:
        cells: Any = sheet._cells  # iter_rows would make those that are not there
        for cell in cells.values():
            if isinstance(cell, Cell) and cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                cell.fill = PatternFill() if cell.protection.locked else _INPUT


def _mark_cell(book: Workbook, finding: dict[str, Any], lang: str) -> None:
    cell = _cell(book, finding)
    if cell is None:
        return
    text = f"【{_level(finding, lang)}】{finding['message']}"
    if finding["remedy"]:
        text += f"\n{finding['remedy']}"
    old = cell.comment
    is_marked = old is not None and old.author == AUTHOR
    if finding["level"] == "error" or not is_marked:
        cell.fill = _FILLS[finding["level"]]
    if old is not None:
        text = f"{old.text}\n\n{text}" if is_marked else f"{text}\n\n{old.text}"
    text = text[:_MOST_COMMENT]
    comment = Comment(text, AUTHOR)
    comment.width, comment.height = 320, 60 + 20 * (len(text) // 22 + text.count("\n"))
    cell.comment = comment


def _cell(book: Workbook, finding: dict[str, Any]) -> Cell | None:
    if not finding["address"] or finding["sheet"] not in book.sheetnames:
        return None
    sheet = book[finding["sheet"]]
    cell = sheet[finding["address"]]
    if isinstance(cell, MergedCell):
        for merged in sheet.merged_cells.ranges:
            if finding["address"] in merged:
                cell = sheet.cell(merged.min_row, merged.min_col)
    return cell if isinstance(cell, Cell) else None


def _level(finding: dict[str, Any], lang: str) -> str:
    return _LEVELS[finding["level"]][lang == "en"]


def _list(book: Workbook, findings: list[dict[str, Any]], lang: str) -> None:
    sheet: Worksheet = book.create_sheet(RESULT_TITLES[lang], 0)
    line = Side("thin", color="B9C3D0")
    border = Border(left=line, right=line, top=line, bottom=line)
    errors = sum(finding["level"] == "error" for finding in findings)
    summary = (
        f"{errors} errors, {len(findings) - errors} warnings. A click on a cell's address leads to the cell."
        if lang == "en"
        else f"共 {errors} 个错误、{len(findings) - errors} 个提示。点击“单元格”可跳到对应位置，修改后重新导入。"
    )
    _put(sheet, 1, 1, RESULT_TITLES[lang]).font = Font(name=_FONT, size=16, bold=True, color="103057")
    _put(sheet, 2, 1, summary).font = Font(name=_FONT, size=10, color="6B7785")
    for col, (zh, en, width) in enumerate(_HEADINGS, start=1):
        cell = _put(sheet, 4, col, en if lang == "en" else zh)
        cell.font, cell.fill, cell.border = Font(name=_FONT, bold=True, color="103057"), _HEADING, border
        cell.alignment = Alignment(horizontal="center", vertical="center")
        sheet.column_dimensions[cell.column_letter].width = width
    plain: Any = sheet.cell(5, 1)
    plain.font, plain.border = Font(name=_FONT, size=10), border
    plain.alignment = Alignment(wrap_text=True, vertical="top")
    style = plain._style
    for number, finding in enumerate(findings, start=1):
        texts = [str(number), _level(finding, lang), *(finding[key] for key in _FIELDS)]
        for col, text in enumerate(texts, start=1):
            _put(sheet, 4 + number, col, text)._style = copy(
                style
            )  # its parts anew would take ten times as long
        sheet.row_dimensions[4 + number].height = _height(texts)
        sheet.cell(4 + number, 2).fill = _FILLS[finding["level"]]
        _link(sheet.cell(4 + number, 4), finding, book)
    _finish(book, sheet, len(findings))


def _height(texts: list[str]) -> float:
    """Room for the longest text of a line in its column; a Chinese character takes two places."""
    lines = [
        sum(
            1 + sum(2 if ord(char) > 255 else 1 for char in part) // max(width - 2, 1)
            for part in text.split("\n")
        )
        for text, (_, _, width) in zip(texts, _HEADINGS, strict=True)
    ]
    return min(6.0 + 14.0 * max(lines), 300.0)


def _finish(book: Workbook, sheet: Worksheet, count: int) -> None:
    sheet.freeze_panes = "A5"
    sheet.sheet_view.showGridLines = False
    sheet.auto_filter.ref = f"A4:I{4 + max(count, 1)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = False
    book.active = 0
    sheet.sheet_view.tabSelected = True


def _put(sheet: Worksheet, row: int, col: int, text: str) -> Any:
    """Always a text, whatever it begins with."""
    cell = sheet.cell(row, col)
    cell.value = text
    if text:
        cell.data_type = "s"
    return cell


def _link(cell: Any, finding: dict[str, Any], book: Workbook) -> None:
    if not finding["address"] or finding["sheet"] not in book.sheetnames:
        return
    quoted = finding["sheet"].replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{finding['address']}")
    cell.font = Font(name=_FONT, size=10, color="1D4F8C", underline="single")
