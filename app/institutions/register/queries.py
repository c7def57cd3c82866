"""Reads about the register: a day's state, the whole course, the institutions as they stood on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select

from app.core.db import db
from app.institutions.models import Institution
from app.institutions.register.models import InstitutionVersion, RegisterEntry
from app.institutions.register.rules import State, state_on


def entries_of(institution_ids: Iterable[int]) -> dict[int, list[RegisterEntry]]:
    """All entries of these institutions in the order of effect; one statement."""
    keys = list(institution_ids)
    query = (
        select(RegisterEntry)
        .where(RegisterEntry.institution_id.in_(keys))
        .order_by(RegisterEntry.institution_id, RegisterEntry.effective_from, RegisterEntry.id)
    )
    found: dict[int, list[RegisterEntry]] = {key: [] for key in keys}
    for entry in db.session.scalars(query):
        found[entry.institution_id].append(entry)
    return found


def register_on(
    institution_ids: int | Sequence[int], day: date, known_at: datetime | None = None
) -> dict[int, State]:
    """What the register said of each institution on a day (as known at a moment); an empty state before it entered."""
    keys = [institution_ids] if isinstance(institution_ids, int) else list(institution_ids)
    return {key: state_on(entries, day, known_at) for key, entries in entries_of(keys).items()}


def versions_on(day: date) -> list[ColumnElement[bool]]:
    """Conditions on InstitutionVersion: the rows that held on a day, at most one per institution. For lists."""
    return [
        InstitutionVersion.valid_from <= day,
        or_(InstitutionVersion.valid_to.is_(None), InstitutionVersion.valid_to > day),
    ]


def version_on(institution_id: int, day: date) -> InstitutionVersion | None:
    """One institution as it stood on a day; none before it entered the register."""
    query = select(InstitutionVersion).where(
        InstitutionVersion.institution_id == institution_id, *versions_on(day)
    )
    return db.session.scalars(query).first()


def profile_on(institution: Institution, day: date | None) -> dict[str, str]:
    """What forms ask of an institution (ORG.*), as of a day; asks the register only when the day lies before the
    last change of the profile."""
    known: Institution | InstitutionVersion = institution
    since = institution.profile_since
    if day is not None and since is not None and day < since:
        known = version_on(institution.id, day) or institution
    return {
        "org_type": known.org_type,
        "industry": known.industry,
        "region": known.region_code or institution.region_code,
        "uscc": known.uscc,
    }
