"""What an institution has to file and how far each filing is: the list page and the to-do list read this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.filings.calendar.extension_queries import granted_until
from app.filings.calendar.gate import gate_reasons, owes_input
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.rules import Reason, owes
from app.filings.definitions.models import ReportSet
from app.filings.definitions.queries import sets_of
from app.filings.labels import shown_state
from app.filings.submissions.models import Filing, FilingForm
from app.filings.submissions.rules import EDITABLE, HANDED_IN_STATES, ONCE
from app.institutions.models import Institution


@dataclass(frozen=True)
class Obligation:
    """One report set for one period. `filled` counts the forms that have a draft, of `total` forms; `not_owed` says
    why the institution need not file it; `extended_until` is the (exclusive) end of the extension granted."""

    report_set: ReportSet
    period: ReportingPeriod | None
    filing: Filing | None
    reasons: tuple[Reason, ...]
    filled: int
    now: datetime
    not_owed: Reason | None = None
    extended_until: datetime | None = None

    @property
    def period_code(self) -> str:
        """The period's code in addresses."""
        return self.period.code if self.period else ONCE

    @property
    def total(self) -> int:
        """How many forms the set has."""
        day = self.period.end_date if self.period else clock.local(self.now).date()
        return len(self.report_set.codes_on(day))

    @property
    def is_open(self) -> bool:
        """Whether it can be filled in and handed in now."""
        return not self.reasons

    @property
    def is_handed_in(self) -> bool:
        """Whether the regulator has it."""
        return self.filing is not None and self.filing.status in HANDED_IN_STATES

    @property
    def is_owed(self) -> bool:
        """Whether it has to be filed at all."""
        return self.not_owed is None

    @property
    def state(self) -> str:
        """The filing's state; before there is one: upcoming, blank (to be filled) or overdue."""
        status = shown_state(self.filing) if self.filing else ""
        if status and status not in (*EDITABLE, "withdrawn"):
            return status
        if self.period is None or status == "returned":
            return status or "blank"
        if self.now < self.period.opens_at:
            return "upcoming"
        extended = self.extended_until is not None and self.now < self.extended_until
        if self.now >= self.period.due_at and self.is_owed and not extended:
            return "overdue"
        return status or "blank"

    @property
    def due_at(self) -> datetime | None:
        """When it has to be in: the correction's deadline when returned, else the period's or the extension's."""
        if self.filing is not None and self.filing.status == "returned" and self.filing.correct_until:
            return max(self.filing.correct_until, self.extended_until or self.filing.correct_until)
        if self.period is None:
            return None
        return max(self.period.due_at, self.extended_until or self.period.due_at)


def obligations(institution: Institution, now: datetime) -> list[Obligation]:
    """Every set of the institution's industry × every period that has begun, newest first; six statements."""
    sets = sets_of(institution.industry)
    filings = {(f.report_set_id, f.period_code): f for f in _filings(institution.id)}
    filled = _filled(institution.id)
    granted = granted_until(institution.id)
    periods = _periods(now)
    one_off = {report_set.id for report_set in sets if report_set.family == "one_off"}
    complete = any(
        filing.accepted_version_id is not None and set_id in one_off
        for (set_id, _code), filing in filings.items()
    )
    found = []
    for report_set in sets:
        listed: list[ReportingPeriod | None] = [
            period
            for period in periods.get(report_set.frequency, [])
            if period.end_date >= report_set.starts_on
        ]
        if report_set.family == "one_off":
            listed = [None]
        for period in listed:
            filing = filings.get((report_set.id, period.code if period else ONCE))
            reasons = gate_reasons(
                institution, report_set, period, filing, now, one_off_complete=complete, granted=granted
            )
            found.append(
                Obligation(
                    report_set=report_set,
                    period=period,
                    filing=filing,
                    reasons=reasons,
                    filled=filled.get(filing.id, 0) if filing else 0,
                    now=now,
                    not_owed=owes(owes_input(institution, report_set, period, now)),
                    extended_until=granted.get((report_set.id, period.id)) if period else None,
                )
            )
    return found


def _filings(institution_id: int) -> list[Filing]:
    return list(db.session.scalars(select(Filing).where(Filing.institution_id == institution_id)))


def _filled(institution_id: int) -> dict[int, int]:
    query = (
        select(FilingForm.filing_id, func.count())
        .where(FilingForm.institution_id == institution_id)
        .group_by(FilingForm.filing_id)
    )
    return {filing: number for filing, number in db.session.execute(query)}


def _periods(now: datetime) -> dict[str, list[ReportingPeriod]]:
    query = (
        select(ReportingPeriod)
        .where(ReportingPeriod.start_date <= clock.local(now).date())
        .order_by(ReportingPeriod.end_date.desc())
    )
    found: dict[str, list[ReportingPeriod]] = {}
    for period in db.session.scalars(query):
        found.setdefault(period.frequency, []).append(period)
    return found
