"""Telling an institution: every active account of it, and its registered address, in the running transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.accounts.queries import members_of
from app.institutions.models import Institution
from app.messages.inbox import notify


def tell_institution(
    institution: Institution,
    kind: str,
    context: Mapping[str, Any],
    link: str,
    *,
    now: datetime,
    key: str | None = None,
) -> int:
    """Tell of an event (a kind of app/data/messages.yaml; `institution` is put in here). Returns how many messages
    and mails were new; with a `key` nobody is told twice under it."""
    return notify(
        kind,
        members_of(institution.id),
        {"institution": institution.name, **context},
        link,
        now=now,
        key=key,
        address=institution.email,
    )
