"""Append-only history: what happened, to what, by whom, when, from where. Never updated, never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, has_request_context, request
from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, Integer, String, Text, event, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.append_only import protect
from app.core.db import Moment, db
from app.core.personal import SealedJson
from app.core.personal_rules import masked_document


class Event(Model):
    """One past-tense fact, e.g. FilingSubmitted on filing 12."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject", "subject_type", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, nullable=False, index=True)
    kind: Mapped[str] = mapped_column(String(60), nullable=False, index=True)
    subject_type: Mapped[str] = mapped_column(String(40), nullable=False)
    subject_id: Mapped[int] = mapped_column(Integer, nullable=False)
    institution_id: Mapped[int | None] = mapped_column(Integer, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    actor_name: Mapped[str] = mapped_column(String(130), nullable=False, default="")
    from_state: Mapped[str | None] = mapped_column(String(30))
    to_state: Mapped[str | None] = mapped_column(String(30))
    comment: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(SealedJson, nullable=False, default=dict)
    ip: Mapped[str | None] = mapped_column(String(45))


protect(Event)


class AppendOnlyError(Exception):
    """Somebody tried to rewrite history."""


@event.listens_for(Event, "before_update")
@event.listens_for(Event, "before_delete")
def _refuse_rewriting(_mapper: Any, _connection: Any, target: Event) -> None:
    raise AppendOnlyError(f"event {target.id} cannot be changed")


def record(
    kind: str,
    subject: Any,
    *,
    actor: Any = None,
    now: datetime | None = None,
    states: tuple[str | None, str | None] = (None, None),
    comment: str | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    """Add one event about `subject` (any model with an id) to the running transaction."""
    db.session.flush()
    entry = _event(Fact(kind, subject, states, data or {}), actor, now or clock.now(), comment)
    db.session.add(entry)
    if has_request_context():
        g.setdefault("recorded_events", []).append(entry)
    return entry


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened to one subject, for `record_many`."""

    kind: str
    subject: Any
    states: tuple[str | None, str | None]
    data: dict[str, Any]


def record_many(facts: Iterable[Fact], *, actor: Any, now: datetime) -> list[Event]:
    """The events of one deed that concerns many things, in their order and with one flush."""
    entries = [_event(fact, actor, now, None) for fact in facts]
    db.session.add_all(entries)
    db.session.flush()
    if has_request_context():
        g.setdefault("recorded_events", []).extend(entries)
    return entries


def _event(fact: Fact, actor: Any, now: datetime, comment: str | None) -> Event:
    return Event(
        at=now,
        kind=fact.kind,
        subject_type=type(fact.subject).__tablename__,
        subject_id=fact.subject.id,
        institution_id=_institution_of(fact.subject),
        actor_id=getattr(actor, "id", None),
        actor_name=_name_of(actor),
        from_state=fact.states[0],
        to_state=fact.states[1],
        comment=comment,
        data=masked_document({**fact.data, **_origin()}),
        ip=request.remote_addr if has_request_context() else None,
    )


def history(subject_type: str, subject_id: int) -> list[Event]:
    """All events of one thing, oldest first. The caller has checked that its reader may see the thing."""
    query = select(Event).where(Event.subject_type == subject_type, Event.subject_id == subject_id)
    return list(db.session.scalars(query.order_by(Event.id)))


def _origin() -> dict[str, Any]:
    """What a request says about itself in every event: the API puts the token that acts for its account here."""
    found: dict[str, Any] = g.get("event_origin", {}) if has_request_context() else {}
    return found


def _institution_of(subject: Any) -> int | None:
    if type(subject).__tablename__ == "institution":
        return int(subject.id)
    return getattr(subject, "institution_id", None)


def _name_of(actor: Any) -> str:
    if actor is None:
        return ""
    return str(getattr(actor, "display_name", "") or getattr(actor, "username", ""))
