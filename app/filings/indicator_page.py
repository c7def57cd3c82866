"""The indicators of one filed version, for the review page and the set's page."""

from __future__ import annotations

from app.core import clock
from app.filings.definitions.queries import forms_by_id, indicators_on
from app.filings.environment import Context
from app.filings.expressions.walk import references
from app.filings.indicators import IndicatorResult, indicators_for
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.values import from_json


def filed_indicators(filing: Filing, version: FilingVersion | None) -> list[IndicatorResult]:
    """What the frozen values say, by the limits that held for the period; one statement, breaches first.

    Empty for filings that hold no form with indicators.
    """
    if version is None:
        return []
    entries = version.payload["forms"]
    day = filing.period.end_date if filing.period else clock.local(version.submitted_at).date()
    wanted = indicators_on(filing.report_set.industry, day)
    forms = forms_by_id(entry["definition"] for entry in entries.values())
    by_code = {code: forms[entry["definition"]] for code, entry in entries.items()}
    # Only the forms that the figures look at: a table may hold ten thousand rows that no figure needs.
    looked_at = {getattr(found.ref, "form", None) for one in wanted for found in references(one.expr)}
    values = {
        code: from_json(by_code[code], entry["values"])
        for code, entry in entries.items()
        if code in looked_at
    }
    context = Context(org={"industry": filing.report_set.industry}, forms=by_code)
    found = indicators_for(by_code, values, context, wanted)
    return sorted(found, key=lambda one: (not one.is_breached, one.code))
