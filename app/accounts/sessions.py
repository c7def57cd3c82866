"""The live log-ins of an account, for its owner."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.accounts.authentication import end_sessions
from app.accounts.models import Account, LoginSession
from app.core.db import db
from app.core.events import record

# The first that fits wins: every browser claims to be its forebears too.
_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR|Opera", "Opera"), ("QQBrowser", "QQ Browser"),
    ("360SE|QIHU", "360"), ("Firefox", "Firefox"), ("Chrome|CriOS", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone|iPad", "iOS"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One live log-in as its owner sees it; `reference` names it without giving its key away."""

    reference: str
    device: str
    ip: str
    since: datetime
    last_seen: datetime
    is_this_one: bool


def live_sessions(account: Account, key: str, now: datetime) -> list[Seen]:
    """Log-ins that still count, the present one first, then the one used last."""
    idle, absolute = current_app.config["SESSION_IDLE"], current_app.config["SESSION_ABSOLUTE"]
    query = select(LoginSession).where(
        LoginSession.account_id == account.id,
        LoginSession.ended_at.is_(None),
        LoginSession.seen_at >= now - idle,
        LoginSession.created_at >= now - absolute,
    )
    rows = db.session.scalars(query.order_by(LoginSession.seen_at.desc())).all()
    return [_seen(row, key) for row in sorted(rows, key=lambda row: row.id != key)]


def end_one(account: Account, reference: str, *, now: datetime) -> bool:
    """End the log-in of this name; False when there is none any more."""
    query = select(LoginSession).where(LoginSession.account_id == account.id, LoginSession.ended_at.is_(None))
    found = [row for row in db.session.scalars(query) if _reference(row) == reference]
    for row in found:
        row.ended_at = now
        record("SessionsEnded", account, actor=account, now=now, data={"ip": row.ip, "ended": 1})
    return bool(found)


def end_others(account: Account, key: str, *, now: datetime) -> int:
    """End all but this one; returns how many."""
    ended = end_sessions(account, now, except_key=key)
    record("SessionsEnded", account, actor=account, now=now, data={"ended": ended})
    return ended


def device(user_agent: str) -> str:
    """Browser and system in brand names, as far as they say so; empty when they do not."""
    found: list[Any] = [
        next((name for pattern, name in known if re.search(pattern, user_agent)), "")
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, found))


def _seen(row: LoginSession, key: str) -> Seen:
    return Seen(
        reference=_reference(row),
        device=device(row.user_agent),
        ip=row.ip,
        since=row.created_at,
        last_seen=row.seen_at,
        is_this_one=row.id == key,
    )


def _reference(row: LoginSession) -> str:
    return hashlib.sha256(row.id.encode()).hexdigest()[:16]
