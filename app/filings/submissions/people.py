"""Shareholders and managers that the forms GG02 and GG03 list, as the register takes them.

The register follows where a version comes into force whose list differs from the one that was in force, or from the
one that a change started from: a correction of something else brings no old list back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.filings.definitions.queries import forms_by_id
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.values import from_json
from app.institutions.models import Institution
from app.institutions.register.people import enter_people
from app.institutions.register.rules import MANAGER, SHAREHOLDER
from app.institutions.register.services import Origin

WAN = 10_000
# Form -> kind of person, and {field of the register: column of the form}.
PEOPLE_FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "GG02": (
        SHAREHOLDER,
        {
            "name": "name",
            "holder_type": "holder_type",
            "amount": "subscribed",
            "paid": "paid",
            "share": "ratio",
            "is_controller": "controlling",
        },
    ),
    "GG03": (
        MANAGER,
        {
            "name": "name",
            "position": "position",
            "is_legal_rep": "is_legal_rep",
            "appointed_on": "start_date",
            "term_end": "term_end",
        },
    ),
}
_IN_WAN = {"amount", "paid"}

People = list[dict[str, Any]]


def people_of(payload: Mapping[str, Any]) -> dict[str, People]:
    """{kind: list} of the forms with people in a version's payload; a form that is not in it is left out."""
    found = {}
    for code, (kind, columns) in PEOPLE_FORMS.items():
        entry = payload.get("forms", {}).get(code)
        if entry is None:
            continue
        rows = from_json(forms_by_id([entry["definition"]])[entry["definition"]], entry["values"])
        found[kind] = [
            {field: _taken(field, row.get(column)) for field, column in columns.items()}
            for _number, row in sorted(rows.items(), key=lambda one: _place(one[0]))
            if row.get("name")
        ]
    return found


def people_take_effect(filing: Filing, version: FilingVersion, actor: Account, now: datetime) -> None:
    """A version comes into force: the register follows from today. Called before the filing points to it."""
    told = people_of(version.payload)
    former = _former(filing, version) if told else {}
    lists = {kind: people for kind, people in told.items() if former.get(kind) != people}
    institution = db.session.get(Institution, filing.institution_id)
    if institution is None or not lists:
        return
    enter_people(
        institution,
        lists,
        effective_from=clock.local(now).date(),
        origin=Origin("filing", filing.id, actor),
        now=now,
    )


def _former(filing: Filing, version: FilingVersion) -> dict[str, People]:
    if filing.change_form:
        return people_of(version.payload.get("base") or {})
    if filing.accepted_version_id is None:
        return {}
    return people_of(db.session.get_one(FilingVersion, filing.accepted_version_id).payload)


def _place(row: str) -> tuple[int, str]:
    return (int(row), row) if row.isdecimal() else (0, row)


def _taken(field: str, value: Any) -> Any:
    """The forms are filled in in 万元, the register keeps 元; a share is told as it is written."""
    if not isinstance(value, Decimal):
        return value
    return value * WAN if field in _IN_WAN else f"{value.normalize():f}"
