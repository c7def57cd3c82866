"""Who calls: the bearer token of a request, and nothing else. Every refusal of a shown token is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from sqlalchemy import update

from app.accounts.models import Account
from app.accounts.security import permissions_of
from app.api.errors import ApiError
from app.api.models import ApiToken
from app.api.rules import fingerprint, prefix_of
from app.api.tokens import look_up
from app.core import clock
from app.core.db import db, write_intent
from app.core.events import record
from app.core.scope import Scope, set_scope
from app.institutions.models import Institution

USED_EVERY = timedelta(minutes=1)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}


@dataclass(frozen=True)
class Caller:
    """The institution's system: acts for the account that made its token."""

    token: ApiToken

    @property
    def account(self) -> Account:
        """Who made the token and answers for what is done with it."""
        return self.token.account

    @property
    def institution(self) -> Institution:
        """Whose rows can be reached."""
        return self.token.institution


@dataclass(frozen=True)
class _NoToken:
    """Stands for an unknown token in the history."""

    id: int = 0
    __tablename__ = "api_token"


def caller() -> Caller:
    """The caller of this request, who has been let in."""
    found: Caller = g.api_caller
    return found


def require_token() -> None:
    """Before every operation: let the caller in and narrow the row scope to the token's institution."""
    text = _bearer()
    if not text:
        raise _refusal("token_missing")
    now = clock.now()
    shown = look_up(text, now)
    if shown.problem is not None:
        _note_refusal(shown.token, text, shown.problem, now)
        raise _refusal(shown.problem)
    assert shown.token is not None
    set_scope(Scope("institution", institution_id=shown.token.institution_id))
    if ("can_use", "Workspace") not in permissions_of(shown.token.account_id):
        raise ApiError(403, _("创建该令牌的账号没有报送权限。"), code="not_allowed")
    _mark_used(shown.token, now)
    g.api_caller = Caller(shown.token)
    g.event_origin = {"token": shown.token.prefix, "token_name": shown.token.name}


def limit_key() -> str:
    """What the rate limit counts by: the token shown, right or wrong."""
    text = _bearer()
    return f"token:{fingerprint(text)[:32]}" if text else f"address:{request.remote_addr}"


def _bearer() -> str:
    kind, _blank, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""


def _refusal(code: str) -> ApiError:
    words = {
        "token_missing": _("请在请求头 Authorization 中以“Bearer 令牌”的形式出示接口令牌。"),
        "token_unknown": _("接口令牌不正确。"),
        "token_revoked": _("接口令牌已被撤销。请在企业工作台的“接口令牌”中新建一个。"),
        "token_expired": _("接口令牌已过期。请在企业工作台的“接口令牌”中新建一个。"),
        "account_disabled": _("创建该令牌的账号已停用，令牌随之失效。"),
        "institution_terminated": _("机构已终止，接口令牌随之失效。历史报送可登录平台查看。"),
    }
    return ApiError(401, words[code], code=code, headers=CHALLENGE)


def _note_refusal(token: ApiToken | None, text: str, code: str, now: datetime) -> None:
    subject: Any = token if token is not None else _NoToken()
    # Of an unknown text only the part that names a token is kept: the rest may be somebody's password.
    data = {"reason": code, "prefix": token.prefix if token is not None else prefix_of(text) or ""}
    if token is not None:
        data["name"] = token.name
    db.session.rollback()
    intent = write_intent.set(True)
    try:
        record("ApiTokenRefused", subject, now=now, data=data)
        db.session.commit()
    finally:
        write_intent.reset(intent)


def _mark_used(token: ApiToken, now: datetime) -> None:
    if token.last_used_at is not None and now - token.last_used_at < USED_EVERY:
        return
    # In a transaction of its own, like a log-in that was seen: the call may be a read, or fail.
    values = {"last_used_at": now, "last_used_ip": (request.remote_addr or "")[:45]}
    token_id = token.id
    db.session.rollback()
    intent = write_intent.set(True)
    try:
        with db.engine.begin() as connection:
            connection.execute(update(ApiToken).where(ApiToken.id == token_id).values(**values))
    finally:
        write_intent.reset(intent)
