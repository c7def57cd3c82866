"""Choosing a password."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.security import check_password_hash

from app.accounts.authentication import end_sessions, hash_password
from app.accounts.models import Account, PasswordHistory
from app.accounts.notices import tell_owner
from app.accounts.rules import HISTORY, Problem, password_problems
from app.core.db import db
from app.core.errors import Invalid
from app.core.events import record


def problem_texts(problems: Sequence[Problem]) -> list[str]:
    """The reasons against a password in the reader's language."""
    texts = []
    for code, values in problems:
        texts.append(
            {
                "too_short": _("密码至少需要 %(n)s 个字符。", n=values.get("n", 0)),
                "too_long": _("密码最多 %(n)s 个字符。", n=values.get("n", 0)),
                "few_classes": _("密码须包含大写字母、小写字母、数字、符号中的至少三类。"),
                "has_account": _("密码不能包含账号。"),
                "common": _("这个密码过于常见或有规律，容易被猜中，请换一个。"),
                "spaces": _("密码的开头和结尾不能是空格。"),
            }[code]
        )
    return texts


def change_password(account: Account, new: str, *, now: datetime, session_key: str) -> None:
    """Set a new password and end the account's other sessions. Raises Invalid with every reason.

    The caller has verified the old password. The last five passwords, the present one included, are refused.
    """
    reasons = problem_texts(password_problems(new, account.username))
    if _was_used(account, new):
        reasons.append(_("不能使用最近 %(n)s 次用过的密码。", n=HISTORY))
    if reasons:
        raise Invalid(" ".join(reasons), reasons=reasons)
    db.session.add(PasswordHistory(account_id=account.id, password=account.password, replaced_at=now))
    account.password = hash_password(new)
    account.password_changed_at = now
    ended = end_sessions(account, now, except_key=session_key)
    record("PasswordChanged", account, actor=account, now=now, data={"sessions_ended": ended})
    tell_owner(account, "password_changed", now=now)


def _was_used(account: Account, new: str) -> bool:
    query = select(PasswordHistory.password).where(PasswordHistory.account_id == account.id)
    former = db.session.scalars(query.order_by(PasswordHistory.id.desc()).limit(HISTORY - 1))
    return any(check_password_hash(known, new) for known in [account.password, *former])
