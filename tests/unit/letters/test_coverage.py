"""Rare characters of names are printed; what cannot be is named before the letter goes out."""

from __future__ import annotations

import json

import pytest
from fontTools.ttLib import TTFont

from app.letters.coverage import FILE, named, texts_of, unprintable


@pytest.mark.parametrize("character", "㐂䶮𬭎镕喆堃𪩘𠮷𡃁，。〔〕①A é")
def test_names_in_use_are_printed(character: str) -> None:
    assert unprintable([character]) == []


def test_what_is_missing_is_named_once_and_what_shows_nothing_is_not() -> None:
    assert unprintable(["𰀀示例", "a\u200bb\n\t", "𰀀"]) == ["𰀀"]
    assert named("𰀀") == "𰀀（U+30000 CJK UNIFIED IDEOGRAPH-30000）"
    assert named("\ue000") == "\ue000（U+E000）"


def test_all_text_of_a_document_is_looked_at() -> None:
    assert list(texts_of({"a": "甲", "b": [{"c": "乙"}, ["丙", 3, None]]})) == ["甲", "乙", "丙"]


def test_the_coverage_is_that_of_the_fonts_that_come_along() -> None:
    fonts = [TTFont(FILE.parent / name) for name in ("NotoSerifSC-Regular.ttf", "NotoSerifCJK-Rare.otf")]
    covered = {code for first, last in json.loads(FILE.read_text()) for code in range(first, last + 1)}
    assert covered == {code for font in fonts for code in font.getBestCmap()}


def test_what_was_printed_before_is_not_taken_from_the_second_font() -> None:
    """The second font only adds: no character looks different because both have it."""
    first, second = (
        set(TTFont(FILE.parent / name).getBestCmap())
        for name in ("NotoSerifSC-Regular.ttf", "NotoSerifCJK-Rare.otf")
    )
    assert not first & second and ord("𠮷") in second
