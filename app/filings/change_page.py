"""重大信息变更 in the workspace: every form that can be changed, what is in force, and what is being changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.i18n import lang
from app.filings.calendar.gate import gate_reasons
from app.filings.calendar.rules import Reason, describe
from app.filings.definitions.models import ReportSet
from app.filings.definitions.queries import change_set_of, definition_ids_on, forms_by_id
from app.filings.definitions.schema import Form
from app.filings.submissions.in_force import Standing, one_off_in_force
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import EDITABLE, OPEN_STATES, change_code
from app.institutions.models import Institution


@dataclass
class ChangeLine:
    """One form: since when it is in force, the change that is open, the code to edit under."""

    form: Form
    code: str
    name: str
    since: datetime | None
    open: Filing | None
    period_code: str

    @property
    def state(self) -> str:
        """The open change's state; without one whether the form is in force."""
        if self.open is not None:
            return self.open.status
        return "in_force" if self.since and not self.form.trigger else "blank"

    @property
    def is_editable(self) -> bool:
        """Whether it can be edited now: a change that is with the regulator cannot."""
        return self.open is None or self.open.status in EDITABLE

    @property
    def can_submit(self) -> bool:
        """Whether there is something to hand in."""
        return self.open is not None and self.open.status in EDITABLE


@dataclass
class ChangePage:
    """Forms that replace what is in force, forms that report an event, and what was changed before."""

    report_set: ReportSet
    forms: list[ChangeLine] = field(default_factory=list)
    events: list[ChangeLine] = field(default_factory=list)
    past: list[Filing] = field(default_factory=list)
    gate: tuple[Reason, ...] = ()

    @property
    def reasons(self) -> list[str]:
        """Why no change can be filed now, in words."""
        return [describe(reason, lang()) for reason in self.gate]

    @property
    def is_open(self) -> bool:
        """Whether changes can be filed at all now."""
        return not self.gate

    @property
    def waiting(self) -> int:
        """How many changes the institution still has to hand in."""
        return sum(line.can_submit for line in (*self.forms, *self.events))


def change_page(institution: Institution, now: datetime) -> ChangePage | None:
    """The page of the industry's changes; None where no such set is defined."""
    report_set = change_set_of(institution.industry)
    if report_set is None:
        return None
    page = ChangePage(report_set)
    page.gate = gate_reasons(institution, report_set, None, None, now)
    query = select(Filing).where(Filing.institution_id == institution.id, Filing.change_form.is_not(None))
    filings = list(db.session.scalars(query.order_by(Filing.id)))
    standing = one_off_in_force(institution.id)
    ids = definition_ids_on(report_set.codes, clock.local(now).date())
    forms = forms_by_id(ids.values())
    for code in report_set.codes:
        line = _line(forms[ids[code]], filings, standing.get(code))
        (page.events if line.form.trigger else page.forms).append(line)
    page.past = [filing for filing in reversed(filings) if filing.status not in OPEN_STATES]
    return page


def _line(form: Form, filings: list[Filing], standing: Standing | None) -> ChangeLine:
    own = [filing for filing in filings if filing.change_form == form.code]
    waiting = next((filing for filing in own if filing.status in OPEN_STATES), None)
    return ChangeLine(
        form=form,
        code=form.code,
        name=form.name(lang()),
        since=standing.since if standing else None,
        open=waiting,
        period_code=waiting.period_code if waiting else change_code(form.code, len(own) + 1),
    )
