"""A workbook as it was sent: sheets of cells, nothing interpreted yet. Plain values that travel as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

# n number, s text, b truth value, e error (#REF! …), d ISO date, "" nothing (a formula without a result)
Kind = Literal["n", "s", "b", "e", "d", ""]
# How the cell is formatted, as far as it changes the meaning of its number.
Format = Literal["", "date", "percent"]
Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell; `text` is what the file says, numbers included, so that nothing is rounded on the way."""

    kind: Kind
    text: str
    is_formula: bool = False
    format: Format = ""


@dataclass(slots=True)
class RawSheet:
    """The non-empty cells by (row, column), both from 0; `merges` as (top, left, bottom, right)."""

    name: str
    state: str = "visible"
    cells: dict[Position, RawCell] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def text(self, row: int, col: int) -> str:
        """The text of a cell, '' when it is empty."""
        cell = self.cells.get((row, col))
        return cell.text if cell else ""

    @property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=-1)

    @property
    def last_col(self) -> int:
        return max((col for _, col in self.cells), default=-1)


@dataclass(slots=True)
class RawBook:
    """`names` are defined names with their text, `properties` the custom document properties."""

    sheets: list[RawSheet] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    date_mode: str = "1900"

    def to_json(self) -> dict[str, Any]:
        return {
            "names": self.names,
            "properties": self.properties,
            "date_mode": self.date_mode,
            "sheets": [
                {
                    "name": sheet.name,
                    "state": sheet.state,
                    "merges": sheet.merges,
                    "cells": [
                        [row, col, cell.kind, cell.text, cell.is_formula, cell.format]
                        for (row, col), cell in sheet.cells.items()
                    ],
                }
                for sheet in self.sheets
            ],
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> RawBook:
        book = RawBook(names=data["names"], properties=data["properties"], date_mode=data["date_mode"])
        for item in data["sheets"]:
            cells = {(row, col): RawCell(*rest) for row, col, *rest in item["cells"]}
            merges = [tuple(merge) for merge in item["merges"]]
            book.sheets.append(RawSheet(item["name"], item["state"], cells, merges))
        return book


def address(row: int, col: int) -> str:
    """ "C12" for (11, 2)."""
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
