"""A guarantee company with filings of every family as good as ready, and somebody of it at the browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.core import clock
from app.core.db import commits, db
from app.demo.companies import Company, companies
from app.demo.one_off import one_off_entries
from app.demo.simulation.industries import simulate
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.services import generate_periods
from app.filings.definitions.queries import definition_ids_on, forms_by_id, set_by_key
from app.filings.submissions import review
from app.filings.submissions.attaching import attach
from app.filings.submissions.intake import take_entries
from app.filings.submissions.models import Filing, FilingForm
from app.filings.submissions.place import Place, place_of_address
from app.filings.submissions.services import load_place, save_form
from app.filings.values import to_json
from app.institutions.models import Institution
from tests.factories import make_account, make_institution, open_session
from tests.filing_places import ONE_OFF, PDF, hand_in, load_catalogue
from tests.live import Visitor

PERSON: Company = companies()[0]
Entries = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Slip:
    """A wrong value in one input cell and the right one."""

    form: str
    row: str
    col: str
    wrong: str


@dataclass(frozen=True)
class Case:
    """One set with what goes wrong in it: a form that is left out, an error, a value that only needs a word
    (or, where no check warns, one that only a reviewer would doubt)."""

    family: str
    frequency: str
    missing: str
    error: Slip
    warning: Slip
    is_warned: bool = True

    @property
    def key(self) -> str:
        """The report set."""
        return f"guarantee-{self.family}-{self.frequency}"


CASES = (
    Case("periodic", "quarterly", "CW03", Slip("CW01", "r1", "close", "0"), Slip("CW02", "r13", "ytd", "0")),
    Case("periodic", "annual", "CW13", Slip("CW11", "r2", "open", "0"), Slip("CW12", "r13", "cur", "0")),
    Case(
        "business",
        "monthly",
        "DB02",
        Slip("DB01", "r3", "ytd_dec", "249891.45"),
        Slip("DB01", "r14", "inc", "0"),
    ),
    Case(
        "business",
        "quarterly",
        "DB21",
        Slip("DB11", "r2", "deals", "0"),
        Slip("DB18", "1", "bank_share", "0"),
    ),
    Case(
        "business",
        "annual",
        "DB33",
        Slip("DB32", "1", "comp_prin", "0.01"),
        Slip("DB32", "1", "guar_amt", "368.13"),
        is_warned=False,
    ),
)


def make_company(*, finished: bool = True) -> Institution:
    """A company, its one-off set in force unless told otherwise."""
    load_catalogue()
    made = make_institution(
        name=PERSON.name, uscc=PERSON.uscc, region=PERSON.region, registered_capital=PERSON.capital
    )
    if finished:
        hand_in(made, ONE_OFF, None, stored(one_off_entries(PERSON)), attached=True)
    return made


def stored(entries: Entries) -> dict[str, Any]:
    """Entries as a frozen version holds them."""
    ids = definition_ids_on(entries, clock.today())
    forms = forms_by_id(ids.values())
    return {
        code: to_json(forms[ids[code]], take_entries(forms[ids[code]], rows).values)
        for code, rows in entries.items()
    }


def open_period(frequency: str) -> ReportingPeriod:
    """The last period of its kind, its window open for three more days."""
    today = clock.today()
    for year in (today.year - 1, today.year):
        commits(generate_periods)(year)
    query = select(ReportingPeriod).where(
        ReportingPeriod.frequency == frequency, ReportingPeriod.end_date < today
    )
    found = db.session.scalars(query.order_by(ReportingPeriod.end_date.desc())).first()
    assert found is not None
    move_window(found, -2, 3)
    return found


def move_window(period: ReportingPeriod, opens: int, closes: int) -> None:
    """Days from now."""
    now = clock.now()
    period.opens_at, period.due_at = now + timedelta(days=opens), now + timedelta(days=closes)
    period.closes_at = period.due_at
    db.session.commit()


def place_of(company: Institution, key: str, code: str) -> Place:
    """What is filed there, by an account of the company."""
    db.session.rollback()
    report_set = set_by_key(key)
    assert report_set is not None
    place = place_of_address(
        company, report_set, code, make_account("Enterprise", institution=company), clock.now()
    )
    assert place is not None
    return place


def entries_of(case: Case, period: ReportingPeriod) -> Entries:
    """Figures that pass every check."""
    end = period.end_date
    found: Entries = simulate(PERSON, end.year - 1).entries(case.family, case.frequency, end)
    return found


def draft(place: Place, entries: Entries, *slips: Slip, leaving_out: str = "") -> None:
    """What colleagues have entered before."""
    db.session.rollback()  # see what the browser has written, and write after it
    wrong = {code: {row: dict(cells) for row, cells in rows.items()} for code, rows in entries.items()}
    for slip in slips:
        wrong[slip.form][slip.row][slip.col] = slip.wrong
    for code, rows in wrong.items():
        if code != leaving_out:
            save_form(place, code, rows, _version(code))
    db.session.commit()


def attach_all(place: Place) -> None:
    """A file to every attachment that a form of the draft cannot do without."""
    db.session.rollback()
    for code, form in load_place(place).forms.items():
        for wanted in form.attachments:
            if wanted.required:
                paper = FileStorage(io.BytesIO(PDF + wanted.key.encode()), f"{wanted.name_zh}.pdf")
                attach(place, code, wanted.key, paper)
    db.session.commit()


def _version(code: str) -> int:
    draft_row = db.session.scalars(select(FilingForm).where(FilingForm.form_code == code)).first()
    return draft_row.version if draft_row else 0


def the_filing(code: str) -> Filing:
    """As it is stored now."""
    db.session.rollback()
    query = select(Filing).where(Filing.period_code == code).execution_options(populate_existing=True)
    return db.session.scalars(query.order_by(Filing.id.desc())).first() or Filing()


def returns(filing: Filing, staff: Any, slip: Slip) -> None:
    """The reviewer marks a cell where that can be done, and sends the filing back."""
    db.session.rollback()
    now = clock.now()
    if filing.status == "submitted":  # what is only reported is not picked up, and bears no marks
        review.pick_up(filing.id, filing.version, staff, now)
        review.add_mark(filing.id, review.Mark(slip.form, slip.row, slip.col, "请核对这一格"), staff, now)
    review.return_filing(filing.id, filing.version, staff, now, "与台账不符，请核对。")
    db.session.commit()


def approves(filing: Filing, staff: Any) -> None:
    """The reviewer lets it pass."""
    db.session.rollback()
    review.approve(filing.id, filing.version, staff, clock.now())
    db.session.commit()


def seated(app: Flask, visit: Callable[..., Visitor], company: Institution, **more: Any) -> Visitor:
    """Somebody of the company who has logged in."""
    return at_browser(app, visit, make_account("Enterprise", institution=company), **more)


def at_browser(app: Flask, visit: Callable[..., Visitor], account: Any, **more: Any) -> Visitor:
    """An account at a browser, logged in."""
    visitor, client = visit(**more), app.test_client()
    open_session(client, account)
    cookie = client.get_cookie("session")
    assert cookie is not None
    visitor.page.context.add_cookies([{"name": "session", "value": cookie.value, "url": visitor.address}])
    return visitor
