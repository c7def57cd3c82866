"""Column widths, in characters; a Chinese character takes two."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from app.filings.definitions.schema import Column, Form

_TYPICAL = {"decimal": 16, "integer": 11, "percent": 11, "date": 13, "uscc": 22, "phone": 16, "id_number": 22}


@lru_cache(maxsize=8_192)
def text_width(text: str) -> int:
    """How wide a text prints, in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def label_width(form: Form, lang: str) -> float:
    """Wide enough for nearly all labels with their indentation; longer ones wrap. Asked for on every line."""
    known: float | None = form.derived.get(f"workbooks.label_width.{lang}")
    if known is None:
        widest = max((text_width(row.name(lang)) + 2 * (row.level + 1) for row in form.rows), default=0)
        known = max(24.0, min(widest + 3.0, 52.0))
        form.derived[f"workbooks.label_width.{lang}"] = known
    return known


def body_width(form: Form, column: Column, lang: str) -> float:
    """For the column's values, and for its heading on at most three lines."""
    least = _TYPICAL.get(column.type, 22)
    if column.type == "choice":
        least = max([10, *(text_width(choice.label(lang)) + 4 for choice in column.choices)])
    return float(max(least, min(text_width(column.name(lang)) / 2 + 6, 28)))
