"""What a text is found by: neighbouring pairs of characters, and whole words of Latin letters and digits.

Chinese has no spaces between words, so every pair of neighbouring characters is a token: any word of two characters
is found exactly, a longer one where all of its pairs stand. Numbers and Latin words are tokens as a whole (pairs of
digits would find 2025 in "2026 … 25"); the last one of a query also finds words that begin with it. A single
character is the beginning of its pairs. Tokens are written in hexadecimal: no letter of a query can be syntax.
"""

from __future__ import annotations

import itertools
import operator
import re
import unicodedata
from collections.abc import Iterable

_PIECES = re.compile(r"[a-z0-9]+|\S")
_WORDS = re.compile(r"[a-z0-9]+")
_END = " "  # what stands behind a character that is followed by nothing
WORD_LENGTH = 60  # no query is longer; PostgreSQL refuses tokens beyond 2,047 bytes
KNOWN = 1 << 16  # characters whose codes are kept
ROOM = 1_000_000  # bytes of all tokens of one text; PostgreSQL refuses 1,048,576


def normal(text: str) -> str:
    """Full-width and capital letters made plain, so that both find each other."""
    return unicodedata.normalize("NFKC", text).casefold()


class _Codes(dict[str, str]):
    """The code of each character, reckoned once: looking one up is what indexing texts consists of."""

    def __missing__(self, char: str) -> str:
        code = f"{ord(char):05x}"
        if len(self) < KNOWN:
            self[char] = code
        return code


_CODES = _Codes()


def _code(text: str) -> str:
    return "".join(map(_CODES.__getitem__, text))


def _word(text: str) -> str:
    return "w" + _code(text[:WORD_LENGTH])


def _is_word(piece: str) -> bool:
    return piece.isascii() and piece.isalnum()


def text_tokens(*texts: str) -> set[str]:
    """All tokens of the texts; of a text longer than any database could index, those of its beginning."""
    found: dict[str, None] = {}  # in the order of the text, each once
    for part in (part for text in texts for part in normal(text).split()):
        found.update(dict.fromkeys(_part_tokens(part)))
    if sum(map(len, found)) <= ROOM:
        return set(found)
    ends = itertools.accumulate(map(len, found))
    return {token for token, end in zip(found, ends, strict=True) if end <= ROOM}


def _part_tokens(part: str) -> list[str]:
    """The tokens between two blanks. Without loops of our own: 100,000 texts have some 50 million pairs."""
    if not _WORDS.search(part):
        codes = [*map(_CODES.__getitem__, part), _CODES[_END]]
        return list(map(operator.add, codes, codes[1:]))
    pieces = _PIECES.findall(part)
    codes = [*(_CODES[piece[0]] for piece in pieces), _CODES[_END]]
    pairs = list(map(operator.add, (_CODES[piece[-1]] for piece in pieces), codes[1:]))
    if _is_word(pieces[-1]):
        pairs.pop()
    return [*map(_word, _WORDS.findall(part)), *pairs]


def query_tokens(words: Iterable[str]) -> list[tuple[str, bool]]:
    """The tokens that a text must have to hold the words, with whether a token is only a beginning."""
    found: dict[tuple[str, bool], None] = {}
    for part in (part for word in words for part in normal(word).split()):
        pieces = _PIECES.findall(part)
        for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
            if _is_word(piece):
                found[_word(piece), not following] = None
            if following:
                found[_code(piece[-1] + following[0]), False] = None
            elif len(pieces) == 1 and not _is_word(piece):
                found[_code(piece), True] = None
    return list(found)
