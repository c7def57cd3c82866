"""Old and new of a change, side by side and in words: for its form, its pages and the console."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core import clock
from app.core.db import db
from app.institutions.admission import queries, rules
from app.institutions.admission.labels import CHANGE_TYPES
from app.institutions.admission.models import Application
from app.institutions.admission.people import person_words, rows_of
from app.institutions.labels import FIELD_LABELS, ORG_TYPE_LABELS
from app.institutions.models import Region
from app.institutions.queries import region_path
from app.institutions.register.people import keyed
from app.institutions.register.rules import State


@dataclass(frozen=True)
class Compared:
    """One thing before and after; empty where there is nothing."""

    label: Any
    old: str
    new: str

    @property
    def changed(self) -> bool:
        """Whether both differ."""
        return self.old != self.new


def comparison(application: Application) -> list[Compared]:
    """The old value as at hand-in (before it: as the register stands), and what it becomes; empty when it is no change."""
    kind = application.payload.get("change_type", "")
    if application.kind != rules.CHANGE or kind not in rules.CHANGE_FIELDS:
        return []
    name, sort = rules.CHANGE_FIELDS[kind]
    in_words = sort == "people" and "people" not in application.payload  # as such changes once were
    before = application.before
    if not in_words and before.get("field") != name:
        begun = clock.local(application.created_at).date()
        before = before_of(kind, queries.register_of(application.institution, begun))
    if sort == "people" and not in_words:
        return _lists(before.get("people") or [], application.payload["people"])
    new = application.payload.get("new_value", "")
    found = [Compared(label_of(kind), word_of(name, before.get("value") or ""), word_of(name, new))]
    if sort == "place":
        region = before.get("region") or ""
        new_region = application.payload.get("new_region") or region
        found.insert(0, Compared(FIELD_LABELS["region"], place_name(region), place_name(new_region)))
    return found


def before_of(change_type: str, state: State) -> dict[str, Any]:
    """What a change would replace, as the register stands: {field, value} or {field, people}, of a place its region too."""
    name, sort = rules.CHANGE_FIELDS[change_type]
    if sort == "people":
        return {"field": name, "people": rows_of(name, state.all_of(name))}
    former = state.institution.get(name)
    before = {"field": name, "value": None if former is None else str(former)}
    return before | ({"region": state.institution.get("region_code")} if sort == "place" else {})


def standing(change_type: str, state: State) -> list[tuple[Any, str]]:
    """(what, value in words) of what a change would replace; people one by one."""
    name, sort = rules.CHANGE_FIELDS[change_type]
    before = before_of(change_type, state)
    if sort == "people":
        return [(row["name"], person_words(row)) for row in before["people"]]
    found = [(label_of(change_type), word_of(name, before["value"] or ""))]
    if sort == "place":
        found.insert(0, (FIELD_LABELS["region"], place_name(before["region"] or "")))
    return found


def label_of(change_type: str) -> Any:
    """What the change is about."""
    name, sort = rules.CHANGE_FIELDS[change_type]
    return (
        CHANGE_TYPES[change_type] if sort == "people" else FIELD_LABELS.get(name, CHANGE_TYPES[change_type])
    )


def _lists(old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]) -> list[Compared]:
    """Both lists person by person: those who stay or come in the new order, then those who leave."""
    former = keyed([{**row, "name": row.get("name") or ""} for row in old])
    coming = keyed([{**row, "name": row.get("name") or ""} for row in new])
    keys = [*coming, *(key for key in former if key not in coming)]
    return [Compared(key or "——", _words(former.get(key)), _words(coming.get(key))) for key in keys]


def _words(person: Mapping[str, Any] | None) -> str:
    return person_words(person) if person else ""


def word_of(name: str, value: str) -> str:
    """A register value in words."""
    if name == "org_type":
        return str(ORG_TYPE_LABELS.get(value, value))
    return amount(value) if name == "registered_capital" else value


def place_name(code: str) -> str:
    """A region of a code in words; what is no code, as it is."""
    region = db.session.get(Region, code[:6]) if code else None
    return region_path(region) if region else code


def amount(value: str) -> str:
    """Money as people read it; what is no number, as a draft may hold, stays as it was written."""
    try:
        return f"{Decimal(value):,.2f}"
    except InvalidOperation:
        return value
