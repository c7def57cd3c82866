"""What the register holds and how a day's state follows from its entries. Plain values in, plain values out.

An entry says: from this day on, these fields of this subject are so. Where two entries give the same field, the
one that takes effect later counts; of one day, the one recorded later. Nothing is ever taken back: a wrong entry is
corrected by another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

INSTITUTION, LICENCE, BRANCH, SHAREHOLDER, MANAGER = (
    "institution",
    "licence",
    "branch",
    "shareholder",
    "manager",
)

# Fields of each kind of subject, with the sort of value: text, day, money, number (an id).
FIELDS: dict[str, dict[str, str]] = {
    INSTITUTION: {
        "name": "text",
        "uscc": "text",
        "industry": "text",
        "org_type": "text",
        "region_code": "text",
        "address": "text",
        "legal_representative": "text",
        "registered_capital": "money",
        "business_scope": "text",
        "status": "text",
        "terminated_on": "day",
        "controller": "text",
        "articles": "text",
        "org_form": "text",
        "shareholding": "text",
        "managers": "text",
        "merger": "text",
        "division": "text",
        "remark": "text",
    },
    LICENCE: {
        "licence_no": "text",
        "licence_issuer": "text",
        "licence_from": "day",
        "licence_to": "day",
        "licence_file_id": "number",
    },
    BRANCH: {
        "name": "text",
        "region_code": "text",
        "address": "text",
        "head": "text",
        "capital": "money",
        "opened_on": "day",
    },
    SHAREHOLDER: {
        "name": "text",
        "holder_type": "text",
        "amount": "money",
        "paid": "money",
        "share": "text",
        "is_controller": "text",
    },
    MANAGER: {
        "name": "text",
        "position": "text",
        "is_legal_rep": "text",
        "appointed_on": "day",
        "term_end": "day",
    },
}
# What stands once per institution; branches, shareholders and managers are told apart by a key.
SINGLE = (INSTITUTION, LICENCE)
PEOPLE = (SHAREHOLDER, MANAGER)
SOURCES = ("registration", "application", "filing", "import", "migration")


def kind_of(column: str) -> str | None:
    """Which single subject holds a column of the institution; none when the register does not hold it."""
    return next((kind for kind in SINGLE if column in FIELDS[kind]), None)


class EntryLike(Protocol):
    """What an entry has, in the database and in tests."""

    id: Any
    subject_kind: Any
    subject_key: Any
    values: Any
    ends: Any
    effective_from: Any
    recorded_at: Any


@dataclass(frozen=True)
class State:
    """An institution's register on one day: values by kind and, for those that come several times, by key."""

    subjects: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.subjects)

    @property
    def institution(self) -> Mapping[str, Any]:
        """The institution's own fields; empty before it entered the register."""
        return self.subjects.get((INSTITUTION, ""), {})

    @property
    def licence(self) -> Mapping[str, Any]:
        """The licence; empty without one."""
        return self.subjects.get((LICENCE, ""), {})

    def all_of(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Branches, shareholders or managers by key, in the order in which they came."""
        return {key: values for (one, key), values in self.subjects.items() if one == kind}

    @property
    def flat(self) -> dict[str, Any]:
        """The institution's and the licence's fields in one."""
        return {**self.institution, **self.licence}


def stored(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON holds them. ValueError for a field that this kind does not have."""
    unknown = set(values) - set(FIELDS[kind])
    if unknown:
        raise ValueError(f"{kind} has no field {', '.join(sorted(unknown))}")
    return {name: _stored(FIELDS[kind][name], value) for name, value in values.items()}


def _stored(sort: str, value: Any) -> Any:
    if value is None:
        return None
    if sort == "day":
        return value.isoformat()
    if sort == "money":
        return f"{Decimal(value):.2f}"
    return int(value) if sort == "number" else str(value)


def loaded(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored values as Python has them; a field that is no longer known is left as it was stored."""
    return {name: _loaded(FIELDS[kind].get(name, ""), value) for name, value in values.items()}


def _loaded(sort: str, value: Any) -> Any:
    if value is None:
        return None
    if sort == "day":
        return date.fromisoformat(value)
    if sort == "money":
        try:
            return Decimal(value)
        except InvalidOperation:
            return None
    return value


def _order(entry: EntryLike) -> tuple[date, int]:
    return entry.effective_from, entry.id


def state_on(entries: Iterable[EntryLike], day: date, known_at: datetime | None = None) -> State:
    """The register as it stood on a day; with `known_at`, as it was known at that moment."""
    counted = [
        entry
        for entry in entries
        if entry.effective_from <= day and (known_at is None or entry.recorded_at <= known_at)
    ]
    subjects: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in sorted(counted, key=_order):
        key = (entry.subject_kind, entry.subject_key)
        if entry.ends:
            subjects.pop(key, None)
        else:
            subjects.setdefault(key, {}).update(loaded(entry.subject_kind, entry.values))
    return State(subjects)


@dataclass(frozen=True)
class Span:
    """From `start` until before `end` (none: still) the register stood so."""

    start: date
    end: date | None
    state: State


def spans(entries: Iterable[EntryLike]) -> list[Span]:
    """The whole history of institution and licence, cut where something takes effect, oldest first."""
    counted = [entry for entry in entries if entry.subject_kind in SINGLE]
    days = sorted({entry.effective_from for entry in counted})
    ends: list[date | None] = [*days[1:], None]
    return [Span(day, end, state_on(counted, day)) for day, end in zip(days, ends, strict=False)]
