"""A log-in between password and second factor: known to the server's session alone, and to nobody as logged in."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app, session

from app.accounts.models import Account
from app.core.db import db
from app.core.sealed import Unreadable, seal, unseal

PENDING, SETUP = "pending_login", "second_factor_setup"
LIFETIME = timedelta(minutes=10)


def begin(account: Account, target: str, now: datetime) -> None:
    """Remember who gave the right password, under a new session identifier: a planted one gains nothing."""
    session.clear()
    session[PENDING] = {"account": account.id, "at": now.timestamp(), "next": target}
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]


def pending_account(now: datetime) -> Account | None:
    """Who may go on; nobody after ten minutes, when disabled, or when the password has changed since."""
    found = session.get(PENDING)
    if not found or now.timestamp() - found["at"] > LIFETIME.total_seconds():
        return None
    account = db.session.get(Account, found["account"])
    if account is None or not account.active:
        return None
    changed = account.password_changed_at
    return None if changed and changed.timestamp() > found["at"] else account


def pending_target() -> str:
    """Where the log-in leads in the end."""
    return str(session.get(PENDING, {}).get("next", "/"))


def keep_setup(account: Account, secret: str) -> None:
    """The secret of a set-up that no code has proved yet, sealed: sessions may lie on a disk."""
    session[SETUP] = seal(secret, f"set-up of account {account.id}")


def kept_setup(account: Account) -> str | None:
    """That secret again; None when there is none of this account."""
    try:
        return unseal(session.get(SETUP, ""), f"set-up of account {account.id}")
    except Unreadable:
        return None
