"""Finding headings and labels on a sheet that people have rearranged."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from app.filings.definitions.schema import Column, Form
from app.filings.workbooks.raw import RawSheet
from app.filings.workbooks.units import unit_name

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00a0]")
_HEADING_WINDOW = 60
_STACK = 3
_SMALL_MERGE = 2_000


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A label as it is compared: half-width, without blanks, stars and colons."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return text.strip("*★:")


def column_names(form: Form, column: Column) -> set[str]:
    """All texts under which a column may appear: both languages, with and without its unit."""
    names = set()
    unit = column.unit or ("%" if column.type == "percent" else form.unit)
    for name in (column.name_zh, column.name_en):
        if name:
            names |= {fold(name), fold(f"{name}{unit}")}
            names |= {fold(f"{name}({shown})") for shown in (unit, unit_name(unit, "en"))}
    return names


class Grid:
    """The texts of a sheet, with merged cells spread over their whole area in the heading zone."""

    def __init__(self, sheet: RawSheet) -> None:
        self.sheet = sheet
        self.spread: dict[tuple[int, int], str] = {}
        for top, left, bottom, right in sheet.merges:
            text = sheet.text(top, left)
            if text and (bottom - top + 1) * (right - left + 1) <= _SMALL_MERGE:
                for row in range(top, bottom + 1):
                    for col in range(left, right + 1):
                        self.spread[row, col] = text
        self.width = sheet.last_col + 1

    def text(self, row: int, col: int) -> str:
        return self.spread.get((row, col)) or self.sheet.text(row, col)

    def stack(self, row: int, col: int) -> list[str]:
        """The heading texts at and above a cell, outermost first; a merged one counts once."""
        found: list[str] = []
        for at in range(row, max(row - _STACK, -1), -1):
            text = fold(self.text(at, col))
            if text and (not found or found[0] != text):
                found.insert(0, text)
        return found

    def headings(self, names: Mapping[str, str], row: int) -> dict[str, list[int]]:
        """{key: columns} of the headings that read like a name at this row ({name: key})."""
        found: dict[str, list[int]] = {}
        for col in range(self.width):
            stack = self.stack(row, col)
            for start in range(len(stack) - 1, -1, -1):
                key = names.get("".join(stack[start:]))
                if key is not None:
                    found.setdefault(key, []).append(col)
                    break
        return found

    def best_heading_row(self, names: Mapping[str, str]) -> tuple[int, dict[str, list[int]]]:
        """The first row on which most of the headings are found; (-1, {}) when none is."""
        best: tuple[int, dict[str, list[int]]] = (-1, {})
        most = len(set(names.values()))
        for row in range(min(self.sheet.last_row + 1, _HEADING_WINDOW)):
            found = self.headings(names, row)
            if len(found) > len(best[1]):
                best = (row, found)
            if len(found) == most:
                break
        return best

    def fullest(self, cols: Iterable[int], first_row: int) -> int:
        """Of several columns under one heading the one that holds most."""
        wanted = list(cols)
        if len(wanted) == 1:
            return wanted[0]
        filled = Counter(col for row, col in self.sheet.cells if row >= first_row)
        return max(wanted, key=lambda col: (filled[col], -col))

    def label_column(self, labels: Iterable[str]) -> int | None:
        """The column in which most of these labels stand."""
        known = set(labels)
        found = Counter(
            col
            for (_, col), cell in self.sheet.cells.items()
            if cell.kind == "s" and fold(cell.text) in known
        )
        return found.most_common(1)[0][0] if found else None


def names_of_columns(form: Form, columns: Iterable[Column]) -> dict[str, str]:
    """{text: column key} for headings."""
    return {name: column.key for column in columns for name in column_names(form, column)}
