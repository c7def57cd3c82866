"""How an application's values are shown."""

from __future__ import annotations

import pytest

from app.institutions.admission.comparison import amount


@pytest.mark.parametrize(
    ("written", "shown"),
    [("5000000.00", "5,000,000.00"), ("1200", "1,200.00"), ("", ""), ("五百万", "五百万")],
)
def test_money_has_separators_and_what_is_no_number_stays(written: str, shown: str) -> None:
    assert amount(written) == shown
