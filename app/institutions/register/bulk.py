"""Entering many institutions at once: what `open_register` does one by one, with a few statements a thousand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core import clock
from app.core.db import db
from app.core.events import Fact, record_many
from app.core.workflow import transition
from app.institutions.models import Institution
from app.institutions.register import rules
from app.institutions.register.models import InstitutionVersion, RegisterEntry
from app.institutions.register.services import Origin, version_of
from app.institutions.rules import INSTITUTION_WORKFLOW

PORTION = 1000
# How a new institution comes to the state in which it is known.
_WAYS: dict[str, tuple[str, ...]] = {
    "preparing": (),
    "operating": ("open",),
    "suspended": ("open", "suspend"),
    "risk_handling": ("open", "start_risk_handling"),
    "deregistered": ("open", "terminate"),
}


@dataclass(frozen=True)
class Entrant:
    """An institution that exists already. `values` are its columns, `since` the day from which it is known."""

    values: Mapping[str, Any]
    status: str
    since: date
    terminated_on: date | None = None


def enter_many(entrants: Sequence[Entrant], *, origin: Origin, now: datetime) -> list[Institution]:
    """Enter them all; IntegrityError when a code is on the register already."""
    made: list[Institution] = []
    for start in range(0, len(entrants), PORTION):
        made += _enter(entrants[start : start + PORTION], origin, now)
    return made


def _enter(entrants: Sequence[Entrant], origin: Origin, now: datetime) -> list[Institution]:
    institutions = [_institution(entrant, now) for entrant in entrants]
    db.session.add_all(institutions)
    db.session.flush()
    pairs = list(zip(entrants, institutions, strict=True))
    courses = [_entries(entrant, institution, origin, now) for entrant, institution in pairs]
    db.session.add_all([entry for course in courses for entry in course])
    db.session.flush()
    db.session.add_all([version for course in courses for version in _versions(course)])
    events = [event for pair in zip(institutions, courses, strict=True) for event in _events(*pair, origin)]
    record_many(events, actor=origin.actor, now=now)
    db.session.flush()
    return institutions


def _institution(entrant: Entrant, now: datetime) -> Institution:
    institution = Institution(**entrant.values)
    for verb in _WAYS[entrant.status]:
        transition(institution, INSTITUTION_WORKFLOW, verb)
    if entrant.status != "preparing":
        institution.admitted_at = clock.start_of(entrant.since)
    institution.terminated_on = entrant.terminated_on
    institution.projected_on = clock.local(now).date()
    return institution


def _entries(
    entrant: Entrant, institution: Institution, origin: Origin, now: datetime
) -> list[RegisterEntry]:
    """First as it was, then, for one that is gone, that it went."""
    own = {
        name: entrant.values[name]
        for name in rules.FIELDS[rules.INSTITUTION]
        if entrant.values.get(name) is not None
    }
    gone = entrant.terminated_on
    own["status"] = "operating" if gone else entrant.status
    licence = {
        name: entrant.values[name]
        for name in rules.FIELDS[rules.LICENCE]
        if entrant.values.get(name) is not None
    }
    parts = [(rules.INSTITUTION, own, entrant.since)]
    parts += [(rules.LICENCE, licence, entrant.since)] if licence else []
    if gone:
        parts.append((rules.INSTITUTION, {"status": "deregistered", "terminated_on": gone}, gone))
    return [
        RegisterEntry(
            institution_id=institution.id,
            subject_kind=kind,
            subject_key="",
            values=rules.stored(kind, values),
            ends=False,
            effective_from=day,
            recorded_at=now,
            source=origin.source,
            source_id=origin.source_id,
            actor_id=getattr(origin.actor, "id", None),
            actor_name=str(origin.actor) if origin.actor is not None else "",
        )
        for kind, values, day in parts
    ]


def _versions(course: Sequence[RegisterEntry]) -> list[InstitutionVersion]:
    return [version_of(course[0].institution_id, span) for span in rules.spans(course)]


def _events(institution: Institution, course: Sequence[RegisterEntry], origin: Origin) -> Iterator[Fact]:
    """One fact for each day on which something took effect, as the register's own service writes them."""
    days = sorted({entry.effective_from for entry in course})
    for day in days:
        written = [
            {"kind": entry.subject_kind, "key": entry.subject_key, "values": entry.values, "ends": entry.ends}
            for entry in course
            if entry.effective_from == day
        ]
        data = {
            "from": day.isoformat(),
            "source": origin.source,
            "id": origin.source_id,
            "entries": written,
        }
        first = day == days[0]
        states = (None, institution.status) if first else (None, None)
        yield Fact("RegisterOpened" if first else "RegisterChanged", institution, states, data)
