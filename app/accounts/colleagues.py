"""An institution's own accounts: its managers invite, disable and enable colleagues and appoint further managers.

Everything is limited to the actor's own institution. Nobody acts on their own account, so a manager always remains.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import Role
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import exists, func, select, update

from app.accounts import staff
from app.accounts.authentication import hash_password
from app.accounts.models import ENTERPRISE, Account, Invitation
from app.accounts.passwords import problem_texts
from app.accounts.roles import ENTERPRISE_ROLE
from app.accounts.rules import (
    INVITATION_LIFETIME,
    MAX_COLLEAGUES,
    link_hash,
    new_link_token,
    normal_name,
    password_problems,
)
from app.core.clock import local
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, Refused
from app.core.events import record
from app.core.scope import SYSTEM, scoped
from app.messages.services import queue_mail

ENDED = "institution_has_ended"  # told by the institutions, which stand above: (institution, day) -> bool


def colleagues_of(account: Account) -> list[Account]:
    """Everybody of the account's institution, itself included, the first one first."""
    query = select(Account).where(
        Account.kind == ENTERPRISE, Account.institution_id == account.institution_id
    )
    return list(db.session.scalars(query.order_by(Account.id)))


def colleague(account: Account, pk: int) -> Account | None:
    """One of them; None for everybody else's accounts."""
    query = select(Account).where(
        Account.id == pk, Account.kind == ENTERPRISE, Account.institution_id == account.institution_id
    )
    return db.session.scalars(query).first()


def open_invitations(account: Account, now: datetime) -> list[Invitation]:
    """Those of the account's institution that can still be accepted, newest first."""
    query = select(Invitation).where(
        Invitation.institution_id == account.institution_id,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > now,
    )
    return list(db.session.scalars(query.order_by(Invitation.id.desc())))


