"""The one intake: grid, workbook and API all come through here. Entries become values or kept rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.filings.checks import CheckResult, Finding, check_set, form_state
from app.filings.compute import compute_set
from app.filings.definitions.schema import Form, Value, Values
from app.filings.submissions.data import FilingData
from app.filings.submissions.dependents import dependent_findings
from app.filings.values import parse_cell

MAX_ROWS = 10_000
Rejects = dict[str, dict[str, dict[str, str]]]


@dataclass
class Taken:
    """What became of one form's entries. `untouched` rows are what they were: {key: former key}."""

    values: Values = field(default_factory=dict)
    rejects: Rejects = field(default_factory=dict)
    untouched: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Patch:
    """What somebody changed in a table: the cells by row, and the rows' order when that is not the stored one.

    Rows are named by their stored key, new ones by any other name; a row that is not in `order` is deleted.
    """

    edits: Mapping[str, Mapping[str, Any]]
    order: tuple[str, ...] | None = None


def take_patch(form: Form, values: Values, rejects: Rejects, patch: Patch) -> tuple[Taken, dict[str, str]]:
    """The whole table after a change, and the new key of each row; only changed cells are read anew."""
    taken = Taken()
    keys: dict[str, str] = {}
    order = patch.order
    if order is None:
        order = (*values, *(name for name in patch.edits if name not in values))
    for name in order:
        if name in patch.edits or name in rejects or name not in values:
            row, rejected = _patched(form, name, values.get(name, {}), rejects.get(name, {}), patch)
        else:
            row, rejected = values[name], {}
        if not row and not rejected:
            continue
        keys[name] = key = str(len(keys) + 1)
        taken.values[key] = row
        if row is values.get(name):
            taken.untouched[key] = name
        if rejected:
            taken.rejects[key] = rejected
    return taken, keys


def _patched(
    form: Form, name: str, values: Mapping[str, Value], rejects: Mapping[str, dict[str, str]], patch: Patch
) -> tuple[dict[str, Value], dict[str, dict[str, str]]]:
    """One row after a change."""
    edited = patch.edits.get(name, {})
    new, refused = _take_row(form, name, edited)
    row = {column: value for column, value in values.items() if column not in edited}
    rejected = {column: reject for column, reject in rejects.items() if column not in edited}
    return {**row, **new}, {**rejected, **refused}


def take_entries(form: Form, entries: Mapping[str, Mapping[str, Any]]) -> Taken:
    """Read raw entries {row: {column: text}} of one form. Computed, constant and unknown cells are ignored.

    Table rows come in the order given; entirely blank ones are dropped and the rest renumbered, together
    with their rejects.
    """
    taken = Taken()
    keys = [str(key) for key in entries][:MAX_ROWS] if form.layout == "table" else form.row_keys()
    for key in keys:
        row, rejected = _take_row(form, key, entries.get(key) or {})
        if form.layout == "table":
            if not row and not rejected:
                continue
            key = str(len(taken.values) + 1)
        taken.values[key] = row
        if rejected:
            taken.rejects[key] = rejected
    return taken


def _take_row(
    form: Form, key: str, entries: Mapping[str, Any]
) -> tuple[dict[str, Value], dict[str, dict[str, str]]]:
    row: dict[str, Value] = {}
    rejected: dict[str, dict[str, str]] = {}
    for column, raw in entries.items():
        spec = form.cell_spec(key, str(column))
        if spec is None or not spec.is_input:
            continue
        parsed = parse_cell(spec, raw)
        if parsed.problem is not None:
            rejected[str(column)] = {
                "raw": str(raw)[:500],
                "zh": parsed.problem.message_zh,
                "en": parsed.problem.message_en,
            }
        elif parsed.value is not None:
            row[str(column)] = parsed.value
    return row, rejected


@dataclass
class Assessment:
    """A whole set computed and checked: values with computed cells, findings, what could not be evaluated."""

    values: dict[str, Values | None]
    findings: list[Finding]
    skipped: list[Any]
    states: dict[str, str]

    @property
    def errors(self) -> list[Finding]:
        """What blocks submission."""
        return [finding for finding in self.findings if finding.level == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """What needs an explanation."""
        return [finding for finding in self.findings if finding.level == "warning"]

    def of(self, code: str) -> list[Finding]:
        """The findings of one form."""
        return [finding for finding in self.findings if finding.form == code]


def assess(data: FilingData, unreadable: Collection[tuple[str, str, str]] | None = None) -> Assessment:
    """Compute and check everything in one pass, with the entries that could not be read as errors.

    `unreadable` names cells (form, row, column) that an upload could not read, in place of the drafts' rejects:
    checks do not judge by them. A workbook holds no attachments either, so these are not asked for then.
    """
    cells = _rejected_cells(data) if unreadable is None else unreadable
    context = replace(data.context, unreadable=frozenset(cells))
    computed = compute_set(data.forms, data.values, context)
    attached = data.attached if unreadable is None else None
    result: CheckResult = check_set(data.forms, computed, context, attachments=attached)
    rejected = _reject_findings(data) if unreadable is None else []
    findings = [*rejected, *result.findings, *dependent_findings(data, computed)]
    industry = data.institution.industry
    states = {
        code: form_state(form, data.values.get(code), findings, industry, data.explained)
        for code, form in data.forms.items()
    }
    return Assessment(values=computed, findings=findings, skipped=list(result.skipped), states=states)


def assess_nil(data: FilingData) -> Assessment:
    """The set as a nil return: every form there, nothing in it, checked as it would be handed in."""
    blank: dict[str, Values | None] = {code: form.empty_values() for code, form in data.forms.items()}
    computed = compute_set(data.forms, blank, data.context)
    result: CheckResult = check_set(data.forms, computed, data.context, nil=data.forms.keys())
    states = dict.fromkeys(data.forms, "ready")
    return Assessment(computed, list(result.findings), list(result.skipped), states)


def _rejected_cells(data: FilingData) -> list[tuple[str, str, str]]:
    return [
        (code, row, column)
        for code, rows in data.rejects.items()
        for row, columns in rows.items()
        for column in columns
    ]


def _reject_findings(data: FilingData) -> list[Finding]:
    found = []
    for code, rows in data.rejects.items():
        form = data.forms.get(code)
        if form is None:
            continue
        for row, columns in rows.items():
            found += [_reject_finding(form, row, column, reject) for column, reject in columns.items()]
    return found


def _reject_finding(form: Form, row: str, column: str, reject: Mapping[str, str]) -> Finding:
    spec = form.cell_spec(row, column)
    return Finding(
        check_id="unreadable",
        level="error",
        kind="type",
        form=form.code,
        row=row,
        col=column,
        label_zh=spec.label_zh if spec else column,
        label_en=spec.label_en if spec else column,
        value=reject["raw"],
        expected=None,
        message_zh=reject["zh"],
        message_en=reject["en"],
        remedy_zh="",
        remedy_en="",
        key=f"unreadable:{form.code}:{row}:{column}",
    )


def counts(findings: list[Finding]) -> Counter[str]:
    """How many errors and warnings."""
    return Counter(finding.level for finding in findings)
