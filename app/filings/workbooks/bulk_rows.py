"""Rows of a large sheet by one expression each.

The rows of a table are written alike, so a row that was read cell by cell gives an expression which reads those
that follow it; rows that differ from all of these are read by a tolerant one, which takes four times as long.
Runs in the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

from app.filings.workbooks.bulk_cells import CellWords
from app.filings.workbooks.raw import PackedColumn

# Column, row, attributes, a plain value, or whatever else is inside.
CELL = re.compile(
    r'<c r="([A-Z]{1,3})(\d{1,7})"((?: [a-z]+="[^"<>]*")*) ?(?:/>|><v>([^<]*)</v></c>|>(.*?)</c>)', re.DOTALL
)
_ROW = r'\s*(?:<row [^<>]*/>\s*)*<row(?: [^<>]*?)? r="(\d{1,7})"[^<>]*(?<!/)>'
_FORMULA = r"<f(?: [^<>]*)?(?:/>|>[^<]*</f>)"
# Attributes, formula and value of the cell in one column, if there is one.
_TOLERANT = rf'(?:<c r="%s\1"((?: [a-z]+="[^"<>]*")*) ?(?:/>|(?:>({_FORMULA})?(?:<v>([^<]*)</v>)?</c>)))?'
_CALCULATED = re.compile(rf"{_FORMULA}<v>[^<]+</v>")
Line = Sequence[str | None]


class Way:
    """One way in which rows are written. Of a learned one `alike` holds attributes and formula of each column."""

    __slots__ = ("_columns", "alike", "lines", "match", "names")

    def __init__(
        self,
        names: list[str],
        match: Callable[[str], re.Match[str] | None],
        alike: dict[str, tuple[str, bool]] | None = None,
    ) -> None:
        self.names, self.match, self.alike = names, match, alike
        self.lines: list[Line] = []
        self._columns: list[Line] = []

    def take(self, row: str) -> bool:
        """Read a row; False when it is written in another way."""
        found = self.match(row)
        if found is None:
            return False
        self.lines.append(found.groups())
        return True

    def numbers(self) -> list[int]:
        """The rows' numbers, once all are taken."""
        self._columns = list(zip(*self.lines, strict=True))
        return [int(number or 0) for number in self._columns[0]]

    def column(self, name: str, words: CellWords) -> PackedColumn:
        """One column of the rows taken; `numbers` comes first."""
        if name not in self.names:
            return PackedColumn([None] * len(self.lines), 0)
        at = self.names.index(name)
        if self.alike is None:
            return words.column(*self._columns[3 * at + 1 : 3 * at + 4])
        return words.alike(*self.alike[name], self._columns[at + 1])


def any_way(names: Collection[str]) -> Way:
    """Takes every row with plainly written cells in these columns."""
    ordered = sorted(names, key=column_number)
    pattern = _ROW + "".join(_TOLERANT % name for name in ordered) + r"\s*"
    return Way(ordered, re.compile(pattern).fullmatch)


def this_way(row: str) -> Way | None:
    """Takes rows that are written like this one, which it has taken; None when it cannot be described."""
    names, alike, parts = [], {}, [_ROW]
    last = -1
    for name, _, attributes, value, inside in CELL.findall(row):
        if column_number(name) <= last:
            return None
        last, content = column_number(name), ""
        if value or inside:
            if inside and not _CALCULATED.fullmatch(inside):
                return None
            names.append(name)
            alike[name] = (attributes, bool(inside))
            content = f">{_FORMULA}<v>([^<]+)</v></c>" if inside else ">" + "<v>([^<]+)</v></c>"
        parts.append(rf'<c r="{name}\1"{re.escape(attributes)} ?{content or "/>"}')
    way = Way(names, re.compile("".join(parts) + r"\s*").fullmatch, alike)
    return way if names and way.take(row) else None


def joined(parts: Iterable[PackedColumn]) -> PackedColumn:
    """The columns one below the other."""
    found = [part for part in parts if part.texts]
    if len(found) == 1:
        return found[0]
    texts: list[str | None] = []
    for part in found:
        texts += part.texts
    shapes = {part.shape if isinstance(part.shape, int) else None for part in found}
    if len(shapes) == 1 and None not in shapes:
        return PackedColumn(texts, found[0].shape)
    codes: list[int] = []
    for part in found:
        codes += [part.shape] * len(part.texts) if isinstance(part.shape, int) else part.shape
    return PackedColumn(texts, codes)


def column_number(name: str) -> int:
    """2 for "C"."""
    col = 0
    for letter in name:
        col = col * 26 + ord(letter) - 64
    return col - 1
