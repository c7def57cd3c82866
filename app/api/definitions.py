"""A set's definition as programs need it: every cell with type, unit and kind, formulas and checks as text."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from app.filings.definitions.schema import CellSpec, Check, Column, Form, Row
from app.filings.expressions.printer import to_text
from app.filings.submissions.data import FilingData
from app.filings.submissions.place import Place
from app.filings.values import plain


def definition_json(place: Place, data: FilingData) -> dict[str, Any]:
    """All forms of the set in the versions that this filing is filled in with."""
    report_set = place.report_set
    return {
        "set": report_set.key,
        "name": {"zh": report_set.name("zh"), "en": report_set.name("en")},
        "family": report_set.family,
        "frequency": report_set.frequency,
        "period": place.period_code,
        "forms": [
            form_json(form, data.context.industry, data.required.get(code, False))
            for code, form in data.forms.items()
        ],
    }


def etag_of(content: Any) -> str:
    """A fingerprint of what is sent."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def form_json(form: Form, industry: str | None, required: bool) -> dict[str, Any]:
    """One form; rows and columns of other industries are left out."""
    return {
        "code": form.code,
        "version": form.version,
        "name": {"zh": form.name("zh"), "en": form.name("en")},
        "layout": form.layout,
        "unit": form.unit,
        "required": required,
        "required_when": form.required_when_text,
        "min_rows": form.min_rows,
        "max_rows": form.max_rows,
        "notes": {"zh": form.notes("zh"), "en": form.notes("en")},
        "columns": [_column(form, column) for column in form.shown_columns(industry)],
        "rows": _rows(form, industry) if form.layout == "fixed" else [],
        "checks": [_check(check) for check in form.checks],
        "attachments": [
            {"key": item.key, "name": {"zh": item.name_zh, "en": item.name_en}, "required": item.required}
            for item in form.attachments
        ],
    }


def _column(form: Form, column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "key": column.key,
        "name": {"zh": column.name_zh, "en": column.name_en},
        "note": {"zh": column.note_zh, "en": column.note_en},
    }
    spec = form.cell_spec("", column.key) if form.layout != "fixed" else None
    return found | ({"cell": _cell(spec)} if spec is not None else {})


def _rows(form: Form, industry: str | None) -> list[dict[str, Any]]:
    columns = form.shown_columns(industry)
    return [_row(form, row, columns) for row in form.rows if row.is_shown_to(industry)]


def _row(form: Form, row: Row, columns: tuple[Column, ...]) -> dict[str, Any]:
    specs = {} if row.is_header else {c.key: form.cell_spec(row.key, c.key) for c in columns}
    return {
        "key": row.key,
        "name": {"zh": row.name_zh, "en": row.name_en},
        "kind": row.kind,
        "line": row.line,
        "level": row.level,
        "note": {"zh": row.note_zh, "en": row.note_en},
        "cells": {key: _cell(spec) for key, spec in specs.items() if spec is not None},
    }


def _cell(spec: CellSpec) -> dict[str, Any]:
    kind = "input" if spec.is_input else "computed" if spec.computed is not None else "constant"
    found: dict[str, Any] = {
        "type": spec.type,
        "kind": kind,
        "decimals": spec.decimals,
        "required": spec.required,
        "negative": spec.allow_negative,
        "unit": spec.unit or "",
    }
    if spec.computed is not None:
        found["formula"] = to_text(spec.computed)
    if spec.const is not None:
        found["value"] = plain(spec.const)
    if spec.pattern:
        found["pattern"] = spec.pattern
    if spec.choices:
        found["choices"] = [{"value": c.v, "label": {"zh": c.zh, "en": c.en}} for c in spec.choices]
    return found


def _check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "level": check.level,
        "kind": check.kind,
        "expression": check.text,
        "scope": check.scope,
        "rows": list(check.rows),
        "rows_exclude": list(check.rows_exclude),
        "tolerance": str(check.tol),
        "message": {"zh": check.message("zh"), "en": check.message("en")},
        "basis": check.basis,
    }
