"""A workbook as it was sent: sheets of cells, nothing interpreted yet. Plain values that travel as JSON.

No dataclasses here: with them the sandbox, which loads this for every upload, would take a quarter longer to start.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
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


# Between the texts of a column as it travels, and for a cell that is not there.
_NEXT, _NOTHING = "\x7f", "\ue000"


class _Body:
    """What comes behind the JSON, piece by piece."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        found = self.data[self.at : self.at + size]
        self.at += size
        return found


def _put(body: list[bytes], piece: bytes) -> int:
    body.append(piece)
    return len(piece)


class PackedColumn:
    """One column of a large sheet: the text of each row (None: no cell) and the shape, mostly the same for all."""

    __slots__ = ("shape", "texts")

    def __init__(self, texts: list[str | None], shape: int | list[int]) -> None:
        self.texts, self.shape = texts, shape

    def codes(self) -> Iterable[int]:
        """The shape of every row; endless when it is the same."""
        return repeat(self.shape) if isinstance(self.shape, int) else self.shape

    def only_code(self) -> int | None:
        """The shape that all the cells have."""
        if isinstance(self.shape, int):
            return self.shape
        pairs = zip(self.texts, self.shape, strict=True) if None in self.texts else ()
        codes = {code for text, code in pairs if text is not None} or set(self.shape)
        return codes.pop() if len(codes) == 1 else None

    def filled(self) -> int:
        """How many cells there are."""
        return len(self.texts) if all(self.texts) else len(self.texts) - self.texts.count(None)

    def put(self, at: int, text: str | None, code: int) -> None:
        """Another cell in a row."""
        self.texts[at] = text
        if isinstance(self.shape, int) and self.shape != code and text is not None:
            self.shape = [self.shape] * len(self.texts)
        if isinstance(self.shape, list):
            self.shape[at] = code

    def at(self, places: Sequence[int]) -> PackedColumn:
        """Only these rows."""
        if isinstance(places, range) and places.step == 1:
            return self._from_to(places.start, places.stop)
        if len(places) < 2:  # of less than two itemgetter makes no tuple
            shape = self.shape if isinstance(self.shape, int) else [self.shape[at] for at in places]
            return PackedColumn([self.texts[at] for at in places], shape)
        pick = itemgetter(*places)
        return PackedColumn(
            list(pick(self.texts)), self.shape if isinstance(self.shape, int) else list(pick(self.shape))
        )

    def _from_to(self, first: int, end: int) -> PackedColumn:
        shape = self.shape if isinstance(self.shape, int) else self.shape[first:end]
        return PackedColumn(self.texts[first:end], shape)

    def to_wire(self, body: list[bytes]) -> list[Any]:
        """[texts, shape] for JSON, or how many bytes of `body` they take: one string says it in a tenth of the time."""
        texts = self.texts if all(self.texts) else [_NOTHING if text is None else text for text in self.texts]
        joined = _NEXT.join(texts)  # type: ignore[arg-type]
        shape: Any = self.shape
        if isinstance(shape, list):
            shape = [_put(body, bytes(shape))]  # there are but some thirty shapes
        if joined.count(_NEXT) != len(texts) - 1 or joined.count(_NOTHING) != len(texts) - self.filled():
            return [self.texts, shape]
        return [_put(body, joined.encode("utf-8", "surrogatepass")), shape]

    @staticmethod
    def from_wire(data: list[Any], body: _Body, count: int) -> PackedColumn:
        """What `to_wire` wrote. Raises ValueError when it is not a column of `count` cells."""
        texts, shape = data
        if isinstance(shape, list):
            shape = list(body.take(shape[0]))
        if isinstance(texts, int):
            joined = body.take(texts).decode("utf-8", "surrogatepass")
            texts = joined.split(_NEXT)
            if _NOTHING in joined:
                texts = [None if text == _NOTHING else text for text in texts]
        if len(texts) != count or (isinstance(shape, list) and len(shape) != count):
            raise ValueError("a column of another length")
        return PackedColumn(texts, shape)


