"""What somebody is typing into a long form, kept on the server until it is saved: one draft per writer and form.

A draft belongs to its writer: two people who write at once do not write over each other, and a half-finished sentence
is nobody else's. What is saved belongs to everybody as before. The caller has locked the thing that the form is about,
so that two first drafts at once come one after the other.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_appbuilder import Model
from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Moment, db
from app.core.errors import Conflict, Invalid
from app.core.parsing import number_of
from app.core.personal import SealedJson
from app.core.scope import InstitutionScoped, Scope

KEEP_DRAFTS = timedelta(days=90)
RECENT = timedelta(days=1)
MAX_FIELDS, MAX_CHARACTERS = 800, 300_000
_NAME = re.compile(r"[a-z0-9_]{1,60}")
_NEVER = frozenset({"csrf_token", "version", "action", "drop", "draft_revision", "draft_base", "draft_force"})


class OtherWindow(Conflict):
    """Another window of the same writer kept, saved or dropped the draft; the writer has to choose."""


class FormDraft(InstitutionScoped, Model):
    """The unsaved content of one form by one writer.

    `base` stands for what was saved when the writer began; `revision` counts the draft's own changes.
    """

    __tablename__ = "form_draft"
    __table_args__ = (UniqueConstraint("form", "account_id", name="uq_form_draft_writer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(String(60), nullable=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    by_staff: Mapped[bool] = mapped_column(Boolean, nullable=False)
    base: Mapped[str] = mapped_column(String(16), nullable=False)
    revision: Mapped[int] = mapped_column(BigInteger, nullable=False)
    content: Mapped[dict[str, str]] = mapped_column(SealedJson, nullable=False)
    saved_at: Mapped[datetime] = mapped_column(Moment, nullable=False, index=True)

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """What the regulator writes no institution sees, and the other way round."""
        found = super().scope_condition(scope)
        if scope.kind == "institution":
            return found & cls.by_staff.is_(False)
        return found & cls.by_staff.is_(True) if scope.kind == "staff" else found


def fingerprint(stored: object) -> str:
    """A short mark of what is saved, to see later whether somebody has saved something else."""
    text = json.dumps(stored, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def typed_content(raw: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form without what the machinery adds; Invalid when there is more than any form holds."""
    found = {name: str(value) for name, value in raw.items() if _NAME.fullmatch(name) and name not in _NEVER}
    if len(found) > MAX_FIELDS or sum(map(len, found.values())) > MAX_CHARACTERS:
        raise Invalid(_("内容太长，没有自动保存草稿。请缩短后再试。"))
    return found


def draft_of(form: str, account_id: int) -> FormDraft | None:
    """The writer's own draft of a form."""
    query = select(FormDraft).where(FormDraft.form == form, FormDraft.account_id == account_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).first()


def drafts_under(prefix: str, account_id: int) -> list[str]:
    """The forms below a prefix that the writer has drafts of."""
    query = select(FormDraft.form).where(
        FormDraft.form.startswith(prefix, autoescape=True), FormDraft.account_id == account_id
    )
    return list(db.session.scalars(query.order_by(FormDraft.id)))


def others_writing(form: str, account_id: int, now: datetime) -> list[FormDraft]:
    """Drafts of the same form that others have written at within a day, latest first."""
    query = select(FormDraft).where(
        FormDraft.form == form, FormDraft.account_id != account_id, FormDraft.saved_at > now - RECENT
    )
    return list(db.session.scalars(query.order_by(FormDraft.saved_at.desc())))


def keep_draft(form: str, raw: Mapping[str, str], now: datetime, **owner: Any) -> FormDraft:
    """Keep what was typed. OtherWindow when it is not what this page knows;
    `draft_force` says that this window counts. `owner`: account_id, institution_id, by_staff."""
    content = typed_content(raw)
    found, seen = draft_of(form, owner["account_id"]), _count(raw.get("draft_revision", ""))
    if not raw.get("draft_force"):
        _need_same(found, seen)
    if found is None:
        found = FormDraft(form=form, revision=0, **owner)
        db.session.add(found)
    found.content, found.saved_at = content, now
    found.base = raw.get("draft_base", "")[:16]
    # By the clock, so that no window still holds this number from a draft that is gone.
    found.revision = max(found.revision + 1, int(now.timestamp()))
    db.session.flush()
    return found


def _need_same(found: FormDraft | None, seen: int) -> None:
    if found is None and seen:
        raise OtherWindow(_("这份草稿已在别的窗口保存或放弃，本页的内容没有自动保存。"))
    if found is not None and found.revision != seen:
        when = clock.show_moment(found.saved_at)
        raise OtherWindow(_("您还有一份 %(when)s 的草稿，与本页不同；本页的内容没有自动保存。", when=when))


def _count(text: str) -> int:
    return number_of(text, 11)


def forget_draft(form: str, account_id: int | None = None) -> None:
    """The draft is not needed any more: saved, or dropped by its writer. Without a writer, those of all."""
    query = delete(FormDraft).where(FormDraft.form == form)
    if account_id is not None:
        query = query.where(FormDraft.account_id == account_id)
    db.session.execute(query, execution_options={"synchronize_session": "fetch"})
