"""Shareholders and managers of the register: a whole list, as filed, becomes what changes from a day on.

Whoever files tells the list as it is from now on. Who is on it and was not enters, who is no longer on it leaves,
and whose particulars differ get new ones. People are told apart by their name; a second one of the same name, or the
same person in a second post, gets a number. Numbers of identity papers stay in the filing and do not come here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.institutions.models import Institution
from app.institutions.register import rules
from app.institutions.register.queries import register_on
from app.institutions.register.services import Change, Origin, change_register

Person = Mapping[str, Any]
_KEY_LENGTH = 54  # of the 60 of a subject's key; the rest is for the number


def keyed(people: Iterable[Person]) -> dict[str, Person]:
    """The list by key, in its order."""
    found: dict[str, Person] = {}
    for person in people:
        name = str(person["name"])[:_KEY_LENGTH]
        key, number = name, 2
        while key in found:
            key, number = f"{name}#{number}", number + 1
        found[key] = person
    return found


def list_changes(kind: str, former: Mapping[str, Person], people: Sequence[Person]) -> list[Change]:
    """What leads from the list as it stood to the new one; `people` hold every field of the kind, None for blank."""
    new = keyed(people)
    changes = [Change(kind, key=key, ends=True) for key in former if key not in new]
    for key, person in new.items():
        values = {name: person.get(name) for name in rules.FIELDS[kind]}
        stood = {name: former.get(key, {}).get(name) for name in values}
        if key not in former or rules.stored(kind, stood) != rules.stored(kind, values):
            changes.append(Change(kind, values, key))
    return changes


def enter_people(
    institution: Institution,
    lists: Mapping[str, Sequence[Person]],
    *,
    effective_from: date,
    origin: Origin,
    now: datetime,
) -> int:
    """Take {kind: the whole list} into the register from a day on; returns how many entries that made."""
    state = register_on(institution.id, effective_from)[institution.id]
    changes = [
        change for kind, people in lists.items() for change in list_changes(kind, state.all_of(kind), people)
    ]
    if changes:
        change_register(institution, changes, effective_from=effective_from, origin=origin, now=now)
    return len(changes)
