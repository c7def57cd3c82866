"""The demonstration is told through the services: everything is there to be tried, nothing is late by accident."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import commits, db
from app.demo.accounts import staff_accounts
from app.demo.companies import Company, companies
from app.demo.registrations import register_applicants
from app.demo.scenario import tell
from app.filings.calendar.models import Extension
from app.filings.definitions.services import load_into_database
from app.filings.obligations import Obligation, obligations
from app.filings.submissions.models import Filing
from app.institutions.models import Institution, Registration
from app.institutions.regions import load_regions
from tests.raw_database import places_matching

# Of each industry one that files everything, and those with something of their own to tell.
TOLD = (1, 4, 5, 8, 14, 15, 19, 23, 27, 32, 34, 35)
LATE_ON_PURPOSE = (19, 23)


def fill(now: datetime) -> None:
    """What `flask demo` does, with some of the companies."""
    load_regions()
    load_into_database(now)
    staff = staff_accounts(now)
    tell(now, staff["Supervisor"], invented=[one for one in companies() if one.number in TOLD])
    register_applicants(staff["Approver"], now)


def everything_owed(now: datetime) -> list[tuple[str, Obligation]]:
    """Every obligation with the name of its institution."""
    institutions = db.session.scalars(select(Institution).order_by(Institution.id))
    found = [(one.name, what) for one in institutions for what in obligations(one, now)]
    return [(name, what) for name, what in found if what.is_owed and what.state != "upcoming"]


@pytest.mark.slow
def test_there_is_something_to_try_in_every_state_and_nobody_is_late_by_accident():
    now = clock.now()
    commits(fill)(now)
    filings = list(db.session.scalars(select(Filing)))
    owed = everything_owed(now)
    assert {filing.status for filing in filings} == {"draft", "submitted", "returned", "approved", "reported"}
    assert [filing for filing in filings if filing.status != "draft" and filing.errors] == []
    open_now = {what.report_set.frequency for _, what in owed if what.is_open and what.state == "blank"}
    assert {"monthly", "quarterly"} <= open_now
    assert {filing.is_late for filing in filings} == {True, False}
    assert [(name, what.report_set.key) for name, what in owed if what.state == "overdue"] == [
        (company.name, f"{company.industry}-business-monthly")
        for company in companies()
        if company.number in LATE_ON_PURPOSE
    ]
    assert Counter(one.status for one in db.session.scalars(select(Extension))) == {
        "requested": 1,
        "granted": 2,
    }
    assert Counter(one.status for one in db.session.scalars(select(Registration))) == {
        "submitted": 2,
        "rejected": 1,
        "approved": 1,
    }
    assert Counter((filing.change_form, filing.status) for filing in filings if filing.change_form) == {
        ("GG01", "approved"): 1,
        ("GG01", "submitted"): 1,
        ("GG07", "submitted"): 1,
        ("GG01", "returned"): 1,
    }
    assert [filing.status for filing in filings if filing.is_nil] == ["submitted"]
    unfinished = [
        name for name, what in owed if what.report_set.family == "one_off" and what.state == "draft"
    ]
    assert unfinished == [company.name for company in companies() if company.number == 14]
    for company in (one for one in companies() if one.is_first):
        assert_filed_from_the_beginning(company, now)
    # The mobiles and identity numbers of the demonstration: encrypted wherever a row has them.
    assert places_matching(r"(?<![0-9A-Za-z])(1380000\d{4}|330100(19|20)\d{9}[\dX])(?![0-9A-Za-z])") == set()


def assert_filed_from_the_beginning(company: Company, now: datetime) -> None:
    """Fourteen months; the latest windows may still be open."""
    institution = db.session.scalars(select(Institution).where(Institution.uscc == company.uscc)).one()
    done = Counter(
        (what.report_set.family, what.report_set.frequency)
        for what in obligations(institution, now)
        if what.is_handed_in
    )
    assert done["one_off", "once"] == 1
    assert done["business", "monthly"] >= 13
    assert done["periodic", "quarterly"] >= 4
    assert done["business", "quarterly"] >= 4


@pytest.mark.slow
@pytest.mark.sqlite_suffices  # the calendar decides, not the database
def test_told_in_january_the_year_that_has_just_ended_is_still_to_be_filed():
    january = clock.start_of(date(clock.today().year + 1, 1, 5)) + timedelta(hours=9)
    commits(fill)(january)
    owed = everything_owed(january)
    last_year = str(january.year - 1)
    assert {what.state for _, what in owed if what.period_code == last_year} == {"blank"}
    assert {what.report_set.frequency for _, what in owed if what.state == "overdue"} == {"monthly"}
