"""催报: reminding institutions of what they owe. A reminder is an event of the institution; it goes to inbox and e-mail
and stands in the to-do list. Nobody is reminded of the same thing twice within a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import NotAllowed
from app.core.events import Event, record
from app.institutions.models import Institution
from app.institutions.telling import tell_institution

if TYPE_CHECKING:
    from app.filings.completeness import Due

KIND = "FilingReminded"
PAUSE = timedelta(hours=24)


@dataclass(frozen=True)
class Reminded:
    """How many institutions were reminded, how many of them have no address, how many had been reminded lately."""

    institutions: int
    without_address: int
    lately: int


def last_reminders(period_code: str) -> dict[tuple[int, str], datetime]:
    """When institutions were last reminded for a period, by (institution, report set's key); one statement."""
    query = select(Event.institution_id, Event.data, Event.at).where(Event.kind == KIND).order_by(Event.id)
    return {
        (int(institution or 0), str(data.get("report_set"))): at
        for institution, data, at in db.session.execute(query)
        if data.get("period") == period_code
    }


def reminders_of(institution_id: int) -> dict[tuple[str, str], datetime]:
    """When an institution was last reminded of what, by (report set's key, period's code)."""
    query = select(Event.data, Event.at).where(Event.institution_id == institution_id, Event.kind == KIND)
    return {
        (str(data.get("report_set")), str(data.get("period"))): at
        for data, at in db.session.execute(query.order_by(Event.id))
    }


def remind(chosen: Iterable[Due], actor: Account, now: datetime) -> Reminded:
    """One e-mail per institution with everything of the chosen obligations that is missing."""
    if not actor.is_staff:
        raise NotAllowed(_("只有监管人员可以催报。"))
    missing = [due for due in chosen if due.is_missing]
    ids = sorted({due.institution.id for due in missing})
    # Two people who remind at once: the second waits here, and then finds the first one's reminders.
    db.session.execute(
        select(Institution.id).where(Institution.id.in_(ids)).order_by(Institution.id).with_for_update()
    )
    told = _told_since(now - PAUSE)
    fresh: dict[int, list[Due]] = {}
    for due in missing:
        if (due.institution.id, due.set_key, due.obligation.period_code) not in told:
            fresh.setdefault(due.institution.id, []).append(due)
    institutions = {
        one.id: one for one in db.session.scalars(select(Institution).where(Institution.id.in_(list(fresh))))
    }
    silent = sum(not _tell(institutions[key], items, actor, now) for key, items in fresh.items())
    return Reminded(len(fresh), silent, len(ids) - len(fresh))


def _told_since(moment: datetime) -> set[tuple[int, str, str]]:
    query = select(Event.institution_id, Event.data).where(Event.kind == KIND, Event.at > moment)
    return {
        (int(institution or 0), str(data.get("report_set")), str(data.get("period")))
        for institution, data in db.session.execute(query)
    }


def _tell(institution: Institution, items: list[Due], actor: Account, now: datetime) -> bool:
    """Events, inbox and e-mail; False when there is neither an account nor an address."""
    for due in items:
        data = {"report_set": due.set_key, "period": due.obligation.period_code, "state": due.state}
        record(KIND, institution, actor=actor, now=now, data=data)
    lines = [line_of(due) for due in items]
    context = {"list": tuple("\n".join(words) for words in zip(*lines, strict=True))}
    return tell_institution(institution, "filing_reminder", context, "/workspace/", now=now) > 0


def line_of(due: Due) -> tuple[str, str]:
    """One obligation with its deadline, in both languages."""
    item = due.obligation
    until = clock.show_end(item.due_at) if item.due_at else ""
    period = item.period
    zh = f"· {item.report_set.name_zh}" + (f"（{period.name_zh}）" if period else "")
    en = f"· {item.report_set.name_en}" + (f" ({period.name_en})" if period else "")
    return zh + (f"，截止 {until}" if until else ""), en + (f", due {until}" if until else "")
