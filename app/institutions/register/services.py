"""Writing to the register: the only way in which an institution's master data, licence and branches change.

Each call appends entries, records the event, writes the institution's versions anew and, as far as the change has
taken effect, carries it into the institution's own columns. What takes effect later is carried over by
`bring_up_to_date`, which the first request of a day and `flask apply-register` call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select

from app.core import clock
from app.core.db import db
from app.core.events import record
from app.core.scope import SYSTEM, scoped
from app.core.workflow import IllegalTransition, transition
from app.institutions.models import PROJECTED, Institution, projecting
from app.institutions.register import rules
from app.institutions.register.models import VERSION_COLUMNS, InstitutionVersion, RegisterEntry
from app.institutions.rules import INSTITUTION_WORKFLOW

# What the columns may not be empty of; the register says nothing where there is nothing.
_NEVER_NONE = {"address", "legal_representative", "business_scope", "status", "name", "uscc", "industry"}
_STATUS_EVENTS = {"open": "InstitutionOpened", "terminate": "InstitutionTerminated"}


@dataclass(frozen=True)
class Origin:
    """Where a change comes from: registration, application, filing or import, with the id of the thing."""

    source: str
    source_id: int | None = None
    actor: Any = None

    def __post_init__(self) -> None:
        if self.source not in rules.SOURCES:
            raise ValueError(f"unknown source {self.source}")


@dataclass(frozen=True)
class Change:
    """New values of one subject, or its end. `key` tells branches, shareholders and managers apart."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    ends: bool = False


def open_register(
    institution: Institution,
    *,
    since: date,
    origin: Origin,
    now: datetime,
    licence_file_id: int | None = None,
) -> None:
    """Enter a new institution as its columns say, from a day on. Called once, when the institution is made."""
    db.session.add(institution)
    db.session.flush()
    own = {name: getattr(institution, name) for name in rules.FIELDS[rules.INSTITUTION] if _is_column(name)}
    changes = [Change(rules.INSTITUTION, {name: value for name, value in own.items() if value is not None})]
    licence = {name: getattr(institution, name, None) for name in rules.FIELDS[rules.LICENCE]}
    licence["licence_file_id"] = licence_file_id
    if any(licence.values()):
        changes.append(Change(rules.LICENCE, {k: v for k, v in licence.items() if v is not None}))
    with scoped(SYSTEM):
        _append(institution, changes, since, origin, now, kind="RegisterOpened")
    institution.projected_on = clock.local(now).date()


def change_register(
    institution: Institution,
    changes: Sequence[Change],
    *,
    effective_from: date,
    origin: Origin,
    now: datetime,
) -> None:
    """Add what changes from a day on; a day that has come takes effect at once, a later one at its moment."""
    with scoped(SYSTEM):  # a change of region may lead out of the scope of whoever approves it
        _append(institution, changes, effective_from, origin, now, kind="RegisterChanged")
        if effective_from <= clock.local(now).date() and any(one.kind in rules.SINGLE for one in changes):
            _project(institution, now, origin.actor)


def bring_up_to_date(now: datetime) -> int:
    """Carry over everything that has taken effect since; returns the number of institutions. Safe to repeat."""
    with scoped(SYSTEM):
        query = select(Institution).where(_has_come(clock.local(now).date())).with_for_update(of=Institution)
        due = list(db.session.scalars(query))
        for institution in due:
            _project(institution, now, None)
        db.session.flush()
    return len(due)


def is_up_to_date(now: datetime) -> bool:
    """Whether nothing has taken effect that the institutions do not say yet."""
    with scoped(SYSTEM):
        return not db.session.scalar(
            select(exists(select(Institution.id).where(_has_come(clock.local(now).date()))))
        )


def _has_come(today: date) -> ColumnElement[bool]:
    return exists().where(
        InstitutionVersion.institution_id == Institution.id,
        InstitutionVersion.valid_from <= today,
        or_(Institution.projected_on.is_(None), InstitutionVersion.valid_from > Institution.projected_on),
    )


def _is_column(name: str) -> bool:
    return name in PROJECTED or name == "status"


