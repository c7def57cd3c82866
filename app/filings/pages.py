"""View models of the workspace's filing pages: what templates show, worked out here and not in templates."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.db import db
from app.core.events import Event, history
from app.core.i18n import lang
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.rules import describe
from app.filings.checks import Finding
from app.filings.definitions.schema import CARD_ROW, Form
from app.filings.environment import Surroundings
from app.filings.expressions.evaluate import compile_node
from app.filings.grid import findings_json, place_of
from app.filings.labels import EVENTS, FILING_STATES, FORM_STATES, FORM_TONES, filing_word
from app.filings.obligations import Obligation
from app.filings.submissions.data import FilingData
from app.filings.submissions.intake import Assessment, assess
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark
from app.filings.submissions.place import Place, reasons_at
from app.filings.submissions.rules import EDITABLE, HANDED_IN_STATES
from app.filings.submissions.services import load_place

PERIODS_OFFERED = 24


@dataclass
class FormLine:
    """One form of a set, as the list shows it."""

    form: Form
    code: str
    name: str
    required: bool
    state: str
    errors: int
    warnings: int

    @property
    def label(self) -> Any:
        """The state in words."""
        return FORM_STATES[self.state]

    @property
    def tone(self) -> str:
        """The state's colour."""
        return FORM_TONES[self.state]


@dataclass
class SetPage:
    """Everything the page of one set and period shows."""

    place: Place
    data: FilingData
    assessment: Assessment
    reasons: list[str]
    version: FilingVersion | None
    events: list[Event]
    marks: list[ReviewMark]
    explanations: dict[str, str] = field(default_factory=dict)

    @property
    def filing(self) -> Filing | None:
        """The filing, when one has been started."""
        return self.data.filing

    @property
    def is_open(self) -> bool:
        """Whether it can be changed and handed in now."""
        return not self.reasons

    @property
    def state(self) -> str:
        """The filing's state, 'blank' before there is one."""
        return self.filing.status if self.filing else "blank"

    @property
    def label(self) -> Any:
        """The state in words."""
        return filing_word(self.filing) if self.filing else FILING_STATES["blank"]

    @property
    def can_declare_nil(self) -> bool:
        """Whether 零申报 is offered: the set allows it and nothing has been filled in."""
        filled = any(draft.content or draft.rejects for draft in self.data.drafts.values())
        return self.is_open and self.place.report_set.allows_nil and not filled

    @property
    def can_cancel(self) -> bool:
        """Whether a change can be given up."""
        return bool(self.place.change) and self.filing is not None and self.state in EDITABLE

    @property
    def is_handed_in(self) -> bool:
        """Whether the regulator has it."""
        return self.state in HANDED_IN_STATES

    @property
    def can_withdraw(self) -> bool:
        """Until a reviewer has picked it up."""
        return self.state == "submitted" and self.filing is not None and self.filing.reviewer_id is None

    @cached_property
    def lines(self) -> list[FormLine]:
        """The forms in printed order."""
        return [_line(self.data, self.assessment, code, form) for code, form in self.data.forms.items()]

    @property
    def wanted(self) -> int:
        """How many forms have to be ready: the required ones, and those somebody has begun."""
        return sum(line.required or line.state != "empty" for line in self.lines)

    @property
    def ready(self) -> int:
        """How many of them are; warnings only need an explanation at the end."""
        return sum(line.state in ("ready", "warnings") for line in self.lines)


def _line(data: FilingData, assessment: Assessment, code: str, form: Form) -> FormLine:
    is_nil = data.filing is not None and data.filing.is_nil  # declared empty: nothing is missing
    findings = () if is_nil else assessment.findings
    number = Counter(finding.level for finding in findings if finding.form == code)
    return FormLine(
        form=form,
        code=code,
        name=form.name(lang()),
        required=is_required(data, assessment, code),
        state="nil" if is_nil else assessment.states[code],
        errors=number["error"],
        warnings=number["warning"],
    )


def is_required(data: FilingData, assessment: Assessment, code: str) -> bool:
    """The red star: by the set, or because this institution's own data make the form compulsory."""
    form = data.forms[code]
    if data.required.get(code, False) or form.required_when is None:
        return data.required.get(code, False)
    env = Surroundings(data.forms, assessment.values, data.context)
    env.stand_on(form)
    env.stand_at(CARD_ROW, {})
    return compile_node(form.required_when)(env) is True


