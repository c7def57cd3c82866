"""Reading extensions, through the reader's scope."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.filings.calendar.models import Extension


def granted_until(institution_id: int) -> dict[tuple[int, int], datetime]:
    """Until when an institution's extensions reach, by (report set, period); one statement. Ends are exclusive."""
    query = (
        select(Extension.report_set_id, Extension.period_id, func.max(Extension.granted_until))
        .where(Extension.institution_id == institution_id, Extension.status == "granted")
        .group_by(Extension.report_set_id, Extension.period_id)
    )
    return {(set_id, period_id): until for set_id, period_id, until in db.session.execute(query)}


def extensions_of(institution_id: int, report_set_id: int, period_id: int) -> list[Extension]:
    """Everything that was asked for or granted for one filing, newest first."""
    query = (
        select(Extension)
        .options(joinedload(Extension.requested_by), joinedload(Extension.decided_by))
        .where(
            Extension.institution_id == institution_id,
            Extension.report_set_id == report_set_id,
            Extension.period_id == period_id,
        )
        .order_by(Extension.id.desc())
    )
    return list(db.session.scalars(query))


def waiting_extensions() -> int:
    """How many requests wait for a decision."""
    query = select(func.count()).select_from(Extension).where(Extension.status == "requested")
    return int(db.session.scalar(query) or 0)
