"""Which values are personal data that must not lie readable in the database, and how they are shown masked.

Telephone numbers of people, numbers of identity papers and of bank accounts. A field is known by its key; a number
that stands somewhere else in a document (a message about it, a remark) by its shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

Path = list[str | int]

_KEY = re.compile(
    r"(?:^|_)(?:mobile|phone|telephone|id_no|id_number|id_card|account_no)$|^legal_rep_id$", re.ASCII
)
# Not within longer numbers, amounts, hashes or codes.
_SHAPE = re.compile(
    r"(?<![0-9A-Za-z.])(?:1[3-9]\d{9}"
    r"|[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?![0-9A-Za-z.])",
    re.ASCII,
)
_SHORTEST = 11
_HIDDEN = "****"
_COLUMNS = 200  # more keys than that are rows


@lru_cache(maxsize=4096)
def is_personal_key(key: str) -> bool:
    """Whether a field of this name holds somebody's number."""
    return _KEY.search(key) is not None


def masked_number(number: str) -> str:
    """A number with its middle hidden: 138****0000."""
    return f"{number[:3]}{_HIDDEN}{number[-4:]}" if len(number) > 7 else _HIDDEN if number else ""


def masked_text(text: str) -> str:
    """A text with the middle of every personal number in it hidden."""
    if len(text) < _SHORTEST:
        return text
    return _SHAPE.sub(lambda found: masked_number(found[0]), text)


def masked_document(value: Any, key: str = "") -> Any:
    """A copy of a document in which personal numbers are masked: what the history of changes may hold."""
    if isinstance(value, Mapping):
        return {name: masked_document(part, str(name)) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked_document(part, key) for part in value]
    if not isinstance(value, str) or _HIDDEN in value:
        return value
    return masked_number(value) if is_personal_key(key) else masked_text(value)


def personal_parts(document: Any) -> Iterator[tuple[Path, Any]]:
    """Where in a JSON document personal values stand, and what they are."""
    stack: list[tuple[Path, Any]] = [([], document)]
    while stack:
        path, node = stack.pop()
        named = _named(node)
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if type(value) is str:
                if key in named:
                    if value and _HIDDEN not in value:
                        yield [*path, key], value
                elif len(value) >= _SHORTEST and _SHAPE.search(value):
                    yield [*path, key], value
            elif value and isinstance(value, (dict, list, tuple)):
                if key in named:
                    yield [*path, key], value
                else:
                    stack.append(([*path, key], value))


def _named(node: Any) -> frozenset[str]:
    """The keys of a node that are those of personal fields; asked once for all rows of a table."""
    if not isinstance(node, dict):
        return frozenset()
    return _named_among(tuple(node)) if len(node) <= _COLUMNS else frozenset(filter(is_personal_key, node))


@lru_cache(maxsize=1024)
def _named_among(keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(filter(is_personal_key, keys))
