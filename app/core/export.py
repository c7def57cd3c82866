"""Lists as Excel files. Every cell is text or a number; what a spreadsheet could take for a formula stays a text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import xlsxwriter
from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
WIDEST = 48


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet could take this cell for a formula."""
    return text.lstrip(" \u3000\ufeff\u200b").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS)


def workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """One sheet with a frozen, filtered heading; ten thousand rows make about half a megabyte."""
    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bg_color": "#EEF2F6", "bottom": 1})
        # The quote keeps such a cell a text even after it was edited in a spreadsheet.
        quoted = book.add_format({"quote_prefix": True})
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(headings):
            sheet.set_column(column, column, min(WIDEST, max(12, 2 * len(text) + 4)))
            sheet.write_string(0, column, text, head)
        last = 0
        for last, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells):
                _write(sheet, last, column, cell, quoted)
        sheet.autofilter(0, 0, last, max(len(headings) - 1, 0))
    return target.getvalue()


def _write(sheet: Any, line: int, column: int, cell: Any, quoted: Any) -> None:
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        sheet.write_number(line, column, cell)
    elif cell not in (None, ""):
        text = str(cell)
        sheet.write_string(line, column, text, quoted if is_formula_like(text) else None)


def send_workbook(name: str, data: bytes) -> Response:
    """The file as a download, with a Chinese name where the browser can show it."""
    answer = Response(data, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=list.xlsx; filename*=UTF-8''{quote(name)}"
    return answer
