"""Major changes (重大信息变更): what a change means for the register, coming into effect, giving one up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.accounts.models import Account
from app.core.db import db
from app.core.errors import Invalid, Refused
from app.filings.definitions.queries import forms_by_id
from app.filings.definitions.schema import CARD_ROW, Value
from app.filings.submissions.in_force import PROFILE, TOLD, told_change
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.place import Place
from app.filings.submissions.rules import REGISTER_FIELDS
from app.filings.values import from_json, to_json
from app.institutions.filed_changes import apply_filed_change, filed_change_problems
from app.institutions.models import Institution

WAN = 10_000


def register_changes(payload: Mapping[str, Any]) -> dict[str, Value]:
    """{column of the register: new value} that the forms of a change differ in from what was in force."""
    found: dict[str, Value] = {}
    base = payload.get("base", {}).get("forms", {})
    for code, entry in payload["forms"].items():
        after = _card(entry)
        if code == TOLD:
            told = told_change(after)
            found |= {REGISTER_FIELDS[PROFILE, field]: text for field, text in told.items()}
            continue
        before = _card(base[code]) if code in base else {}
        for (form, field), column in REGISTER_FIELDS.items():
            if form == code and after.get(field) != before.get(field):
                found[column] = _in_yuan(column, after.get(field))
    return found


def _in_yuan(column: str, value: Value) -> Value:
    """The form is filled in in 万元, the register keeps 元."""
    return value * WAN if column == "registered_capital" and isinstance(value, Decimal) else value


def _card(entry: Mapping[str, Any]) -> dict[str, Value]:
    form = forms_by_id([entry["definition"]])[entry["definition"]]
    return from_json(form, entry["values"]).get(CARD_ROW, {}) if form.layout == "card" else {}


def require_effective(place: Place, data: Any, assessment: Any) -> None:
    """Raise Refused when the register could not take the change: better now than at its approval."""
    if not place.change:
        return
    forms = {
        code: {
            "definition": data.definition_ids[code],
            "values": to_json(form, assessment.values[code] or {}),
        }
        for code, form in data.forms.items()
    }
    payload: dict[str, Any] = {"forms": forms}
    if data.base is not None:
        payload["base"] = {"forms": {code: data.base.entry for code in forms}}
    _require_same_code(place.institution, forms)
    problems = filed_change_problems(place.institution, register_changes(payload))
    if problems:
        raise Refused(" ".join(problems), reasons=problems)


def _require_same_code(institution: Institution, forms: Mapping[str, Any]) -> None:
    code = _card(forms[PROFILE]).get("uscc") if PROFILE in forms else None
    if code and code != institution.uscc:
        raise Refused(
            _(
                "统一社会信用代码与名册中的 %(code)s 不同。代码不能通过重大信息变更修改，请联系监管部门。",
                code=institution.uscc,
            )
        )


def take_effect(filing: Filing, version: FilingVersion, actor: Account, now: datetime) -> None:
    """A change was approved: the register follows. What is in force of the form follows by itself."""
    institution = db.session.get(Institution, filing.institution_id)
    changes = register_changes(version.payload)
    if institution is None or not changes:
        return
    problems = filed_change_problems(institution, changes)
    if problems:
        raise Invalid(" ".join(problems))
    apply_filed_change(institution, changes, source=version.receipt_no, actor=actor, now=now)
