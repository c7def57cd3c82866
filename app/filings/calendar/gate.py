"""The gate with facts from the database. Page, Excel, API and console all ask here; the rule is in rules.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select

from app.core import clock
from app.core.db import db, prepared
from app.filings.calendar.models import Extension, ReportingPeriod
from app.filings.calendar.rules import GateInput, OwesInput, Reason, gate
from app.filings.definitions.models import ReportSet
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import OPEN_STATES, change_form
from app.institutions.models import Institution

# Institution states (institutions.rules) in the gate's words.
_STATUS = {"operating": "active", "risk_handling": "active", "deregistered": "terminated"}


def is_one_off_complete(institution_id: int) -> bool:
    """Whether the institution's one-off set is in force."""
    return bool(db.session.scalar(select(exists(_complete(institution_id)))))


def _complete(institution_id: Any) -> Select[Any]:
    return (
        select(Filing.id)
        .join(ReportSet, ReportSet.id == Filing.report_set_id)
        .where(
            Filing.institution_id == institution_id,
            ReportSet.family == "one_off",
            Filing.accepted_version_id.is_not(None),
        )
    )


def gate_facts(institution_id: int, set_id: int, period_id: int) -> tuple[bool, datetime | None]:
    """Whether the one-off set is in force, and until when this filing was extended; one statement."""
    given = {"institution": institution_id, "report_set": set_id, "period": period_id}
    complete, extended = db.session.execute(_facts(), given).one()
    return bool(complete), extended


@prepared
def _facts() -> Select[bool, datetime | None]:
    until = select(func.max(Extension.granted_until)).where(
        Extension.institution_id == bindparam("institution"),
        Extension.report_set_id == bindparam("report_set"),
        Extension.period_id == bindparam("period"),
        Extension.status == "granted",
    )
    return select(exists(_complete(bindparam("institution"))), until.scalar_subquery())


def gate_reasons(
    institution: Institution,
    report_set: ReportSet,
    period: ReportingPeriod | None,
    filing: Filing | None,
    now: datetime,
    *,
    one_off_complete: bool | None = None,
    granted: Mapping[tuple[int, int], datetime] | None = None,
    change: str = "",
) -> tuple[Reason, ...]:
    """Every reason why this filing cannot be changed or submitted now; empty when it can.

    `change` is the code of a change that may not have been begun yet: another one of its form may stand open.

    Whoever asks for many places at once gives `one_off_complete` and `granted`, the ends of extensions by (report
    set, period), so that nothing is read per place.
    """
    complete, extended = bool(one_off_complete), None
    if granted is not None and period is not None:
        extended = granted.get((report_set.id, period.id))
    elif period is not None or (one_off_complete is None and report_set.family != "one_off"):
        stored, extended = gate_facts(institution.id, report_set.id, period.id if period else 0)
        complete = stored if one_off_complete is None else one_off_complete
    given = gate_input(institution, report_set, period, filing, now, complete, extended)
    if change and filing is None:
        given = replace(given, open_change=open_change(institution.id, change_form(change)) or "")
    return gate(given)


def open_change(institution_id: int, form: str) -> str | None:
    """The code of the change of a form that is being prepared or decided on."""
    query = select(Filing.period_code).where(
        Filing.institution_id == institution_id, Filing.change_form == form, Filing.status.in_(OPEN_STATES)
    )
    return db.session.scalar(query)


def gate_input(
    institution: Institution,
    report_set: ReportSet,
    period: ReportingPeriod | None,
    filing: Filing | None,
    now: datetime,
    one_off_complete: bool,
    extension_until: datetime | None,
) -> GateInput:
    """The stored facts in the gate's words."""
    return GateInput(
        now=now,
        family=report_set.family,
        registration_approved=institution.admitted_at is not None or institution.status != "preparing",
        institution_status=gate_status(institution.status),
        one_off_complete=one_off_complete,
        state=filing.status if filing else "draft",
        window=period.window if period else None,
        extension_until=extension_until,
        correction_until=filing.correct_until if filing else None,
        terminated_from=institution.terminated_on,
    )


def gate_status(status: str) -> str:
    """An institution's stored state in the gate's words."""
    return _STATUS.get(status, status)


def owes_input(
    institution: Any, report_set: ReportSet, period: ReportingPeriod | None, now: datetime
) -> OwesInput:
    """The stored facts that decide on what is owed. `institution` is one, or a row with its columns."""
    admitted = institution.admitted_at
    return OwesInput(
        today=clock.local(now).date(),
        industry=institution.industry,
        status=gate_status(institution.status),
        set_industry=report_set.industry,
        set_starts_on=report_set.starts_on,
        admitted_on=clock.local(admitted).date() if admitted else None,
        licence_from=institution.licence_from,
        licence_to=institution.licence_to,
        terminated_on=institution.terminated_on,
        start=period.start_date if period else None,
        end=period.end_date if period else None,
        due_day=clock.last_day(period.due_at) if period else None,
    )
