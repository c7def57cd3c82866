"""Workbooks to fill in: one form or a whole set, with what has been entered, prior values and live formulas."""

from __future__ import annotations

from app.core import clock
from app.filings.calendar.rules import show_end
from app.filings.compute import compute_set
from app.filings.submissions.data import FilingData, load_filing
from app.filings.submissions.services import Place
from app.filings.workbooks.identity import Identity, identify
from app.filings.workbooks.writer import WorkbookContext, write_workbook


def identity_of(place: Place, data: FilingData, code: str | None) -> Identity:
    """Whose workbook it is, for what: travels hidden in the file and is compared on import."""
    forms = [data.forms[code]] if code else list(data.forms.values())
    return identify(
        forms, place.institution.uscc, place.period_code, place.report_set.key, place.now.isoformat()
    )


def template_for(place: Place, code: str | None, lang: str) -> tuple[str, bytes]:
    """(file name, workbook) of one form, or of the whole set when `code` is None. KeyError: no such form."""
    data = load_filing(place.institution, place.report_set, place.period, place.now)
    forms = [data.forms[code]] if code else list(data.forms.values())
    computed = compute_set(data.forms, data.values, data.context)
    values = {form.code: filled for form in forms if (filled := computed[form.code]) is not None}
    priors = {
        form.code: data.neighbours[form.code, "prev"][1] for form in forms if (form.code, "prev") in data.neighbours
    }
    known = dict(data.neighbours)
    known.update(
        {(key, "current"): (data.forms[key], filled) for key, filled in computed.items() if filled is not None}
    )
    context = WorkbookContext(
        institution=place.institution.name,
        period_name=place.period.name(lang) if place.period else "",
        industry=place.institution.industry,
        set_name=place.report_set.name(lang),
        due=show_end(place.period.due_at) if place.period else "",
        org=data.context.org,
        period=data.context.period,
        known=known,
    )
    content = write_workbook(forms, identity_of(place, data, code), values, priors, context, lang)
    return _file_name(place, code, lang), content


def _file_name(place: Place, code: str | None, lang: str) -> str:
    what = code or place.report_set.name(lang)
    when = place.period.name(lang) if place.period else clock.local(place.now).strftime("%Y%m%d")
    return f"{place.institution.name}_{what}_{when}.xlsx"
