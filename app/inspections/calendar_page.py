"""One month of inspections: weeks of days, each with who is on site and what falls due."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.filings.calendar.periods import DayNote, day_note
from app.inspections.models import Inspection


@dataclass
class Day:
    """A day of the month, or a blank before and after it (`note` is none)."""

    day: date
    note: DayNote | None
    on_site: list[Inspection] = field(default_factory=list)
    due: list[Inspection] = field(default_factory=list)


def month_of(text: str, today: date) -> date:
    """The first day of '2026-03'; of the present month for anything else."""
    found = re.fullmatch(r"(20\d\d|19\d\d)-(0[1-9]|1[0-2])", text)
    return date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)


def weeks(first: date, last: date, inspections: Sequence[Inspection]) -> list[list[Day]]:
    """From Monday to Sunday; what lies outside the month is blank."""
    start = first - timedelta(days=first.weekday())
    end = last + timedelta(days=6 - last.weekday())
    days = [_day(start + timedelta(days=at), first, last) for at in range((end - start).days + 1)]
    for one in days:
        if one.note is not None:
            works = one.note.works
            one.on_site = [x for x in inspections if _is_on_site(x, one.day, works=works)]
            one.due = [x for x in inspections if x.rectify_by == one.day]
    return [days[at : at + 7] for at in range(0, len(days), 7)]


def _day(day: date, first: date, last: date) -> Day:
    return Day(day, day_note(day) if first <= day <= last else None)


def _is_on_site(inspection: Inspection, day: date, *, works: bool) -> bool:
    """Days nobody works lie within the time, but only its first and last are meant to be worked on."""
    first, last = inspection.planned_from, inspection.planned_to
    return bool(first and last and first <= day <= last) and (works or day in (first, last))
