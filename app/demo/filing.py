"""Filing as a company does, through the services: enter, hand in, be reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import Account
from app.core.db import db
from app.core.errors import Refused
from app.demo.attachments import attach_required
from app.demo.courses import EXPLANATION, RETURNED
from app.filings.submissions import review
from app.filings.submissions.models import Filing
from app.filings.submissions.nil import submit_nil
from app.filings.submissions.place import Place
from app.filings.submissions.services import (
    load_place,
    locked_filing,
    reassess,
    require_open,
    store_entries,
    submit_filing,
)

Forms = Mapping[str, Mapping[str, Mapping[str, Any]]]
FORMS_OF_A_DRAFT = 1


@dataclass(frozen=True)
class Told:
    """A filing and what becomes of it: course 'draft', 'submitted', 'returned', 'approved' or 'nil'."""

    place: Place
    entries: Forms
    course: str

    @property
    def key(self) -> str:
        """The request's key: the same story asks for the same receipt."""
        return f"demo-{self.place.period_code}"


def carry_out(told: Told, reviewer: Account, now: datetime) -> None:
    """Enter, hand in and decide; a reviewer takes a day, but nothing happens after `now`."""
    if told.course == "draft":
        begin(told.place, dict(list(told.entries.items())[:FORMS_OF_A_DRAFT]))
        return
    if told.course == "nil":
        submit_nil(told.place, told.key, told.place.actor.display_name)
        return
    enter(told.place, told.entries)
    hand_in(told.place, told.key)
    if told.place.report_set.is_reviewed and told.course in ("approved", "returned"):
        _decide(told, reviewer, min(told.place.now + timedelta(days=1), now))


def begin(place: Place, entries: Forms) -> None:
    """A draft of some forms, checked as after every save."""
    filing, data = enter(place, entries)
    reassess(data, filing)


def enter(place: Place, entries: Forms) -> tuple[Filing, Any]:
    """Several forms at once, as an import does; they are checked when they are handed in."""
    filing = locked_filing(place)
    require_open(place, filing)
    assert filing is not None
    data = load_place(place, filing)
    for code, cells in entries.items():
        store_entries(place, data, filing, code, cells, seen_version=0)
        attach_required(place, data, filing, code)
    return filing, data


def hand_in(place: Place, key: str, explanation: str = EXPLANATION) -> None:
    """Hand in; warnings are explained once the platform has named them."""
    try:
        submit_filing(place, key, {})
    except Refused as refusal:
        named = refusal.details.get("findings", ())
        if not named or any(finding.is_error for finding in named):
            raise
        submit_filing(place, key, {finding.key: explanation for finding in named})


def _decide(told: Told, reviewer: Account, moment: datetime) -> None:
    place = told.place
    filing = db.session.scalars(
        select(Filing).where(
            Filing.institution_id == place.institution.id,
            Filing.report_set_id == place.report_set.id,
            Filing.period_code == place.period_code,
        )
    ).one()
    if told.course == "approved":
        review.approve(filing.id, filing.version, reviewer, moment)
        return
    form, row, col, reason = RETURNED[place.report_set.key]
    review.add_mark(filing.id, review.Mark(form, row, col, reason), reviewer, moment)
    review.return_filing(filing.id, filing.version, reviewer, moment, f"{reason}，并补充说明。")
