"""What an import would change, cell by cell, for the preview."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import ne

from app.filings.definitions.schema import CellSpec, Form, Value, Values
from app.filings.values_columns import column_of

_NOTHING: dict[str, Value] = {}


@dataclass(frozen=True, slots=True)
class Change:
    """One input cell that gets another value; in a table the label names the line too."""

    row: str
    col: str
    label_zh: str
    label_en: str
    before: Value
    after: Value

    def label(self, lang: str) -> str:
        return self.label_en if lang == "en" else self.label_zh


def compare(old: Values, new: Values, form: Form) -> list[Change]:
    """The input cells in which `new` differs from `old`, in printed order; 5 and 5.00 are the same."""
    found = []
    for row, col, before, after in differences(old, new, form):
        spec = form.cell_spec(row, col)
        if spec is not None:
            zh, en = (change_label(form, row, spec, lang) for lang in ("zh", "en"))
            found.append(Change(row, col, zh, en, before, after))
    return found


def differences(
    old: Values, new: Values, form: Form, keys: Iterable[str] | None = None
) -> Iterator[tuple[str, str, Value, Value]]:
    """Row, column, before and after of each such cell, one by one: in a table everything may be new.

    `keys` are the rows to look at, when it is known which differ.
    """
    for key in _row_keys(old, new, form) if keys is None else keys:
        before_row, after_row = old.get(key, {}), new.get(key, {})
        if before_row == after_row:
            continue
        for column in form.columns:
            spec = form.cell_spec(key, column.key)
            if spec is None or not spec.is_input:
                continue
            before, after = _value(before_row, column.key), _value(after_row, column.key)
            if before != after:
                yield key, column.key, before, after


@dataclass(frozen=True, slots=True)
class Differing:
    """How many cells differ, and the rows in which they stand; None when that may be any."""

    count: int
    rows: list[str] | None = None


def count_differences(
    old: Values, new: Values, form: Form, columns: Mapping[str, Sequence[Value]] | None = None
) -> Differing:
    """How many there are. With `columns`, the new rows of a table by columns, that is known without a look at each."""
    if form.layout != "table" or columns is None:
        return Differing(sum(1 for _ in differences(old, new, form)))
    keys = list(new)
    common = [old.get(key, _NOTHING) for key in keys] if old else []
    count, places = 0, set[int]()
    for column in form.columns:
        spec = form.cell_spec("", column.key)
        if spec is None or not spec.is_input:
            continue
        before = _without_empty(column_of(common, column.key))
        after = _without_empty(columns.get(column.key, ()))
        if before and after:
            differs = list(map(ne, before, after))
            count += sum(differs)
            places.update(compress(range(len(keys)), differs))
        else:
            filled = [value is not None for value in before or after]
            count += sum(filled)
            if old:
                places.update(compress(range(len(keys)), filled))
    if not old:
        return Differing(count)
    gone = {key: cells for key, cells in old.items() if key not in new}
    rows = _in_order(old, {keys[at] for at in places} | gone.keys(), new)
    return Differing(count + sum(1 for _ in differences(gone, {}, form)), rows)


def _in_order(old: Values, chosen: Collection[str], new: Values) -> list[str]:
    return [key for key in dict.fromkeys([*old, *new]) if key in chosen]


def _without_empty(values: Sequence[Value]) -> Sequence[Value]:
    """An empty text is a blank too."""
    return values if all(values) else [None if value == "" else value for value in values]


def change_label(form: Form, row: str, spec: CellSpec, lang: str) -> str:
    """A cell's label; in a table it names the line too."""
    if form.layout != "table":
        return spec.label(lang)
    return f"Line {row} / {spec.label_en}" if lang == "en" else f"第 {row} 行·{spec.label_zh}"


def _row_keys(old: Values, new: Values, form: Form) -> list[str]:
    if form.layout == "table":
        return list(dict.fromkeys([*old, *new]))
    return form.row_keys()


def _value(cells: Mapping[str, Value], col: str) -> Value:
    value = cells.get(col)
    return None if value == "" else value
