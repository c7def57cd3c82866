"""Who is told what about an inspection: inbox and e-mail, in the language that each has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.i18n import both
from app.inspections.labels import KINDS
from app.inspections.models import Finding, Inspection, Item
from app.inspections.queries import possible_approvers
from app.inspections.rules import is_overdue
from app.institutions.telling import tell_institution
from app.messages.inbox import notify


def _company(
    inspection: Inspection, kind: str, now: datetime, page: str = "", key: str | None = None, **context: Any
) -> int:
    link = f"/workspace/inspections/{inspection.id}{page}"
    return tell_institution(inspection.institution, kind, context, link, now=now, key=key)


def _staff(
    recipients: Sequence[Account], inspection: Inspection, kind: str, now: datetime, **context: Any
) -> None:
    values = {"institution": inspection.institution.name, **context}
    notify(kind, recipients, values, f"/console/inspections/show/{inspection.id}", now=now)


def _team(inspection: Inspection) -> list[Account]:
    keys = [one.account_id for one in inspection.team if one.account_id and not one.is_recused]
    return [one for one in (db.session.get(Account, key) for key in keys) if one is not None]


def plan_waits(inspection: Inspection, now: datetime) -> None:
    """To those who may approve it, but neither to who planned or handed it in nor to the team."""
    barred = {
        inspection.created_by_id,
        inspection.submitted_by_id,
        *(one.account_id for one in inspection.team),
    }
    recipients = [one for one in possible_approvers(inspection.institution) if one.id not in barred]
    _staff(recipients, inspection, "inspection_plan_waiting", now, number=inspection.number)


def plan_decided(inspection: Inspection, verdict: str, opinion: str, now: datetime) -> None:
    """To who planned it."""
    planner = db.session.get(Account, inspection.submitted_by_id or inspection.created_by_id)
    decision = ("已批准", "approved") if verdict == "approve" else ("已退回", "returned")
    recipients = [planner] if planner else []
    context = {"number": inspection.number, "decision": decision, "reason": opinion}
    _staff(recipients, inspection, "inspection_plan_decided", now, **context)


def opinion_waits(inspection: Inspection, now: datetime) -> None:
    """To those who may sign the opinion: nobody of the team."""
    team = {one.account_id for one in inspection.team}
    recipients = [one for one in possible_approvers(inspection.institution) if one.id not in team]
    _staff(recipients, inspection, "inspection_opinion_waiting", now, number=inspection.notice_no)


def opinion_decided(inspection: Inspection, verdict: str, remark: str, now: datetime) -> None:
    """To the team."""
    decision = ("已签批并发送", "signed and sent") if verdict == "approve" else ("已退回", "returned")
    context = {"number": inspection.notice_no, "decision": decision, "reason": remark}
    _staff(_team(inspection), inspection, "inspection_opinion_decided", now, **context)


def notice_served(inspection: Inspection, now: datetime) -> None:
    """To the institution."""
    first = min((one.due_on for one in inspection.items if one.due_on), default=None)
    context: dict[str, Any] = {
        "number": inspection.notice_no,
        "start_date": inspection.planned_from,
        "due": first,
    }
    _company(inspection, "notice_served", now, type=both(KINDS[inspection.kind]), **context)


def notice_confirmed(inspection: Inspection, now: datetime) -> None:
    """To the team."""
    what = ("确认收到检查通知书", "confirmed receipt of the notice")
    _staff(_team(inspection), inspection, "inspection_answered", now, what=what, number=inspection.notice_no)


def cancelled(inspection: Inspection, reason: str, now: datetime) -> None:
    """To the institution that had the notice."""
    _company(inspection, "inspection_cancelled", now, number=inspection.notice_no, reason=reason)


def document_returned(inspection: Inspection, item: Item, now: datetime) -> None:
    """To the institution."""
    context = {"number": inspection.notice_no, "name": item.name, "reason": item.remark}
    _company(inspection, "document_returned", now, **context)


def opinion_issued(inspection: Inspection, now: datetime) -> None:
    """To the institution; without a day when there is nothing to rectify."""
    _company(
        inspection, "opinion_sent", now, "/opinion", number=inspection.opinion_no, due=inspection.rectify_by
    )


def feedback_reported(inspection: Inspection, now: datetime) -> None:
    """To the team."""
    what = ("提交整改反馈", "reported the rectification")
    _staff(_team(inspection), inspection, "inspection_answered", now, what=what, number=inspection.opinion_no)


def feedback_decided(inspection: Inspection, returned: Sequence[Finding], now: datetime) -> None:
    """To the institution: accepted, or what has to be done again and why."""
    if not returned:
        _company(inspection, "rectification_accepted", now, "/opinion", number=inspection.opinion_no)
        return
    rows = "\n".join(f"{one.position}. {one.title}：{one.verdict_reason}" for one in returned)
    context: dict[str, Any] = {"number": inspection.opinion_no, "reason": rows, "due": inspection.rectify_by}
    _company(inspection, "rectification_returned", now, "/feedback", **context)


def closed(inspection: Inspection, now: datetime) -> None:
    """To the institution."""
    _company(inspection, "inspection_closed", now, number=inspection.notice_no)


def transferred(inspection: Inspection, now: datetime) -> None:
    """To the institution."""
    context = {"number": inspection.notice_no, "reason": inspection.conclusion}
    _company(inspection, "inspection_transferred", now, **context)


def rectification_due(
    inspection: Inspection, now: datetime, *, overdue: bool | None = None, key: str | None = None
) -> int:
    """A reminder to the institution, under a `key` only once; returns how many messages and mails were new."""
    if overdue is None:
        overdue = is_overdue(inspection.status, inspection.rectify_by, clock.local(now).date())
    kind = "rectification_overdue" if overdue else "rectification_due"
    context: dict[str, Any] = {"number": inspection.opinion_no, "due": inspection.rectify_by}
    return _company(inspection, kind, now, "/feedback", key, **context)