def set_page(place: Place, filing: Filing | None = None) -> SetPage:
    """Load, compute and check one set once; `filing` when it is at hand."""
    data = load_place(place, filing)
    filing = data.filing
    reasons = reasons_at(place, filing)
    return SetPage(
        place=place,
        data=data,
        assessment=assess(data),
        reasons=[describe(reason, lang()) for reason in reasons],
        version=latest_version(filing),
        events=history("filing", filing.id) if filing else [],
        marks=marks_of(filing),
        explanations=dict(data.explanations),
    )


def latest_version(filing: Filing | None) -> FilingVersion | None:
    """The last version handed in."""
    if filing is None or filing.number == 0:
        return None
    query = (
        select(FilingVersion)
        .options(joinedload(FilingVersion.submitted_by))
        .where(FilingVersion.filing_id == filing.id, FilingVersion.number == filing.number)
    )
    return db.session.scalars(query).first()


def marks_of(filing: Filing | None) -> list[ReviewMark]:
    """The reviewer's marks, shown once the filing was returned."""
    if filing is None or filing.status not in ("returned", "draft") or filing.number == 0:
        return []
    query = (
        select(ReviewMark)
        .join(FilingVersion, FilingVersion.id == ReviewMark.version_id)
        .where(ReviewMark.filing_id == filing.id, FilingVersion.number == filing.number)
        .order_by(ReviewMark.id)
    )
    return list(db.session.scalars(query))


def course(events: list[Event]) -> list[dict[str, Any]]:
    """The history as the timeline shows it, newest first; saves are not events."""
    items = []
    for number, event in enumerate(reversed(events)):
        state = event.to_state or ""
        items.append(
            {
                "title": EVENTS.get(event.kind, event.kind),
                "who": event.actor_name,
                "when": event.at,
                "state": state,
                "label": FILING_STATES.get(state, "") if event.from_state else "",
                "opinion": event.comment,
                "current": number == 0,
            }
        )
    return items


def marks_json(page_marks: list[ReviewMark], data: FilingData) -> list[dict[str, str]]:
    """Marks with the place in words and an address."""
    found = []
    for mark in page_marks:
        form = data.forms.get(mark.form_code)
        spec = form.cell_spec(mark.row, mark.col) if form and mark.col else None
        label = spec.label(lang()) if spec else (form.name(lang()) if form else "")
        found.append(
            {
                "form": mark.form_code,
                "row": mark.row,
                "col": mark.col,
                "place": f"{mark.form_code} {label}",
                "comment": mark.comment,
            }
        )
    return found


def cell_url(place: Place, code: str, row: str = "", col: str = "") -> str:
    """The address of a cell in its form."""
    anchor = f"c-{row}-{col}" if row and col else None
    return url_for(
        "filings.form",
        set_key=place.report_set.key,
        period=place.period_code,
        code=code,
        _anchor=anchor,
    )


def finding_items(place: Place, findings: list[Finding], data: FilingData) -> list[dict[str, Any]]:
    """Findings with addresses, for lists outside the grid."""
    items = findings_json(findings, data.forms, lang())
    for item in items:
        item["url"] = cell_url(place, item["form"], item["row"], item["col"])
    return items


def obligation_title(obligation: Obligation) -> str:
    """Set and period in one line."""
    name = obligation.report_set.name(lang())
    return f"{obligation.period.name(lang())}" if obligation.period else name


def periods_of(place: Place) -> list[ReportingPeriod]:
    """The periods of the set that have begun, newest first: what the page lets people choose from."""
    if place.period is None:
        return []
    query = (
        select(ReportingPeriod)
        .where(
            ReportingPeriod.frequency == place.report_set.frequency,
            ReportingPeriod.start_date <= clock.local(place.now).date(),
            ReportingPeriod.end_date >= place.report_set.starts_on,
        )
        .order_by(ReportingPeriod.end_date.desc())
        .limit(PERIODS_OFFERED)
    )
    return list(db.session.scalars(query))


def state_words(state: str) -> Any:
    """A filing's state in words."""
    return FILING_STATES.get(state, state)


def place_title(place: Place) -> str:
    """The page's title: what is filed for when."""
    name = place.report_set.name(lang())
    if place.change:
        return _("%(set)s · %(period)s", set=name, period=place.change)
    if place.period is None:
        return name
    return _("%(set)s · %(period)s", set=name, period=place.period.name(lang()))


__all__ = [
    "FormLine",
    "SetPage",
    "cell_url",
    "course",
    "finding_items",
    "marks_json",
    "obligation_title",
    "place_of",
    "place_title",
    "set_page",
    "state_words",
]
