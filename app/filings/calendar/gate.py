"""The gate with facts from the database. Page, Excel, API and console all ask here; the rule is in rules.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from app.core.db import db
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.rules import GateInput, Reason, gate
from app.filings.definitions.models import ReportSet
from app.filings.submissions.models import Filing
from app.institutions.models import Institution

# Institution states (institutions.rules) in the gate's words.
_STATUS = {"operating": "active", "risk_handling": "active", "deregistered": "terminated"}


def is_one_off_complete(institution_id: int) -> bool:
    """Whether the institution's one-off set is in force."""
    query = (
        select(Filing.id)
        .join(ReportSet, ReportSet.id == Filing.report_set_id)
        .where(
            Filing.institution_id == institution_id,
            ReportSet.family == "one_off",
            Filing.accepted_version_id.is_not(None),
        )
    )
    return bool(db.session.scalar(select(exists(query))))


def gate_reasons(
    institution: Institution,
    report_set: ReportSet,
    period: ReportingPeriod | None,
    filing: Filing | None,
    now: datetime,
    *,
    one_off_complete: bool | None = None,
) -> tuple[Reason, ...]:
    """Every reason why this filing cannot be changed or submitted now; empty when it can."""
    if one_off_complete is None and report_set.family != "one_off":
        one_off_complete = is_one_off_complete(institution.id)
    return gate(
        GateInput(
            now=now,
            family=report_set.family,
            registration_approved=institution.admitted_at is not None or institution.status != "preparing",
            institution_status=_STATUS.get(institution.status, institution.status),
            one_off_complete=bool(one_off_complete),
            state=filing.status if filing else "draft",
            window=period.window if period else None,
            extension_until=filing.correct_until if filing else None,
            terminated_from=institution.terminated_on,
        )
    )
