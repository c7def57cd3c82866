"""一户一档: everything about one institution, read in a bounded number of statements and inside the reader's scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.core.events import Event
from app.core.files import StoredFile
from app.filings.calendar.models import Extension
from app.filings.submissions.models import Filing
from app.inspections.models import Inspection
from app.institutions.admission.models import Application
from app.institutions.labels import VALUE_WORDS
from app.institutions.models import Institution, Registration
from app.institutions.register.models import RegisterEntry
from app.institutions.register.queries import entries_of
from app.institutions.register.rules import State, loaded, state_on
from app.messages.models import OutboxMail

SHOWN = 50  # of each list; the newest


@dataclass(frozen=True)
class Section:
    """The newest rows of one kind, and how many there are."""

    rows: Sequence[Any]
    total: int


@dataclass(frozen=True)
class Difference:
    """One field that an entry changed: what it was, what it became."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One entry of the register beside what stood before it."""

    entry: RegisterEntry
    subject: str
    differences: list[Difference]
    name: str = ""  # whom or which one it is about, of what there are several
    is_new: bool = False

    @property
    def belongs(self) -> tuple[Any, ...]:
        """Changes that came together have this in common."""
        entry = self.entry
        return self.subject, entry.effective_from, entry.source, entry.source_id, entry.recorded_at


@dataclass(frozen=True)
class InstitutionFile:
    """What the page shows; `state` is the register of `day`."""

    item: Institution
    day: date
    state: State
    changes: list[Change]
    applications: Section
    filings: Section
    extensions: Section
    inspections: Section
    registrations: Section
    attachments: Section
    messages: Section
    events: Section


def institution_file(item: Institution, day: date) -> InstitutionFile:
    """Read it all; the caller has found `item` inside its reader's scope."""
    entries = entries_of([item.id])[item.id]
    options = (joinedload(Filing.report_set), joinedload(Filing.period))
    return InstitutionFile(
        item,
        day,
        state_on(entries, day),
        changes_of(entries),
        # A draft is the institution's own affair, as in the queue.
        _section(
            Application,
            and_(Application.institution_id == item.id, Application.status != "draft"),
            Application.id,
        ),
        _section(Filing, Filing.institution_id == item.id, Filing.id, *options),
        _section(
            Extension,
            Extension.institution_id == item.id,
            Extension.id,
            joinedload(Extension.report_set),
            joinedload(Extension.period),
        ),
        _section(Inspection, Inspection.institution_id == item.id, Inspection.id),
        _section(Registration, Registration.institution_id == item.id, Registration.id),
        _section(StoredFile, StoredFile.institution_id == item.id, StoredFile.id),
        _section(OutboxMail, OutboxMail.recipient == item.email, OutboxMail.id),
        _section(Event, Event.institution_id == item.id, Event.id),
    )


def _section(model: Any, condition: Any, order: Any, *options: Any) -> Section:
    query = select(model).where(condition).order_by(order.desc()).limit(SHOWN).options(*options)
    rows = list(db.session.scalars(query))
    total = len(rows)
    if total == SHOWN:
        total = db.session.scalar(select(func.count()).select_from(model).where(condition)) or 0
    return Section(rows, total)


def changes_of(entries: Sequence[RegisterEntry]) -> list[Change]:
    """Each entry with the values that it replaced, newest first."""
    found = []
    for at, entry in enumerate(entries):
        former = state_on(entries[:at], entry.effective_from).subjects.get(
            (entry.subject_kind, entry.subject_key), {}
        )
        new = dict.fromkeys(former) if entry.ends else loaded(entry.subject_kind, entry.values)
        differences = [
            Difference(name, _text(name, former.get(name)), _text(name, value))
            for name, value in new.items()
            if _text(name, former.get(name)) != _text(name, value)
        ]
        name = str({**former, **new}.get("name") or former.get("name") or entry.subject_key)
        found.append(Change(entry, entry.subject_kind, differences, name, not former and not entry.ends))
    return found[::-1]


def together(changes: Iterable[Change]) -> list[list[Change]]:
    """Neighbours that came together, such as all people of one list, in the order in which they were written."""
    groups = groupby(changes, key=lambda one: one.belongs)
    return [list(group)[::-1] for _key, group in groups]


def _text(name: str, value: Any) -> str:
    if value is None or name == "licence_file_id":
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value.isoformat() if isinstance(value, date) else str(VALUE_WORDS.get(name, {}).get(value, value))
