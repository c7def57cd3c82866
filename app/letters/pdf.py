"""A document as PDF, set by typst with the fonts that come along. The text goes in as data, never as markup."""

from __future__ import annotations

import functools
import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from app.letters.compose import stays_whole

HERE = Path(__file__).resolve().parent


@functools.cache
def _empty_folder() -> str:
    """What typst may read files from: a folder with nothing in it, for the life of the process."""
    folder = tempfile.TemporaryDirectory(prefix="letters-")
    _kept.append(folder)
    return folder.name


_kept: list[tempfile.TemporaryDirectory[str]] = []


@functools.cache
def _template() -> bytes:
    return (HERE / "letter.typ").read_bytes()


# Typst keeps a word whole even where it runs out of its cell or line: hashes, file names, addresses, dates.
_LONG_WORD = re.compile(r"[!-~]{24,}")
_CELL_WORD = re.compile(r"[!-~]{14,}")
_JOINT = re.compile(r"(?<=[0-9A-Za-z])[-/_.](?=[0-9A-Za-z])")
BREAK = "\u200b"


def _in_line(text: str) -> str:
    return _LONG_WORD.sub(lambda match: BREAK.join(match[0]), text)


def _in_cell(text: str) -> str:
    return _CELL_WORD.sub(
        lambda match: BREAK.join(match[0]), _JOINT.sub(lambda match: match[0] + BREAK, text)
    )


def _breakable(one: Mapping[str, Any]) -> dict[str, Any]:
    """A part of the body with places to break in long words."""
    if one["type"] == "table":
        rows = [
            {"whole": stays_whole(one["columns"], row), "cells": [_in_cell(cell) for cell in row]}
            for row in one["rows"]
        ]
        return {**one, "rows": rows}
    return {key: _in_line(value) if key == "text" else value for key, value in one.items()}


def to_pdf(document: Mapping[str, Any], draft: str = "") -> bytes:
    """The PDF; `draft` is written across the pages of one that has not been issued."""
    whole = {**document, "body": [_breakable(one) for one in document["body"]], "draft": draft}
    data = json.dumps(whole, ensure_ascii=False)
    setter: Any = typst.compile  # its types want one kind of path for everything
    made = setter(
        _template(),
        root=_empty_folder(),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"document": data},
        package_path=_empty_folder(),
        package_cache_path=_empty_folder(),
    )
    return bytes(made)
