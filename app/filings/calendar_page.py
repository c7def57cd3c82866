"""View models of the reporting calendar: the preview of a rule, and the year at a glance."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import DayNote, day_note, skipped_days
from app.filings.calendar.services import PlannedPeriod


@dataclass(frozen=True)
class PlannedLine:
    """One period of the preview, in words. `former` is the stored due day and closing where it differs."""

    name: str
    opens: str
    due: str
    weekday: str
    shift: str
    closing: str
    former: str
    state: str
    holidays_known: bool


def planned_lines(plan: list[PlannedPeriod], language: str) -> list[PlannedLine]:
    """The preview's lines in a language."""
    return [_line(one, language) for one in plan]


def _line(one: PlannedPeriod, language: str) -> PlannedLine:
    dates = one.dates
    due = day_note(dates.due_day)
    differs = one.stored is not None and one.state in ("differs", "opened")
    return PlannedLine(
        name=dates.name_en if language == "en" else dates.name_zh,
        opens=clock.local(dates.opens_at).date().isoformat(),
        due=dates.due_day.isoformat(),
        weekday=_word(due, language),
        shift=_shift(one, language),
        closing=dates.closing_day.isoformat() if dates.closing_day > dates.due_day else "",
        former=_former(one.stored) if differs and one.stored else "",
        state=one.state,
        holidays_known=dates.holidays_known,
    )


def _former(stored: ReportingPeriod) -> str:
    opens, due = clock.local(stored.opens_at).date(), clock.last_day(stored.due_at)
    told = _("%(opens)s 开放，%(due)s 截止", opens=opens.isoformat(), due=due.isoformat())
    if stored.allows_late:
        told += _("，补报至 %(closes)s", closes=clock.last_day(stored.closes_at).isoformat())
    return told


def _shift(one: PlannedPeriod, language: str) -> str:
    """Over which days the due day moved: '05-10 周日 → 05-11'."""
    skipped = skipped_days(one.dates)
    if not skipped:
        return ""
    words = []
    for note in skipped:
        words.append(f"{note.day:%m-%d} {_word(note, language)}")
    joined = "、".join(words) if language != "en" else ", ".join(words)
    return f"{joined} → {one.dates.due_day:%m-%d}"


def _word(note: DayNote, language: str) -> str:
    return note.en if language == "en" else note.zh


@dataclass
class CalendarDay:
    """One day of the year's calendar; `due` and `opens` name periods."""

    day: date
    number: int
    note: str
    is_off: bool
    is_make_up: bool
    due: list[ReportingPeriod] = field(default_factory=list)
    opens: list[ReportingPeriod] = field(default_factory=list)


@dataclass
class CalendarMonth:
    """Weeks of seven; None pads the first and the last."""

    number: int
    weeks: list[list[CalendarDay | None]]
    due: list[tuple[date, ReportingPeriod]]
    known: bool


def year_months(year: int, language: str) -> list[CalendarMonth]:
    """The year's months with what opens and falls due; one statement."""
    start, end = clock.start_of(date(year, 1, 1)), clock.end_of(date(year, 12, 31))
    query = select(ReportingPeriod).where(ReportingPeriod.opens_at < end, ReportingPeriod.due_at > start)
    due: dict[date, list[ReportingPeriod]] = {}
    opens: dict[date, list[ReportingPeriod]] = {}
    for period in db.session.scalars(query.order_by(ReportingPeriod.due_at, ReportingPeriod.id)):
        due.setdefault(clock.last_day(period.due_at), []).append(period)
        opens.setdefault(clock.local(period.opens_at).date(), []).append(period)
    return [_month(year, number, due, opens, language) for number in range(1, 13)]


def _month(
    year: int, number: int, due: dict[date, Any], opens: dict[date, Any], language: str
) -> CalendarMonth:
    weeks: list[list[CalendarDay | None]] = []
    listed: list[tuple[date, ReportingPeriod]] = []
    known = True
    for week in calendar.Calendar().monthdatescalendar(year, number):
        line: list[CalendarDay | None] = []
        for day in week:
            if day.month != number:
                line.append(None)
                continue
            note = day_note(day)
            known = known and note.known
            found = CalendarDay(
                day, day.day, _word(note, language), not note.works, note.works and day.weekday() >= 5,
                due.get(day, []), opens.get(day, []),
            )  # fmt: skip
            listed += [(day, period) for period in found.due]
            line.append(found)
        weeks.append(line)
    return CalendarMonth(number, weeks, listed, known)
