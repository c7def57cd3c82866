"""Making reporting periods by rule."""

from __future__ import annotations

from sqlalchemy import select

from app.core.db import db
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import DEFAULT_RULES, PeriodDates, PeriodRule, periods


def generate_periods(year: int, rules: dict[str, PeriodRule] | None = None) -> list[ReportingPeriod]:
    """Create the year's months, quarters and the year itself where they are missing; existing ones stay."""
    known = {(p.frequency, p.code) for p in db.session.scalars(select(ReportingPeriod))}
    created = []
    for frequency, rule in (rules or DEFAULT_RULES).items():
        for dates in periods(frequency, year, rule):
            if (frequency, dates.code) not in known:
                created.append(_period(dates))
    db.session.add_all(created)
    db.session.flush()
    return created


def _period(dates: PeriodDates) -> ReportingPeriod:
    return ReportingPeriod(
        frequency=dates.frequency,
        code=dates.code,
        name_zh=dates.name_zh,
        name_en=dates.name_en,
        start_date=dates.start,
        end_date=dates.end,
        opens_at=dates.opens_at,
        due_at=dates.due_at,
        closes_at=dates.closes_at,
        allows_late=dates.closes_at > dates.due_at,
    )
