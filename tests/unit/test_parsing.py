"""Whole numbers in addresses and forms."""

from __future__ import annotations

import pytest

from app.core.parsing import is_number, number_of
from app.filings.workbooks.identity import from_pieces


@pytest.mark.parametrize("text", ["", "-1", " 1", "1.0", "²", "٣", "１", "1234567890", "9" * 5000, "1\0"])
def test_what_is_no_plain_number_is_none(text: str) -> None:
    assert not is_number(text, 9)
    assert number_of(text, 9) == 0
    assert number_of(text, 9, 7) == 7


def test_plain_digits_are_a_number() -> None:
    assert number_of("0", 9, 7) == 0
    assert number_of("000000012", 9) == 12


def test_a_label_of_thousands_of_digits_is_not_ours() -> None:
    assert from_pieces([f"{'9' * 5000}/1:x", f"1/{'9' * 5000}:x", "²/1:x"]) is None
