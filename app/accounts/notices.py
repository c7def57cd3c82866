"""Telling the owner of an account that its keys were changed: in the inbox and always by e-mail, whoever did it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.accounts.models import Account
from app.core import clock
from app.messages.inbox import notify

# Kinds of app/data/messages.yaml that nobody can switch off: they are how a theft is noticed.
ALWAYS_BY_MAIL = frozenset(
    {
        "password_changed",
        "factor_enabled",
        "factor_disabled",
        "factor_reset",
        "codes_renewed",
        "email_changed",
    }
)
PLACE = "/account/"


def tell_owner(account: Account, kind: str, *, now: datetime, address: str = "", **more: Any) -> None:
    """Tell of one change, in the transaction that makes it. `address` is a former one that is told besides."""
    context = {
        "name": account.display_name or account.username,
        "user": account.username,
        "time": f"{clock.local(now):%Y-%m-%d %H:%M}",
        **more,
    }
    notify(kind, [account], context, PLACE, now=now, address=address)
