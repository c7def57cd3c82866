"""Drafts of the long forms of an inspection, kept while somebody types: plan, list, finding, opinion, feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import DomainError, Invalid
from app.core.form_drafts import (
    FormDraft,
    OtherWindow,
    draft_of,
    drafts_under,
    fingerprint,
    forget_draft,
    keep_draft,
    others_writing,
)
from app.core.parsing import is_number
from app.inspections import intake, rules
from app.inspections.base import for_company, for_worker, need_state
from app.inspections.models import Inspection

FEEDBACK = "feedback"
# In which states a form is written; a finding's key is finding_<id>, finding_0 for a new one.
WRITTEN_IN = {
    "plan": rules.EDITABLE,
    "checklist": rules.EDITABLE,
    "opinion": rules.WRITES_FINDINGS,
    "finding": rules.WRITES_FINDINGS,
    FEEDBACK: rules.TAKES_FEEDBACK,
}


@dataclass(frozen=True)
class Shown:
    """What the page of a form says about drafts. `content` fills the form when the draft is put back."""

    url: str
    base: str
    draft: FormDraft | None = None
    is_shown: bool = False
    is_behind: bool = False
    others: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def revision(self) -> int:
        """What the page knows of the draft; nothing while it is only offered, so that it is not written over."""
        return self.draft.revision if self.draft and self.is_shown else 0

    @property
    def content(self) -> dict[str, str] | None:
        """The fields of the draft, when they stand in the form."""
        return self.draft.content if self.draft and self.is_shown else None


def key_of(inspection_id: int, form: str) -> str:
    """The name of a form of an inspection."""
    return f"inspection:{inspection_id}:{form}"


def _kind(form: str) -> str:
    name, _sep, number = form.partition("_")
    if name not in WRITTEN_IN or (name == "finding") != is_number(number, 9):
        raise Invalid(_("没有这个表单。"))
    return name


def _stored(inspection: Inspection, form: str) -> Any:
    """What is saved of this form: when it differs, somebody has saved something else meanwhile."""
    if form == "plan":
        names: tuple[str, ...] = ("kind", "surprise", *intake.PLAN_TEXTS, *intake.PLAN_DAYS)
        team = [(one.account_id, one.name, one.certificate_no, one.is_leader, one.is_recused, one.recusal_reason)
                for one in inspection.team]  # fmt: skip
        return [[getattr(inspection, name) for name in names], team]
    if form == "checklist":
        return [(one.category, one.name, one.covers, one.form, one.due_on) for one in inspection.items]
    if form == "opinion":
        return [
            getattr(inspection, name) for name in ("overview", "evaluation", "requirements", "rectify_days")
        ]
    if form == FEEDBACK:
        return inspection.feedback_version
    found = next((one for one in inspection.findings if f"finding_{one.id}" == form), None)
    return found and [getattr(found, name) for name in (*intake.FINDING_TEXTS, "severity", "due_on")]


def keep(
    inspection_id: int, form: str, raw: Mapping[str, str], actor: Account, now: datetime
) -> tuple[FormDraft, bool]:
    """Keep what the actor has typed so far; and whether something else was saved since the page was opened."""
    inspection = _writable(inspection_id, form, actor)
    draft = keep_draft(
        key_of(inspection.id, form),
        raw,
        now,
        account_id=actor.id,
        institution_id=inspection.institution_id,
        by_staff=form != FEEDBACK,
    )
    return draft, draft.base != fingerprint(_stored(inspection, form))


def _writable(inspection_id: int, form: str, actor: Account) -> Inspection:
    """The locked row for somebody who may save this form now; the same as saving asks for."""
    kind = _kind(form)
    inspection = (
        for_company(inspection_id, actor, issued=True)
        if kind == FEEDBACK
        else for_worker(inspection_id, None, actor)
    )
    need_state(inspection, WRITTEN_IN[kind])
    return inspection


def forget(inspection_id: int, form: str, actor: Account | None) -> None:
    """The draft was saved, or its writer does not want it; without an actor all go, because the form is gone."""
    _kind(form)
    forget_draft(key_of(inspection_id, form), actor.id if actor else None)


def shown(inspection: Inspection, form: str, actor: Account, url: str, asked: str = "") -> Shown:
    """What the page says about drafts of this form. The own draft stands in the form, unless something else was
    saved meanwhile: then it is offered, and put in when `asked` for."""
    base = fingerprint(_stored(inspection, form))
    key = key_of(inspection.id, form)
    draft = draft_of(key, actor.id)
    behind = draft is not None and draft.base != base
    others = _names(others_writing(key, actor.id, clock.now()))
    return Shown(url, base, draft, not behind or asked == "mine", behind, others)


def waiting(inspection: Inspection, actor: Account) -> list[str]:
    """The forms that the actor has typed in and not saved, which what is handed in now would not hold."""
    prefix = key_of(inspection.id, "")
    forms = [one.removeprefix(prefix) for one in drafts_under(prefix, actor.id)]
    return [one for one in forms if inspection.status in WRITTEN_IN[_kind(one)]]


def _names(drafts: list[FormDraft]) -> list[tuple[str, datetime]]:
    if not drafts:
        return []
    query = select(Account).where(Account.id.in_([one.account_id for one in drafts]))
    names = {one.id: str(one) for one in db.session.scalars(query)}
    return [(names[one.account_id], one.saved_at) for one in drafts if one.account_id in names]


def answer(
    inspection_id: int, form: str, raw: Mapping[str, str], actor: Account, now: datetime
) -> tuple[dict[str, Any], int]:
    """What the page's script is told: 200 with the time, or the reason in words."""
    try:
        with db.session.begin_nested():
            draft, behind = keep(inspection_id, form, raw, actor, now)
    except DomainError as refusal:
        told = {"refused": str(refusal.message), "choose": isinstance(refusal, OtherWindow)}
        return told, refusal.status
    return {"revision": draft.revision, "saved_at": f"{clock.local(now):%H:%M}", "behind": behind}, 200
