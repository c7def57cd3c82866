"""What people are told: both languages, no holes, nothing that the words do not use."""

from __future__ import annotations

import pytest

from app.messages.rules import GROUPS, event_kinds, tell


@pytest.mark.parametrize("name", list(event_kinds()))
def test_both_languages_say_the_same_things(name: str) -> None:
    kind = event_kinds()[name]
    assert kind.group in GROUPS
    told = tell(name, {one: (f"中{one}", f"en-{one}") for one in kind.names})
    for zh, en in (told.title, told.body):
        assert "$" not in zh + en
        assert "en-" not in zh and "中" not in en
        assert {one for one in kind.names if f"中{one}" in zh} == {
            one for one in kind.names if f"en-{one}" in en
        }


def test_lines_without_anything_to_say_are_left_out_and_values_stay_text() -> None:
    context = {"institution": "甲公司", "set": ("月报", "monthly"), "period": "$reason", "reason": None}
    told = tell("filing_approved", context)
    assert told.title == ("报送审核通过：月报 $reason", "Filing approved: monthly $reason")
    assert "意见" not in told.body[0] and "Opinion" not in told.body[1]


def test_a_value_that_nothing_uses_is_a_fault() -> None:
    with pytest.raises(ValueError, match="reson"):
        tell("filing_returned", {"reson": "x"})
