"""A workbook as it was sent: sheets of cells, nothing interpreted yet. Plain values that travel as JSON."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import ItemsView, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

# n number, s text, b truth value, e error (#REF! …), d ISO date, "" nothing (a formula without a result)
Kind = Literal["n", "s", "b", "e", "d", ""]
# How the cell is formatted, as far as it changes the meaning of its number.
Format = Literal["", "date", "percent"]
Position = tuple[int, int]


class RawCell(NamedTuple):
    """One cell; `text` is what the file says, numbers included, so that nothing is rounded on the way.

    A tuple, because a large table has hundreds of thousands of them.
    """

    kind: Kind
    text: str
    is_formula: bool = False
    format: Format = ""


Shape = tuple[Kind, bool, Format]


class PackedCells(Mapping[Position, RawCell]):
    """The cells of a large sheet as columns of plain values, in order of rows and columns.

    A dictionary of two hundred thousand cells takes sixty megabytes and half a second to make; of these lists
    a cell is made when somebody asks for it.
    """

    __slots__ = ("cols", "rows", "shape", "shapes", "texts")

    def __init__(
        self, rows: list[int], cols: list[int], texts: list[str], shape: list[int], shapes: list[Shape]
    ) -> None:
        self.rows, self.cols, self.texts, self.shape, self.shapes = rows, cols, texts, shape, shapes

    def cell(self, at: int) -> RawCell:
        """The cell at a place of the lists."""
        kind, is_formula, form = self.shapes[self.shape[at]]
        return RawCell(kind, self.texts[at], is_formula, form)

    def __getitem__(self, place: Position) -> RawCell:
        row, col = place
        at = bisect_left(self.rows, row)
        while at < len(self.rows) and self.rows[at] == row and self.cols[at] < col:
            at += 1
        if at < len(self.rows) and (self.rows[at], self.cols[at]) == place:
            return self.cell(at)
        raise KeyError(place)

    def __iter__(self) -> Iterator[Position]:
        return zip(self.rows, self.cols, strict=True)

    def __len__(self) -> int:
        return len(self.rows)

    def items(self) -> ItemsView[Position, RawCell]:
        return _PackedItems(self)

    def lines(self, first_row: int) -> Iterator[tuple[int, list[tuple[int, RawCell]]]]:
        """(row, [(column, cell)]) of every row from `first_row` on that holds something."""
        at, end = bisect_left(self.rows, first_row), len(self.rows)
        while at < end:
            row, line = self.rows[at], []
            while at < end and self.rows[at] == row:
                line.append((self.cols[at], self.cell(at)))
                at += 1
            yield row, line


class _PackedItems(ItemsView[Position, RawCell]):
    """In one pass, without looking each cell up."""

    _mapping: PackedCells

    def __iter__(self) -> Iterator[tuple[Position, RawCell]]:
        cells = self._mapping
        return ((place, cells.cell(at)) for at, place in enumerate(cells))


@dataclass(slots=True)
class RawSheet:
    """The non-empty cells by (row, column), both from 0; `merges` as (top, left, bottom, right)."""

    name: str
    state: str = "visible"
    cells: Mapping[Position, RawCell] = field(default_factory=dict)
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

    def lines(self, first_row: int) -> Iterator[tuple[int, list[tuple[int, RawCell]]]]:
        """(row, [(column, cell)]) of every row from `first_row` on that holds something, both in order."""
        if isinstance(self.cells, PackedCells):
            yield from self.cells.lines(first_row)
            return
        found: dict[int, list[tuple[int, RawCell]]] = {}
        for (row, col), cell in self.cells.items():
            if row >= first_row:
                found.setdefault(row, []).append((col, cell))
        for row in sorted(found):
            yield row, sorted(found[row])


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
            "sheets": [_sheet_to_json(sheet) for sheet in self.sheets],
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> RawBook:
        book = RawBook(names=data["names"], properties=data["properties"], date_mode=data["date_mode"])
        book.sheets = [_sheet_from_json(item) for item in data["sheets"]]
        return book


def _sheet_to_json(sheet: RawSheet) -> dict[str, Any]:
    head = {"name": sheet.name, "state": sheet.state, "merges": sheet.merges}
    cells = sheet.cells
    if isinstance(cells, PackedCells):
        return {**head, "packed": [cells.rows, cells.cols, cells.texts, cells.shape, cells.shapes]}
    return {**head, "cells": [[row, col, *cell] for (row, col), cell in cells.items()]}


def _sheet_from_json(item: dict[str, Any]) -> RawSheet:
    merges = [tuple(merge) for merge in item["merges"]]
    if "packed" in item:
        return RawSheet(item["name"], item["state"], PackedCells(*item["packed"]), merges)
    cells = {(row, col): RawCell(*rest) for row, col, *rest in item["cells"]}
    return RawSheet(item["name"], item["state"], cells, merges)


def letters(col: int) -> str:
    """ "C" for 2."""
    found = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        found = chr(65 + rest) + found
    return found


def address(row: int, col: int) -> str:
    """ "C12" for (11, 2)."""
    return f"{letters(col)}{row + 1}"
