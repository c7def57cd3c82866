"""What goes out: obligations, filings, values, receipts as plain JSON values; numbers are always texts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from app.api.errors import findings_json, moment, reasons_json
from app.core.i18n import lang
from app.filings.change_page import ChangeLine, ChangePage
from app.filings.definitions.schema import Form
from app.filings.grid import computed_values, entries_of
from app.filings.obligations import Obligation
from app.filings.pages import is_required, latest_version, marks_of
from app.filings.submissions.batch import version_of
from app.filings.submissions.data import FilingData
from app.filings.submissions.intake import Assessment
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark, StagedImport
from app.filings.submissions.place import Place
from app.filings.submissions.rules import HANDED_IN_STATES

MOST_PAST = 100


def both(thing: Any) -> dict[str, str]:
    """A thing's name in both languages."""
    return {"zh": thing.name("zh"), "en": thing.name("en")}


def obligation_json(item: Obligation) -> dict[str, Any]:
    """One line of the list of obligations."""
    filing, period = item.filing, item.period
    return {
        "set": item.report_set.key,
        "name": both(item.report_set),
        "family": item.report_set.family,
        "frequency": item.report_set.frequency,
        "period": item.period_code,
        "period_name": both(period) if period else None,
        "state": item.state,
        "is_open": item.is_open,
        "is_owed": item.is_owed,
        "opens_at": moment(period.opens_at) if period else None,
        "due_at": moment(item.due_at),
        "extended_until": moment(item.extended_until),
        "receipt_no": filing.receipt_no if filing else None,
        "forms_filled": item.filled,
        "forms_total": item.total,
        "reasons": reasons_json(item.reasons),
    }


def changes_json(page: ChangePage) -> dict[str, Any]:
    """Every form that can be changed, under which code, and the changes that were decided or given up."""
    key = page.report_set.key
    return {
        "set": key,
        "name": both(page.report_set),
        "is_open": page.is_open,
        "reasons": reasons_json(page.gate),
        "forms": [_change_line(line, key) for line in (*page.forms, *page.events)],
        "past": [
            {
                "form": filing.change_form,
                "set": key,
                "period": filing.period_code,
                "state": filing.status,
                "receipt_no": filing.receipt_no,
                "submitted_at": moment(filing.submitted_at),
            }
            for filing in page.past[:MOST_PAST]
        ],
    }


def _change_line(line: ChangeLine, key: str) -> dict[str, Any]:
    return {
        "form": line.code,
        "name": both(line.form),
        "is_event": bool(line.form.trigger),
        "set": key,
        "period": line.period_code,
        "state": line.state,
        "in_force_since": moment(line.since),
        "receipt_no": line.open.receipt_no if line.open else None,
        "return_reason": line.open.return_reason if line.open else None,
    }


def filing_json(place: Place, data: FilingData, assessment: Assessment, reasons: Any) -> dict[str, Any]:
    """State, receipt, reasons, marks and forms of one filing."""
    filing = data.filing
    version = latest_version(filing)
    number = Counter(finding.level for finding in assessment.findings)
    return {
        "set": place.report_set.key,
        "period": place.period_code,
        "state": filing.status if filing else "blank",
        "is_open": not reasons,
        "reasons": reasons_json(reasons),
        "number": filing.number if filing else 0,
        "receipt": receipt_json(filing, version) if filing and version else None,
        "return_reason": filing.return_reason if filing else None,
        "correct_until": moment(filing.correct_until) if filing else None,
        "marks": [_mark_json(mark, data) for mark in marks_of(filing)],
        "forms": [_form_state(data, assessment, code) for code in data.forms],
        "errors": number["error"],
        "warnings": number["warning"],
    }


def _form_state(data: FilingData, assessment: Assessment, code: str) -> dict[str, Any]:
    form = data.forms[code]
    number = Counter(finding.level for finding in assessment.of(code))
    return {
        "code": code,
        "name": both(form),
        "layout": form.layout,
        "required": is_required(data, assessment, code),
        "state": assessment.states[code],
        "version": version_of(data, code),
        "errors": number["error"],
        "warnings": number["warning"],
    }


def _mark_json(mark: ReviewMark, data: FilingData) -> dict[str, Any]:
    form = data.forms.get(mark.form_code)
    spec = form.cell_spec(mark.row, mark.col) if form and mark.col else None
    names = (spec.label_zh, spec.label_en) if spec else (form.name_zh, form.name_en) if form else ("", "")
    return {
        "form": mark.form_code,
        "row": mark.row,
        "col": mark.col,
        "label": {"zh": names[0], "en": names[1]},
        "comment": mark.comment,
    }


