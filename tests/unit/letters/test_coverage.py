"""Rare characters of names are printed; what cannot be is named before the letter goes out."""

from __future__ import annotations

import json

import pytest
from fontTools.ttLib import TTFont

from app.letters.coverage import FILE, named, texts_of, unprintable


@pytest.mark.parametrize("character", "㐂䶮𬭎镕喆堃𪩘，。〔〕①A é")
def test_names_in_use_are_printed(character: str) -> None:
    assert unprintable([character]) == []


def test_what_is_missing_is_named_once_and_what_shows_nothing_is_not() -> None:
    assert unprintable(["𠮷示例", "a\u200bb\n\t", "𠮷"]) == ["𠮷"]
    assert named("𠮷") == "𠮷（U+20BB7 CJK UNIFIED IDEOGRAPH-20BB7）"
    assert named("\ue000") == "\ue000（U+E000）"


def test_all_text_of_a_document_is_looked_at() -> None:
    assert list(texts_of({"a": "甲", "b": [{"c": "乙"}, ["丙", 3, None]]})) == ["甲", "乙", "丙"]


def test_the_coverage_is_that_of_the_font_that_comes_along() -> None:
    font = TTFont(FILE.parent / "NotoSerifSC-Regular.ttf")
    covered = {code for first, last in json.loads(FILE.read_text()) for code in range(first, last + 1)}
    assert covered == set(font.getBestCmap())
