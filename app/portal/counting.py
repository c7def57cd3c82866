"""Counting openings: exact under concurrency, in a short transaction of its own, never in the page's way."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime
from typing import Any

from flask import current_app, request
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.core import clock
from app.core.db import db, write_intent
from app.portal.models import DailyVisit, ViewCount, VisitorMark, VisitSalt
from app.portal.queries import views
from app.portal.rules import counts_as_opening

ATTEMPTS = 3


def count_opening(subject: str, key: str | int, now: datetime) -> int:
    """Add one opening by the present request, when it is a person's; how often it was opened now.

    A failure is logged, never raised. The number comes from the counting transaction itself: the request's
    own one may have begun before it and would still see the former number.
    """
    purpose = request.headers.get("Sec-Purpose", "") + " " + request.headers.get("Purpose", "")
    purpose += " " + request.headers.get("X-Moz", "")
    agent = request.headers.get("User-Agent", "")
    if not counts_as_opening(request.method, purpose, agent):
        return views(subject, [str(key)])[str(key)]
    visitor = f"{request.remote_addr or ''}\n{agent}"
    try:
        return _retrying(subject, str(key), visitor, clock.local(now).date())
    except SQLAlchemyError:
        current_app.logger.exception("an opening of %s %s could not be counted", subject, key)
        return views(subject, [str(key)])[str(key)]


def _retrying(subject: str, key: str, visitor: str, day: date) -> int:
    # The intent makes SQLite begin IMMEDIATE: a deferred transaction could fail half way.
    token = write_intent.set(True)
    try:
        for _attempt in range(ATTEMPTS - 1):
            try:
                return _once(subject, key, visitor, day)
            except OperationalError:
                continue
        return _once(subject, key, visitor, day)
    finally:
        write_intent.reset(token)


def _once(subject: str, key: str, visitor: str, day: date) -> int:
    with db.engine.begin() as connection:
        return _count(connection, subject, key, visitor, day)


def _count(connection: Connection, subject: str, key: str, visitor: str, day: date) -> int:
    """Salt, mark, day, total: always in this order, so that two transactions cannot wait for each other."""
    where: dict[str, Any] = {"subject": subject, "key": key}
    mark = hashlib.sha256(f"{_salt(connection, day)}\n{visitor}".encode()).hexdigest()[:32]
    seen_first = _insert(connection, VisitorMark).values(day=day, mark=mark, **where).on_conflict_do_nothing()
    # RETURNING, because drivers do not agree on the row count of such an insert.
    first = int(connection.scalar(seen_first.returning(VisitorMark.mark)) is not None)
    daily = _insert(connection, DailyVisit).values(day=day, views=1, visitors=first, **where)
    connection.execute(
        daily.on_conflict_do_update(
            index_elements=["day", "subject", "key"],
            set_={"views": DailyVisit.views + 1, "visitors": DailyVisit.visitors + first},
        )
    )
    total = _insert(connection, ViewCount).values(views=1, **where)
    counted = total.on_conflict_do_update(
        index_elements=["subject", "key"], set_={"views": ViewCount.views + 1}
    ).returning(ViewCount.views)
    return int(connection.execute(counted).scalar_one())


def _salt(connection: Connection, day: date) -> str:
    """The day's salt. Whoever makes it also forgets the former days' salts and marks."""
    known = connection.scalar(select(VisitSalt.salt).where(VisitSalt.day == day))
    if known is not None:
        return str(known)
    fresh = _insert(connection, VisitSalt).values(day=day, salt=secrets.token_hex(32))
    if connection.scalar(fresh.on_conflict_do_nothing().returning(VisitSalt.day)) is not None:
        connection.execute(delete(VisitorMark).where(VisitorMark.day < day))
        connection.execute(delete(VisitSalt).where(VisitSalt.day < day))
    return str(connection.scalar(select(VisitSalt.salt).where(VisitSalt.day == day)))


def _insert(connection: Connection, model: Any) -> Any:
    return (postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert)(model)