def invite(values: Mapping[str, str], *, actor: Account, now: datetime) -> Invitation:
    """Send a colleague a link; values: display_name, email. Raises Invalid with `field`, Refused, NotAllowed.

    An address that has an account elsewhere gets a mail without a link: the inviter learns nothing about it.
    """
    refuse_unless_manager(actor)
    email, known = normal_name(values["email"]), colleagues_of(actor)
    waiting = open_invitations(actor, now)
    if any(normal_name(one.email or "") == email for one in known):
        raise Invalid(_("本机构已有使用这个邮箱的账号。"), field="email")
    if len(known) + len([one for one in waiting if normal_name(one.email) != email]) >= MAX_COLLEAGUES:
        raise Refused(_("一个机构最多 %(n)s 个账号（含未接受的邀请）。", n=MAX_COLLEAGUES))
    for former in waiting:  # only the newest link of an address works
        if normal_name(former.email) == email:
            former.withdrawn_at = now
    token, stored = new_link_token()
    row = Invitation(
        institution_id=actor.institution_id,
        display_name=values["display_name"],
        email=values["email"],
        token_hash=stored,
        invited_by_id=actor.id,
        created_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    db.session.add(row)
    _tell(row, actor, "" if _has_account(email) else token, now)
    record("ColleagueInvited", row, actor=actor, now=now, data={"email": row.email})
    return row


def withdraw(invitation: Invitation, *, actor: Account, now: datetime) -> None:
    """The link is worth nothing from now on."""
    refuse_unless_manager(actor)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise Conflict(_("这份邀请已被接受或撤回。"))
    invitation.withdrawn_at = now
    record("InvitationWithdrawn", invitation, actor=actor, now=now)


def invitation_of(token: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, while it can be accepted. Asked by people who are not logged in."""
    with scoped(SYSTEM):
        query = select(Invitation).where(Invitation.token_hash == link_hash(token))
        found = db.session.scalars(query, execution_options={"populate_existing": True}).first()
    if found is None or found.accepted_at or found.withdrawn_at or found.expires_at <= now:
        return None
    return found if _institution_stands(found, now) else None


def _institution_stands(invitation: Invitation, now: datetime) -> bool:
    """Whether the institution that invited has not ended: its accounts change nothing, so no new one joins them."""
    ended = current_app.extensions.get(ENDED)
    with scoped(SYSTEM):
        inviter = db.session.get(Account, invitation.invited_by_id)
        institution = inviter.institution if inviter else None
    return ended is None or institution is None or not ended(institution, local(now).date())


def accept(invitation: Invitation, values: Mapping[str, str], password: str, *, now: datetime) -> Account:
    """Make the account: values: username, mobile. Raises Invalid with `field`, Conflict when somebody was faster."""
    username = normal_name(values["username"])
    staff.refuse_bad_name(username)
    problems = problem_texts(password_problems(password, username))
    if problems:
        raise Invalid(" ".join(problems), field="new")
    if _has_account(normal_name(invitation.email)) or not _claim(invitation, now):
        raise Conflict(_("这份邀请已失效，请联系本机构的管理员。"))
    account = Account(
        username=username,
        email=invitation.email,
        password=hash_password(password),
        first_name=invitation.display_name,
        last_name="",
        display_name=invitation.display_name,
        mobile=values.get("mobile", ""),
        active=True,
        kind=ENTERPRISE,
        institution_id=invitation.institution_id,
        password_changed_at=now,
    )
    account.roles = [db.session.scalars(select(Role).where(Role.name == ENTERPRISE_ROLE)).one()]
    db.session.add(account)
    data = {"invitation": invitation.id, "invited_by": invitation.invited_by_id}
    record("AccountCreated", account, actor=account, now=now, data=data)
    record("InvitationAccepted", invitation, actor=account, now=now)
    return account


def set_active(account: Account, active: bool, *, actor: Account, now: datetime) -> None:
    """Disable (every session ends at once) or enable a colleague."""
    _lock(actor)
    staff.set_active(account, active, actor=actor, now=now)


def set_manager(account: Account, manages: bool, *, actor: Account, now: datetime) -> None:
    """Let a colleague look after the accounts too, or no longer. Never oneself, so one always remains."""
    _lock(actor)
    appoint(account, manages, actor=actor, now=now)


def appoint(account: Account, manages: bool, *, actor: Account, now: datetime) -> None:
    """The same by anybody who may: also by the system administrator, when the last manager has left the company."""
    if account.id == actor.id:
        raise NotAllowed(_("不能更改自己的管理员身份，请由本机构的另一位管理员办理。"))
    if account.kind != ENTERPRISE or account.manages_colleagues == manages:
        raise Conflict(_("该账号已是这个状态，可能刚被他人处理。"))
    account.manages_colleagues = manages
    record("ManagerAppointed" if manages else "ManagerDismissed", account, actor=actor, now=now)


def refuse_unless_manager(actor: Account) -> None:
    """Only an institution's managers look after its accounts."""
    if actor.kind != ENTERPRISE or not actor.manages_colleagues or not actor.active:
        raise NotAllowed(_("只有本机构的管理员可以管理同事账号。"))


def _lock(actor: Account) -> None:
    """Two managers who dismiss each other take turns; the second is none any more."""
    query = select(Account.id).where(Account.institution_id == actor.institution_id).order_by(Account.id)
    db.session.execute(query.with_for_update())
    db.session.refresh(actor, ["active", "manages_colleagues"])
    refuse_unless_manager(actor)


def _has_account(email: str) -> bool:
    return bool(db.session.scalar(select(exists().where(func.lower(Account.email) == email))))


def _claim(invitation: Invitation, now: datetime) -> bool:
    with scoped(SYSTEM):
        statement = update(Invitation).where(
            Invitation.id == invitation.id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > now,
        )
        result: Any = db.session.execute(
            statement.values(accepted_at=now), execution_options={"synchronize_session": False}
        )
    return int(result.rowcount) == 1


def _tell(invitation: Invitation, actor: Account, token: str, now: datetime) -> None:
    with force_locale("zh_Hans_CN"):  # the reader of the mail is not the one who clicked
        values = {"name": invitation.display_name, "company": str(actor.institution), "by": str(actor)}
        if token:
            address = str(current_app.config["PUBLIC_URL"]).rstrip("/") + f"/invitation/{token}"
            body = _(
                "%(name)s：\n\n%(company)s的%(by)s邀请您开通本平台的账号。"
                "请在 7 天内打开下面的链接设置账号和密码，链接只能使用一次：\n%(url)s",
                url=address,
                **values,
            )
        else:
            body = _(
                "%(name)s：\n\n%(company)s的%(by)s邀请您开通本平台的账号，但这个邮箱已用于另一个账号。请提供另一个邮箱，由其重新邀请。",
                **values,
            )
        queue_mail(invitation.email, _("邀请您开通账号"), body, now=now)
