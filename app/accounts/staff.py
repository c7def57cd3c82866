"""Verbs on staff accounts: create, change, disable, grant roles. Nobody acts on their own account here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _
from sqlalchemy import exists, func, select

from app.accounts.authentication import end_sessions, hash_password
from app.accounts.models import STAFF, Account
from app.accounts.notices import tell_owner
from app.accounts.passwords import problem_texts
from app.accounts.queries import role_title
from app.accounts.roles import EXCLUSIVE_POSTS, ROLES_BY_NAME, STAFF_ROLES
from app.accounts.rules import is_username, normal_name, password_problems
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import record


def create_staff(
    values: Mapping[str, Any], *, password: str, roles: Collection[str], actor: Any, now: datetime
) -> Account:
    """A member of staff; values: username, display_name, email, optionally mobile. Raises Invalid with `field`."""
    username = normal_name(values["username"])
    refuse_bad_name(username)
    refuse_bad_email(values["email"], but=0)
    problems = problem_texts(password_problems(password, username))
    if problems:
        raise Invalid(" ".join(problems), field="password")
    account = Account(
        username=username,
        email=values["email"],
        first_name=values["display_name"],
        last_name="",
        display_name=values["display_name"],
        mobile=values.get("mobile", ""),
        password=hash_password(password),
        password_changed_at=now,
        active=True,
        kind=STAFF,
    )
    db.session.add(account)
    record("AccountCreated", account, actor=actor, now=now)
    if roles:
        _set_roles(account, roles, actor, now)
    return account


def change_staff(account: Account, values: Mapping[str, str], *, actor: Any, now: datetime) -> None:
    """New name, mobile or address of a member of staff."""
    refuse_bad_email(values["email"], but=account.id)
    before = {name: getattr(account, name) for name in ("display_name", "mobile", "email")}
    after = {name: values[name] for name in before}
    if before == after:
        return
    for name, value in after.items():
        setattr(account, name, value)
    account.first_name = account.display_name
    record("AccountChanged", account, actor=actor, now=now, data={"before": before, "after": after})
    old, new = before["email"] or "", after["email"]
    if old != new:
        tell_owner(account, "email_changed", now=now, address=old, old=old, new=new)


def set_active(account: Account, active: bool, *, actor: Any, now: datetime) -> None:
    """Disable or enable an account; disabling ends its sessions at once."""
    if account.id == actor.id:
        raise NotAllowed(_("不能停用或启用自己的账号。"))
    if bool(account.active) == active:
        raise Conflict(_("该账号已是这个状态，可能刚被他人处理。"))
    account.active = active
    if not active:
        end_sessions(account, now)
    record("AccountEnabled" if active else "AccountDisabled", account, actor=actor, now=now)


def grant_roles(
    account: Account,
    roles: Collection[str],
    *,
    seen: Collection[str],
    industries: Collection[str],
    region_prefix: str,
    actor: Any,
    now: datetime,
) -> None:
    """Give a member of staff these roles and this area, and no others.

    seen: the roles that the grantor was shown; Conflict when they have changed since.
    """
    if account.id == actor.id:
        raise NotAllowed(_("不能给自己授权，请由另一位安全管理员办理。"))
    if account.kind != STAFF:
        raise NotAllowed(_("企业账号的权限是固定的，不能授予监管角色。"))
    locked = select(Account.id).where(Account.id == account.id).with_for_update()
    db.session.scalar(locked)
    db.session.refresh(account)
    if {role.name for role in account.roles} != set(seen):
        raise Conflict(_("该账号的角色刚被他人修改，您的操作没有生效。请核对最新角色后再保存。"))
    account.industries, account.region_prefix = sorted(industries), region_prefix
    _set_roles(account, roles, actor, now)


def _set_roles(account: Account, names: Collection[str], actor: Any, now: datetime) -> None:
    wanted = set(names)
    unknown = wanted - set(STAFF_ROLES)
    if unknown:
        raise Invalid(_("没有这个角色：%(names)s。", names="、".join(sorted(unknown))), field="roles")
    posts = wanted & set(EXCLUSIVE_POSTS)
    if posts and len(wanted) > 1:
        titles = "、".join(role_title(ROLES_BY_NAME[name]) for name in EXCLUSIVE_POSTS)
        raise Invalid(
            _("%(titles)s三员分立：担任其中一职的，不能再有其他角色。", titles=titles), field="roles"
        )
    before = sorted(role.name for role in account.roles)
    account.roles = list(db.session.scalars(select(Role).where(Role.name.in_(wanted)))) if wanted else []
    account.sees_filings = any(ROLES_BY_NAME[name].sees_filings for name in wanted)
    area = {"industries": account.industries, "region": account.region_prefix}
    record(
        "RolesGranted",
        account,
        actor=actor,
        now=now,
        data={"before": before, "after": sorted(wanted), **area},
    )


def refuse_bad_name(username: str) -> None:
    """Raise Invalid unless the user name is well formed and free."""
    if not is_username(username):
        raise Invalid(
            _("账号须为 4 至 32 位，以字母开头，只含字母、数字、点、横线和下划线。"), field="username"
        )
    if db.session.scalar(select(exists().where(func.lower(Account.username) == username))):
        raise Invalid(_("该账号已存在，请换一个。"), field="username")


def refuse_bad_email(email: str, *, but: int) -> None:
    """Raise Invalid when another account than `but` has this address."""
    taken = exists().where(func.lower(Account.email) == normal_name(email), Account.id != but)
    if db.session.scalar(select(taken)):
        raise Invalid(_("该邮箱已被其他账号使用，请换一个。"), field="email")
