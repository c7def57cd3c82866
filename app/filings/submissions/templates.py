"""Workbooks to fill in: one form or a whole set, with what has been entered, prior values and live formulas."""

from __future__ import annotations

from dataclasses import replace

from app.core import clock
from app.filings.compute import compute_set
from app.filings.definitions.schema import Values
from app.filings.environment import Context
from app.filings.expressions.types import Shift
from app.filings.submissions.data import FilingData
from app.filings.submissions.place import Place
from app.filings.submissions.services import load_place
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
    data = load_place(place)
    forms = [data.forms[code]] if code else list(data.forms.values())
    computed = compute_set(data.forms, data.values, data.context)
    values = {form.code: filled for form in forms if (filled := computed[form.code]) is not None}
    priors = {code: values for (code, shift), (_form, values) in data.neighbours.items() if shift == "prev"}
    context = WorkbookContext(
        institution=place.institution.name,
        period_name=place.period.name(lang) if place.period else "",
        set_name=place.report_set.name(lang),
        due=clock.show_end(place.period.due_at) if place.period else "",
        context=_with_own(data.context, computed),
    )
    content = write_workbook(forms, identity_of(place, data, code), values, priors, context, lang)
    return _file_name(place, code, lang), content


def _with_own(context: Context, computed: dict[str, Values | None]) -> Context:
    """The context in which the other forms of the same set are known too: a form's own workbook lacks them."""

    def lookup(code: str, shift: Shift) -> Values | None:
        own = computed.get(code) if shift == "current" else None
        return own if own is not None else context.lookup(code, shift)

    return replace(context, lookup=lookup)


def _file_name(place: Place, code: str | None, lang: str) -> str:
    what = code or place.report_set.name(lang)
    when = place.period.name(lang) if place.period else clock.local(place.now).strftime("%Y%m%d")
    return f"{place.institution.name}_{what}_{when}.xlsx"
