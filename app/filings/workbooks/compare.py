"""What an import would change, cell by cell, for the preview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.filings.definitions.schema import Form, Value, Values


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
    return list(_changes(old, new, form))


def _changes(old: Values, new: Values, form: Form) -> Iterator[Change]:
    for key in _row_keys(old, new, form):
        for column in form.columns:
            spec = form.cell_spec(key, column.key)
            if spec is None or not spec.is_input:
                continue
            before, after = _value(old, key, column.key), _value(new, key, column.key)
            if before != after:
                zh, en = spec.label_zh, spec.label_en
                if form.layout == "table":
                    zh, en = f"第 {key} 行·{zh}", f"Line {key} / {en}"
                yield Change(key, column.key, zh, en, before, after)


def _row_keys(old: Values, new: Values, form: Form) -> list[str]:
    if form.layout == "table":
        return list(dict.fromkeys([*old, *new]))
    return form.row_keys()


def _value(values: Values, row: str, col: str) -> Value:
    value = values.get(row, {}).get(col)
    return None if value == "" else value
