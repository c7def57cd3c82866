"""Counting openings: exact under concurrency, in a short transaction of its own, never in the page's way.

Plain statements on one database connection, because kept pages are answered without the rest of the application.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import request
from sqlalchemy import Engine

from app.core import clock
from app.core.db import db
from app.portal.queries import views
from app.portal.rules import counts_as_opening

ATTEMPTS = 3
log = logging.getLogger(__name__)

_KNOWN_SALT = "SELECT salt FROM portal_visit_salt WHERE day = :day"
_NEW_SALT = (
    "INSERT INTO portal_visit_salt (day, salt) VALUES (:day, :salt) ON CONFLICT DO NOTHING RETURNING day"
)
_FORGET = (
    "DELETE FROM portal_visitor_mark WHERE day < :day",
    "DELETE FROM portal_visit_salt WHERE day < :day",
)
# RETURNING, because drivers do not agree on the row count of such an insert.
_MARK = (
    "INSERT INTO portal_visitor_mark (day, subject, key, mark) VALUES (:day, :subject, :key, :mark) "
    "ON CONFLICT DO NOTHING RETURNING mark"
)
_DAILY = (
    "INSERT INTO portal_daily_visit (day, subject, key, views, visitors) VALUES (:day, :subject, :key, 1, :first) "
    "ON CONFLICT (day, subject, key) DO UPDATE SET views = portal_daily_visit.views + 1, "
    "visitors = portal_daily_visit.visitors + :first"
)
_TOTAL = (
    "INSERT INTO portal_view_count (subject, key, views) VALUES (:subject, :key, 1) "
    "ON CONFLICT (subject, key) DO UPDATE SET views = portal_view_count.views + 1 RETURNING views"
)
_POSTGRES = {
    statement: re.sub(r":(\w+)", r"%(\1)s", statement)
    for statement in (_KNOWN_SALT, _NEW_SALT, *_FORGET, _MARK, _DAILY, _TOTAL)
}


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request says about who opens something."""

    method: str
    purpose: str
    agent: str
    address: str

    @classmethod
    def of(cls, environ: dict[str, Any]) -> Visit:
        """The visit that a request is."""
        purposes = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ")
        return cls(
            environ["REQUEST_METHOD"],
            " ".join(environ.get(name, "") for name in purposes),
            environ.get("HTTP_USER_AGENT", ""),
            environ.get("REMOTE_ADDR", ""),
        )

    @property
    def counts(self) -> bool:
        """Whether a person opens it."""
        return counts_as_opening(self.method, self.purpose, self.agent)


def count_opening(subject: str, key: str | int, now: datetime) -> int:
    """Add one opening by the present request, when it is a person's; how often it was opened now.

    A failure is logged, never raised. The number comes from the counting transaction itself: the request's
    own one may have begun before it and would still see the former number.
    """
    counted = count_visit(db.engine, Visit.of(request.environ), subject, str(key), now)
    return views(subject, [str(key)])[str(key)] if counted is None else counted


def count_visit(engine: Engine, visit: Visit, subject: str, key: str, now: datetime) -> int | None:
    """The same for any request; None when it is no person's or could not be counted."""
    if not visit.counts:
        return None
    who = f"{visit.address}\n{visit.agent}"
    for attempt in range(ATTEMPTS):
        connection = engine.raw_connection()
        try:
            return _counted(connection, engine, subject, key, who, clock.local(now).date())
        except engine.dialect.loaded_dbapi.Error:
            connection.rollback()
            if attempt == ATTEMPTS - 1:
                log.exception("an opening of %s %s could not be counted", subject, key)
        finally:
            connection.close()
    return None


def _counted(connection: Any, engine: Engine, subject: str, key: str, who: str, day: date) -> int:
    """Salt, mark, day, total: always in this order, so that two transactions cannot wait for each other."""
    is_postgres = engine.dialect.name == "postgresql"
    cursor = connection.cursor()
    values: dict[str, Any] = {"day": day if is_postgres else day.isoformat(), "subject": subject, "key": key}

    def run(statement: str) -> Any:
        cursor.execute(_POSTGRES[statement] if is_postgres else statement, values)
        return cursor.fetchone() if "SELECT" in statement or "RETURNING" in statement else None

    if not is_postgres:
        cursor.execute("BEGIN IMMEDIATE")  # a deferred transaction could fail half way
    salt = _salt(run, values)
    values["mark"] = hashlib.sha256(f"{salt}\n{who}".encode()).hexdigest()[:32]
    values["first"] = int(run(_MARK) is not None)
    run(_DAILY)
    total = int(run(_TOTAL)[0])
    if is_postgres:
        connection.commit()
    else:
        cursor.execute("COMMIT")
    return total


def _salt(run: Any, values: dict[str, Any]) -> str:
    """The day's salt. Whoever makes it also forgets the former days' salts and marks."""
    known = run(_KNOWN_SALT)
    if known is None:
        values["salt"] = secrets.token_hex(32)
        if run(_NEW_SALT) is not None:
            for statement in _FORGET:
                run(statement)
        known = run(_KNOWN_SALT)
    return str(known[0])


def numbers(cursor: Any, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How often each (subject, key) was opened. Both are codes of our own templates, never input."""
    found = dict.fromkeys(wanted, 0)
    if found:
        pairs = ", ".join(f"('{subject}', '{key}')" for subject, key in found)
        cursor.execute(
            f"SELECT subject, key, views FROM portal_view_count WHERE (subject, key) IN (VALUES {pairs})"  # noqa: S608
        )
        found |= {(subject, key): views for subject, key, views in cursor.fetchall()}
    return found
