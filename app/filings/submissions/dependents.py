"""What a major change does to the other one-off forms in force: their own checks, run with the new values.

A form that is changed alone is clean by itself and may yet leave another one wrong, as more registered capital
leaves the shareholders' contributions too small. The other form is not in hand and cannot be put right here, so
its finding becomes a warning at the changed field that has to be explained. What GG21 tells in words (a new name, a new
address) changes the profile just so: its warning stands at the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.filings.checks import Finding, check_set
from app.filings.definitions.queries import definition_ids_on, forms_by_id
from app.filings.definitions.schema import CARD_ROW, Form, Values
from app.filings.environment import Context
from app.filings.expressions.types import Shift
from app.filings.submissions.data import FilingData, needs
from app.filings.submissions.in_force import PROFILE, TOLD, told_change
from app.filings.values import from_json

Sheets = dict[str, tuple[Form, Values]]
REMEDY = (
    "本变更通过后，请随即变更 {code}《{zh}》；并在上报时说明安排。如本表填写有误，请改正。",
    "Change {code} “{en}” as soon as this change is approved, and say so when submitting; or correct the value here.",
)


def dependent_findings(data: FilingData, computed: Mapping[str, Values | None]) -> list[Finding]:
    """Warnings about forms in force that the change would leave inconsistent and that are consistent now.

    `computed` holds the changed form with its calculated cells. Nothing for filings that change no form in force, and
    nothing that was wrong before.
    """
    changed = _changed(data, computed)
    if changed is None:
        return []
    code, form, new, at = changed
    sheets = _in_force(data)
    watching = {key: pair for key, pair in sheets.items() if _reads(pair[0], code)}
    if not watching:
        return []
    before = {_place(finding) for finding in _judged(data, watching, sheets)}
    after = _judged(data, watching, {**sheets, code: (form, new)})
    found: dict[tuple[str, str, str], Finding] = {}
    for finding in after:
        if _place(finding) not in before:
            (filed,) = data.forms.values()
            place = at or next(((row, col) for key, row, col in finding.cells if key == code), ("", ""))
            told = _told(finding, sheets[finding.form][0], filed, place)
            found.setdefault((told.form, told.check_id, told.col), told)
    return list(found.values())


def _changed(
    data: FilingData, computed: Mapping[str, Values | None]
) -> tuple[str, Form, Values, tuple[str, str] | None] | None:
    """The form in force that is changed and its new values; and the cell that tells of it, when it is another form's."""
    if not data.report_set.is_change or len(data.forms) != 1:
        return None
    ((code, form),) = data.forms.items()
    new = computed.get(code)
    if new is None:
        return None
    if code == TOLD:
        profile, told = data.standing.get(PROFILE), told_change(new.get(CARD_ROW, {}))
        if profile is None or not told:
            return None
        form = forms_by_id([profile.definition])[profile.definition]
        values = from_json(form, profile.values)
        return PROFILE, form, {CARD_ROW: {**values.get(CARD_ROW, {}), **told}}, (CARD_ROW, "after")
    return None if data.base is None else (code, form, new, None)


def _in_force(data: FilingData) -> Sheets:
    """Every one-off form in force, and the optional tables that were never filed as having no rows."""
    codes = data.report_set.codes
    forms = forms_by_id([one.definition for one in data.standing.values()])
    found = {
        code: (forms[one.definition], from_json(forms[one.definition], one.values))
        for code, one in data.standing.items()
    }
    missing = [code for code in codes if code not in found]
    by_id = forms_by_id(definition_ids_on(missing, data.context.period["today"]).values()) if missing else {}
    for form in by_id.values():
        if form.layout == "table" and not form.required and not form.trigger:
            found[form.code] = (form, {})
    return found


def _reads(form: Form, code: str) -> bool:
    return form.code != code and not form.trigger and (code, "current") in needs(form)


def _judged(data: FilingData, watching: Sheets, sheets: Sheets) -> tuple[Finding, ...]:
    """What the watching forms' checks say with these forms around them."""

    def lookup(code: str, shift: Shift) -> Values | None:
        return sheets[code][1] if shift == "current" and code in sheets else None

    known = {code: form for code, (form, _values) in sheets.items()}
    context = Context(org=data.context.org, period=data.context.period, lookup=lookup, forms=known)
    forms = {code: form for code, (form, _values) in watching.items()}
    values: dict[str, Values | None] = {code: entered for code, (_form, entered) in watching.items()}
    return check_set(forms, values, context).findings


def _place(finding: Finding) -> tuple[str, str, str, str]:
    return finding.check_id, finding.form, finding.row, finding.col


def _told(finding: Finding, other: Form, changed: Form, place: tuple[str, str]) -> Finding:
    """The other form's finding as a warning at the cell that was changed."""
    row, col = place
    spec = changed.cell_spec(row, col) if col else None
    names = {"code": other.code, "zh": other.name_zh, "en": other.name_en}
    return replace(
        finding,
        level="warning",
        kind="inter",
        form=changed.code,
        row=row,
        col=col,
        label_zh=spec.label_zh if spec else changed.name_zh,
        label_en=spec.label_en if spec else changed.name_en,
        value=None,
        expected=None,
        message_zh=f"与现行有效的 {other.code}《{other.name_zh}》不再相符：{finding.message_zh}",
        message_en=f"No longer fits {other.code} “{other.name_en}” as it is in force: {finding.message_en}",
        remedy_zh=REMEDY[0].format(**names),
        remedy_en=REMEDY[1].format(**names),
        key=f"{changed.code}-{finding.key}"[:64],
    )
