"""Tokens: how long they live, how many there may be, and when one is good. Plain values in, codes out."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MARK = "lfp"
LIVE_TOKENS = 5
LONGEST = timedelta(days=365)
USUAL = timedelta(days=180)
NAME_LENGTH = 60
TOKEN = re.compile(rf"{MARK}_([0-9a-f]{{10}})_([0-9a-f]{{48}})")
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,64}")


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What decides whether a token that was shown is good."""

    now: datetime
    today: date
    expires_at: datetime
    revoked_at: datetime | None
    account_is_active: bool
    account_institution_id: int | None
    institution_id: int
    institution_is_deregistered: bool
    terminated_on: date | None


def fingerprint(token: str) -> str:
    """What is stored of a token. It is random enough that a plain hash cannot be undone."""
    return hashlib.sha256(token.encode()).hexdigest()


def prefix_of(token: str) -> str | None:
    """The part by which a token is found and named; None when the text is no token of ours."""
    found = TOKEN.fullmatch(token)
    return found[1] if found else None


def token_problem(facts: TokenFacts) -> str | None:
    """Why a token is no good although it is the right one; None when it is good.

    A lock after mistyped passwords does not count: anybody who knows an account's name could stop the
    institution's filing with it on the last day of a period. An account that was switched off does.
    """
    if facts.revoked_at is not None:
        return "token_revoked"
    if facts.now >= facts.expires_at:
        return "token_expired"
    if not facts.account_is_active or facts.account_institution_id != facts.institution_id:
        return "account_disabled"
    ended = facts.terminated_on
    if ended is None and facts.institution_is_deregistered:
        return "institution_terminated"
    return "institution_terminated" if ended is not None and facts.today >= ended else None


def expiry_problem(expires_on: date | None, today: date) -> str | None:
    """'missing', 'past' or 'too_long' when a token may not live until the end of this day."""
    if expires_on is None:
        return "missing"
    if expires_on < today:
        return "past"
    return "too_long" if expires_on > today + LONGEST else None
