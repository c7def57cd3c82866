"""Periods by rule, with due days moved off days nobody works."""

from datetime import date

import pytest

from app.core.clock import end_of, start_of
from app.filings.calendar.periods import (
    DEFAULT_RULES,
    PeriodRule,
    day_note,
    is_workday,
    next_workday,
    periods,
    skipped_days,
)


def test_a_year_has_twelve_months_four_quarters_and_one_year():
    assert [p.code for p in periods("quarterly", 2026)] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert [p.code for p in periods("annual", 2026)] == ["2026"]
    months = periods("monthly", 2026)
    assert len(months) == 12
    assert (months[1].start, months[1].end) == (date(2026, 2, 1), date(2026, 2, 28))
    assert months[10].name_zh == "2026年11月月报"
    assert months[10].name_en == "November 2026 monthly return"


def test_a_window_opens_the_day_after_the_period_and_ends_with_the_due_day():
    november = periods("monthly", 2026)[10]
    assert november.opens_at == start_of(date(2026, 12, 1))
    assert november.due_day == date(2026, 12, 10)
    assert november.due_at == end_of(date(2026, 12, 10)) == november.closes_at
    assert november.attributes == {
        "month": 11,
        "quarter": 4,
        "year": 2026,
        "start": date(2026, 11, 1),
        "end": date(2026, 11, 30),
    }


def test_the_due_day_moves_past_the_national_holiday_and_counts_make_up_days():
    september = periods("monthly", 2026, PeriodRule(due_days=3))[8]
    assert september.due_day == date(2026, 10, 8)  # 1-7 October are holidays
    assert is_workday(date(2026, 10, 10)) == (True, True)  # a Saturday that is worked
    assert next_workday(date(2026, 10, 10)) == (date(2026, 10, 10), True)


def test_a_year_without_published_holidays_falls_back_to_weekends_and_says_so():
    december = periods("monthly", 2027)[11]
    assert december.due_day == date(2028, 1, 10) and not december.holidays_known
    assert next_workday(date(2028, 1, 1)) == (date(2028, 1, 3), False)
    assert periods("monthly", 2026)[4].holidays_known


@pytest.mark.parametrize(("year", "due"), [(2022, date(2023, 4, 30)), (2023, date(2024, 4, 30))])
def test_the_annual_return_is_due_by_30_april_in_leap_years_too(year, due):
    rule = PeriodRule(due_days=0, due_months=4, shifts_to_workday=False)
    (annual,) = periods("annual", year, rule)
    assert annual.due_day == due


def test_late_days_move_only_the_closing():
    november = periods("monthly", 2026, PeriodRule(due_days=10, late_days=5))[10]
    assert november.due_at == end_of(date(2026, 12, 10))
    assert november.closes_at == end_of(date(2026, 12, 15))


def test_every_frequency_of_the_catalogue_has_a_default_rule():
    for frequency in ("monthly", "quarterly", "annual"):
        assert periods(frequency, 2025, DEFAULT_RULES[frequency])
    with pytest.raises(KeyError):
        periods("weekly", 2025)


def test_a_due_day_can_be_a_day_of_a_later_month():
    rule = PeriodRule(due_months=4, due_day=30, shifts_to_workday=False)
    assert [periods("annual", year, rule)[0].due_day for year in (2022, 2023)] == [
        date(2023, 4, 30),
        date(2024, 4, 30),
    ]
    months = periods("monthly", 2026, PeriodRule(due_months=1, due_day=31, shifts_to_workday=False))
    assert months[0].due_day == date(2026, 2, 28)
    assert months[11].due_day == date(2027, 1, 31)
    (first, *_others) = periods(
        "quarterly", 2026, PeriodRule(due_months=1, due_day=20, shifts_to_workday=False)
    )
    assert first.due_day == date(2026, 4, 20)


def test_the_days_a_deadline_moved_over_are_named_in_both_languages():
    september = periods("monthly", 2026, PeriodRule(due_days=3))[8]
    told = [(note.day, note.zh, note.en) for note in skipped_days(september)]
    assert told[0] == (date(2026, 10, 3), "国庆节（周六）", "National Day (Saturday)")
    assert [day for day, _zh, _en in told] == [date(2026, 10, number) for number in range(3, 8)]
    assert september.planned_day == date(2026, 10, 3)
    make_up = day_note(date(2026, 10, 10))
    assert (make_up.zh, make_up.en, make_up.works) == (
        "周六（调休上班）",
        "Saturday (make-up working day)",
        True,
    )
    assert day_note(date(2026, 10, 11)).zh == "周日"
    assert not day_note(date(2028, 1, 1)).known


def test_a_day_that_needs_no_shift_moved_over_nothing():
    assert skipped_days(periods("monthly", 2026)[10]) == ()
