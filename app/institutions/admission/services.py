"""Verbs of the institution on applications: save a draft, hand in, withdraw. None commits."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, Refused
from app.core.events import record
from app.core.files import store_upload
from app.core.workflow import IllegalTransition, transition
from app.institutions.admission import intake, queries, rules
from app.institutions.admission.comparison import before_of
from app.institutions.admission.labels import FILE_KEYS, KINDS, OPENING_REASONS
from app.institutions.admission.models import Application, ApplicationFile
from app.institutions.admission.people import typed_rows
from app.institutions.models import Institution

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MAX_TEXT = 4000
PURPOSE = "admission"


class Incomplete(Invalid):
    """The application is kept as a draft but not handed in; `errors` says why, by field."""

    def __init__(self, application: Application, errors: dict[str, str]) -> None:
        super().__init__(_("没有提交：有 %(n)s 处需要修改。填写的内容已存为草稿。", n=len(errors)))
        self.application, self.errors = application, errors


def begin(institution: Institution, kind: str, actor: Account, now: datetime) -> Application:
    """A new draft; Refused with all reasons when the kind is not open to the institution."""
    _refuse_closed(institution, kind, now, but=0)
    application = Application(
        number=f"ZR{clock.local(now):%Y%m%d}{''.join(secrets.choice(_LETTERS) for _n in range(6))}",
        institution_id=institution.id,
        kind=kind,
        industry=institution.industry,
        region_code=institution.region_code,
        created_at=now,
        created_by_id=actor.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(application)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(OPENING_REASONS["open_already"]) from error
    record("ApplicationBegun", application, actor=actor, now=now, states=(None, application.status))
    return application


def save_draft(
    application: Application, version: int, raw: Mapping[str, str], actor: Account, now: datetime
) -> None:
    """Keep what was written, right or wrong. Only draft and returned applications can be changed."""
    _claim(application, version)
    if application.status not in ("draft", "returned"):
        raise Conflict(_("申请正在办理或已经办结，不能修改。"))
    fields = intake.FIELDS[application.kind]
    payload: dict[str, Any] = {name: raw.get(name, "")[:MAX_TEXT] for name in fields}
    name, sort = rules.CHANGE_FIELDS.get(payload.get("change_type", ""), ("", ""))
    if sort == "people":
        payload["people"] = typed_rows(raw, name)
    application.payload = payload
    application.version += 1
    db.session.flush()


def attach(application: Application, key: str, upload: FileStorage, actor: Account, now: datetime) -> None:
    """Put a file in the place of the former one of this key."""
    if application.status not in ("draft", "returned"):
        raise Conflict(_("申请正在办理或已经办结，不能修改。"))
    if key not in rules.ATTACHMENTS[application.kind]:
        raise Invalid(_("没有这一项附件。"))
    stored = store_upload(
        upload, purpose=PURPOSE, now=now, actor=actor, institution_id=application.institution_id
    )
    for former in [one for one in application.files if one.key == key]:
        application.files.remove(former)
        db.session.delete(former)
    application.files.append(
        ApplicationFile(institution_id=application.institution_id, file_id=stored.id, key=key)
    )
    db.session.flush()


def submit(application: Application, actor: Account, now: datetime) -> None:
    """Hand in; the steps and the mode of this moment go with it. Incomplete says what is missing, by field."""
    institution = application.institution
    _refuse_closed(institution, application.kind, now, but=application.id)
    today = clock.local(now).date()
    state = queries.register_of(institution, today)
    checked = intake.check(application.kind, application.payload, institution, state, today)
    errors = checked.errors | _missing_files(application) | _same_branch(application, checked)
    if errors:
        raise Incomplete(application, errors)
    again = application.status == "returned"
    states = _move(application, "submit")
    _lay_down(application, institution, checked)
    application.submitted_at, application.submitted_by_id = now, actor.id
    application.decided_at = None
    application.version += 1
    kind = "ApplicationResubmitted" if again else "ApplicationSubmitted"
    data = {"payload": application.payload, "mode": application.mode}
    record(kind, application, actor=actor, now=now, states=states, data=data)


def withdraw(application: Application, version: int, actor: Account, now: datetime) -> None:
    """撤回, as long as nothing was decided finally."""
    _claim(application, version)
    if application.institution_id != actor.institution_id:
        raise NotAllowed(_("没有这份申请。"))
    states = _move(application, "withdraw")
    application.step_role = ""
    application.version += 1
    # What was never handed in has no mode yet.
    data = {"mode": application.mode} if application.round else {}
    record("ApplicationWithdrawn", application, actor=actor, now=now, states=states, data=data)


def _lay_down(application: Application, institution: Institution, checked: intake.Intake) -> None:
    """What is fixed with handing in: mode, steps, day of effect and the value that is to be replaced."""
    values = checked.values
    application.mode, application.effective_from = "approve", None
    if application.kind == rules.CHANGE:
        application.mode = queries.mode_for(institution, values["change_type"]).mode
        application.effective_from = values["effective_from"]
        application.before = before_of(values["change_type"], checked.state)
    elif application.kind == rules.TERMINATION:
        application.effective_from = values["terminate_on"]
    if not application.steps or application.round == 0:
        plan = queries.plan_for(application.kind, institution)
        # 备案 and 报告 are checked and recorded in one step (domain notes, section 2).
        application.steps = rules.steps_to(plan if application.mode == "approve" else plan[:1])
    application.round += 1
    application.step = 0
    application.step_role = application.parsed_steps[0].role


def _missing_files(application: Application) -> dict[str, str]:
    there = {one.key for one in application.files}
    needed = [key for key, required in rules.ATTACHMENTS[application.kind].items() if required]
    return {f"file_{key}": _("请上传“%(name)s”。", name=FILE_KEYS[key]) for key in needed if key not in there}


def _same_branch(application: Application, checked: intake.Intake) -> dict[str, str]:
    """A form that was sent twice asks for one branch. The institution's row keeps two that come together apart."""
    if application.kind != rules.BRANCH:
        return {}
    query = select(Institution.id).where(Institution.id == application.institution_id)
    # Both hold a shared lock for their reference to it: a full one would make each wait for the other.
    db.session.execute(query.with_for_update(key_share=True))
    if not queries.branch_is_asked_for(application, checked.values["branch_name"]):
        return {}
    return {"branch_name": _("已有同名分支机构的申请在办理，无需重复提交。")}


def _refuse_closed(institution: Institution, kind: str, now: datetime, *, but: int) -> None:
    codes = queries.opening_reasons(institution, kind, queries.open_kinds(institution.id, but), now)
    if codes:
        texts = [str(OPENING_REASONS[code]) for code in codes]
        raise Refused(" ".join(texts), reasons=texts, kind=str(KINDS[kind]))


def _claim(application: Application, version: int) -> None:
    """Lock the row and compare what the actor saw with what there is."""
    query = select(Application).where(Application.id == application.id).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one()
    if application.version != version:
        raise Conflict(_("申请刚被更新过，您的操作没有生效。请先查看申请现在的内容。"))


def _move(application: Application, verb: str) -> tuple[str, str]:
    try:
        return transition(application, rules.APPLICATION_WORKFLOW, verb)
    except IllegalTransition as error:
        raise Conflict(_("申请现在的状态不允许这样操作。请刷新后查看最新内容。")) from error


def stored_values(application: Application, today: date | None = None) -> dict[str, Any]:
    """The values of an application that was handed in, as Python has them."""
    day = today or clock.today()
    state = queries.register_of(application.institution, day)
    return intake.check(application.kind, application.payload, application.institution, state, day).values
