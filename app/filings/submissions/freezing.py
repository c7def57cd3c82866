"""Freezing what is handed in: one payload, hashed, with its receipt, never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.db import db
from app.core.errors import Refused
from app.filings.calendar.rules import is_late
from app.filings.checks import Finding
from app.filings.definitions.schema import Values
from app.filings.submissions.attachments import frozen_attachments
from app.filings.submissions.data import FilingData
from app.filings.submissions.intake import Assessment
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.place import Place
from app.filings.submissions.rules import sha256
from app.filings.values import from_json, to_json


def freeze(
    place: Place,
    filing: Filing,
    data: FilingData,
    assessment: Assessment,
    explanations: dict[str, str],
    request_key: str,
    nil: dict[str, str] | None = None,
) -> FilingVersion:
    """Write the version that is handed in; raises Refused when a returned filing comes back unchanged, and when
    a change changes nothing. `nil`: who declares in which words that there is nothing to report."""
    forms = _frozen_forms(data, assessment)
    content: dict[str, Any] = {"forms": forms, "explanations": explanations}
    attachments = frozen_attachments(data)
    content |= {"attachments": attachments} if attachments else {}
    content |= {"nil": nil} if nil else {}
    values_sha256 = sha256(content)
    _refuse_unchanged(filing, values_sha256)
    _refuse_idle_change(data, forms, attachments)
    _stamp(place, filing, is_nil=nil is not None)
    warnings = [_frozen_finding(finding) for finding in assessment.warnings]
    payload = _heading(place, filing.receipt_no or "") | content | {"warnings": warnings}
    if data.base is not None:
        payload["base"] = {"receipt_no": data.base.receipt_no, "forms": _base_forms(data)}
    version = FilingVersion(
        filing_id=filing.id,
        institution_id=filing.institution_id,
        number=filing.number,
        request_key=request_key[:64],
        receipt_no=filing.receipt_no,
        submitted_at=place.now,
        submitted_by_id=place.actor.id,
        is_late=filing.is_late,
        payload=payload,
        sha256=sha256(payload),
        values_sha256=values_sha256,
    )
    db.session.add(version)
    db.session.flush()
    return version


def _frozen_forms(data: FilingData, assessment: Assessment) -> dict[str, Any]:
    return {
        code: {"definition": data.definition_ids[code], "values": to_json(form, values)}
        for code, form in data.forms.items()
        if (values := _handed_in(data, assessment, code)) is not None
    }


def _handed_in(data: FilingData, assessment: Assessment, code: str) -> Values | None:
    """What is handed in of a form: nothing of one that nobody filled in, unless emptying it is the change."""
    values = assessment.values[code]
    if assessment.states[code] == "empty":
        return (values or {}) if data.report_set.is_change else None
    return values


def _stamp(place: Place, filing: Filing, *, is_nil: bool) -> None:
    """Number, receipt and time. A correction of what came in time is not late; late stays late."""
    window = place.period.window if place.period else None
    is_correction = filing.status == "returned"
    filing.is_late = filing.is_late or (not is_correction and is_late(window, place.now))
    filing.number += 1
    filing.version += 1
    filing.receipt_no = f"BS{place.now:%Y%m%d}-{filing.id:06d}-{filing.number:02d}"
    filing.submitted_at = place.now
    filing.is_nil = is_nil


def _base_forms(data: FilingData) -> dict[str, Any]:
    """What a change starts from, as it stood in force."""
    return {code: data.base.entry for code in data.forms} if data.base is not None else {}


def _refuse_idle_change(data: FilingData, forms: dict[str, Any], attachments: dict[str, Any]) -> None:
    if data.base is None:
        return
    for code, form in data.forms.items():
        before = to_json(form, from_json(form, data.base.values))
        was = sorted(str(item["sha256"]) + str(item["key"]) for item in data.base.attachments)
        is_now = sorted(item["sha256"] + item["key"] for item in attachments.get(code, ()))
        if _told(before) != _told(forms[code]["values"]) or was != is_now:
            return
    raise Refused(_("内容与现行有效的内容完全相同，没有需要变更的事项。"))


def _told(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Values without blank cells and rows: a row nobody filled in changes nothing."""
    return {row: filled for row, cells in values.items() if (filled := {k: v for k, v in cells.items() if v})}


def _heading(place: Place, receipt_no: str) -> dict[str, Any]:
    """Whose filing the frozen payload is, of what, for when."""
    return {
        "receipt_no": receipt_no,
        "institution": {"uscc": place.institution.uscc, "name": place.institution.name},
        "report_set": place.report_set.key,
        "period": place.period_code,
        "submitted_at": place.now.isoformat(),
    }


def _refuse_unchanged(filing: Filing, values_sha256: str) -> None:
    if filing.status != "returned":
        return
    last = db.session.scalars(
        select(FilingVersion.values_sha256).where(
            FilingVersion.filing_id == filing.id, FilingVersion.number == filing.number
        )
    ).first()
    if last == values_sha256:
        raise Refused(_("内容与被退回的版本完全相同。请按退回原因修改后再上报。"))


def _frozen_finding(finding: Finding) -> dict[str, str]:
    return {
        "key": finding.key,
        "form": finding.form,
        "row": finding.row or "",
        "col": finding.col or "",
        "zh": finding.message_zh,
        "en": finding.message_en,
    }
