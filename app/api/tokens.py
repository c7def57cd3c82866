"""Making and revoking tokens, and finding the one that a caller shows."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.api.models import ApiToken
from app.api.rules import (
    LIVE_TOKENS,
    MARK,
    NAME_LENGTH,
    TokenFacts,
    expiry_problem,
    fingerprint,
    prefix_of,
    token_problem,
)
from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, Refused
from app.core.events import record
from app.core.scope import SYSTEM, scoped
from app.institutions.models import Institution

_NO_FINGERPRINT = "0" * 64


@dataclass(frozen=True)
class Shown:
    """What a caller showed: the token when its secret was right, and a problem code unless all is well."""

    token: ApiToken | None
    problem: str | None


def tokens_of(institution_id: int) -> list[ApiToken]:
    """All tokens of an institution, newest first."""
    query = (
        select(ApiToken)
        .options(joinedload(ApiToken.account))
        .where(ApiToken.institution_id == institution_id)
        .order_by(ApiToken.id.desc())
    )
    return list(db.session.scalars(query))


def create_token(account: Account, name: str, expires_on: date | None, now: datetime) -> tuple[ApiToken, str]:
    """Make a token; returns it with its text, which nobody can find out again.

    Raises Invalid with `details['field']`, Refused when there are enough live ones.
    """
    institution_id = account.institution_id
    assert institution_id is not None
    # Two at once must not both see four: the institution's row lets one in after the other.
    db.session.execute(select(Institution.id).where(Institution.id == institution_id).with_for_update())
    live = [token for token in tokens_of(institution_id) if token.is_live(now)]
    name = " ".join(name.split())
    _check(name, expires_on, live)
    assert expires_on is not None
    prefix = secrets.token_hex(5)
    text = f"{MARK}_{prefix}_{secrets.token_hex(24)}"
    token = ApiToken(
        institution_id=institution_id,
        account_id=account.id,
        name=name,
        prefix=prefix,
        sha256=fingerprint(text),
        created_at=now,
        expires_at=clock.end_of(expires_on),
    )
    db.session.add(token)
    data = {"name": name, "prefix": prefix, "expires_at": token.expires_at.isoformat()}
    record("ApiTokenCreated", token, actor=account, now=now, data=data)
    return token, text


def _check(name: str, expires_on: date | None, live: Sequence[ApiToken]) -> None:
    if not name:
        raise Invalid(_("请填写名称，例如使用令牌的系统。"), field="name")
    if len(name) > NAME_LENGTH:
        raise Invalid(_("名称最多 %(n)s 个字。", n=NAME_LENGTH), field="name")
    if any(token.name == name for token in live):
        raise Invalid(_("已有同名的有效令牌，请换一个名称，或先撤销原来的令牌。"), field="name")
    problem = expiry_problem(expires_on, clock.today())
    if problem == "missing":
        raise Invalid(_("请填写有效期，例如 2026-03-05。"), field="expires_on")
    if problem == "past":
        raise Invalid(_("有效期不能早于今天。"), field="expires_on")
    if problem == "too_long":
        raise Invalid(_("有效期最长一年。到期前可以新建令牌替换。"), field="expires_on")
    if len(live) >= LIVE_TOKENS:
        raise Refused(_("每个机构最多 %(n)s 个有效令牌，请先撤销不用的令牌。", n=LIVE_TOKENS))


def revoke_token(account: Account, token_id: int, now: datetime) -> ApiToken | None:
    """From now on the token is worth nothing; None when the institution has no such token."""
    query = select(ApiToken).where(ApiToken.id == token_id, ApiToken.institution_id == account.institution_id)
    token = db.session.scalars(query.with_for_update()).first()
    if token is None or token.revoked_at is not None:
        return token
    token.revoked_at, token.revoked_by_id = now, account.id
    data = {"name": token.name, "prefix": token.prefix}
    record("ApiTokenRevoked", token, actor=account, now=now, data=data)
    return token


def look_up(text: str, now: datetime) -> Shown:
    """The token behind a text, compared in constant time; unknown ones cost the same."""
    query = (
        select(ApiToken)
        .options(joinedload(ApiToken.account), joinedload(ApiToken.institution))
        .where(ApiToken.prefix == (prefix_of(text) or ""))
    )
    with scoped(SYSTEM):
        token = db.session.scalars(query).first()
    stored = token.sha256 if token is not None else _NO_FINGERPRINT
    if not hmac.compare_digest(fingerprint(text), stored) or token is None:
        return Shown(None, "token_unknown")
    return Shown(token, token_problem(_facts(token, now)))


def _facts(token: ApiToken, now: datetime) -> TokenFacts:
    institution = token.institution
    return TokenFacts(
        now=now,
        today=clock.local(now).date(),
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        account_is_active=bool(token.account.active),
        account_institution_id=token.account.institution_id,
        institution_id=token.institution_id,
        institution_is_deregistered=institution.status == "deregistered",
        terminated_on=institution.terminated_on,
    )
