"""Reminders of rectifications: before they are due and after, once each, without anybody's hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.inspections import rules, telling
from app.inspections.models import Inspection


def tell_rectifications(now: datetime) -> int:
    """Tell the institutions; returns how many messages and mails were new. Safe to repeat."""
    today = clock.local(now).date()
    query = select(Inspection).where(
        Inspection.status.in_(rules.TAKES_FEEDBACK), Inspection.rectify_by.is_not(None)
    )
    told = 0
    for inspection in db.session.scalars(query.order_by(Inspection.id)):
        overdue = rules.is_overdue(inspection.status, inspection.rectify_by, today)
        if overdue or rules.is_due_soon(inspection.status, inspection.rectify_by, today):
            word = "overdue" if overdue else "soon"
            key = f"rectify:{word}:{inspection.id}:{inspection.rectify_by}"
            told += telling.rectification_due(inspection, now, overdue=overdue, key=key)
    return told