def receipt_json(filing: Filing, version: FilingVersion) -> dict[str, Any]:
    """What was handed in last."""
    return {
        "receipt_no": version.receipt_no,
        "number": version.number,
        "submitted_at": moment(version.submitted_at),
        "submitted_by": str(version.submitted_by or ""),
        "is_late": version.is_late,
        "is_nil": version.nil is not None,
        "sha256": version.sha256,
        "state": filing.status,
    }


def is_handed_in(filing: Filing | None) -> bool:
    """Whether the regulator has it."""
    return filing is not None and filing.status in HANDED_IN_STATES


def form_values_json(data: FilingData, assessment: Assessment, code: str) -> dict[str, Any]:
    """One form's values: what was entered, what is calculated, what could not be read."""
    form = data.forms[code]
    draft = data.drafts.get(code)
    rejects = data.rejects.get(code, {})
    entries = entries_of(form, data.values[code], rejects)
    computed = computed_values(form, assessment.values[code], data.context.industry)
    number = Counter(finding.level for finding in assessment.of(code))
    found: dict[str, Any] = {
        "code": code,
        "layout": form.layout,
        "version": version_of(data, code),
        "definition": form.version,
        "state": assessment.states[code],
        "updated_at": moment(draft.updated_at) if draft else None,
    }
    found |= _content(form, "cells", "rows", entries, list(data.values[code] or ()))
    rows = list(assessment.values[code] or ())
    found["computed"] = next(iter(_content(form, "computed", "computed", computed, rows).values()))
    found["unreadable"] = [
        {"row": row, "col": col, "raw": reject["raw"], "message": {"zh": reject["zh"], "en": reject["en"]}}
        for row, columns in rejects.items()
        for col, reject in columns.items()
    ]
    return found | {"errors": number["error"], "warnings": number["warning"]}


def _content(
    form: Form, by_row: str, in_order: str, entries: dict[str, dict[str, str]], rows: list[str]
) -> dict[str, Any]:
    """Tables are lists, because members of a JSON object have no order."""
    if form.layout == "table":
        return {in_order: [entries.get(row, {}) for row in rows]}
    return {by_row: entries}


def checked_json(data: FilingData, assessment: Assessment) -> dict[str, Any]:
    """All findings in both languages, and whether the set could be handed in as far as they go."""
    number = Counter(finding.level for finding in assessment.findings)
    unexplained = sum(1 for finding in assessment.warnings if finding.key not in data.explanations)
    return {
        "ready": not number["error"] and not unexplained,
        "errors": number["error"],
        "warnings": number["warning"],
        "unexplained": unexplained,
        "findings": findings_json(assessment.findings, data.explanations),
        "not_checked": [
            {
                "check": skipped.check_id,
                "form": skipped.form,
                "message": {"zh": skipped.message("zh"), "en": skipped.message("en")},
            }
            for skipped in assessment.skipped
        ],
        "states": dict(assessment.states),
    }


def import_json(staged: StagedImport, preview: Any) -> dict[str, Any]:
    """What a workbook would change and what is wrong with it, each with sheet and cell."""
    return {
        "id": staged.id,
        "file_name": staged.file_name,
        "taken": staged.taken_at is not None,
        "can_take": preview.can_take and staged.taken_at is None,
        "forms": preview.forms,
        "problems": [cell_entry(entry) for entry in staged.result["problems"]],
        "findings": [cell_entry(entry) for entry in staged.result["findings"]],
        "notes": [note[lang()] for note in staged.result["notes"]],
        "changes": preview.changed,
        "changed": [
            {"form": change.form, "label": change.label, "before": change.before, "after": change.after}
            for change in preview.changes[:1000]
        ],
    }


def cell_entry(entry: dict[str, str]) -> dict[str, Any]:
    """One stored problem or finding of an import."""
    pairs = {
        name: {code: entry.get(f"{name}_{code}", "") for code in ("zh", "en")}
        for name in ("label", "message", "remedy")
    }
    return {
        "form": entry["form"],
        "sheet": entry["sheet"],
        "cell": entry["address"],
        "level": entry["level"],
        "label": pairs["label"],
        "value": entry.get("value", ""),
        "expected": entry.get("expected", ""),
        "message": pairs["message"],
        "remedy": pairs["remedy"],
    }
