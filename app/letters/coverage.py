"""Which characters the letters' font cannot print. A name with one comes out as a box, so people are told before."""

from __future__ import annotations

import bisect
import functools
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent / "fonts" / "coverage.json"
_NOTHING_TO_SEE = {"Cc", "Cf", "Zs", "Zl", "Zp"}  # controls, joiners, spaces


@functools.cache
def _spans() -> tuple[list[int], list[int]]:
    spans = json.loads(FILE.read_text(encoding="utf-8"))
    return [first for first, _last in spans], [last for _first, last in spans]


def is_printable(character: str) -> bool:
    """Whether the font has it, or there is nothing to print."""
    firsts, lasts = _spans()
    at = bisect.bisect_right(firsts, ord(character)) - 1
    if at >= 0 and ord(character) <= lasts[at]:
        return True
    return unicodedata.category(character) in _NOTHING_TO_SEE


def unprintable(texts: Iterable[str]) -> list[str]:
    """Every character without a glyph, once, in the order of appearance."""
    return [one for one in dict.fromkeys("".join(texts)) if not is_printable(one)]


def named(character: str) -> str:
    """The character with its number and its name in Unicode, as input methods find it."""
    name = unicodedata.name(character, "")
    return f"{character}（U+{ord(character):04X}{' ' + name if name else ''}）"


def texts_of(value: Any) -> Iterator[str]:
    """All text in a document or in the data of a letter."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_of(one)
    elif isinstance(value, Iterable):
        for one in value:
            yield from texts_of(one)
