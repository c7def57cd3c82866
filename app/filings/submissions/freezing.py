"""Freezing what is handed in: one payload, hashed, with its receipt, never changed afterwards."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.db import db
from app.core.errors import Refused
from app.filings.calendar.rules import is_late
from app.filings.checks import Finding
from app.filings.submissions.data import FilingData
from app.filings.submissions.intake import Assessment
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.place import Place
from app.filings.submissions.rules import sha256
from app.filings.values import to_json


def freeze(
    place: Place,
    filing: Filing,
    data: FilingData,
    assessment: Assessment,
    explanations: dict[str, str],
    request_key: str,
) -> FilingVersion:
    """Write the version that is handed in; raises Refused when a returned filing comes back unchanged."""
    forms = {
        code: {"definition": data.definition_ids[code], "values": to_json(form, values)}
        for code, form in data.forms.items()
        if (values := assessment.values[code]) is not None and assessment.states[code] != "empty"
    }
    values_sha256 = sha256({"forms": forms, "explanations": explanations})
    _refuse_unchanged(filing, values_sha256)
    filing.number += 1
    filing.version += 1
    filing.receipt_no = f"BS{place.now:%Y%m%d}-{filing.id:06d}-{filing.number:02d}"
    filing.submitted_at = place.now
    filing.is_late = is_late(place.period.window if place.period else None, place.now)
    warnings = [_frozen_finding(finding) for finding in assessment.warnings]
    payload = _heading(place, filing.receipt_no)
    payload |= {"forms": forms, "explanations": explanations, "warnings": warnings}
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
