"""The lines of a table -> values, column by column: ten thousand cells of one column are mostly alike.

A column of clean numbers or texts is recognised as a whole and taken by a short way, and equal cells are read
once; everything else goes through `convert` like any other cell, so both ways always agree (a test compares
them).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any

from app.filings.definitions.schema import CellSpec, Column, Form, Value
from app.filings.values import Parsed, Problem
from app.filings.values_texts import is_clean_column
from app.filings.workbooks.convert import NA_MARKS, convert
from app.filings.workbooks.grid import fold
from app.filings.workbooks.plan import ordinal_column
from app.filings.workbooks.raw import PackedCells, PackedColumn, RawCell, Shape

MAX_ROWS = 10_000
_TOTALS = frozenset({"合计", "总计", "小计", "total", "subtotal"})
_FIRST_1900, _FIRST_1904 = date(1899, 12, 30), date(1904, 1, 1)
ReadCell = Callable[[RawCell], Parsed]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A cell that cannot be read: in which of the lines, in which column of the form."""

    line: int
    col: str
    cell: RawCell
    problem: Problem


class TableReader:
    """Reads the lines of one table. `lines` are their places among the rows that hold something."""

    def __init__(
        self,
        form: Form,
        columns: Sequence[Column],
        cols: Mapping[str, int],
        date_mode: str,
        cells: PackedCells,
    ) -> None:
        self.specs = {
            column.key: spec
            for column in columns
            if column.key in cols and (spec := form.cell_spec("", column.key)) is not None
        }
        ordinal = ordinal_column(form)
        self._cols, self._cells, self._date_mode = cols, cells, date_mode
        self._inputs = [key for key, spec in self.specs.items() if spec.is_input]
        self._telling = [key for key in self._inputs if ordinal is None or key != ordinal.key]

    def lines(self, first_row: int) -> list[int]:
        """The lines from `first_row` on in which somebody filled something in; the number of a line says nothing."""
        blank: Sequence[int] = range(bisect_left(self._cells.rows, first_row), len(self._cells.rows))
        filled: list[int] = []
        for key in self._telling:
            column = self._column(key)
            if column is None:
                continue
            texts = column.texts
            said = [
                at
                for at in blank
                if (text := texts[at]) is not None and (text.strip() or self._is_bare(key, at))
            ]
            filled += said
            taken = set(said)
            blank = [at for at in blank if at not in taken] if len(said) < len(blank) else ()
            if not blank:
                break
        return sorted(filled)

    def _is_bare(self, key: str, at: int) -> bool:
        """A formula without a result."""
        cell = self._cells.cell(at, self._cols[key])
        return cell is not None and not cell.kind

    def _column(self, key: str) -> PackedColumn | None:
        return self._cells.columns.get(self._cols[key])

    def totals(self, lines: Sequence[int]) -> set[int]:
        """Those of the lines that add the others up: 合计 stands in their first cell."""
        found: set[int] = set()
        left = lines
        for column in self._cells.columns.values():
            texts, later = column.texts, []
            for at in left:
                text = texts[at]
                if text is None:
                    later.append(at)
                elif _may_be_total(text[:20]) and fold(text[:20]) in _TOTALS:
                    found.add(at)
            left = later
            if not left:
                break
        return found

    def read(self, lines: Sequence[int]) -> tuple[dict[str, list[Value]], list[Refusal]]:
        """The values of these lines by columns, and the cells that cannot be read, in order."""
        values: dict[str, list[Value]] = {}
        lines = _as_range(lines)
        refused: list[tuple[int, int, Refusal]] = []
        for number, key in enumerate(self._inputs):
            column = self._column(key)
            if column is None:
                continue
            chosen = column if len(lines) == len(column.texts) else column.at(lines)
            found, problems = self._read_column(self.specs[key], chosen)
            values[key] = found
            refused += [(at, number, Refusal(at, key, cell, problem)) for at, cell, problem in problems]
        refused.sort(key=lambda item: item[:2])
        return values, [refusal for *_, refusal in refused]

    def _read_column(
        self, spec: CellSpec, column: PackedColumn
    ) -> tuple[list[Value], list[tuple[int, RawCell, Problem]]]:
        code = column.only_code()
        if code is not None:
            clean = clean_column(spec, column.texts, self._cells.shapes[code], self._date_mode)
            if clean is not None:
                return clean, []
        # Equal cells are read once.
        read, shapes = column_reader(spec, self._date_mode), self._cells.shapes
        keys: list[Any] = column.texts
        if code is None:
            keys = list(zip(column.texts, column.codes(), strict=False))
        values: dict[Any, Value] = {}
        bad: dict[Any, tuple[RawCell, Problem]] = {}
        for key in set(keys):
            values[key] = None
            text, shape = key if code is None else (key, code)
            if text is None:
                continue
            kind, is_formula, form = shapes[shape]
            cell = RawCell(kind, text, is_formula, form)
            parsed = read(cell)
            values[key] = parsed.value
            if parsed.problem is not None:
                bad[key] = (cell, parsed.problem)
        problems = [(at, *bad[key]) for at, key in enumerate(keys) if key in bad] if bad else []
        return list(map(values.__getitem__, keys)), problems

    def overtyped(self, lines: Sequence[int]) -> Iterator[tuple[int, str, RawCell]]:
        """Calculated cells in which a value was typed: line, column, cell."""
        keys = [key for key, spec in self.specs.items() if not spec.is_input]
        found: list[tuple[int, int, RawCell]] = []
        for number, key in enumerate(keys):
            column = self._column(key)
            if column is None or (isinstance(column.shape, int) and self._cells.shapes[column.shape][1]):
                continue
            for line, at in enumerate(lines):
                cell = self._cells.cell(at, self._cols[key])
                if cell is not None and cell.kind in ("n", "s") and not cell.is_formula and cell.text.strip():
                    found.append((line, number, cell))
        for line, number, cell in sorted(found, key=lambda item: item[:2]):
            yield line, keys[number], cell


