"""What an import would change, cell by cell, for the preview."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import ne

from app.filings.definitions.schema import CellSpec, Form, Value, Values


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
    return list(differences(old, new, form))


def differences(old: Values, new: Values, form: Form) -> Iterator[Change]:
    """The same one by one, for tables in which everything may be new."""
    for key in _row_keys(old, new, form):
        before_row, after_row = old.get(key, {}), new.get(key, {})
        if before_row == after_row:
            continue
        for column in form.columns:
            spec = form.cell_spec(key, column.key)
            if spec is None or not spec.is_input:
                continue
            before, after = _value(before_row, column.key), _value(after_row, column.key)
            if before != after:
                zh, en = change_label(form, key, spec, "zh"), change_label(form, key, spec, "en")
                yield Change(key, column.key, zh, en, before, after)


def count_differences(old: Values, new: Values, form: Form) -> int:
    """How many there are; of a long table that is known long before each is put into words."""
    if form.layout != "table":
        return len(compare(old, new, form))
    nothing: dict[str, Value] = {}
    keys = _row_keys(old, new, form)
    pairs = [(old.get(key, nothing), new.get(key, nothing)) for key in keys]
    pairs = [(before, after) for before, after in pairs if before != after]
    count = 0
    for column in form.columns:
        spec = form.cell_spec("", column.key)
        if spec is not None and spec.is_input:
            befores = [_value(before, column.key) for before, _ in pairs]
            count += sum(map(ne, befores, [_value(after, column.key) for _, after in pairs]))
    return count


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
