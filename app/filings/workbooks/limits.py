"""How much a workbook may hold, and the small things both readers of a sheet share. Runs in the sandbox."""

from __future__ import annotations

import re

from app.filings.workbooks.package import TooComplex
from app.filings.workbooks.raw import Kind

MAX_ROWS, MAX_COLS, MAX_CELLS, MAX_MERGES = 200_000, 256, 4_000_000, 5_000
# Cells that hold something; everything of them goes through the platform's own memory afterwards.
MAX_FILLED = 200_000
MAX_MERGED_CELLS = 500_000
MAX_SHEETS, MAX_TEXT = 300, 32_767
KINDS: dict[str, Kind] = {"s": "s", "str": "s", "inlineStr": "s", "b": "b", "e": "e", "d": "d", "n": "n"}
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,4})\$?(\d{1,10})")


class Budget:
    """Cells and merges of all sheets together."""

    def __init__(self, max_filled: int) -> None:
        self.max_filled = max_filled
        self.cells = self.filled = self.merges = self.merged = 0

    def cell(self, count: int = 1) -> None:
        self.cells += count
        if self.cells > MAX_CELLS:
            raise TooComplex("cells")

    def fill(self, count: int = 1) -> None:
        self.filled += count
        if self.filled > self.max_filled:
            raise TooComplex("filled cells")

    def merge(self, area: int) -> None:
        self.merges += 1
        self.merged += area
        if self.merges > MAX_MERGES or self.merged > MAX_MERGED_CELLS:
            raise TooComplex("merges")


def unescape(text: str) -> str:
    """Characters that XML cannot hold, as spreadsheets write them: _x000D_."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def place_of(reference: str) -> tuple[int, int] | None:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return None
    col = 0
    for letter in found[1].upper():
        col = col * 26 + ord(letter) - 64
    return int(found[2]) - 1, col - 1
