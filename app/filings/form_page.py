"""The page of one form: the table or card the server draws, and what the browser's editor starts from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from app.core import clock
from app.core.i18n import lang
from app.filings.calendar.rules import describe
from app.filings.checks import Finding
from app.filings.compute import compute
from app.filings.definitions.schema import CARD_ROW, Column, Form, Values
from app.filings.grid import (
    Entries,
    computed_values,
    entries_of,
    findings_json,
    prior_values,
    reject_messages,
    shown_values,
)
from app.filings.pages import marks_of
from app.filings.submissions.attachments import Slot, frozen_slots, slots
from app.filings.submissions.carry import opening_balances
from app.filings.submissions.data import FilingData
from app.filings.submissions.intake import Assessment, assess
from app.filings.submissions.models import ReviewMark
from app.filings.submissions.place import Place, reasons_at
from app.filings.submissions.services import load_place
from app.filings.values import format_value

FINDINGS_SHOWN = 500
# A page shows so many rows of a table at first; the browser draws further ones when somebody comes to them.
ROWS_DRAWN = 60
# A table with more rows than this comes without them; the browser fetches them afterwards.
MOST_ROWS_IN_PAGE = 200
Notes = dict[tuple[str, str], list[tuple[str, str]]]


@dataclass
class FormPage:
    """Everything the page of one form shows."""

    place: Place
    form: Form
    data: FilingData
    assessment: Assessment
    reasons: list[str]
    marks: list[ReviewMark]
    carried: Entries
    computed: Values
    prior: dict[str, dict[str, str]]

    @property
    def code(self) -> str:
        """The form's code."""
        return self.form.code

    @property
    def industry(self) -> str | None:
        """Whose rows and columns are shown."""
        return self.data.context.industry

    @cached_property
    def language(self) -> str:
        """'zh' or 'en', asked once: a table has thousands of cells."""
        return lang()

    @property
    def is_open(self) -> bool:
        """Whether it can be edited now."""
        return not self.reasons

    @property
    def version(self) -> int:
        """The draft's version that an editor of this page has seen."""
        draft = self.data.drafts.get(self.code)
        return draft.version if draft else 0

    @cached_property
    def findings(self) -> list[Finding]:
        """What is wrong with this form; no more than anybody can work through at a time."""
        return self.assessment.of(self.code)[:FINDINGS_SHOWN]

    @cached_property
    def rejects(self) -> dict[str, Any]:
        """Input of this form that could not be read."""
        return self.data.rejects.get(self.code, {})

    @cached_property
    def is_long(self) -> bool:
        """Whether the rows are more than the page carries."""
        return self.form.layout == "table" and len(self.data.values[self.code] or {}) > MOST_ROWS_IN_PAGE

    @cached_property
    def entries(self) -> Entries:
        """What stands in the input cells; proposed opening balances when there is no draft yet. Of a long table those
        of the first rows."""
        values, rejects = self.data.values[self.code], self.rejects
        if self.is_long:
            values = dict(islice((values or {}).items(), ROWS_DRAWN))
            rejects = {row: cells for row, cells in rejects.items() if row in values}
        return entries_of(self.form, values, rejects) or self.carried

    @property
    def row_count(self) -> int:
        """How many rows there are, carried by the page or not."""
        return len(self.data.values[self.code] or {}) if self.is_long else len(self.entries)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns shown."""
        return self.form.shown_columns(self.industry)

    @property
    def slots(self) -> list[Slot]:
        """The attachments that the form asks for, with what there is."""
        data = self.data
        if data.filing is None and data.base is not None:
            return frozen_slots(self.form, data.base.attachments, self.language)
        return slots(self.form, data.attachments.get(self.code, ()), self.language)

    @property
    def neighbours(self) -> tuple[str | None, str | None]:
        """The codes of the forms before and after this one."""
        codes = list(self.data.forms)
        at = codes.index(self.code)
        return codes[at - 1] if at else None, codes[at + 1] if at + 1 < len(codes) else None


def form_page(place: Place, code: str) -> FormPage | None:
    """Load, compute and check the set, and look at one form; None when the set has no such form."""
    data = load_place(place)
    if code not in data.forms:
        return None
    reasons = reasons_at(place, data.filing)
    form, assessment = data.forms[code], assess(data)
    proposed = {} if reasons else opening_balances(data, code)
    computed = assessment.values[code]
    if computed is None:
        computed = compute(form, {**form.empty_values(), **proposed}, data.context)
    return FormPage(
        place=place,
        form=form,
        data=data,
        assessment=assessment,
        reasons=[describe(reason, lang()) for reason in reasons],
        marks=[mark for mark in marks_of(data.filing) if mark.form_code == code],
        carried=entries_of(form, proposed, {}),
        computed=computed,
        prior=prior_values(data, code, lang()),
    )


def save_answer(
    place: Place,
    code: str,
    data: FilingData,
    assessment: Assessment,
    rows: Collection[str] | None = None,
) -> dict[str, Any]:
    """What the editor needs to know after a save; of a large table the given rows only."""
    form, values = data.forms[code], data.values[code] or {}
    industry, draft = data.context.industry, data.drafts.get(code)
    rejects = data.rejects.get(code, {})
    findings = assessment.of(code)
    number = Counter(finding.level for finding in findings)
    asked = values if rows is None else {row: values.get(row, {}) for row in rows}
    refused = rejects if rows is None else {row: rejects[row] for row in rows if row in rejects}
    return {
        "version": draft.version if draft else 0,
        "saved_at": clock.local(place.now).strftime("%H:%M"),
        "entries": entries_of(form, asked, refused),
        "rejects": reject_messages(rejects, lang()),
        "values": computed_values(form, assessment.values[code], industry) if rows is None else {},
        "shown": shown_values(form, assessment.values[code], industry, lang())
        if form.layout != "table"
        else {},
        "findings": findings_json(findings[:FINDINGS_SHOWN], data.forms, lang()),
        "counts": {"errors": number["error"], "warnings": number["warning"]},
        "states": assessment.states,
        "others": len(assessment.findings) - len(findings),
    }


def drawn_fields(page: FormPage) -> list[dict[str, Any]]:
    """The fields of a card with value, hint and what is wrong."""
    found = []
    notes = notes_of(page)
    entries = page.entries.get(CARD_ROW, {})
    for column in page.columns:
        spec = page.form.cell_spec(CARD_ROW, column.key)
        if spec is None:
            continue
        value = entries.get(column.key, "")
        if not spec.is_input or (not page.is_open and spec.is_numeric):
            value = format_value(spec, page.computed.get(CARD_ROW, {}).get(column.key), lang())
        found.append(
            {
                "key": column.key,
                "label": column.name(lang()),
                "spec": spec,
                "value": value,
                "is_reject": column.key in page.rejects.get(CARD_ROW, {}),
                "hint": column.note_en or column.note_zh if lang() == "en" else column.note_zh,
                "notes": notes.get((CARD_ROW, column.key), []),
                "prior": page.prior.get(CARD_ROW, {}).get(column.key, ""),
            }
        )
    return found


def notes_of(page: FormPage) -> Notes:
    """What is said about each cell: (level, text); the reviewer's marks have the level 'mark'."""
    found: Notes = {}
    language = lang()
    for finding in page.findings:
        said = (finding.level, finding.message(language))
        found.setdefault((finding.row, finding.col), []).append(said)
    for mark in page.marks:
        found.setdefault((mark.row, mark.col), []).append(("mark", mark.comment))
    return found