def _append(
    institution: Institution,
    changes: Iterable[Change],
    day: date,
    origin: Origin,
    now: datetime,
    *,
    kind: str,
) -> None:
    written = []
    for change in changes:
        entry = RegisterEntry(
            institution_id=institution.id,
            subject_kind=change.kind,
            subject_key=change.key,
            values=rules.stored(change.kind, change.values),
            ends=change.ends,
            effective_from=day,
            recorded_at=now,
            source=origin.source,
            source_id=origin.source_id,
            actor_id=getattr(origin.actor, "id", None),
            actor_name=str(origin.actor) if origin.actor is not None else "",
        )
        db.session.add(entry)
        written.append({"kind": change.kind, "key": change.key, "values": entry.values, "ends": change.ends})
        db.session.flush()  # one after the other: the id is the order in which they were recorded
    data = {"from": day.isoformat(), "source": origin.source, "id": origin.source_id, "entries": written}
    record(kind, institution, actor=origin.actor, now=now, data=data)
    if _concerns_versions(written):
        _write_versions(institution.id)


def _concerns_versions(written: Iterable[Mapping[str, Any]]) -> bool:
    """Versions repeat institution and licence; branches, shareholders and managers are not in them."""
    return any(entry["kind"] in rules.SINGLE for entry in written)


def _write_versions(institution_id: int) -> None:
    entries = _entries(institution_id)
    db.session.execute(
        delete(InstitutionVersion).where(InstitutionVersion.institution_id == institution_id),
        execution_options={"synchronize_session": "fetch"},
    )
    db.session.add_all([version_of(institution_id, span) for span in rules.spans(entries)])
    db.session.flush()


def version_of(institution_id: int, span: rules.Span) -> InstitutionVersion:
    """The row that says how the register stood during a span."""
    flat = span.state.flat
    values = {name: flat[name] for name in VERSION_COLUMNS if flat.get(name) is not None}
    return InstitutionVersion(
        institution_id=institution_id, valid_from=span.start, valid_to=span.end, **values
    )


def _entries(institution_id: int) -> list[RegisterEntry]:
    query = select(RegisterEntry).where(RegisterEntry.institution_id == institution_id)
    return list(db.session.scalars(query.order_by(RegisterEntry.effective_from, RegisterEntry.id)))


@contextmanager
def _writing() -> Iterator[None]:
    token = projecting.set(True)
    try:
        yield
    finally:
        projecting.reset(token)


def _project(institution: Institution, now: datetime, actor: Any) -> None:
    """Make the institution's columns say what the register says of today."""
    today = clock.local(now).date()
    entries = _entries(institution.id)
    state = rules.state_on(entries, today)
    if not state:
        return
    flat = state.flat
    with _writing():
        for name in PROJECTED:
            if name in flat and not (flat[name] is None and name in _NEVER_NONE):
                setattr(institution, name, flat[name])
    _move(institution, str(flat.get("status") or institution.status), today, now, actor)
    institution.projected_on = today
    institution.profile_since = _profile_since(entries, today)
    db.session.flush()


def _profile_since(entries: list[RegisterEntry], today: date) -> date | None:
    """The day of the last change of industry, type or region that has taken effect; none when there was none."""
    since, former = None, None
    for span in rules.spans(entries):
        profile = tuple(span.state.institution.get(name) for name in ("industry", "org_type", "region_code"))
        if span.start <= today and former is not None and profile != former:
            since = span.start
        former = profile
    return since


def _move(institution: Institution, status: str, today: date, now: datetime, actor: Any) -> None:
    """The state follows along its table, with an event."""
    if status == institution.status:
        return
    former = institution.status
    verbs = [verb for verb in INSTITUTION_WORKFLOW.verbs(former) if _leads_to(former, verb) == status]
    if not verbs:
        raise IllegalTransition(INSTITUTION_WORKFLOW.name, former, f"become {status}")
    states = transition(institution, INSTITUTION_WORKFLOW, verbs[0])
    if verbs[0] == "open" and institution.admitted_at is None:
        institution.admitted_at = _since(institution.id, today, now)
    kind = _STATUS_EVENTS.get(verbs[0], "InstitutionStateChanged")
    record(kind, institution, actor=actor, now=now, states=states)


def _leads_to(state: str, verb: str) -> str | None:
    return INSTITUTION_WORKFLOW.next_state(state, verb)


def _since(institution_id: int, today: date, now: datetime) -> datetime:
    """When the institution was opened: now, or the day it was due when nobody looked in meanwhile."""
    query = (
        select(InstitutionVersion.valid_from)
        .where(InstitutionVersion.institution_id == institution_id, InstitutionVersion.status == "operating")
        .order_by(InstitutionVersion.valid_from)
        .limit(1)
    )
    day = db.session.scalar(query)
    return now if day is None or day == today else clock.start_of(day)
