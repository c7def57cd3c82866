"""Verbs of the regulator on applications: take a step, return, reject; and what an approval brings about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, Refused
from app.core.events import record
from app.core.i18n import both
from app.core.scope import SYSTEM, scoped
from app.core.workflow import IllegalTransition, transition
from app.institutions.admission import queries, rules
from app.institutions.admission.labels import DECIDER_REASONS, KINDS
from app.institutions.admission.models import Application, StepDecision
from app.institutions.admission.services import stored_values
from app.institutions.admission.wording import told
from app.institutions.register.people import list_changes
from app.institutions.register.services import Change, Origin, change_register
from app.institutions.rules import has_ended as ended
from app.institutions.telling import tell_institution

DECISIONS = ("pass", "return", "reject")
MIN_REASON, MAX_REASON = 4, 1000


def decide(
    application_id: int, version: int, decision: str, opinion: str, actor: Account, now: datetime
) -> Application:
    """Take the present step. One winner: the row is locked, the version compared, the step's place unique."""
    application = _locked(application_id, version)
    reasons = queries.decider_reasons(application, actor)
    if reasons:
        raise NotAllowed(" ".join(str(DECIDER_REASONS[code]) for code in reasons))
    opinion = _opinion(decision, opinion)
    _refuse_ended(application, decision, now)
    _note(application, decision, opinion, actor, now)
    if decision == "pass" and application.step + 1 < len(application.steps):
        _pass_on(application, opinion, actor, now)
    else:
        _finish(application, decision, opinion, actor, now)
    return application


def has_ended(application: Application, now: datetime) -> bool:
    """Whether the institution has left the register meanwhile: all that is left is to reject."""
    institution = application.institution
    return ended(institution.status, institution.terminated_on, clock.local(now).date())


def _refuse_ended(application: Application, decision: str, now: datetime) -> None:
    if decision != "reject" and has_ended(application, now):
        raise Refused(_("机构已终止，申请不能再通过或退回补正，只能驳回。"))


def _locked(application_id: int, version: int) -> Application:
    query = select(Application).where(Application.id == application_id).with_for_update()
    application = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if application is None:
        raise NotAllowed(_("没有这份申请，或不在您的监管范围内。"))
    if application.version != version or application.status != "submitted":
        raise Conflict(_taken_text(application))
    return application


def _taken_text(application: Application) -> str:
    last = application.decisions[-1] if application.decisions else None
    if last is None:
        return _("申请的状态刚刚发生变化，您的操作没有生效。请查看最新内容。")
    return _(
        "%(who)s 已于 %(when)s 办理了这一步，您的操作没有生效。",
        who=last.actor_name,
        when=clock.show_moment(last.at),
    )


def _opinion(decision: str, opinion: str) -> str:
    text = opinion.strip()
    if decision not in DECISIONS:
        raise Invalid(_("请选择办理结果。"), field="decision")
    if decision != "pass" and len(text) < MIN_REASON:
        raise Invalid(_("请写明原因（至少 4 个字），企业将看到。"), field="opinion")
    if len(text) > MAX_REASON:
        raise Invalid(_("最多 %(n)s 个字，现有 %(m)s 个。", n=MAX_REASON, m=len(text)), field="opinion")
    return text


def _note(application: Application, decision: str, opinion: str, actor: Account, now: datetime) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(
                StepDecision(
                    institution_id=application.institution_id,
                    application_id=application.id,
                    round=application.round,
                    step=application.step,
                    decision=decision,
                    opinion=opinion,
                    actor_id=actor.id,
                    actor_name=str(actor),
                    at=now,
                )
            )
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(_taken_text(application)) from error


def _pass_on(application: Application, opinion: str, actor: Account, now: datetime) -> None:
    states = _move(application, "pass")
    name = application.parsed_steps[application.step].name_zh
    data = {"step": application.step, "name": name, "mode": application.mode}
    application.step += 1
    application.step_role = application.parsed_steps[application.step].role
    application.version += 1
    record(
        "ApplicationStepPassed", application, actor=actor, now=now, states=states, comment=opinion, data=data
    )


_FINISHES = {
    "pass": ("approve", "ApplicationApproved"),
    "return": ("return", "ApplicationReturned"),
    "reject": ("reject", "ApplicationRejected"),
}


def _finish(application: Application, decision: str, opinion: str, actor: Account, now: datetime) -> None:
    verb, kind = _FINISHES[decision]
    step = application.parsed_steps[application.step].name_zh
    states = _move(application, verb)
    application.step_role = ""
    application.decided_at = now
    application.version += 1
    data = {"name": step, "mode": application.mode}
    record(kind, application, actor=actor, now=now, states=states, comment=opinion, data=data)
    if verb == "approve":
        bring_about(application, actor, now)
    _tell(application, verb, opinion, now)


def _move(application: Application, verb: str) -> tuple[str, str]:
    try:
        return transition(application, rules.APPLICATION_WORKFLOW, verb)
    except IllegalTransition as error:
        raise Conflict(_("申请现在的状态不允许这样操作。请刷新后查看最新内容。")) from error


def bring_about(application: Application, actor: Account, now: datetime) -> None:
    """Carry what was approved into the register."""
    origin = Origin("application", application.id, actor)
    with scoped(SYSTEM):
        institution = application.institution
        for day, changes in _effects(application, now):
            if not changes:  # the list stands as asked for already
                continue
            change_register(institution, changes, effective_from=day, origin=origin, now=now)


def _effects(application: Application, now: datetime) -> list[tuple[Any, list[Change]]]:
    today = clock.local(now).date()
    values = stored_values(application, today)
    if application.kind == rules.SET_UP:
        licence = {
            name: values[name] for name in ("licence_no", "licence_issuer", "licence_from", "licence_to")
        }
        licence["licence_file_id"] = application.files[0].file_id if application.files else None
        changes = [Change("licence", licence), Change("institution", {"status": "operating"})]
        return [(max(today, values["licence_from"]), changes)]
    if application.kind == rules.BRANCH:
        branch = {
            "name": values["branch_name"],
            "region_code": values["branch_region"],
            "address": values["branch_address"],
            "head": values["branch_head"],
            "capital": values["branch_capital"],
            "opened_on": today,
        }
        return [(today, [Change("branch", branch, key=application.number)])]
    if application.kind == rules.CHANGE:
        return [(values["effective_from"], _changed(application, values))]
    day = max(today, application.effective_from or today)
    return [
        (today, [Change("institution", {"terminated_on": day})]),
        (day, [Change("institution", {"status": "deregistered"})]),
    ]


def _changed(application: Application, values: dict[str, Any]) -> list[Change]:
    name, sort = rules.CHANGE_FIELDS[values["change_type"]]
    if sort == "people" and "people" not in application.payload:
        # Handed in when the new list was still told in words.
        return [Change("institution", {rules.TOLD_IN_WORDS[name]: application.payload["new_value"]})]
    if sort == "people":
        state = queries.register_of(application.institution, values["effective_from"])
        return list_changes(name, state.all_of(name), values["people"])
    new = {name: values["new_value"]}
    if sort == "place":
        new["region_code"] = values["new_region"]
    return [Change("institution", new)]


def _tell(application: Application, verb: str, opinion: str, now: datetime) -> None:
    message, decision = told(application.mode, verb)
    context = {
        "kind": both(KINDS[application.kind]),
        "number": application.number,
        "decision": decision,
        "reason": opinion,
    }
    link = f"/workspace/admission/{application.id}"
    tell_institution(application.institution, message, context, link, now=now)
