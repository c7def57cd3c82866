"""A day's state follows from the entries: what takes effect later counts, of one day what was recorded later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.institutions.register.rules import spans, state_on, stored

FIRST = date(2026, 1, 1)


@dataclass
class Entry:
    id: int
    effective_from: date
    values: dict[str, Any] = field(default_factory=dict)
    subject_kind: str = "institution"
    subject_key: str = ""
    ends: bool = False
    recorded_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def test_a_value_holds_from_its_day_until_the_next_one():
    entries = [Entry(1, day(0), {"name": "甲公司"}), Entry(2, day(9), {"name": "乙公司"})]
    names = [state_on(entries, day(n)).institution.get("name") for n in (-1, 0, 8, 9, 99)]
    assert names == [None, "甲公司", "甲公司", "乙公司", "乙公司"]


def test_an_entry_added_afterwards_for_an_earlier_day_does_not_undo_a_later_one():
    entries = [Entry(1, day(5), {"address": "新址"}), Entry(2, day(1), {"address": "旧址"})]
    assert state_on(entries, day(3)).institution["address"] == "旧址"
    assert state_on(entries, day(5)).institution["address"] == "新址"


def test_of_one_day_the_entry_recorded_later_counts():
    entries = [Entry(2, day(1), {"name": "后"}), Entry(1, day(1), {"name": "先"})]
    assert state_on(entries, day(1)).institution["name"] == "后"


def test_what_was_known_at_a_moment_can_be_shown():
    later = datetime(2026, 3, 1, tzinfo=UTC)
    entries = [Entry(1, day(0), {"name": "甲"}), Entry(2, day(2), {"name": "乙"}, recorded_at=later)]
    assert state_on(entries, day(9), known_at=later - timedelta(days=1)).institution["name"] == "甲"


def test_branches_stand_by_key_until_they_end():
    entries = [
        Entry(1, day(0), {"name": "宁波分公司", "capital": "500.00"}, "branch", "1"),
        Entry(2, day(1), {"name": "温州分公司"}, "branch", "2"),
        Entry(3, day(2), {}, "branch", "1", ends=True),
    ]
    assert list(state_on(entries, day(1)).all_of("branch")) == ["1", "2"]
    assert state_on(entries, day(1)).all_of("branch")["1"]["capital"] == Decimal("500.00")
    assert list(state_on(entries, day(2)).all_of("branch")) == ["2"]


def test_a_field_that_the_register_does_not_have_is_refused():
    with pytest.raises(ValueError, match="colour"):
        stored("institution", {"colour": "red"})


histories = st.lists(
    st.tuples(
        st.integers(0, 6), st.sampled_from(["name", "address", "org_type"]), st.text("甲乙丙", max_size=2)
    ),
    max_size=12,
)


@given(histories, st.integers(-1, 8))
def test_the_spans_say_the_same_as_the_fold_on_every_day(history, number):
    entries = [Entry(i, day(n), {name: text}) for i, (n, name, text) in enumerate(history)]
    there = [
        span
        for span in spans(entries)
        if span.start <= day(number) and (not span.end or span.end > day(number))
    ]
    assert len(there) <= 1
    shown = there[0].state if there else state_on([], day(number))
    assert shown.institution == state_on(entries, day(number)).institution
