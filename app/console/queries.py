"""What the console's first page counts, inside the reader's scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from app.core import clock
from app.core.db import db
from app.filings.calendar.models import ReportingPeriod
from app.filings.definitions.models import ReportSet
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import ACCEPTED_STATES
from app.institutions.models import Institution, Registration
from app.institutions.rules import LISTED_STATES


@dataclass(frozen=True)
class Completeness:
    """How far one set is in one period: numbers of institutions."""

    report_set: ReportSet
    period: ReportingPeriod
    owed: int
    accepted: int
    submitted: int
    returned: int
    started: int

    @property
    def missing(self) -> int:
        """Those that have handed nothing in, or have to correct."""
        return max(self.owed - self.accepted - self.submitted, 0)


def waiting_filings() -> int:
    """Filings that wait for a decision."""
    query = select(func.count()).select_from(Filing).where(Filing.status == "submitted")
    return int(db.session.scalar(query) or 0)


def waiting_registrations() -> int:
    """Registrations that wait for a decision."""
    query = select(func.count()).select_from(Registration).where(Registration.status == "submitted")
    return int(db.session.scalar(query) or 0)


def completeness(now: datetime) -> list[Completeness]:
    """Sets whose window is open or closed last, with what has come in; three statements."""
    owed = _institutions_by_industry()
    rows = _latest_periods(now)
    counted = _filings_by_state({period.id for _set, period in rows})
    found = []
    for report_set, period in rows:
        numbers = counted.get((report_set.id, period.id), {})
        found.append(
            Completeness(
                report_set,
                period,
                owed=owed.get(report_set.industry, 0),
                accepted=sum(numbers.get(state, 0) for state in ACCEPTED_STATES),
                submitted=numbers.get("submitted", 0),
                returned=numbers.get("returned", 0),
                started=numbers.get("draft", 0),
            )
        )
    return [one for one in found if one.owed]


def _institutions_by_industry() -> dict[str, int]:
    query = (
        select(Institution.industry, func.count())
        .where(Institution.status.in_(LISTED_STATES))
        .group_by(Institution.industry)
    )
    return {industry: number for industry, number in db.session.execute(query)}


def _latest_periods(now: datetime) -> list[tuple[ReportSet, ReportingPeriod]]:
    """For each set with periods the one whose window opened last."""
    opened = (
        select(ReportingPeriod.frequency, func.max(ReportingPeriod.end_date).label("end"))
        .where(ReportingPeriod.opens_at <= now, ReportingPeriod.end_date < clock.local(now).date())
        .group_by(ReportingPeriod.frequency)
        .subquery()
    )
    query = (
        select(ReportSet, ReportingPeriod)
        .join(ReportingPeriod, ReportingPeriod.frequency == ReportSet.frequency)
        .join(
            opened,
            (opened.c.frequency == ReportingPeriod.frequency) & (opened.c.end == ReportingPeriod.end_date),
        )
        .where(ReportSet.starts_on <= ReportingPeriod.end_date)
        .order_by(case((ReportSet.frequency == "monthly", 0), else_=1), ReportSet.id)
    )
    return [(report_set, period) for report_set, period in db.session.execute(query)]


def _filings_by_state(period_ids: set[int]) -> dict[tuple[int, int], dict[str, int]]:
    query = (
        select(Filing.report_set_id, Filing.period_id, Filing.status, func.count())
        .where(Filing.period_id.in_(period_ids))
        .group_by(Filing.report_set_id, Filing.period_id, Filing.status)
    )
    found: dict[tuple[int, int], dict[str, int]] = {}
    for set_id, period_id, status, number in db.session.execute(query):
        found.setdefault((set_id, int(period_id or 0)), {})[status] = number
    return found
