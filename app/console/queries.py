"""What the console's first page counts, inside the reader's scope."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from app.core import clock
from app.core.db import db
from app.filings.calendar.gate import owes_input
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.rules import owes
from app.filings.definitions.models import ReportSet
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import ACCEPTED_STATES
from app.institutions.models import Institution, Registration


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
    """Sets whose window is open or closed last, with what has come in of what is owed; three statements."""
    institutions = _institutions()
    rows = _latest_periods(now)
    statuses = _filing_states({period.id for _set, period in rows})
    found = []
    for report_set, period in rows:
        owing = [
            one.id
            for one in institutions
            if one.industry == report_set.industry and owes(owes_input(one, report_set, period, now)) is None
        ]
        states = Counter(statuses.get((report_set.id, period.id, key)) for key in owing)
        found.append(
            Completeness(
                report_set,
                period,
                owed=len(owing),
                accepted=sum(states[state] for state in ACCEPTED_STATES),
                submitted=states["submitted"],
                returned=states["returned"],
                started=states["draft"],
            )
        )
    return [one for one in found if one.owed]


def _institutions() -> list[Any]:
    """The columns that decide on what is owed, of every institution in the reader's scope."""
    columns = (
        Institution.id,
        Institution.industry,
        Institution.status,
        Institution.admitted_at,
        Institution.licence_from,
        Institution.licence_to,
        Institution.terminated_on,
    )
    return list(db.session.execute(select(*columns)))


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


def _filing_states(period_ids: set[int]) -> dict[tuple[int, int, int], str]:
    """(report set, period, institution) -> state."""
    query = select(Filing.report_set_id, Filing.period_id, Filing.institution_id, Filing.status)
    rows = db.session.execute(query.where(Filing.period_id.in_(period_ids)))
    return {(set_id, int(period_id or 0), key): status for set_id, period_id, key, status in rows}
