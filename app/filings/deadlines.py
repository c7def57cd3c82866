"""Reminders that go out by themselves: a window opens, it will soon be over, it is over. Each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.db import commits, db
from app.filings.calendar.models import ReportingPeriod
from app.filings.completeness import Due, dues
from app.filings.reminders import line_of
from app.institutions.models import Institution
from app.institutions.telling import tell_institution

DUE_SOON = timedelta(days=3)
# A scheduler that was off for a while still tells of what has just become overdue, but digs nothing old up.
LOOK_BACK = timedelta(days=10)
BATCH = 50
Batch = list[tuple[Due, str]]


def tell_deadlines(now: datetime, store: Callable[[Batch, datetime], int] | None = None) -> int:
    """Tell institutions of windows and deadlines; returns how many messages and mails were new. Safe to repeat.

    Every batch is committed by itself, unless `store` (`tell_batch`) leaves that to the caller.
    """
    store = store or commits(tell_batch)
    query = select(ReportingPeriod.id).where(
        ReportingPeriod.opens_at <= now, ReportingPeriod.closes_at > now - LOOK_BACK
    )
    told = 0
    for period_id in list(db.session.scalars(query.order_by(ReportingPeriod.id))):
        period = db.session.get_one(ReportingPeriod, period_id)
        waiting = [(due, kind) for due in dues(period, now) if (kind := event_of(due, now))]
        for start in range(0, len(waiting), BATCH):
            told += store(waiting[start : start + BATCH], now)
    return told


def event_of(due: Due, now: datetime) -> str:
    """window_open, due_soon, overdue, or nothing to tell."""
    item = due.obligation
    if not due.is_missing or item.due_at is None:
        return ""
    if now >= item.due_at:
        return "overdue" if now < item.due_at + LOOK_BACK else ""
    return "due_soon" if item.due_at - now <= DUE_SOON else "window_open"


def tell_batch(waiting: Batch, now: datetime) -> int:
    """Tell some of it in the running transaction."""
    ids = {due.institution.id for due, _kind in waiting}
    query = select(Institution).where(Institution.id.in_(ids))
    institutions = {one.id: one for one in db.session.scalars(query)}
    return sum(_tell_one(institutions[due.institution.id], due, kind, now) for due, kind in waiting)


def _tell_one(institution: Institution, due: Due, kind: str, now: datetime) -> int:
    item = due.obligation
    assert item.period is not None
    context = {
        "set": (item.report_set.name_zh, item.report_set.name_en),
        "period": (item.period.name_zh, item.period.name_en),
        "list": line_of(due),
    }
    link = f"/workspace/filings/{due.set_key}/{item.period_code}/"
    # Another deadline (an extension, a changed period) is another thing to be told of.
    moment = "" if kind == "window_open" else f":{item.due_at:%Y%m%d%H%M}"
    key = f"{kind}:{item.report_set.id}:{item.period_code}{moment}"
    return tell_institution(institution, kind, context, link, now=now, key=key)
