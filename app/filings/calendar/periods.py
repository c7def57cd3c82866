"""Reporting periods by rule: first and last day, opening, due and closing moment.

Due days move off weekends and Chinese public holidays to the next working day (make-up working days
count as working days). The holidays of a year are published in the autumn before; for years nobody
knows yet only weekends count, and the period says so.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar

from app.core.clock import end_of, start_of

MONTHS = {"monthly": 1, "quarterly": 3, "annual": 12}
_MONTH_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """When filings of a period are due; late ones are taken until `late_days` later.

    With `due_day` that day of the month `due_months` after the period's last one (30, 4: 30 April of the next year;
    31 means the month's last day where it is shorter). Without it `due_months` whole months plus `due_days` days
    after the period's last day.
    """

    due_days: int = 0
    due_months: int = 0
    due_day: int = 0
    opens_after_days: int = 1
    late_days: int = 0
    shifts_to_workday: bool = True


# Customary deadlines: month + 10 days, quarter + 20 days, year by 30 April; the regulator may change them.
DEFAULT_RULES = {
    "monthly": PeriodRule(due_days=10),
    "quarterly": PeriodRule(due_days=20),
    "annual": PeriodRule(due_days=0, due_months=4),
}


@dataclass(frozen=True, slots=True)
class PeriodDates:
    """One reporting period. Moments are aware; due and closing are exclusive (00:00 of the next day)."""

    code: str
    frequency: str
    name_zh: str
    name_en: str
    start: date
    end: date
    opens_at: datetime
    due_at: datetime
    closes_at: datetime
    due_day: date
    holidays_known: bool
    planned_day: date  # the due day before it moved off days nobody works
    closing_day: date

    @property
    def attributes(self) -> dict[str, object]:
        """What expressions may ask of PERIOD, except today."""
        return {
            "month": self.end.month,
            "quarter": (self.end.month + 2) // 3,
            "year": self.end.year,
            "start": self.start,
            "end": self.end,
        }


def periods(frequency: str, year: int, rule: PeriodRule | None = None) -> tuple[PeriodDates, ...]:
    """The periods of `frequency` (a key of MONTHS, else KeyError) that end in `year`."""
    length = MONTHS[frequency]
    chosen = rule or DEFAULT_RULES[frequency]
    return tuple(_period(frequency, year, last, chosen) for last in range(length, 13, length))


def _period(frequency: str, year: int, last_month: int, rule: PeriodRule) -> PeriodDates:
    start = date(year, last_month - MONTHS[frequency] + 1, 1)
    end = month_end(year, last_month)
    planned = _planned_day(end, rule)
    due, due_known = next_workday(planned) if rule.shifts_to_workday else (planned, True)
    close, close_known = due, True
    if rule.late_days:
        close = due + timedelta(days=rule.late_days)
        close, close_known = next_workday(close) if rule.shifts_to_workday else (close, True)
    code, name_zh, name_en = _names(frequency, end)
    return PeriodDates(
        code=code,
        frequency=frequency,
        name_zh=name_zh,
        name_en=name_en,
        start=start,
        end=end,
        opens_at=start_of(end + timedelta(days=rule.opens_after_days)),
        due_at=end_of(due),
        closes_at=end_of(close),
        due_day=due,
        holidays_known=due_known and close_known,
        planned_day=planned,
        closing_day=close,
    )


def _planned_day(end: date, rule: PeriodRule) -> date:
    if not rule.due_day:
        return _months_later(end, rule.due_months) + timedelta(days=rule.due_days)
    index = end.year * 12 + end.month - 1 + rule.due_months
    last = month_end(index // 12, index % 12 + 1)
    return last.replace(day=min(rule.due_day, last.day))


def _names(frequency: str, end: date) -> tuple[str, str, str]:
    if frequency == "monthly":
        code, month = f"{end:%Y-%m}", _MONTH_EN[end.month - 1]
        return code, f"{end.year}年{end.month}月月报", f"{month} {end.year} monthly return"
    if frequency == "quarterly":
        quarter = end.month // 3
        return (
            f"{end.year}Q{quarter}",
            f"{end.year}年第{quarter}季度季报",
            f"Q{quarter} {end.year} quarterly return",
        )
    return f"{end.year}", f"{end.year}年年报", f"{end.year} annual return"


def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _months_later(end: date, months: int) -> date:
    """Month end to month end: four months after 31 December is 30 April, leap year or not."""
    if not months:
        return end
    index = end.year * 12 + end.month - 1 + months
    return month_end(index // 12, index % 12 + 1)


def next_workday(day: date) -> tuple[date, bool]:
    """`day` or the next working day, and whether the holidays of every day looked at were known."""
    known = True
    while True:
        works, sure = is_workday(day)
        known = known and sure
        if works:
            return day, known
        day += timedelta(days=1)


def is_workday(day: date) -> tuple[bool, bool]:
    """Is it a working day in China, and is that known beyond weekends?"""
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() < 5, False


@dataclass(frozen=True, slots=True)
class DayNote:
    """What kind of day it is, in both languages: '周六', '国庆节', '周六（调休上班）', '周三'."""

    day: date
    works: bool
    known: bool
    zh: str
    en: str


_WEEKDAYS = (
    ("周一", "Monday"), ("周二", "Tuesday"), ("周三", "Wednesday"), ("周四", "Thursday"), ("周五", "Friday"),
    ("周六", "Saturday"), ("周日", "Sunday"),
)  # fmt: skip
_HOLIDAYS_ZH = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}


def day_note(day: date) -> DayNote:
    """Weekday, weekend, public holiday or make-up working day."""
    works, known = is_workday(day)
    zh, en = _WEEKDAYS[day.weekday()]
    holiday = chinese_calendar.get_holiday_detail(day)[1] if known else None
    if works and day.weekday() >= 5:
        zh, en = f"{zh}（调休上班）", f"{en} (make-up working day)"
    elif not works and holiday:
        zh, en = f"{_HOLIDAYS_ZH.get(holiday, holiday)}（{zh}）", f"{holiday} ({en})"
    return DayNote(day, works, known, zh, en)


def skipped_days(dates: PeriodDates) -> tuple[DayNote, ...]:
    """The days over which the due day moved on."""
    number = (dates.due_day - dates.planned_day).days
    return tuple(day_note(dates.planned_day + timedelta(days=step)) for step in range(number))
