"""What a letter is made of: kinds with their placeholders and tables, layouts, and what is wrong with a layout.

A layout is what the regulator edits: ``{red, head, number, title, addressee, sign, blocks}``; a block is
``{type, text, table}``. Plain values; the defaults are data (app/data/letters.yaml).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parent.parent / "data" / "letters.yaml"
LINES = ("head", "number", "title", "addressee", "sign")
REQUIRED_LINES = ("head", "number", "title", "sign")
BLOCK_TYPES = ("paragraph", "heading", "line", "table", "signature", "page_break")
WITH_TEXT = ("paragraph", "heading", "line")
MAX_BLOCKS, MAX_TEXT, MAX_LINE = 60, 4000, 200
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
# Only the number's line knows these two.
COUNTING = ("year", "n")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `weight` is its share of the width."""

    key: str
    zh: str
    en: str
    weight: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a letter of this kind can hold."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    sample: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A placeholder with its explanation."""

    name: str
    zh: str
    en: str
    sample: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter: what it can say, and how it does until somebody edits it."""

    name: str
    zh: str
    en: str
    fields: Mapping[str, Field]
    tables: Mapping[str, Table]
    layout: Mapping[str, Any]
    own_fields: frozenset[str]

    def sample(self) -> dict[str, Any]:
        """Data for trying a layout out."""
        tables: dict[str, Any] = {
            name: [dict(row) for row in one.sample] for name, one in self.tables.items()
        }
        return {name: one.sample for name, one in self.fields.items()} | tables


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a layout: a code, the place (a line's name or the number of a block from 1), a detail."""

    code: str
    place: str | int
    detail: str = ""


class DataProblem(ValueError):
    """A feature handed data over that do not fit the kind: a fault of ours, never of a user."""


def _fields(raw: Mapping[str, list[str]]) -> dict[str, Field]:
    return {name: Field(name, *map(str, words)) for name, words in raw.items()}


def _table(name: str, raw: Mapping[str, Any]) -> Table:
    columns = tuple(Column(key, words[0], words[1], int(words[2])) for key, words in raw["columns"].items())
    sample = tuple({key: str(value) for key, value in row.items()} for row in raw["sample"])
    return Table(name, raw["title"][0], raw["title"][1], columns, sample)


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of letter, by name."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    common = _fields(raw["common"])
    return {
        name: Kind(
            name,
            one["title"][0],
            one["title"][1],
            {**_fields(one["fields"]), **common},
            {key: _table(key, table) for key, table in one["tables"].items()},
            one["layout"],
            frozenset(one["fields"]),
        )
        for name, one in raw["kinds"].items()
    }


def placeholders(text: str) -> list[str]:
    """Names between double braces, in their order."""
    return [match[1] for match in PLACEHOLDER.finditer(text)]


def _text_problems(text: str, place: str | int, known: Any) -> Iterator[Problem]:
    for name in placeholders(text):
        if name not in known:
            yield Problem("unknown", place, name)
    rest = PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest:
        yield Problem("braces", place)


def _line_problems(kind: Kind, layout: Mapping[str, Any]) -> Iterator[Problem]:
    for name in LINES:
        text = str(layout.get(name, ""))
        if name in REQUIRED_LINES and not text.strip():
            yield Problem("empty", name)
        if len(text) > MAX_LINE:
            yield Problem("long", name, str(MAX_LINE))
        known: set[str] = {*kind.fields, *COUNTING} - {"number"} if name == "number" else {*kind.fields}
        yield from _text_problems(text, name, known)
    number = placeholders(str(layout.get("number", "")))
    if "n" in number and "year" not in number:
        yield Problem("year", "number")
    if "n" not in number and not set(number) & kind.own_fields:
        yield Problem("uncounted", "number")


def _block_problems(kind: Kind, block: Mapping[str, Any], place: int) -> Iterator[Problem]:
    text = str(block.get("text", ""))
    if block.get("type") not in BLOCK_TYPES:
        yield Problem("type", place)
    if block.get("type") in WITH_TEXT and not text.strip():
        yield Problem("empty", place)
    if len(text) > MAX_TEXT:
        yield Problem("long", place, str(MAX_TEXT))
    if block.get("type") == "table" and block.get("table") not in kind.tables:
        yield Problem("table", place)
    yield from _text_problems(text, place, kind.fields)


def layout_problems(kind: Kind, layout: Mapping[str, Any]) -> list[Problem]:
    """All that is wrong with a layout, in reading order."""
    found = list(_line_problems(kind, layout))
    blocks = layout.get("blocks") or []
    if not blocks:
        found.append(Problem("no_blocks", "blocks"))
    if len(blocks) > MAX_BLOCKS:
        found.append(Problem("too_many", "blocks", str(MAX_BLOCKS)))
    for place, block in enumerate(blocks[:MAX_BLOCKS], 1):
        found.extend(_block_problems(kind, block, place))
    if sum(block.get("type") == "signature" for block in blocks) > 1:
        found.append(Problem("signatures", "blocks"))
    return found


def normal_layout(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A layout with exactly the keys that it has, in a fixed order, so that equal ones compare equal."""
    lines = {name: str(raw.get(name, "")).strip() for name in LINES}
    blocks = []
    for block in raw.get("blocks") or []:
        text = str(block.get("text", "")).replace("\r\n", "\n").strip()
        one = {"type": str(block.get("type", "")), "text": text}
        if one["type"] == "table":
            one["table"] = str(block.get("table", ""))
        blocks.append(one)
    return {"red": bool(raw.get("red")), **lines, "blocks": blocks}
