"""The gate, moment by moment."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.core.clock import end_of, start_of
from app.filings.calendar.rules import GateInput, Window, describe, gate, is_late

NOVEMBER = Window(
    name_zh="2026年11月月报",
    name_en="November 2026 monthly return",
    opens_at=start_of(date(2026, 12, 1)),
    due_at=end_of(date(2026, 12, 10)),
    closes_at=end_of(date(2026, 12, 20)),
)
INSIDE = GateInput(
    now=start_of(date(2026, 12, 5)),
    family="business",
    registration_approved=True,
    institution_status="active",
    one_off_complete=True,
    window=NOVEMBER,
)
TICK = timedelta(microseconds=1)


def codes(given: GateInput) -> list[str]:
    return [reason.code for reason in gate(given)]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOVEMBER.opens_at - TICK, ["window_not_open"]),
        (NOVEMBER.opens_at, []),
        (NOVEMBER.due_at - TICK, []),
        (NOVEMBER.due_at, ["window_closed"]),
        (NOVEMBER.closes_at, ["window_closed"]),
    ],
)
def test_window_opens_with_its_first_moment_and_shuts_after_its_last(now, expected):
    assert codes(replace(INSIDE, now=now)) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOVEMBER.due_at, []),
        (NOVEMBER.closes_at - TICK, []),
        (NOVEMBER.closes_at, ["window_closed"]),
    ],
)
def test_late_filing_is_possible_until_closing_where_the_period_allows_it(now, expected):
    lenient = replace(NOVEMBER, allows_late=True)
    assert codes(replace(INSIDE, now=now, window=lenient)) == expected
    assert is_late(lenient, now)


def test_an_extension_opens_a_closed_window_until_its_own_end():
    until = end_of(date(2026, 12, 31))
    extended = replace(INSIDE, extension_until=until)
    assert codes(replace(extended, now=until - TICK)) == []
    assert codes(replace(extended, now=until)) == ["extension_ended"]
    assert codes(replace(extended, now=NOVEMBER.opens_at - TICK)) == ["window_not_open"]


def test_everything_but_the_one_off_filing_waits_for_the_one_off_filing():
    assert codes(replace(INSIDE, one_off_complete=False)) == ["one_off_incomplete"]
    assert codes(replace(INSIDE, one_off_complete=False, family="one_off", window=None)) == []
    assert codes(replace(INSIDE, one_off_complete=False, family="event", window=None)) == [
        "one_off_incomplete"
    ]


def test_termination_takes_effect_at_shanghai_midnight_of_its_day():
    leaving = replace(INSIDE, institution_status="terminated", terminated_from=date(2026, 12, 6))
    midnight = start_of(date(2026, 12, 6))
    assert codes(replace(leaving, now=midnight - TICK)) == []
    assert codes(replace(leaving, now=midnight)) == ["institution_terminated"]


@pytest.mark.parametrize("status", ["pending", "suspended", "terminated"])
def test_an_institution_that_is_not_active_cannot_file(status):
    assert codes(replace(INSIDE, institution_status=status)) == ["institution_not_active"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("draft", []),
        ("returned", []),
        ("withdrawn", []),
        ("submitted", ["not_editable"]),
        ("approved", ["not_editable"]),
    ],
)
def test_only_drafts_and_returned_filings_can_be_changed(state, expected):
    assert codes(replace(INSIDE, state=state)) == expected


def test_all_reasons_come_back_together():
    shut = replace(
        INSIDE,
        now=NOVEMBER.due_at,
        registration_approved=False,
        one_off_complete=False,
        state="approved",
    )
    assert codes(shut) == ["registration_not_approved", "one_off_incomplete", "window_closed", "not_editable"]
    for reason in gate(shut):
        assert describe(reason, "zh") != describe(reason, "en")


def test_before_the_window_the_reason_names_the_dates_in_shanghai_time():
    (reason,) = gate(replace(INSIDE, now=NOVEMBER.opens_at - TICK))
    assert describe(reason, "zh") == (
        "2026年11月月报的报送窗口为 2026-12-01 00:00 至 2026-12-10 23:59，现在尚未开放。请在窗口内填报。"
    )
    assert describe(reason, "en") == (
        "The filing window of November 2026 monthly return runs from 2026-12-01 00:00 to 2026-12-10 23:59. "
        "It is not open yet. File within the window."
    )


def test_a_submitted_filing_says_in_which_state_it_is():
    (reason,) = gate(replace(INSIDE, state="submitted"))
    assert "“审批中”" in describe(reason, "zh")
    assert "under review" in describe(reason, "en")


def test_every_reason_can_be_told_in_both_languages():
    late = replace(INSIDE, now=end_of(date(2027, 1, 5)), extension_until=end_of(date(2026, 12, 31)))
    (ended,) = gate(late)
    assert "2026-12-31 23:59" in describe(ended, "zh") and "2026-12-31 23:59" in describe(ended, "en")
    (gone,) = gate(replace(INSIDE, terminated_from=date(2026, 12, 5)))
    assert "2026-12-05" in describe(gone, "zh") and "2026-12-05" in describe(gone, "en")
    (off,) = gate(replace(INSIDE, institution_status="suspended"))
    assert "停业" in describe(off, "zh") and "suspended" in describe(off, "en")
