"""One cell of a sent workbook -> a value of the form, or a problem that says where and why."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from math import inf, isinf

from app.filings.definitions.schema import CellSpec
from app.filings.values import Parsed, Problem, parse_cell
from app.filings.workbooks.raw import RawCell

TEXT_TYPES = frozenset({"text", "uscc", "id_number", "phone"})
_SHORT_INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
# Ways to write "no such item"; in a text a stroke may mean something, the template's own mark does not.
NOTHING = frozenset({"—", "——", "-", "--", "/", "／", "－", "－－"})
NA_MARKS = frozenset({"—", "——"})


def convert(spec: CellSpec, cell: RawCell | None, date_mode: str) -> Parsed:
    """The value of a cell; blank when there is no cell. Formulas count with their last result."""
    if cell is None:
        return Parsed(None)
    if cell.kind == "e":
        return Parsed(None, _error_cell(cell))
    if cell.kind == "":
        return Parsed(None, _NO_RESULT) if cell.is_formula else Parsed(None)
    if cell.kind == "s" and cell.text.strip() in (NA_MARKS if spec.type in TEXT_TYPES else NOTHING):
        return Parsed(None)
    return parse_cell(spec, _plain(spec, cell, date_mode), date_mode=date_mode)


def _plain(spec: CellSpec, cell: RawCell, date_mode: str) -> object:
    if cell.kind == "b":
        return cell.text in ("1", "true")
    if cell.kind != "n":
        return cell.text
    number = _number(cell.text)
    if isinstance(number, str) or spec.type == "date":
        return number
    if cell.format == "date":
        # In a column of numbers somebody typed 3-5 and got a day; in a text a day is meant as a day.
        return _day(number, date_mode) or number
    if cell.format == "percent" and (spec.type == "percent" or spec.unit == "%"):
        return float(Decimal(str(number)) * 100)
    return number


def _number(text: str) -> int | float | str:
    """Whole numbers of up to 15 digits exactly; longer ones have lost digits and stay floats, as they are."""
    if _SHORT_INTEGER.fullmatch(text):
        return int(text)
    # Not whatever Python's float() takes: "1_000" and "nan" are no numbers of a workbook. Where it overflows
    # (1E+400) the text stays, so that the message shows what the file says.
    number = float(text) if _NUMBER.fullmatch(text) else inf
    return text if isinf(number) else number


def _day(number: float, date_mode: str) -> date | None:
    start = date(1904, 1, 1) if date_mode == "1904" else date(1899, 12, 30)
    try:
        return start + timedelta(days=int(number))
    except (OverflowError, ValueError):
        return None


def _error_cell(cell: RawCell) -> Problem:
    text = cell.text or "#VALUE!"
    return Problem(
        "error_cell",
        f"单元格的结果是错误值 {text}。请修正公式，或直接填写数值。",
        f"The cell shows the error {text}. Correct the formula or write the value itself.",
    )


_NO_RESULT = Problem(
    "no_result",
    "公式没有结果。请用 Excel 或 WPS 打开文件，保存一次后再上传；或直接填写数值。",
    "The formula has no result. Open the file in Excel or WPS, save it once and upload it again; or write "
    "the value itself.",
)
