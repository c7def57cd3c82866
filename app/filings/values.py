"""From what somebody entered to a typed value, from there to text for people and to JSON for storage.

Grid, workbook and API use the same functions, so that one entry means the same through every door.
A value is Decimal (decimal, integer, percent), str, date or None; it stands in `Values`, a dictionary
{row key: {column key: value}} with row keys "r1"… (fixed), "card" (card) or "1", "2"… (table).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from decimal import Context as Arithmetic
from itertools import islice
from typing import Any

from app.filings.definitions.schema import CellSpec, Form, Value, Values
from app.filings.expressions.numbers import LIMIT, PLACES, ZERO
from app.filings.values_columns import column_of, table_from_json, table_to_json
from app.filings.values_numbers import parse_number, stored_number
from app.filings.values_problem import Problem
from app.filings.values_texts import (
    parse_choice,
    parse_date,
    parse_id_number,
    parse_phone,
    parse_text,
    parse_uscc,
)

__all__ = [
    "Parsed", "Problem", "Value", "Values", "filled_rows", "format_value", "from_json", "is_blank_row", "parse_cell",
    "plain", "tidy_rows", "to_json",
]  # fmt: skip

_HALF_UP = Arithmetic(prec=100, rounding=ROUND_HALF_UP, traps=[])
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(PLACES + 1))


@dataclass(frozen=True, slots=True)
class Parsed:
    """Either a value (None for a blank) or a problem, never both."""

    value: Value
    problem: Problem | None = None


def parse_cell(spec: CellSpec, raw: object, *, strict: bool = False, date_mode: str | None = None) -> Parsed:
    """Read one entry.

    Tolerant of what people write and spreadsheets deliver; `strict` takes only what `to_json` writes.
    `date_mode` '1900' or '1904' lets plain numbers be the day counts of a workbook. A number that was
    formatted as a percentage in a workbook (0.1234 shown as 12.34%) must be passed multiplied by 100.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return Parsed(None)
    result = _parse(spec, raw, strict, date_mode)
    return Parsed(None, result) if isinstance(result, Problem) else Parsed(result)


def _parse(spec: CellSpec, raw: object, strict: bool, date_mode: str | None) -> Value | Problem:
    if spec.is_numeric:
        return parse_number(spec, raw, strict)
    if spec.type == "date":
        return parse_date(raw, strict, date_mode)
    if spec.type == "choice":
        return parse_choice(spec, raw, strict)
    if spec.type == "uscc":
        return parse_uscc(raw)
    if spec.type == "id_number":
        return parse_id_number(raw)
    return parse_phone(raw) if spec.type == "phone" else parse_text(spec, raw)


def format_value(spec: CellSpec, value: Value, lang: str = "zh") -> str:
    """The value as people read it; '' for a blank."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = _number_text(value, spec.decimals)
        return f"{text}%" if spec.type == "percent" else text
    if isinstance(value, date):
        return value.isoformat()
    if spec.type == "choice":
        return next((choice.label(lang) for choice in spec.choices if choice.v == value), value)
    return value


def _number_text(value: Decimal, decimals: int) -> str:
    """With separators, rounded half up as everything here: Python's own formatting takes halves to the even digit."""
    settled = _HALF_UP.quantize(value, _STEPS[decimals]) or ZERO
    return f"{settled if -LIMIT <= settled <= LIMIT else value:,.{decimals}f}"


def plain(value: Value) -> str | None:
    """The value as it is stored: numbers without exponent or separators, dates ISO."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def to_json(form: Form, values: Mapping[str, Mapping[str, Value]]) -> dict[str, dict[str, str | None]]:
    """The values as JSON; blanks and cells the form does not have are left out, rows are kept."""
    if form.layout == "table":
        return table_to_json(form, values)
    return {
        row: {
            key: plain(value)
            for key, value in cells.items()
            if value is not None and form.cell_spec(row, key) is not None
        }
        for row, cells in values.items()
    }


def from_json(form: Form, data: Mapping[str, Mapping[str, Any]]) -> Values:
    """What `to_json` wrote. Cells this version of the form does not have are dropped.

    Raises ValueError when a stored value is not of its cell's type: the record is damaged.
    """
    table = table_from_json(form, data) if form.layout == "table" else None
    if table is not None:
        return table
    return {str(row): _cells_from_json(form, str(row), cells) for row, cells in data.items()}


def _cells_from_json(form: Form, row: str, cells: Mapping[str, Any]) -> dict[str, Value]:
    loaded: dict[str, Value] = {}
    for key, raw in cells.items():
        spec = form.cell_spec(row, key)
        if spec is None or raw is None:
            continue
        loaded[key] = stored_value(spec, raw, f"{form.code} {row}.{key}")
    return loaded


def stored_value(spec: CellSpec, raw: Any, where: str) -> Value:
    """One value as `plain` wrote it. Raises ValueError, naming the place, when it is not of the cell's type."""
    if not isinstance(raw, str):
        raise ValueError(f"{where}: stored value {raw!r} is not text")
    if spec.is_numeric:
        value = stored_number(raw)
        if value is None:
            raise ValueError(f"{where}: stored value {raw[:60]!r} is not a number")
        return value
    return date.fromisoformat(raw) if spec.type == "date" else raw


def is_blank_row(cells: Mapping[str, Value]) -> bool:
    for value in cells.values():  # noqa: SIM110 - a loop, because a table asks it of every row
        if value is not None and value != "":
            return False
    return True


def filled_rows(values: Values) -> Values:
    """The rows of a table in which something stands, under their own keys."""
    rows = list(values.values())
    # A column without a blank says it of all rows at once.
    if rows and any(all(column_of(rows, key)) for key in islice(rows[0], 3)):
        return values
    filled = {key: cells for key, cells in values.items() if not is_blank_row(cells)}
    return values if len(filled) == len(values) else filled


def tidy_rows(form: Form, values: Values) -> Values:
    """A table without its blank rows, numbered 1, 2, …; other layouts unchanged."""
    if form.layout != "table":
        return values
    kept = [cells for cells in values.values() if not is_blank_row(cells)]
    return {str(number): cells for number, cells in enumerate(kept, start=1)}
