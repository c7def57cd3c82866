"""The cells of a large sheet without an XML parser: a row at a time by one expression in C.

Twenty times faster than expat through Python, and it still sees formulas, errors and formats, which the fast
readers lose. It only takes what it can account for completely: plain UTF-8 as spreadsheet programs write it,
every cell with its address first. Anything odd (prefixes, comments, CDATA, other orders) goes to the parser.
Runs in the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from app.filings.workbooks.bulk_cells import CellWords, text_of_runs, unescaped
from app.filings.workbooks.bulk_rows import CELL, Way, any_way, column_number, joined, this_way
from app.filings.workbooks.limits import MAX_CELLS, MAX_COLS, MAX_ROWS, MAX_TEXT, Budget
from app.filings.workbooks.package import TooComplex
from app.filings.workbooks.raw import Format, PackedCells, PackedColumn

_ODD = ("<!", "<?", "</c >", "<c\n", "<c\t", "<c\r", "sheetData")
_SHARED = re.compile(r'<si>(?:<t(?: xml:space="preserve")?>([^<]*)</t>|(.*?))</si>', re.DOTALL)
_MERGE = re.compile(r'<mergeCell ref="([^"]*)"')
_SAMPLE = 40
_MOST_WAYS = 12


def read(
    content: bytes, texts: list[str], formats: list[Format], budget: Budget
) -> tuple[PackedCells, list[str]] | None:
    """(the cells, the merged ranges), or None when the sheet is not written in the plain way."""
    parts = _split(content)
    if parts is None:
        return None
    body, merges = parts
    counted = budget.cells, budget.filled
    budget.cell(body.count("<c "))
    reader = _Reader(CellWords(texts, formats), budget)
    cells = reader.packed() if reader.take(body.split("</row>")) else None
    if cells is None:
        budget.cells, budget.filled = counted  # the parser counts anew
        return None
    return cells, merges


def shared_texts(content: bytes) -> list[str] | None:
    """The table of shared texts, or None when one of them is not written in the plain way."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    start = text.find("<sst")
    if start < 0 or "<!" in text:
        return None
    found: list[tuple[str, str]] = _SHARED.findall(text, start)
    if len(found) != text.count("<si", start):
        return None
    is_escaped = "&" in text or "_x" in text
    texts = [
        text_of_runs(rich) if rich else unescaped(plain) if is_escaped else plain for plain, rich in found
    ]
    return [item[:MAX_TEXT] for item in texts] if max(map(len, texts), default=0) > MAX_TEXT else texts


def _split(content: bytes) -> tuple[str, list[str]] | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    start, end = text.find("<sheetData>"), text.rfind("</sheetData>")
    first = start + len("<sheetData>")
    # A second one inside is found odd there.
    if start < 0 or end < start or "<!" in text[:start] or "<sheetData" in text[:start] + text[end:]:
        return None
    body = text[first:end]
    return body, _MERGE.findall(text, end)


class _Reader:
    """Takes rows; gives columns."""

    def __init__(self, words: CellWords, budget: Budget) -> None:
        self.words, self.budget = words, budget
        self.ways: list[Way] = []
        # Cells of rows that are written in none of these ways: {column: {row: (attributes, value, content)}}.
        self.strays: dict[str, dict[int, tuple[str, str, str]]] = {}

    def take(self, rows: list[str]) -> bool:
        """Read the rows; False when one cannot be accounted for."""
        rest = rows.pop()  # behind the last row: nothing, or rows without cells
        step = max(1, len(rows) // _SAMPLE)
        sample = (*rows[:_SAMPLE], *rows[::step])
        tolerant = any_way({found[1] for row in sample for found in CELL.finditer(row)})
        learned: list[Way] = []
        for row in rows:
            if learned and learned[0].take(row):
                continue
            way = next((way for way in learned if way.take(row)), None)
            if way is None and len(learned) < _MOST_WAYS:
                way = this_way(row)
                if way is not None:
                    learned.append(way)
            if way is not None:
                learned.remove(way)
                learned.insert(0, way)
            elif not tolerant.take(row) and not self._stray(row):
                return False
        # Rows of one way stand together, as a rule: so they are in order, or nearly.
        self.ways = sorted((way for way in (*learned, tolerant) if way.lines), key=_first_row)
        return self._stray(rest)

    def _stray(self, row: str) -> bool:
        if any(odd in row for odd in _ODD):
            return False
        cells = CELL.findall(row)
        if len(cells) != row.count("<c ") + row.count("<c>") + row.count("<c/>"):
            return False
        before = (-1, -1)
        for name, number, attributes, value, inside in cells:
            place = int(number), column_number(name)
            if place <= before:
                return False  # not in order, or there twice
            before = place
            self.strays.setdefault(name, {})[place[0]] = (attributes, value, inside)
        return True

    def packed(self) -> PackedCells | None:
        """What was read, as columns; None when a row is there twice or there is more room than content.

        Raises TooComplex.
        """
        numbers = [number for way in self.ways for number in way.numbers()]
        stray = sorted({number for cells in self.strays.values() for number in cells})
        rows = sorted({*numbers, *stray})
        if len(rows) != len(numbers) + len(stray):
            return None
        names = {*self.strays}.union(*(way.names for way in self.ways))
        if len(rows) * len(names) > MAX_CELLS:
            return None
        columns: dict[int, PackedColumn] = {}
        for name in sorted(names, key=column_number):
            parts = [way.column(name, self.words) for way in self.ways]
            strays = self.strays.get(name, {})
            cells = [self.words.cell(*strays[at]) if at in strays else (None, 0) for at in stray]
            parts.append(PackedColumn([text for text, _ in cells], [code for _, code in cells]))
            columns[column_number(name)] = joined(parts)
        return self._counted(numbers + stray, columns)

    def _counted(self, numbers: list[int], columns: dict[int, PackedColumn]) -> PackedCells:
        """The rows and columns that hold something, in order."""
        counts = {at: column.filled() for at, column in columns.items()}
        self.budget.fill(sum(counts.values()))
        filled = {at: column for at, column in columns.items() if counts[at]}
        places = sorted(_used(column.texts for column in filled.values()), key=numbers.__getitem__)
        if places != list(range(len(numbers))):
            filled = {at: column.at(places) for at, column in filled.items()}
        rows = [numbers[at] - 1 for at in places]
        if (rows and rows[-1] >= MAX_ROWS) or any(at >= MAX_COLS for at in filled):
            raise TooComplex("position")
        return PackedCells(rows, filled, self.words.shapes())


def _first_row(way: Way) -> int:
    return int(way.lines[0][0] or 0)


def _used(columns: Iterable[list[str | None]]) -> Collection[int]:
    """The rows in which there is anything."""
    left: Sequence[int] = ()
    used: set[int] = set()
    for number, texts in enumerate(columns):
        if all(texts):
            return range(len(texts))
        left = range(len(texts)) if not number else left
        used.update(at for at in left if texts[at] is not None)
        left = [at for at in left if at not in used]
        if not left:
            break
    return used
