"""Who is at the door: passwords, the lock after repeated failures, live sessions.

Failures are counted by one conditional UPDATE, so that parallel guesses on several workers count exactly. Names
that nobody has are counted the same way and cost one hash too: neither words nor time tell them apart.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import case, delete, func, literal, or_, select, update
from werkzeug.security import check_password_hash, generate_password_hash

from app.accounts.models import Account, LoginSession, UnknownLogin
from app.accounts.rules import normal_name
from app.core.db import Moment, db
from app.core.events import record
from app.core.inserts import insert_ignoring

FORGET_UNKNOWN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Attempt:
    """The outcome: an account, or a problem 'wrong' (with tries left), 'locked' (until when), 'inactive'."""

    account: Account | None = None
    problem: str = ""
    tries_left: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True)
class Nobody:
    """Stands for an unknown account in the history; the typed name is not kept: it may be a password."""

    id: int = 0
    __tablename__ = "ab_user"


def hash_password(password: str) -> str:
    """Hash with the method of the settings."""
    return generate_password_hash(password, method=current_app.config["FAB_PASSWORD_HASH_METHOD"])


@functools.lru_cache(maxsize=4)
def _decoy(method: str) -> str:
    return generate_password_hash(secrets.token_hex(16), method=method)


def spend_a_hash(password: str = "") -> None:
    """Take as long as a real check takes, where there is nothing to check."""
    check_password_hash(_decoy(current_app.config["FAB_PASSWORD_HASH_METHOD"]), password)


def find_account(name: str) -> Account | None:
    """The account with this user name, or else this e-mail address."""
    wanted = normal_name(name)
    query = select(Account).where(
        or_(func.lower(Account.username) == wanted, func.lower(Account.email) == wanted)
    )
    found = db.session.scalars(query.limit(2)).all()
    by_name = [account for account in found if normal_name(account.username) == wanted]
    return (by_name or list(found) or [None])[0]


def authenticate(name: str, password: str, now: datetime) -> Attempt:
    """Check name and password and count the outcome. Nothing is raised: the caller must commit a failure too."""
    account = find_account(name)
    if account is None:
        spend_a_hash(password)
        return _count_unknown(normal_name(name), now)
    attempt = verify_password(account, password, now)
    if attempt.account and not account.active:
        record("LoginFailed", account, actor=account, now=now, data={"reason": "inactive"})
        return Attempt(problem="inactive")
    return attempt


def verify_password(account: Account, password: str, now: datetime) -> Attempt:
    """Check a known account's password under the lock; also used when a password is changed."""
    matches = check_password_hash(account.password or "", password)
    open_now = or_(Account.locked_until.is_(None), Account.locked_until <= now)
    statement = update(Account).where(Account.id == account.id, open_now)
    if matches:
        statement = statement.values(failed_logins=0, locked_until=None)
    else:
        statement = statement.values(**one_more_failure(Account, now))
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.refresh(account, ["failed_logins", "locked_until"])
    if result.rowcount == 0:
        record("LoginFailed", account, actor=account, now=now, data={"reason": "locked"})
        return Attempt(problem="locked", locked_until=account.locked_until)
    if matches:
        return Attempt(account=account)
    record("LoginFailed", account, actor=account, now=now, data={"reason": "password"})
    return _failure(account, account, now)


def one_more_failure(model: Any, now: datetime) -> dict[str, Any]:
    """Column values that count one failure and lock at the limit, as SQL, so that the database adds up."""
    limit, pause = current_app.config["LOGIN_MAX_FAILURES"], current_app.config["LOGIN_LOCK"]
    reached = model.failed_logins + 1 >= limit
    return {
        "failed_logins": case((reached, 0), else_=model.failed_logins + 1),
        "locked_until": case((reached, literal(now + pause, Moment())), else_=None),
    }


def _failure(counter: Any, subject: Any, now: datetime) -> Attempt:
    if counter.locked_until is not None:
        record("AccountLocked", subject, now=now, data={"until": counter.locked_until.isoformat()})
        return Attempt(problem="locked", locked_until=counter.locked_until)
    left = current_app.config["LOGIN_MAX_FAILURES"] - counter.failed_logins
    return Attempt(problem="wrong", tries_left=left)


def _count_unknown(name: str, now: datetime) -> Attempt:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    key = hmac.new(secret, b"unknown login:" + name.encode(), hashlib.sha256).hexdigest()
    db.session.execute(delete(UnknownLogin).where(UnknownLogin.updated_at < now - FORGET_UNKNOWN_AFTER))
    insert_ignoring(UnknownLogin, name_hash=key, failed_logins=0, updated_at=now)
    open_now = or_(UnknownLogin.locked_until.is_(None), UnknownLogin.locked_until <= now)
    statement = update(UnknownLogin).where(UnknownLogin.name_hash == key, open_now)
    statement = statement.values(**one_more_failure(UnknownLogin, now), updated_at=now)
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    row = db.session.get(UnknownLogin, key, populate_existing=True)
    record("LoginFailed", Nobody(), now=now, data={"reason": "unknown"})
    if row is None or result.rowcount == 0:
        return Attempt(problem="locked", locked_until=row.locked_until if row else now)
    return _failure(row, Nobody(), now)


def start_session(account: Account, *, now: datetime, ip: str = "", user_agent: str = "") -> LoginSession:
    """A live session row for an account that has just proved who it is."""
    row = LoginSession(
        id=secrets.token_hex(32),
        account_id=account.id,
        created_at=now,
        seen_at=now,
        ip=ip[:45],
        user_agent=user_agent[:200],
    )
    db.session.add(row)
    record("LoggedIn", account, actor=account, now=now)
    return row


def end_session(key: str, account: Account, now: datetime) -> None:
    """Log-out: from now on the cookie is worth nothing, whoever holds a copy of it."""
    statement = update(LoginSession).where(LoginSession.id == key, LoginSession.ended_at.is_(None))
    db.session.execute(statement.values(ended_at=now), execution_options={"synchronize_session": False})
    record("LoggedOut", account, actor=account, now=now)


def end_sessions(account: Account, now: datetime, *, except_key: str = "") -> int:
    """End the account's live sessions, but one; returns how many ended."""
    statement = update(LoginSession).where(
        LoginSession.account_id == account.id, LoginSession.ended_at.is_(None), LoginSession.id != except_key
    )
    result: Any = db.session.execute(
        statement.values(ended_at=now), execution_options={"synchronize_session": False}
    )
    return int(result.rowcount)
