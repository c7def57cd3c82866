"""The regulator's templates: the newest version counts, and every change is a new version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events import record
from app.letters.labels import problem_text
from app.letters.models import LetterTemplate
from app.letters.rules import Kind, kinds, layout_problems, normal_layout


def newest(kind: str) -> LetterTemplate | None:
    """The version in force; None while nobody has changed what comes along."""
    query = select(LetterTemplate).where(LetterTemplate.kind == kind)
    return db.session.scalars(query.order_by(LetterTemplate.version.desc()).limit(1)).first()


def versions(kind: str) -> list[LetterTemplate]:
    """All versions, newest first."""
    query = select(LetterTemplate).where(LetterTemplate.kind == kind)
    return list(db.session.scalars(query.order_by(LetterTemplate.version.desc())))


def layout_of(kind: Kind) -> tuple[int, dict[str, Any]]:
    """Version (0: as it comes along) and layout in force."""
    template = newest(kind.name)
    if template is None:
        return 0, normal_layout(kind.layout)
    return template.version, normal_layout(template.layout)


def save(
    kind: Kind, raw: Mapping[str, Any], seen: int, *, note: str, actor: Any, now: datetime
) -> LetterTemplate:
    """A new version of the template. `seen` is the version that the editor started from.

    Raises Invalid with all `problems`, or Conflict when somebody else saved meanwhile or nothing is different.
    """
    layout = normal_layout(raw)
    problems = layout_problems(kind, layout)
    if problems:
        words = [problem_text(problem) for problem in problems]
        raise Invalid(_("模板没有保存，请先修改下列问题。"), problems=words)
    version, present = layout_of(kind)
    if version != seen:
        raise Conflict(
            _("模板刚被其他人修改过（现为第 %(n)s 版），您的修改没有保存。请核对后再次保存。", n=version),
            version=version,
        )
    if layout == present:
        raise Conflict(_("模板没有变化，不需要保存。"), version=version)
    return _add(kind.name, version + 1, layout, note=note, actor=actor, now=now)


def reset(kind: Kind, *, actor: Any, now: datetime) -> LetterTemplate:
    """Back to the template that comes along, as a new version; Conflict when it is in force already."""
    version, present = layout_of(kind)
    default = normal_layout(kind.layout)
    if present == default:
        raise Conflict(_("现在使用的就是默认模板。"), version=version)
    return _add(kind.name, version + 1, default, note=_("恢复默认模板"), actor=actor, now=now)


def _add(
    kind: str, version: int, layout: dict[str, Any], *, note: str, actor: Any, now: datetime
) -> LetterTemplate:
    row = LetterTemplate(
        kind=kind,
        version=version,
        layout=layout,
        note=note.strip()[:200],
        made_at=now,
        made_by_id=getattr(actor, "id", None),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(
            _("模板刚被其他人修改过，您的修改没有保存。请核对后再次保存。"), version=version
        ) from error
    record("LetterTemplateChanged", row, actor=actor, now=now, data={"kind": kind, "version": version})
    return row


def known_kind(name: str) -> Kind | None:
    """The kind of that name."""
    return kinds().get(name)
