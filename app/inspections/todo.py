"""What an institution has to do about its inspections, for its personal centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.inspections import rules
from app.inspections.labels import COMPANY_STATES, TONES
from app.inspections.models import Finding, Inspection, Item


@dataclass(frozen=True)
class InspectionTask:
    """One line of the to-do list; `due` is exclusive, as deadlines are stored."""

    title: str
    text: str
    url: str
    button: str
    state: str
    label: Any
    tone: str
    due: datetime | None = None
    reason: str = ""


def inspection_tasks(institution_id: int, today: date) -> list[InspectionTask]:
    """What to confirm, to provide and to rectify, the most urgent first; three statements at most."""
    query = select(Inspection).where(
        Inspection.institution_id == institution_id,
        Inspection.served_at.is_not(None),
        Inspection.status.in_((*rules.TAKES_DOCUMENTS, *rules.TAKES_FEEDBACK)),
    )
    live = list(db.session.scalars(query.order_by(Inspection.id)))
    documents = _documents([one.id for one in live if one.status in rules.TAKES_DOCUMENTS])
    reasons = _reasons([one.id for one in live if one.status == "returned"])
    found = []
    for one in live:
        if one.status in rules.TAKES_FEEDBACK:
            found.append(_rectify(one, reasons.get(one.id, ""), today))
        elif not one.confirmed_at:
            found.append(_confirm(one))
        elif one.id in documents:
            found.append(_provide(one, *documents[one.id]))
    return sorted(found, key=lambda task: task.due.timestamp() if task.due else 0.0)


def _documents(ids: list[int]) -> dict[int, tuple[int, date | None]]:
    """By inspection: how many documents are wanted or returned, and the first day one is due."""
    if not ids:
        return {}
    query = select(Item.inspection_id, func.count(), func.min(Item.due_on))
    query = query.where(Item.inspection_id.in_(ids), Item.status.in_(("wanted", "returned")))
    return {key: (number, due) for key, number, due in db.session.execute(query.group_by(Item.inspection_id))}


def _reasons(ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    query = select(Finding.inspection_id, Finding.verdict_reason)
    query = query.where(Finding.inspection_id.in_(ids), Finding.status == "returned")
    found: dict[int, str] = {}
    for key, reason in db.session.execute(query.order_by(Finding.position)):
        found[key] = f"{found[key]}；{reason}" if key in found else reason
    return found


def _task(one: Inspection, endpoint: str, **more: Any) -> InspectionTask:
    url = url_for(f"inspections.{endpoint}", inspection_id=one.id)
    return InspectionTask(
        url=url, state=one.status, label=COMPANY_STATES[one.status], tone=TONES[one.status], **more
    )


def _confirm(one: Inspection) -> InspectionTask:
    return _task(
        one,
        "notice",
        title=_("确认收到检查通知（%(no)s）", no=one.notice_no),
        text=_(
            "现场检查时间：%(first)s 至 %(last)s。请确认收到，并按资料清单准备资料。",
            first=one.planned_from,
            last=one.planned_to,
        ),
        button=_("去确认"),
    )


def _provide(one: Inspection, number: int, due: date | None) -> InspectionTask:
    return _task(
        one,
        "notice",
        title=_("准备检查资料（%(no)s）", no=one.notice_no),
        text=_("还有 %(n)s 项资料没有提供或被退回。", n=number),
        button=_("去提供"),
        due=clock.end_of(due) if due else None,
    )


def _rectify(one: Inspection, reason: str, today: date) -> InspectionTask:
    overdue = rules.is_overdue(one.status, one.rectify_by, today)
    return _task(
        one,
        "rectify",
        title=_("反馈整改情况（%(no)s）", no=one.opinion_no),
        text=_("整改反馈已逾期，请立即提交。") if overdue else _("请对照检查意见书逐项反馈。"),
        button=_("去反馈"),
        due=clock.end_of(one.rectify_by) if one.rectify_by else None,
        reason=reason,
    )
