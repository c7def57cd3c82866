"""One filing with all it is judged by, loaded in a handful of statements: forms, drafts and neighbours.

Neighbours are other filings of the same institution that formulas and checks refer to: the previous period,
last year's end, the same period last year, other sets of the same period and the one-off set in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select

from app.core import clock
from app.core.db import db, prepared
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import MONTHS, month_end
from app.filings.compute import Context
from app.filings.definitions.models import ReportSet, ReportSetForm
from app.filings.definitions.queries import definition_ids_on, forms_by_id
from app.filings.definitions.schema import Form, Values
from app.filings.expressions.types import Shift
from app.filings.expressions.walk import references
from app.filings.row_memory import RowMemory
from app.filings.submissions.drafts import drafts_at
from app.filings.submissions.in_force import Standing, one_off_in_force
from app.filings.submissions.known import read_draft
from app.filings.submissions.models import Explanation, Filing, FilingAttachment, FilingForm, FilingVersion
from app.filings.submissions.place import forms_filed
from app.filings.submissions.rules import HANDED_IN_STATES, ONCE
from app.filings.values import from_json
from app.institutions.models import Institution
from app.institutions.register.queries import profile_on

# {(form code, shift): (the form, its values with computed cells)}; what was not filed is absent.
Neighbours = dict[tuple[str, Shift], tuple[Form, Values]]


@dataclass
class FilingData:
    """A filing (or the empty place for one) of an institution, in memory."""

    institution: Institution
    report_set: ReportSet
    period: ReportingPeriod | None
    filing: Filing | None
    definition_ids: dict[str, int]
    forms: dict[str, Form]
    drafts: dict[str, FilingForm]
    values: dict[str, Values | None]  # None: nothing was ever entered
    context: Context
    neighbours: Neighbours
    required: dict[str, bool] = field(default_factory=dict)
    # Of a change: the form as it is in force, unless it is one that begins blank each time.
    base: Standing | None = None
    # Of a change: every one-off form as it is in force, by code.
    standing: dict[str, Standing] = field(default_factory=dict)
    attachments: dict[str, list[FilingAttachment]] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)  # by the key of the finding they explain

    @property
    def explained(self) -> frozenset[str]:
        """Keys of the warnings that the institution has explained."""
        return frozenset(self.explanations)

    def shown(self, code: str) -> Values:
        """What there is of one form, or its empty rows."""
        values = self.values.get(code)
        return self.forms[code].empty_values() if values is None else values

    @property
    def attached(self) -> dict[str, set[str]]:
        """Which attachments there are, by form: their keys."""
        found = {code: {item.key for item in items} for code, items in self.attachments.items()}
        if self.filing is None and self.base is not None:
            for code in self.forms:
                found[code] = {str(item["key"]) for item in self.base.attachments}
        return found

    @property
    def rejects(self) -> dict[str, dict[str, Any]]:
        """Input that could not be read, by form: {row: {column: {"raw", "zh", "en"}}}."""
        return {code: draft.rejects for code, draft in self.drafts.items() if draft.rejects}


def load_filing(
    institution: Institution,
    report_set: ReportSet,
    period: ReportingPeriod | None,
    now: datetime,
    change: str = "",
    *,
    entries: bool = True,
) -> FilingData:
    """Load everything about one obligation, or one change (without `entries` as if nothing were entered yet)."""
    code = period.code if period else change or ONCE
    where = {"institution": institution.id, "report_set": report_set.id, "code": code}
    filing = db.session.scalars(_filing_of(), where).first()
    return load_data(institution, report_set, period, filing, now, change, entries=entries)


@prepared
def _filing_of() -> Select[tuple[Filing]]:
    return select(Filing).where(
        Filing.institution_id == bindparam("institution"),
        Filing.report_set_id == bindparam("report_set"),
        Filing.period_code == bindparam("code"),
    )


def load_data(
    institution: Institution,
    report_set: ReportSet,
    period: ReportingPeriod | None,
    filing: Filing | None,
    now: datetime,
    change: str = "",
    *,
    entries: bool = True,
) -> FilingData:
    """The same for a filing that is already at hand."""
    drafts = drafts_at(filing, entries)
    day = period.end_date if period else clock.local(now).date()
    codes = forms_filed(report_set, filing.period_code if filing else change, day)
    ids = definition_ids_on(codes, day)
    ids.update(_pinned(filing, [code for code in ids if code not in drafts]))
    ids.update({code: draft.definition_id for code, draft in drafts.items() if code in ids})
    by_id = forms_by_id(ids.values())
    forms = {code: by_id[ids[code]] for code in codes if code in ids}
    standing = one_off_in_force(institution.id) if report_set.is_change else None
    found = neighbours(institution.id, period, forms, standing)
    base = _base(forms, standing)
    memory: dict[str, RowMemory] = {}
    return FilingData(
        institution=institution,
        report_set=report_set,
        period=period,
        filing=filing,
        definition_ids=ids,
        forms=forms,
        drafts=drafts,
        values=_values(forms, drafts if entries else None, base, memory),
        context=replace(make_context(institution, period, forms, found, now), memory=memory),
        neighbours=found,
        required={code: form.required for code, form in forms.items()},
        base=base,
        standing=standing or {},
        attachments=_attachments(filing) if any(form.attachments for form in forms.values()) else {},
        explanations=_explanations(filing),
    )


def _values(
    forms: dict[str, Form],
    drafts: dict[str, FilingForm] | None,
    base: Standing | None,
    memory: dict[str, RowMemory],
) -> dict[str, Values | None]:
    if drafts is None:
        return dict.fromkeys(forms)
    return {code: _entered(form, drafts.get(code), base, memory) for code, form in forms.items()}


def _base(forms: dict[str, Form], standing: dict[str, Standing] | None) -> Standing | None:
    for code, form in forms.items():
        if standing is not None and not form.trigger:
            return standing.get(code)
    return None


def _entered(
    form: Form, draft: FilingForm | None, base: Standing | None, memory: dict[str, RowMemory]
) -> Values | None:
    """The draft; a change that nobody has begun opens with what is in force. Of large tables the memory comes too."""
    if draft is not None:
        values, known = read_draft(form, draft)
        if known is not None:
            memory[form.code] = known
        return values
    return from_json(form, base.values) if base is not None else None


def _attachments(filing: Filing | None) -> dict[str, list[FilingAttachment]]:
    found: dict[str, list[FilingAttachment]] = {}
    if filing is not None:
        for item in db.session.scalars(_attachments_of(), {"filing": filing.id}):
            found.setdefault(item.form_code, []).append(item)
    return found


@prepared
def _attachments_of() -> Select[tuple[FilingAttachment]]:
    query = select(FilingAttachment).where(FilingAttachment.filing_id == bindparam("filing"))
    return query.order_by(FilingAttachment.id)


def _pinned(filing: Filing | None, codes: list[str]) -> dict[str, int]:
    """The definitions that forms without entries of their own (calculated ones) were handed in with."""
    if filing is None or not filing.number or not codes:
        return {}
    handed_in = FilingVersion.payload["forms"]
    query = select(*(handed_in[code]["definition"].as_integer() for code in codes)).where(
        FilingVersion.filing_id == filing.id, FilingVersion.number == filing.number
    )
    row = db.session.execute(query).first()
    return {code: key for code, key in zip(codes, row or (), strict=False) if key is not None}


def _explanations(filing: Filing | None) -> dict[str, str]:
    if filing is None:
        return {}
    found = db.session.execute(_explanations_of(), {"filing": filing.id})
    return {key: text for key, text in found}


@prepared
def _explanations_of() -> Select[str, str]:
    return select(Explanation.key, Explanation.text).where(Explanation.filing_id == bindparam("filing"))


def make_context(
    institution: Institution,
    period: ReportingPeriod | None,
    forms: dict[str, Form],
    found: Neighbours,
    now: datetime,
) -> Context:
    """What expressions may ask: ORG, PERIOD and neighbouring filings."""
    known = dict(forms)
    known.update({code: form for (code, _), (form, _values) in found.items() if code not in known})

    def lookup(code: str, shift: Shift) -> Values | None:
        pair = found.get((code, shift))
        return pair[1] if pair else None

    return Context(
        org=profile_on(institution, period.end_date if period else None),
        period=period_attributes(period, clock.local(now).date()),
        lookup=lookup,
        forms=known,
    )


def period_attributes(period: ReportingPeriod | None, today: date) -> dict[str, Any]:
    """PERIOD.* of the expression language; only `today` for filings without a period."""
    if period is None:
        return {"today": today}
    end = period.end_date
    return {
        "month": end.month,
        "quarter": (end.month + 2) // 3,
        "year": end.year,
        "start": period.start_date,
        "end": end,
        "today": today,
    }


def needs(form: Form) -> frozenset[tuple[str, Shift]]:
    """(form code, shift) of every other filing that this form's formulas and checks read."""
    if "needs" not in form.derived:
        form.derived["needs"] = frozenset(_needs(form))
    found: frozenset[tuple[str, Shift]] = form.derived["needs"]
    return found


