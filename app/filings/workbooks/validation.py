"""What Excel lets people type: lists to choose from, numbers, dates. The server checks everything again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from app.filings.definitions.schema import CellSpec, Choice
from app.filings.workbooks.styles import Styles
from app.filings.workbooks.words import how_to_fill, say

LISTS_SHEET = "_lists"
_LARGEST = 10**16


class Lists:
    """The hidden sheet with the texts of all dropdowns, each list once."""

    def __init__(self, book: Workbook, styles: Styles, lang: str) -> None:
        self._book, self._styles, self._lang = book, styles, lang
        self._columns: dict[tuple[Choice, ...], str] = {}

    def source(self, choices: tuple[Choice, ...]) -> str:
        """The range of the list as a validation wants it."""
        if choices not in self._columns:
            col = xl_col_to_name(len(self._columns), col_abs=True)
            self._columns[choices] = f"={LISTS_SHEET}!{col}$1:{col}${len(choices)}"
        return self._columns[choices]

    def finish(self) -> None:
        """Write the sheet, when there is any list."""
        if not self._columns:
            return
        sheet = self._book.add_worksheet(LISTS_SHEET)
        sheet.hide()
        for col, choices in enumerate(self._columns):
            for row, choice in enumerate(choices):
                sheet.write_string(row, col, choice.label(self._lang), self._styles.named("hidden"))
        sheet.protect()


def rule_for(spec: CellSpec, lists: Lists, lang: str, *, hint: bool) -> dict[str, Any] | None:
    """XlsxWriter's validation for an input cell; `hint` adds a tip that shows when the cell is chosen."""
    rule = _rule(spec, lists, lang)
    if hint and (tip := how_to_fill(spec, lang)):
        rule = rule or {"validate": "any"}
        rule |= {"input_title": spec.label(lang)[:32], "input_message": tip[:255]}
    return rule


def _rule(spec: CellSpec, lists: Lists, lang: str) -> dict[str, Any] | None:
    if spec.type == "choice" and spec.choices:
        rule: dict[str, Any] = {"validate": "list", "source": lists.source(spec.choices)}
        return rule | _error("choice_error", "bad_choice", lang)
    if spec.type == "date":
        rule = {"validate": "date", "criteria": "between"}
        rule |= {"minimum": date(1900, 3, 1), "maximum": date(2199, 12, 31)}
        return rule | _error("date_error", "bad_date", lang)
    if not spec.is_numeric:
        return None
    rule = {"validate": "integer" if spec.decimals == 0 else "decimal"}
    if spec.allow_negative:
        rule |= {"criteria": "between", "minimum": -_LARGEST, "maximum": _LARGEST}
        return rule | _error("number_error", "bad_signed", lang)
    bad = "bad_integer" if spec.decimals == 0 else "bad_number"
    return rule | {"criteria": ">=", "value": 0} | _error("number_error", bad, lang)


def _error(title: str, message: str, lang: str) -> dict[str, Any]:
    return {"error_title": say(title, lang)[:32], "error_message": say(message, lang)[:255]}


def apply_rule(sheet: Worksheet, cells: Iterable[tuple[int, int]], rule: dict[str, Any]) -> None:
    """One validation over many cells, given as whole rectangles where they lie below each other."""
    blocks = _blocks(sorted(cells, key=lambda cell: (cell[1], cell[0])))
    if not blocks:
        return
    first, *others = blocks
    # XlsxWriter keeps the first range beside the others under "other_cells".
    sheet.data_validation(
        *first, rule | ({"other_cells": [list(block) for block in others]} if others else {})
    )


def _blocks(cells: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    blocks: list[tuple[int, int, int, int]] = []
    for row, col in cells:
        if blocks and blocks[-1][3] == col and blocks[-1][2] == row - 1:
            top, left, _, _ = blocks[-1]
            blocks[-1] = (top, left, row, col)
        else:
            blocks.append((row, col, row, col))
    return blocks
