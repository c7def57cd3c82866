"""What the form of a change shows: what the register says now, and inputs that fit the kind of change."""

from __future__ import annotations

from typing import Any

from flask import Request

from app.core import clock
from app.core.i18n import lang
from app.institutions.admission import intake, queries, rules
from app.institutions.admission.comparison import standing
from app.institutions.admission.labels import CHANGE_TYPES, MODES
from app.institutions.admission.models import Application
from app.institutions.admission.people import CHOICES, MAX_PEOPLE, MORE, OPTIONAL, rows_of, typed_rows
from app.institutions.labels import ORG_TYPE_LABELS, PERSON_LABELS
from app.institutions.models import Institution
from app.institutions.register.rules import FIELDS
from app.institutions.rules import ORG_TYPES

_INPUTS = {"day": "date", "money": "text", "text": "text"}


def typed_for(kind: str, application: Application | None, request: Request) -> dict[str, Any]:
    """What the fields hold: what was just sent, else the draft; the address may choose the kind of change."""
    typed: dict[str, Any] = dict(application.payload) if application else {}
    if kind == rules.CHANGE and request.args.get("change_type") in rules.CHANGE_FIELDS:
        typed["change_type"] = request.args["change_type"]
    typed |= {name: request.form[name] for name in intake.FIELDS[kind] if name in request.form}
    return typed


def change_page(institution: Institution, typed: dict[str, Any], request: Request) -> dict[str, Any]:
    """The template's context beyond that of the other kinds."""
    chosen = typed.get("change_type", "")
    name, sort = rules.CHANGE_FIELDS.get(chosen, ("", ""))
    state = queries.register_of(institution, clock.today())
    modes = queries.modes_of(institution)
    shown: dict[str, Any] = {"people": []}
    if sort == "people":
        shown = _people(name, rows_of(name, state.all_of(name)), typed, request)
    if sort == "place" and not typed.get("new_region"):
        typed["new_region"] = state.institution.get("region_code") or institution.region_code
    return {
        "change_types": CHANGE_TYPES,
        "chosen": chosen if name else "",
        "sort": sort,
        "old": standing(chosen, state) if name else [],
        "modes": modes,
        "mode": modes.get(chosen),
        "mode_words": MODES,
        "lang_code": lang(),
        "org_types": [(one, ORG_TYPE_LABELS[one]) for one in ORG_TYPES[institution.industry]],
        **shown,
    }


def _people(
    kind: str, standing_rows: list[dict[str, str]], typed: dict[str, Any], request: Request
) -> dict[str, Any]:
    """Rows as sent or drafted, else as the register stands; some blank ones behind them."""
    sent = any(name.startswith("person-") for name in request.form)
    of_this_kind = typed.get("people") is not None and _fits(kind, typed["people"])
    rows = typed_rows(request.form, kind) if sent else typed["people"] if of_this_kind else standing_rows
    blank = MORE if request.form.get("action") == "rows" or not rows else 1
    room = max(0, MAX_PEOPLE - len(rows))
    columns = [
        {
            "name": name,
            "label": PERSON_LABELS[name],
            "input": _INPUTS[sort],
            "choices": CHOICES.get(name),
            "required": name not in OPTIONAL,
            "number": sort == "money" or name == "share",
        }
        for name, sort in FIELDS[kind].items()
    ]
    return {
        "people": [*rows, *({} for _blank in range(min(blank, room)))],
        "people_columns": columns,
    }


def _fits(kind: str, rows: list[dict[str, str]]) -> bool:
    """Whether drafted rows are of this kind; the type may have been changed since."""
    return all(set(row) <= set(FIELDS[kind]) for row in rows)
