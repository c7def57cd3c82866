"""Forgotten passwords: a link by e-mail that works once and for half an hour.

Whether there is such an account is told to nobody: the answer is the same, and so is about the time it takes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select, update

from app.accounts.authentication import Nobody, find_account, spend_a_hash
from app.accounts.models import Account, PasswordReset
from app.accounts.passwords import change_password
from app.accounts.rules import RESET_LIFETIME, RESETS_PER_HOUR, link_hash, new_link_token, normal_name
from app.core.db import db
from app.core.errors import Conflict
from app.core.events import record
from app.messages.services import queue_mail


def request_reset(name: str, email: str, *, now: datetime) -> None:
    """Queue a link when account and e-mail belong together; otherwise only note the attempt."""
    spend_a_hash()  # outweighs what the rest costs, so that time does not tell either
    account = find_account(name)
    reason = _reason_against(account, email, now)
    if account is None or reason:
        record("PasswordResetRefused", account or Nobody(), now=now, data={"reason": reason})
        return
    _forget_links(account, now)
    token, stored = new_link_token()
    row = PasswordReset(
        account_id=account.id, token_hash=stored, created_at=now, expires_at=now + RESET_LIFETIME
    )
    db.session.add(row)
    queue_mail(account.email, _("重设密码"), _mail_text(account, token), now=now)
    record("PasswordResetRequested", account, now=now)


def _reason_against(account: Account | None, email: str, now: datetime) -> str:
    """unknown, email, inactive, too_many; empty when nothing stands against it."""
    if account is None:
        return "unknown"
    if normal_name(account.email or "") != normal_name(email):
        return "email"
    if not account.active:
        return "inactive"
    query = select(func.count()).where(
        PasswordReset.account_id == account.id, PasswordReset.created_at > now - timedelta(hours=1)
    )
    return "too_many" if (db.session.scalar(query) or 0) >= RESETS_PER_HOUR else ""


def _forget_links(account: Account, now: datetime) -> None:
    """Only the newest link works."""
    statement = update(PasswordReset).where(
        PasswordReset.account_id == account.id,
        PasswordReset.used_at.is_(None),
        PasswordReset.expires_at > now,
    )
    db.session.execute(statement.values(expires_at=now), execution_options={"synchronize_session": False})


def reset_state(token: str, now: datetime) -> str:
    """'open', 'used' or 'expired'; a link that never was is expired."""
    row = _row_of(token)
    if row is None or (row.used_at is None and row.expires_at <= now) or not row.account.active:
        return "expired"
    return "used" if row.used_at else "open"


def use_reset(token: str, new: str, *, now: datetime) -> Account:
    """Take the new password, end every session, open the lock. Raises Invalid (nothing used up) or Conflict."""
    row = _row_of(token)
    if row is None or not row.account.active or not _claim(row, now):
        raise Conflict(_("这个链接已失效，请重新申请。"))
    account: Account = row.account
    change_password(account, new, now=now, session_key="")
    _forget_links(account, now)
    account.failed_logins, account.locked_until = 0, None  # whoever reads the mail is no guesser
    record("PasswordResetUsed", account, actor=account, now=now)
    return account


def _row_of(token: str) -> PasswordReset | None:
    query = select(PasswordReset).where(PasswordReset.token_hash == link_hash(token))
    return db.session.scalars(query, execution_options={"populate_existing": True}).first()


def _claim(row: PasswordReset, now: datetime) -> bool:
    """One UPDATE that only one of several competitors wins."""
    statement = update(PasswordReset).where(
        PasswordReset.id == row.id, PasswordReset.used_at.is_(None), PasswordReset.expires_at > now
    )
    result: Any = db.session.execute(
        statement.values(used_at=now), execution_options={"synchronize_session": False}
    )
    return int(result.rowcount) == 1


def _mail_text(account: Account, token: str) -> str:
    address = str(current_app.config["PUBLIC_URL"]).rstrip("/") + f"/login/reset/{token}"
    return _(
        "%(name)s：\n\n有人为账号 %(user)s 申请重设密码。请在 30 分钟内打开下面的链接设置新密码，链接只能使用一次：\n%(url)s\n\n"
        "如果不是您本人申请的，请不要理会这封邮件，密码不会改变。",
        name=account.display_name or account.username,
        user=account.username,
        url=address,
    )
