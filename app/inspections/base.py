"""What every verb on an inspection begins and ends with: lock, compare, ask who may, move, record. None commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, Refused
from app.core.events import record
from app.core.workflow import IllegalTransition, Workflow, transition
from app.inspections import intake, rules
from app.inspections.labels import STATES, WORKER_REASONS
from app.inspections.models import Inspection


def locked(inspection_id: int, version: int | None = None) -> Inspection:
    """The row, locked; Conflict when it is no longer what the actor saw. Without `version` it is only locked."""
    query = select(Inspection).where(Inspection.id == inspection_id).with_for_update()
    found = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotAllowed(_("没有这项检查，或不在您的监管范围内。"))
    if version is not None and found.version != version:
        raise Conflict(_("这项检查刚被更新过，您的操作没有生效。请核对最新内容后再办理。"))
    return found


def for_worker(inspection_id: int, version: int | None, actor: Account) -> Inspection:
    """The locked row for somebody who works on the inspection; NotAllowed with the reasons."""
    found = locked(inspection_id, version)
    reasons = rules.worker_reasons(actor.id, found.people, found.status)
    if reasons:
        raise NotAllowed(" ".join(str(WORKER_REASONS[code]) for code in reasons))
    return found


def need_state(inspection: Inspection, states: tuple[str, ...]) -> None:
    """Conflict, saying where the inspection stands, unless it is in one of these states."""
    if inspection.status not in states:
        raise Conflict(_("检查现在的状态是“%(state)s”，不能这样操作。", state=STATES[inspection.status]))


def move(subject: Any, workflow: Workflow, verb: str, attribute: str = "status") -> tuple[str, str]:
    """Along the transition table; Conflict in words when it does not lead there."""
    try:
        return transition(subject, workflow, verb, attribute)
    except IllegalTransition as error:
        raise Conflict(_("现在的状态不允许这样操作。请刷新后查看最新内容。")) from error


def step(
    inspection: Inspection, verb: str, kind: str, actor: Account, now: datetime, **more: Any
) -> tuple[str, str]:
    """Move the inspection, count its version up, and write down what happened. `more`: comment, data."""
    states = move(inspection, rules.INSPECTION_WORKFLOW, verb)
    inspection.version += 1
    record(kind, inspection, actor=actor, now=now, states=states, **more)
    return states


@dataclass(frozen=True)
class Decision:
    """What the approver decides on: `state` in which it waits, why somebody `may not`, what an approval does, what a
    return is called (verb, event), whom to tell, and what to say to whoever chose nothing."""

    state: str
    may_not: Callable[[Inspection, Account], tuple[str, ...]]
    reason_words: Mapping[str, Any]
    approve: Callable[[Inspection, Account, datetime, str], None]
    send_back: tuple[str, str]
    tell: Callable[[Inspection, str, str, datetime], None]
    choose: Any

    def take(
        self, inspection_id: int, version: int, verdict: str, remark: str, actor: Account, now: datetime
    ) -> Inspection:
        """Approve, or send back with a reason. Whoever has a part in what is decided on may do neither."""
        inspection = locked(inspection_id, version)
        need_state(inspection, (self.state,))
        reasons = self.may_not(inspection, actor)
        if reasons:
            raise NotAllowed(" ".join(str(self.reason_words[code]) for code in reasons))
        if verdict == "approve":
            text = intake.optional(remark, "opinion")
            self.approve(inspection, actor, now, text)
        elif verdict == "send_back":
            text = intake.reason_of(remark, "opinion", _("请写明退回的原因（至少 4 个字）。"))
            verb, event = self.send_back
            step(inspection, verb, event, actor, now, comment=text)
        else:
            raise Invalid(str(self.choose), field="opinion")
        self.tell(inspection, verdict, text, now)
        return inspection


def for_company(inspection_id: int, actor: Account, *, issued: bool = False) -> Inspection:
    """The locked row for the institution's own people, once it was served (or its opinion issued).

    Whoever has left the register reads and changes nothing any more.
    """
    found = locked(inspection_id)
    known = found.issued_at if issued else found.served_at
    if found.institution_id != actor.institution_id or known is None:
        raise NotAllowed(_("没有这项检查。"))
    if found.institution.status == "deregistered":
        raise Refused(_("机构已注销，只能查看，不能再办理。"))
    return found