def _needs(form: Form) -> Iterable[tuple[str, Shift]]:
    expressions = [check.expr for check in form.checks]
    expressions += [formula.expr for row in form.rows for formula in row.formulas]
    expressions += [column.formula.expr for column in form.columns if column.formula]
    if form.required_when is not None:
        expressions.append(form.required_when)
    for expression in expressions:
        for reference in references(expression):
            code = getattr(reference.ref, "form", None) or form.code
            if code != form.code or reference.shift != "current":
                yield code, reference.shift


def shifted_end(frequency: str, end: date, shift: str) -> date:
    """The last day of the period that a shift leads to, for a form of this frequency."""
    if shift == "current":
        return end
    if shift == "sply":
        return month_end(end.year - 1, end.month)
    if shift == "prev_ye":
        return date(end.year - 1, 12, 31)
    step = MONTHS.get(frequency, 1)
    index = (end.year * 12 + end.month - 1) // step * step  # first month of the running period, from year 0
    if (end.month % step) != 0:
        return month_end((index - 1) // 12, (index - 1) % 12 + 1)
    previous = end.year * 12 + end.month - 1 - step
    return month_end(previous // 12, previous % 12 + 1)


def neighbours(
    institution_id: int,
    period: ReportingPeriod | None,
    forms: dict[str, Form],
    standing: dict[str, Standing] | None = None,
) -> Neighbours:
    """The handed-in values that `forms` refer to, by (code, shift); what was not filed is absent.

    The current period of another set counts from hand-in on; earlier periods only when accepted. Of the one-off
    forms it is the version in force, approved changes included (`standing` when the caller has it).
    """
    wanted = {pair for form in forms.values() for pair in needs(form)}
    wanted = {(code, shift) for code, shift in wanted if shift != "current" or code not in forms}
    if not wanted:
        return {}
    result = _one_off(institution_id, {code for code, shift in wanted if shift == "current"}, standing)
    if period is None:
        return result
    ends = _possible_ends(wanted, period)
    for end, handed_in, accepted in _handed_in(institution_id, {code for code, _ in wanted}, ends):
        for code, shift in wanted:
            entry = handed_in.get(code)
            if entry is None or not (shift == "current" or accepted):
                continue
            form = forms_by_id([entry["definition"]])[entry["definition"]]
            if end == shifted_end(form.frequency, period.end_date, shift):
                result[code, shift] = (form, from_json(form, entry["values"]))
    return result


def _one_off(institution_id: int, codes: set[str], standing: dict[str, Standing] | None) -> Neighbours:
    """Those of the forms that are in force in the one-off set; for a change also the blank ones."""
    result: Neighbours = {}
    if standing is None:
        standing = one_off_in_force(institution_id) if codes else {}
    elif codes - standing.keys():
        result = _nothing_filed(codes - standing.keys())
    for code in codes & standing.keys():
        form = forms_by_id([standing[code].definition])[standing[code].definition]
        result[code, "current"] = (form, from_json(form, standing[code].values))
    return result


def _nothing_filed(codes: set[str]) -> Neighbours:
    """Optional tables that were never filed have no rows: in a change as in the set itself."""
    ids = definition_ids_on(codes, clock.today())
    by_id = forms_by_id(ids.values())
    blank = {code: by_id[key] for code, key in ids.items() if by_id[key].layout == "table"}
    return {(code, "current"): (form, {}) for code, form in blank.items() if not form.required}


def _possible_ends(wanted: set[tuple[str, Shift]], period: ReportingPeriod) -> set[date]:
    shifts = {shift for _, shift in wanted}
    return {shifted_end(frequency, period.end_date, shift) for shift in shifts for frequency in MONTHS}


def _handed_in(
    institution_id: int, codes: set[str], ends: set[date]
) -> list[tuple[date, dict[str, Any], bool]]:
    """(period end, forms as handed in, accepted) of the versions that stand and may hold any of these forms."""
    given = {"institution": institution_id, "codes": list(codes), "ends": list(ends)}
    found = db.session.execute(_versions_handed_in(), given)
    return [(end, payload["forms"], bool(accepted)) for end, payload, accepted in found]


@prepared
def _versions_handed_in() -> Select[Any]:
    latest = and_(Filing.status.in_(HANDED_IN_STATES), FilingVersion.number == Filing.number)
    codes: Any = bindparam("codes", expanding=True)
    having = select(ReportSetForm.report_set_id).where(ReportSetForm.form_code.in_(codes))
    return (
        select(
            ReportingPeriod.end_date, FilingVersion.payload, FilingVersion.id == Filing.accepted_version_id
        )
        .join(Filing, Filing.id == FilingVersion.filing_id)
        .join(ReportingPeriod, ReportingPeriod.id == Filing.period_id)
        .where(
            FilingVersion.institution_id == bindparam("institution"),
            Filing.report_set_id.in_(having),
            ReportingPeriod.end_date.in_(bindparam("ends", expanding=True)),
            or_(FilingVersion.id == Filing.accepted_version_id, latest),
        )
        # An accepted version comes last and wins over a later one that is still being reviewed.
        .order_by(FilingVersion.id == Filing.accepted_version_id)
    )
