"""Whose filing, of what, for when, handled by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, bindparam, func, select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db, prepared
from app.filings.calendar.gate import gate_reasons
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.rules import Reason
from app.filings.definitions.models import ReportSet
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import ONCE, change_form, change_parts
from app.institutions.models import Institution


@dataclass(frozen=True)
class Place:
    """Whose filing, of what, for when, handled by whom: what every verb on a draft needs.

    A change of a one-off form has its code (GG01-02) in `change` and no period.
    """

    institution: Institution
    report_set: ReportSet
    period: ReportingPeriod | None
    actor: Account
    now: datetime
    change: str = ""

    @property
    def period_code(self) -> str:
        """The period's code, or the one for filings without a period."""
        return self.period.code if self.period else self.change or ONCE

    @property
    def change_form(self) -> str:
        """The one form that a change is about; '' for other filings."""
        return change_form(self.change)

    @property
    def codes(self) -> list[str]:
        """The forms that are filed here."""
        day = self.period.end_date if self.period else clock.local(self.now).date()
        return forms_filed(self.report_set, self.period_code, day)


def forms_filed(report_set: ReportSet, period_code: str, day: date) -> list[str]:
    """The forms of a set that one filing consists of: those of a period that ends on `day`, or the one changed."""
    return [change_form(period_code)] if report_set.is_change else report_set.codes_on(day)


def place_of_address(
    institution: Institution, report_set: ReportSet, period_code: str, actor: Account, now: datetime
) -> Place | None:
    """The place that a set and a period's (or a change's) code name; None when there is no such place."""
    if report_set.is_change:
        parts = change_parts(period_code)
        if parts is None or parts[0] not in report_set.codes:
            return None
        if not 1 <= parts[1] <= changes_filed(institution.id, parts[0]) + 1:
            return None
        return Place(institution, report_set, None, actor, now, change=period_code)
    if report_set.frequency == ONCE:
        return Place(institution, report_set, None, actor, now) if period_code == ONCE else None
    found = db.session.scalars(_period_of_code(), {"frequency": report_set.frequency, "code": period_code})
    period = found.first()
    return Place(institution, report_set, period, actor, now) if period else None


@prepared
def _period_of_code() -> Select[tuple[ReportingPeriod]]:
    return select(ReportingPeriod).where(
        ReportingPeriod.frequency == bindparam("frequency"), ReportingPeriod.code == bindparam("code")
    )


def changes_filed(institution_id: int, form: str) -> int:
    """How many changes of a form an institution has begun so far."""
    query = select(func.count()).where(Filing.institution_id == institution_id, Filing.change_form == form)
    return db.session.scalar(query) or 0


def reasons_at(place: Place, filing: Filing | None) -> tuple[Reason, ...]:
    """Every reason why nothing can be changed or handed in here now: the gate's answer."""
    return gate_reasons(
        place.institution, place.report_set, place.period, filing, place.now, change=place.change
    )


def filing_query(place: Place) -> Select[tuple[Filing]]:
    """The statement that finds the place's filing."""
    return select(Filing).where(
        Filing.institution_id == place.institution.id,
        Filing.report_set_id == place.report_set.id,
        Filing.period_code == place.period_code,
    )


def filing_at(place: Place) -> Filing | None:
    """The filing of the place, if one has been started."""
    return db.session.scalars(filing_query(place)).first()
