"""Verbs on registrations: submit, resubmit, approve, reject."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import ENTERPRISE, Account
from app.accounts.roles import ENTERPRISE_ROLE
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, Refused
from app.core.events import record
from app.core.files import StoredFile, remove_file
from app.core.scope import SYSTEM, scoped
from app.core.workflow import transition
from app.institutions import queries
from app.institutions.models import Institution, Registration
from app.institutions.register.services import Change, Origin, change_register, open_register
from app.institutions.rules import (
    ATTACHMENTS,
    CONSENT_VERSION,
    INSTITUTION_WORKFLOW,
    REGISTRATION_WORKFLOW,
)
from app.messages.inbox import notify
from app.messages.services import queue_mail

PENDING_FILE = "registration_pending"
FILE_PURPOSES = {name: f"registration_{name.removesuffix('_file')}" for name in ATTACHMENTS}
KEEP_PENDING = timedelta(days=1)
_RECEIPT_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

DETAILS = (
    "username",
    "name",
    "uscc",
    "industry",
    "org_type",
    "region_code",
    "address",
    "legal_representative",
    "contact_name",
    "mobile",
    "email",
    "has_licence",
)
LICENCE = ("licence_no", "licence_issuer", "licence_from", "licence_to")


def submit_registration(
    values: Mapping[str, Any], *, password_hash: str, files: Mapping[str, StoredFile], now: datetime
) -> Registration:
    """Take a new registration; `values` holds DETAILS and LICENCE, `files` attachments by the names of ATTACHMENTS.

    Refused when code, name or address is taken.
    """
    _refuse_taken(values, but=0)
    registration = Registration(
        receipt_no=_receipt_number(now),
        password=password_hash,
        submitted_at=now,
        consent_version=CONSENT_VERSION,
        consent_at=now,
    )
    _fill(registration, values, files)
    _store(registration)
    record("RegistrationSubmitted", registration, now=now, states=(None, registration.status))
    _tell_received(registration, now)
    return registration


def resubmit_registration(
    registration: Registration,
    values: Mapping[str, Any],
    *,
    password_hash: str,
    files: Mapping[str, StoredFile],
    now: datetime,
) -> Registration:
    """Hand a rejected registration in again, corrected. The code stays: it is what the receipt was given for."""
    if values["uscc"] != registration.uscc:
        raise Invalid(_("重新提交时不能更换统一社会信用代码；如代码有误，请重新注册。"))
    _refuse_taken(values, but=registration.id)
    _claim(registration, "rejected", registration.version)
    states = transition(registration, REGISTRATION_WORKFLOW, "resubmit")
    registration.password = password_hash
    registration.submitted_at = registration.consent_at = now
    registration.consent_version = CONSENT_VERSION
    registration.decided_at = registration.decided_by_id = registration.decision_reason = None
    _fill(registration, values, files)
    _store(registration)
    record("RegistrationResubmitted", registration, now=now, states=states)
    _tell_received(registration, now)
    return registration


def approve_registration(registration: Registration, *, version: int, actor: Any, now: datetime) -> Account:
    """Make institution and account of a registration. Conflict when somebody else decided, Refused with why not."""
    _claim(registration, "submitted", version)
    _refuse_unusable(registration)
    states = transition(registration, REGISTRATION_WORKFLOW, "approve")
    known = queries.known_institution(registration.uscc)
    make = _institution_of if known is None else _linked
    institution = make(registration, actor, now)
    account = _account_of(registration, institution, actor, now)
    registration.institution_id = institution.id
    registration.decided_at, registration.decided_by_id = now, actor.id
    for file in queries.registration_files(registration).values():
        file.institution_id, file.uploader_id = institution.id, account.id
    record("RegistrationApproved", registration, actor=actor, now=now, states=states)
    _tell_decided(registration, account, now)
    return account


def reject_registration(
    registration: Registration, *, version: int, reason: str, actor: Any, now: datetime
) -> None:
    """Turn a registration down; the reason goes to the applicant."""
    reason = reason.strip()
    if len(reason) < 4:
        raise Invalid(_("请填写驳回原因（至少 4 个字），申请人将据此修改。"))
    if len(reason) > 1000:
        raise Invalid(_("驳回原因最多 1000 个字。"))
    _claim(registration, "submitted", version)
    states = transition(registration, REGISTRATION_WORKFLOW, "reject")
    registration.decision_reason = reason
    registration.decided_at, registration.decided_by_id = now, actor.id
    record("RegistrationRejected", registration, actor=actor, now=now, states=states, comment=reason)
    _tell_decided(registration, None, now)


def reveal_mobile(subject: Registration | Institution, reason: str, *, actor: Any, now: datetime) -> None:
    """Write down that somebody saw a contact's whole number, which lists and pages show masked, and what for.

    Raises Invalid without a reason.
    """
    reason = reason.strip()
    if not 2 <= len(reason) <= 100:
        raise Invalid(_("请填写查看完整手机号的事由，2 至 100 字。"), field="reason")
    record("PersonalDataRevealed", subject, actor=actor, now=now, comment=reason, data={"fields": ["mobile"]})


def forget_pending_files(now: datetime) -> None:
    """Remove files of registrations that were begun and never handed in."""
    old = select(StoredFile).where(StoredFile.purpose == PENDING_FILE, StoredFile.at < now - KEEP_PENDING)
    with scoped(SYSTEM):
        for file in db.session.scalars(old.limit(20)):
            remove_file(file)


def _claim(registration: Registration, status: str, version: int) -> None:
    """One UPDATE decides who comes first; the loser is told who was faster."""
    statement = update(Registration).where(
        Registration.id == registration.id, Registration.status == status, Registration.version == version
    )
    with scoped(SYSTEM):
        result: Any = db.session.execute(
            statement.values(version=version + 1), execution_options={"synchronize_session": False}
        )
        db.session.refresh(registration)
        if result.rowcount == 1:
            return
        by = registration.decided_by
    if by is not None and registration.decided_at is not None:
        when = clock.local(registration.decided_at).strftime("%Y-%m-%d %H:%M")
        raise Conflict(_("%(who)s 已于 %(when)s 处理了该申请，您的操作没有生效。", who=str(by), when=when))
    raise Conflict(_("该申请的状态刚刚发生变化，您的操作没有生效。请查看最新内容后再处理。"))


def _refuse_taken(values: Mapping[str, Any], *, but: int) -> None:
    if queries.code_is_taken(values["uscc"], but_registration=but):
        raise Refused(_code_taken_text(), field="uscc")
    if queries.name_is_taken(values["username"], but_registration=but):
        raise Refused(_("该账号不可用，请换一个。"), field="username")
    if queries.email_is_taken(values["email"], but_registration=but):
        raise Refused(_("该邮箱不可用，请换一个。"), field="email")


def _code_taken_text() -> str:
    return _("该统一社会信用代码已有登记或正在审核。如有疑问，请联系监管部门核实。")


def _refuse_unusable(registration: Registration) -> None:
    """What has changed since the registration came in, e.g. a member of staff took the same user name."""
    known = queries.known_institution(registration.uscc)
    if known is not None:
        _refuse_unlinkable(known, registration)
    if queries.name_is_taken(registration.username, but_registration=registration.id):
        raise Refused(_("该账号名已被使用。请驳回并请申请人更换账号。"))
    if queries.email_is_taken(registration.email, but_registration=registration.id):
        raise Refused(_("该邮箱已被其他账号使用。请驳回并请申请人更换邮箱。"))


def _refuse_unlinkable(known: Institution, registration: Registration) -> None:
    """The register has this code: only an institution without an account can take the registration over."""
    if queries.has_account(known) or known.status == "deregistered":
        raise Refused(_("该统一社会信用代码的机构已在名册中，不能重复登记。请驳回并说明原因。"))
    if not queries.is_in_scope(known):
        raise Refused(_("名册中该代码的机构不在您负责的行业或地区内，请由负责的人员审核。"))
    if known.industry != registration.industry:
        raise Refused(_("所填行业与名册中该机构的行业不同，不能关联。请核对后驳回，或先更正名册。"))


def _fill(registration: Registration, values: Mapping[str, Any], files: Mapping[str, StoredFile]) -> None:
    for column in DETAILS:
        setattr(registration, column, values[column])
    given = bool(values["has_licence"])
    for column in LICENCE:
        setattr(registration, column, values[column] if given else None)
    for name in ATTACHMENTS:
        file = files.get(name) if given or name != "licence_file" else None
        setattr(registration, f"{name}_id", file.id if file else None)
        if file:
            file.purpose = FILE_PURPOSES[name]


def _store(registration: Registration) -> None:
    """Two requests for the same code at the same moment: the index lets one in."""
    try:
        with db.session.begin_nested():
            db.session.add(registration)
            db.session.flush()
    except IntegrityError as error:
        raise Refused(_code_taken_text(), field="uscc") from error


def _receipt_number(now: datetime) -> str:
    letters = "".join(secrets.choice(_RECEIPT_LETTERS) for _position in range(8))
    return f"ZC{clock.local(now):%Y%m%d}{letters}"


def _institution_of(registration: Registration, actor: Any, now: datetime) -> Institution:
    copied = {column: getattr(registration, column) for column in (*DETAILS[1:-1], *LICENCE)}
    institution = Institution(**copied)
    db.session.add(institution)
    record("InstitutionRegistered", institution, actor=actor, now=now, states=(None, "preparing"))
    if registration.has_licence:
        states = transition(institution, INSTITUTION_WORKFLOW, "open")
        institution.admitted_at = now
        record("InstitutionOpened", institution, actor=actor, now=now, states=states)
    open_register(
        institution,
        since=clock.local(now).date(),
        origin=Origin("registration", registration.id, actor),
        now=now,
        licence_file_id=registration.licence_file_id if registration.has_licence else None,
    )
    return institution


def _linked(registration: Registration, actor: Any, now: datetime) -> Institution:
    """The imported institution: the register stands as it is; contact and a missing licence come with it."""
    institution = queries.known_institution(registration.uscc)
    assert institution is not None
    institution.contact_name, institution.mobile = registration.contact_name, registration.mobile
    institution.email = registration.email
    if registration.has_licence and institution.licence_no is None:
        licence: dict[str, Any] = {name: getattr(registration, name) for name in LICENCE}
        licence["licence_file_id"] = registration.licence_file_id
        changes = [Change("licence", licence)]
        if institution.status == "preparing":
            changes.append(Change("institution", {"status": "operating"}))
        change_register(
            institution,
            changes,
            effective_from=clock.local(now).date(),
            origin=Origin("registration", registration.id, actor),
            now=now,
        )
    record("InstitutionLinked", institution, actor=actor, now=now, data={"registration": registration.id})
    return institution


def _account_of(registration: Registration, institution: Institution, actor: Any, now: datetime) -> Account:
    account = Account(
        username=registration.username,
        email=registration.email,
        password=registration.password,
        first_name=registration.contact_name,
        last_name="",
        display_name=registration.contact_name,
        mobile=registration.mobile,
        active=True,
        kind=ENTERPRISE,
        institution_id=institution.id,
        manages_colleagues=True,
        password_changed_at=registration.submitted_at,
    )
    account.roles = [db.session.scalars(select(Role).where(Role.name == ENTERPRISE_ROLE)).one()]
    db.session.add(account)
    record("AccountCreated", account, actor=actor, now=now)
    return account


def _tell_received(registration: Registration, now: datetime) -> None:
    """Nobody has an account yet, so in both languages."""
    url = _address("/register/status")
    zh = (
        f"{registration.name}：\n\n贵单位的注册申请已收到，回执编号 {registration.receipt_no}，正在审核。\n"
        f"可凭回执编号和统一社会信用代码查询进度：{url}"
    )
    en = (
        f"{registration.name}:\n\nYour registration has been received (receipt {registration.receipt_no}) and is "
        f"being examined.\nFollow it with the receipt number and the social credit code: {url}"
    )
    subject = f"注册申请已收到（{registration.receipt_no}） / Registration received"
    queue_mail(registration.email, subject, f"{zh}\n\n——————\n\n{en}\n", now=now)


def _tell_decided(registration: Registration, account: Account | None, now: datetime) -> None:
    """Approved: the new account; rejected: the applicant, who finds the registration by its receipt."""
    context = {
        "institution": registration.name,
        "number": registration.receipt_no,
        "decision": ("已通过", "approved") if account else ("未通过", "rejected"),
        "username": account.username if account else "",
        "reason": None if account else registration.decision_reason,
    }
    recipients = [account] if account else []
    link = "/workspace/" if account else "/register/status"
    notify("registration_decided", recipients, context, link, now=now, address=registration.email)


def _address(path: str) -> str:
    return str(current_app.config["PUBLIC_URL"]).rstrip("/") + path
