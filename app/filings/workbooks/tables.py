"""The lines of a table -> values. Ten thousand lines of the same columns: what is alike is worked out once.

Clean numbers are taken by a short way, and equal texts are read once per column; everything else goes
through `convert` like any other cell, so both ways always agree (a test compares them).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from app.filings.definitions.schema import CellSpec, Column, Form, Value
from app.filings.values import Parsed, Problem
from app.filings.workbooks.convert import convert
from app.filings.workbooks.plan import ordinal_column
from app.filings.workbooks.raw import RawCell

MAX_ROWS = 10_000
_MOST_KNOWN = 20_000
Refuse = Callable[[str, RawCell, Problem], None]
ReadCell = Callable[[RawCell], Parsed]


class TableReader:
    """Reads line after line of one table."""

    def __init__(
        self, form: Form, columns: Sequence[Column], cols: Mapping[str, int], date_mode: str
    ) -> None:
        self.specs = {
            column.key: spec
            for column in columns
            if column.key in cols and (spec := form.cell_spec("", column.key)) is not None
        }
        ordinal = ordinal_column(form)
        self._inputs = [
            (cols[key], key, column_reader(spec, date_mode))
            for key, spec in self.specs.items()
            if spec.is_input
        ]
        self._telling = [col for col, key, _ in self._inputs if ordinal is None or key != ordinal.key]
        self._computed = [(cols[key], key) for key, spec in self.specs.items() if not spec.is_input]

    def is_blank(self, cells: Mapping[int, RawCell]) -> bool:
        """Nothing in any cell that somebody fills in; the number of the line says nothing."""
        for col in self._telling:
            cell = cells.get(col)
            if cell is not None and (cell.text.strip() or not cell.kind):
                return False
        return True

    def read(self, values: dict[str, Value], cells: Mapping[int, RawCell], refuse: Refuse) -> None:
        """Put the line's values into `values`; what cannot be read goes to `refuse`."""
        for col, key, read_cell in self._inputs:
            cell = cells.get(col)
            if cell is None:
                continue
            parsed = read_cell(cell)
            if parsed.problem is not None:
                refuse(key, cell, parsed.problem)
            elif parsed.value is not None:
                values[key] = parsed.value

    def overtyped(self, cells: Mapping[int, RawCell]) -> Iterator[tuple[str, RawCell]]:
        """Calculated cells in which a value was typed."""
        for col, key in self._computed:
            cell = cells.get(col)
            if cell is not None and cell.kind in ("n", "s") and not cell.is_formula and cell.text.strip():
                yield key, cell


def column_reader(spec: CellSpec, date_mode: str) -> ReadCell:
    """A function that reads the cells of one column."""
    known: dict[RawCell, Parsed] = {}

    def remembered(cell: RawCell) -> Parsed:
        parsed = known.get(cell)
        if parsed is None:
            parsed = convert(spec, cell, date_mode)
            if len(known) < _MOST_KNOWN:
                known[cell] = parsed
        return parsed

    if not spec.is_numeric:
        return remembered
    clean = re.compile(_clean_number(spec), re.ASCII)
    step = Decimal(1).scaleb(-spec.decimals)

    def number(cell: RawCell) -> Parsed:
        if cell.kind == "n" and not cell.format and clean.fullmatch(cell.text):
            return Parsed(Decimal(cell.text).quantize(step))
        return remembered(cell)

    return number


def _clean_number(spec: CellSpec) -> str:
    """A figure of at most fifteen digits with no more decimals than the cell has, and no zero below zero."""
    sign = "(?!-0*\\.?0*$)-?" if spec.allow_negative else ""
    places = min(spec.decimals, 6)
    part = rf"(\.\d{{1,{places}}})?" if places else ""
    return rf"{sign}\d{{1,{15 - places}}}{part}"
