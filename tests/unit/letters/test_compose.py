"""Letters of several pages: what stays together, and which rows of a table are divided."""

from __future__ import annotations

from datetime import date

import pytest

from app.letters.compose import compose, stays_whole
from app.letters.rules import kinds

COLUMNS = [
    {"title": "序号", "weight": 3},
    {"title": "整改措施", "weight": 14},
    {"title": "其他", "weight": 41},
]


@pytest.mark.parametrize(
    ("cell", "whole"), [("", True), ("字" * 60, True), ("字" * 200, False), ("短\n" * 30, False)]
)
def test_a_short_row_stays_whole_and_a_long_one_is_divided(cell: str, whole: bool) -> None:
    assert stays_whole(COLUMNS, ["1", cell, ""]) is whole


def test_words_of_the_letter_and_not_only_its_annexes_stand_on_the_page_of_the_seal() -> None:
    kind = kinds()["inspection_notice"]
    data = kind.sample()
    document = compose(kind, kind.layout, data, number="1号", authority="示例局", on=date(2026, 3, 5))
    body = document["body"]
    at = next(n for n, one in enumerate(body) if one["type"] == "signature")
    assert [one["text"][:2] for one in body[at - 2 : at]] == ["联系", "附件"]
    assert all(one["keep"] for one in body[at - 2 : at]) and not body[at - 3]["keep"]
