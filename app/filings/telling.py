"""What institutions are told about their filings and extensions."""

from __future__ import annotations

from datetime import datetime

from app.core import clock
from app.filings.calendar.models import Extension
from app.filings.submissions.models import Filing
from app.institutions.telling import tell_institution


def tell_decision(filing: Filing, kind: str, words: str | None, now: datetime) -> None:
    """`filing_approved` or `filing_returned`, with the opinion or the reason."""
    report_set, period = filing.report_set, filing.period
    code = filing.period_code
    named = (period.name_zh, period.name_en) if period else ((code, code) if filing.change_form else ("", ""))
    context = {"set": (report_set.name_zh, report_set.name_en), "period": named, "reason": words}
    tell_institution(
        filing.institution, kind, context, f"/workspace/filings/{report_set.key}/{code}/", now=now
    )


def tell_extension(extension: Extension, words: str | None, now: datetime) -> None:
    """Granted until when, or refused."""
    granted = extension.granted_until
    report_set, period = extension.report_set, extension.period
    context = {
        "decision": ("已批准", "granted") if granted else ("未获批准", "refused"),
        "set": (report_set.name_zh, report_set.name_en),
        "period": (period.name_zh, period.name_en),
        "until": clock.show_end(granted) if granted else "",
        "reason": words,
    }
    link = f"/workspace/filings/{report_set.key}/{period.code}/"
    tell_institution(extension.institution, "extension_decided", context, link, now=now)