def _as_range(lines: Sequence[int]) -> Sequence[int]:
    """The same lines; a range when they stand one below the other, as they nearly always do."""
    known = range(lines[0], lines[0] + len(lines)) if lines else range(0)
    return known if list(known) == list(lines) else lines


def _may_be_total(text: str) -> bool:
    """Whether it is worth folding: a quick look at what nearly every first cell is not."""
    return "计" in text or "t" in text or "T" in text or not unicodedata.is_normalized("NFKC", text)


def clean_column(
    spec: CellSpec, texts: Sequence[str | None], shape: Shape, date_mode: str
) -> list[Value] | None:
    """The values when every cell is clean, None when each has to be looked at."""
    kind, _, form = shape
    known = [text for text in texts if text is not None] if None in texts else list(texts)
    if spec.is_numeric and kind == "n" and not form:
        together = "\n".join([*known, ""])
        pattern = rf"(?:{_clean_number(spec)}\n)*"
        if together.count("\n") != len(known) or not re.fullmatch(pattern, together, re.ASCII):
            return None
        step = Decimal(1).scaleb(-spec.decimals)
        found: Iterator[Value] = map(Decimal.quantize, map(Decimal, known), repeat(step))  # type: ignore[arg-type]
    elif spec.type == "date" and kind == "n" and _are_days(known):  # type: ignore[arg-type]
        first = (_FIRST_1904 if date_mode == "1904" else _FIRST_1900).toordinal()
        days: dict[str | None, Value] = {
            text: date.fromordinal(first + int(text or 0)) for text in set(known)
        }
        found = map(days.__getitem__, known)
    elif spec.type == "text" and kind == "s" and is_clean_column(spec, known, NA_MARKS):  # type: ignore[arg-type]
        found = iter(known)
    else:
        return None
    return (
        list(found) if len(known) == len(texts) else [None if text is None else next(found) for text in texts]
    )


def _are_days(texts: Sequence[str]) -> bool:
    """Whole numbers of five digits are days from 1927 to 2177 in either kind of workbook."""
    together = "".join(texts)
    is_plain = together.isascii() and together.isdigit() and set(map(len, texts)) == {5}
    return is_plain and min(texts) >= "10000"


def column_reader(spec: CellSpec, date_mode: str) -> ReadCell:
    """A function that reads the cells of one column."""
    if not spec.is_numeric:
        return lambda cell: convert(spec, cell, date_mode)
    clean = re.compile(_clean_number(spec), re.ASCII)
    step = Decimal(1).scaleb(-spec.decimals)

    def number(cell: RawCell) -> Parsed:
        if cell.kind == "n" and not cell.format and clean.fullmatch(cell.text):
            return Parsed(Decimal(cell.text).quantize(step))
        return convert(spec, cell, date_mode)

    return number


def _clean_number(spec: CellSpec) -> str:
    """A figure of at most fifteen digits with no more decimals than the cell has, and no zero below zero."""
    sign = r"(?!-0*\.?0*(?:\n|$))-?" if spec.allow_negative else ""
    places = min(spec.decimals, 6)
    part = rf"(?:\.\d{{1,{places}}})?" if places else ""
    return rf"{sign}\d{{1,{15 - places}}}{part}"
