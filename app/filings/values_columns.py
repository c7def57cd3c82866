"""Tables from and to JSON, column by column: the values that cell by cell would have, in a tenth of the time.

A column is taken as a whole only when everything in it is as it should be; None says that it is not, and then
each cell is looked at (and the damaged one is told).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any

from app.filings.definitions.schema import CellSpec, Form, Value, Values
from app.filings.expressions.numbers import are_plain
from app.filings.values_numbers import PLAIN

# Between the values of a packed column: clean texts never hold a tab.
_NEXT = "\t"
_PLAIN_COLUMN = re.compile(rf"(?:(?:{PLAIN.pattern})\n)*", re.ASCII)
Row = Mapping[str, Any]


def column_of(rows: Collection[Row], key: str) -> list[Any]:
    """What stands in one column of these rows, None where nothing does."""
    try:
        return list(map(itemgetter(key), rows))  # nearly always every row has it, and this is twice as fast
    except KeyError:
        return [cells.get(key) for cells in rows]


def rows_of(columns: Mapping[str, Sequence[Value]], count: int) -> list[dict[str, Value]]:
    """Columns of values as rows without their blanks."""
    if not columns:
        return [{} for _ in range(count)]
    keys = list(columns)
    lines = zip(*columns.values(), strict=True)
    if not any(type(None) in set(map(type, column)) for column in columns.values()):
        return [dict(zip(keys, line, strict=True)) for line in lines]
    return [
        {key: value for key, value in zip(keys, line, strict=True) if value is not None} for line in lines
    ]


def table_from_json(form: Form, data: Mapping[str, Row]) -> Values | None:
    """What `from_json` gives for a table; None when a stored value is not plainly of its column's type."""
    rows = list(data.values())
    columns: dict[str, Sequence[Value]] = {}
    for key, spec in _specs(form, rows).items():
        found = _typed(spec, column_of(rows, key))
        if found is None:
            return None
        columns[key] = found
    return dict(zip(map(str, data), rows_of(columns, len(rows)), strict=True))


def _specs(form: Form, rows: Sequence[Row]) -> dict[str, CellSpec]:
    """The columns of the form that occur in the rows."""
    used: set[str] = set().union(*rows)
    specs = ((column.key, form.cell_spec("", column.key)) for column in form.columns if column.key in used)
    return {key: spec for key, spec in specs if spec is not None}


def _typed(spec: CellSpec, texts: Sequence[Any]) -> Sequence[Value] | None:
    types = set(map(type, texts))
    if not types <= {str, type(None)}:
        return None
    if spec.is_numeric or spec.type == "date":
        known = [text for text in texts if text is not None]
        values = _numbers(known) if spec.is_numeric else _dates(known)
        if values is None or len(known) == len(texts):
            return values
        each = iter(values)
        return [None if text is None else next(each) for text in texts]
    return texts


def _numbers(texts: list[str]) -> Sequence[Value] | None:
    together = "\n".join([*texts, ""])
    if together.count("\n") != len(texts) or not _PLAIN_COLUMN.fullmatch(together):
        return None
    numbers = list(map(Decimal, texts))
    return numbers if are_plain(numbers) else None


def _dates(texts: list[str]) -> Sequence[Value] | None:
    try:
        return list(map(date.fromisoformat, texts))
    except ValueError:
        return None


def pack_columns(form: Form, columns: Mapping[str, Sequence[Value]], count: int) -> dict[str, Any]:
    """A table of `count` rows numbered 1, 2, … in the least JSON: each column one text, a blank an empty piece.

    A column that cannot be told apart again that way is kept as a list. `unpack_columns` gives the values back.
    """
    packed: dict[str, str | list[str | None]] = {}
    for key, values in columns.items():
        if form.cell_spec("", key) is None:
            continue
        texts = _texts(values)
        is_full = all(texts)
        joined = _NEXT.join(texts if is_full else [text or "" for text in texts])  # type: ignore[arg-type]
        is_plain = joined.count(_NEXT) == count - 1 and (is_full or "" not in texts)
        packed[key] = joined if is_plain else texts
    return {"count": count, "columns": packed}


def unpack_columns(form: Form, data: Mapping[str, Any]) -> Values:
    """The rows of a packed table. Raises ValueError when a value is not of its column's type."""
    count = int(data["count"])
    columns: dict[str, Sequence[Value]] = {}
    for key, packed in data["columns"].items():
        spec = form.cell_spec("", key)
        if spec is None:
            continue
        texts = [text or None for text in packed.split(_NEXT)] if isinstance(packed, str) else packed
        found = _typed(spec, texts) if len(texts) == count else None
        if found is None:
            raise ValueError(f"{form.code} {key}: a stored column is damaged")
        columns[key] = found
    return dict(zip(map(str, range(1, count + 1)), rows_of(columns, count), strict=True))


def table_to_json(form: Form, values: Mapping[str, Row]) -> dict[str, dict[str, str | None]]:
    """What `to_json` gives for a table."""
    rows = list(values.values())
    columns = {key: _texts(column_of(rows, key)) for key in _specs(form, rows)}
    return dict(zip(values, rows_of(columns, len(rows)), strict=True))  # type: ignore[arg-type]


def _texts(values: Sequence[Value]) -> list[str | None]:
    """Each value as it is stored: see `values.plain`."""
    types = set(map(type, values))
    if types == {str}:
        return list(values)  # type: ignore[arg-type]
    if types == {Decimal}:
        texts = list(map(str, values))
        if "E" not in "".join(texts):  # str() of a number without an exponent is format(…, "f")
            return [*texts]
    if types == {date}:
        return list(map(date.isoformat, values))  # type: ignore[arg-type]
    return [
        format(value, "f")
        if isinstance(value, Decimal)
        else value.isoformat()
        if isinstance(value, date)
        else value
        for value in values
    ]