class PackedCells(Mapping[Position, RawCell]):
    """The cells of a large sheet: the rows that hold something, in order, and the columns over them.

    A dictionary of two hundred thousand cells takes sixty megabytes and half a second to make; of these lists
    a cell is made when somebody asks for it.
    """

    __slots__ = ("columns", "rows", "shapes")

    def __init__(self, rows: list[int], columns: dict[int, PackedColumn], shapes: list[Shape]) -> None:
        self.rows, self.columns, self.shapes = rows, columns, shapes

    @staticmethod
    def of(cells: Mapping[Position, RawCell]) -> PackedCells:
        """The same cells, packed."""
        if isinstance(cells, PackedCells):
            return cells
        rows = sorted({row for row, _ in cells})
        at = {row: number for number, row in enumerate(rows)}
        shapes: dict[Shape, int] = {}
        columns: dict[int, PackedColumn] = {}
        for col in sorted({col for _, col in cells}):
            columns[col] = PackedColumn([None] * len(rows), [0] * len(rows))
        for (row, col), cell in cells.items():
            columns[col].texts[at[row]] = cell.text
            code = shapes.setdefault((cell.kind, cell.is_formula, cell.format), len(shapes))
            columns[col].shape[at[row]] = code  # type: ignore[index]
        return PackedCells(rows, columns, list(shapes))

    def cell(self, at: int, col: int) -> RawCell | None:
        """The cell in the row at a place of `rows`."""
        column = self.columns.get(col)
        text = column.texts[at] if column else None
        if column is None or text is None:
            return None
        shape = column.shape if isinstance(column.shape, int) else column.shape[at]
        kind, is_formula, form = self.shapes[shape]
        return RawCell(kind, text, is_formula, form)

    def __getitem__(self, place: Position) -> RawCell:
        row, col = place
        at = bisect_left(self.rows, row)
        cell = self.cell(at, col) if at < len(self.rows) and self.rows[at] == row else None
        if cell is None:
            raise KeyError(place)
        return cell

    def __iter__(self) -> Iterator[Position]:
        for at, row in enumerate(self.rows):
            yield from ((row, col) for col, column in self.columns.items() if column.texts[at] is not None)

    def __len__(self) -> int:
        return sum(column.filled() for column in self.columns.values())

    def items(self) -> ItemsView[Position, RawCell]:
        return _PackedItems(self)

    def lines(self, first_row: int) -> Iterator[tuple[int, list[tuple[int, RawCell]]]]:
        """(row, [(column, cell)]) of every row from `first_row` on that holds something."""
        for at in range(bisect_left(self.rows, first_row), len(self.rows)):
            found = ((col, self.cell(at, col)) for col in self.columns)
            yield self.rows[at], [(col, cell) for col, cell in found if cell is not None]


class _PackedItems(ItemsView[Position, RawCell]):
    """In one pass, without looking each cell up."""

    _mapping: PackedCells

    def __iter__(self) -> Iterator[tuple[Position, RawCell]]:
        for row, line in self._mapping.lines(0):
            yield from (((row, col), cell) for col, cell in line)


class RawSheet:
    """The non-empty cells by (row, column), both from 0; `merges` as (top, left, bottom, right)."""

    __slots__ = ("cells", "merges", "name", "state")

    def __init__(
        self,
        name: str,
        state: str = "visible",
        cells: Mapping[Position, RawCell] | None = None,
        merges: list[tuple[int, int, int, int]] | None = None,
    ) -> None:
        self.name, self.state = name, state
        self.cells: Mapping[Position, RawCell] = {} if cells is None else cells
        self.merges = [] if merges is None else merges

    def text(self, row: int, col: int) -> str:
        """The text of a cell, '' when it is empty."""
        cell = self.cells.get((row, col))
        return cell.text if cell else ""

    @property
    def last_row(self) -> int:
        if isinstance(self.cells, PackedCells):
            return self.cells.rows[-1] if self.cells.rows else -1
        return max((row for row, _ in self.cells), default=-1)

    @property
    def last_col(self) -> int:
        if isinstance(self.cells, PackedCells):
            return max(self.cells.columns, default=-1)
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


class RawBook:
    """`names` are defined names with their text, `properties` the custom document properties."""

    __slots__ = ("date_mode", "names", "properties", "sheets")

    def __init__(
        self,
        sheets: list[RawSheet] | None = None,
        names: dict[str, str] | None = None,
        properties: dict[str, str] | None = None,
        date_mode: str = "1900",
    ) -> None:
        self.sheets = [] if sheets is None else sheets
        self.names = {} if names is None else names
        self.properties = {} if properties is None else properties
        self.date_mode = date_mode

    def to_wire(self) -> tuple[dict[str, Any], bytes]:
        """The workbook as JSON, and behind it the columns of large sheets."""
        body: list[bytes] = []
        head = {
            "names": self.names,
            "properties": self.properties,
            "date_mode": self.date_mode,
            "sheets": [_sheet_to_wire(sheet, body) for sheet in self.sheets],
        }
        return head, b"".join(body)

    @staticmethod
    def from_wire(head: dict[str, Any], body: bytes) -> RawBook:
        """What `to_wire` wrote. Raises ValueError when the two do not belong together."""
        pieces = _Body(body)
        sheets = [_sheet_from_wire(item, pieces) for item in head["sheets"]]
        return RawBook(sheets, head["names"], head["properties"], head["date_mode"])


def _sheet_to_wire(sheet: RawSheet, body: list[bytes]) -> dict[str, Any]:
    head = {"name": sheet.name, "state": sheet.state, "merges": sheet.merges}
    cells = sheet.cells
    if isinstance(cells, PackedCells):
        columns = [[col, *column.to_wire(body)] for col, column in cells.columns.items()]
        return {**head, "packed": [cells.rows, columns, cells.shapes]}
    return {**head, "cells": [[row, col, *cell] for (row, col), cell in cells.items()]}


def _sheet_from_wire(item: dict[str, Any], body: _Body) -> RawSheet:
    merges = [tuple(merge) for merge in item["merges"]]
    if "packed" in item:
        rows, columns, shapes = item["packed"]
        packed = {col: PackedColumn.from_wire(column, body, len(rows)) for col, *column in columns}
        return RawSheet(item["name"], item["state"], PackedCells(rows, packed, shapes), merges)
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
