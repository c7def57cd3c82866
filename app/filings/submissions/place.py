"""Whose filing, of what, for when, handled by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from app.accounts.models import Account
from app.core.db import db
from app.filings.calendar.models import ReportingPeriod
from app.filings.definitions.models import ReportSet
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import ONCE
from app.institutions.models import Institution


@dataclass(frozen=True)
class Place:
    """Whose filing, of what, for when, handled by whom: what every verb on a draft needs."""

    institution: Institution
    report_set: ReportSet
    period: ReportingPeriod | None
    actor: Account
    now: datetime

    @property
    def period_code(self) -> str:
        """The period's code, or the one for filings without a period."""
        return self.period.code if self.period else ONCE


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
