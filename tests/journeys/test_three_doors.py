"""A company of each industry files everything that it owes by grid, by workbook and by API: the facts are the same."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.scope import SYSTEM, set_scope
from app.demo.companies import Company, companies
from app.demo.one_off import one_off_entries
from app.demo.simulation.amounts import as_text
from app.demo.simulation.industries import simulate
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import MONTHS
from app.filings.definitions.queries import sets_of
from app.filings.submissions import review
from app.filings.submissions.facts import Fact
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import ONCE
from tests.factories import make_account, make_institution
from tests.filing_places import load_catalogue
from tests.journeys.doors import door

# Every door leads to one intake: two industries show that PostgreSQL keeps what it stores.
INDUSTRIES = (
    "guarantee",
    pytest.param("microloan", marks=pytest.mark.sqlite_suffices),
    "pawn",
    pytest.param("leasing", marks=pytest.mark.sqlite_suffices),
)
DOORS = ("grid", "workbook", "api")
# Statements before the business data that read them; the year's end is a month's and a quarter's end too.
ORDER = (
    ("one_off", "once"),
    ("periodic", "quarterly"),
    ("periodic", "annual"),
    ("business", "monthly"),
    ("business", "quarterly"),
    ("business", "annual"),
)


def year_end() -> date:
    return date(clock.today().year - 1, 12, 31)


def open_windows() -> dict[str, str]:
    """Periods that end with last year, all open now; gives the code of each frequency's."""
    end, moment = year_end(), clock.now()
    codes = {"monthly": f"{end:%Y-%m}", "quarterly": f"{end.year}-Q4", "annual": str(end.year)}
    for frequency, code in codes.items():
        first_month = 13 - MONTHS[frequency]
        db.session.add(
            ReportingPeriod(
                frequency=frequency,
                code=code,
                name_zh=code,
                name_en=code,
                start_date=date(end.year, first_month, 1),
                end_date=end,
                opens_at=moment - timedelta(days=2),
                due_at=moment + timedelta(days=8),
                closes_at=moment + timedelta(days=8),
            )
        )
    db.session.commit()
    return {**codes, "once": ONCE}


def entries_of(company: Company, family: str, frequency: str) -> Any:
    if family == "one_off":
        return as_text(one_off_entries(company, clock.today()))
    return simulate(company, year_end().year - 1).entries(family, frequency, year_end())


def approve_what_waits(staff: Any) -> None:
    for filing in list(db.session.scalars(select(Filing).where(Filing.status == "submitted"))):
        review.approve(filing.id, filing.version, staff, clock.now())
    db.session.commit()


def facts() -> dict[tuple[str, str, str, str], str]:
    """Every fact: {(period, form, row, column): value as filed}."""
    db.session.rollback()
    return {
        (f.period_code, f.form_code, f.row_key, f.col_key): f.raw for f in db.session.scalars(select(Fact))
    }


def files_everything(app: Flask, company: Company, by: str, folder: Path) -> Any:
    """All sets of the company through one door, each approved at once."""
    load_catalogue()
    institution = make_institution(
        company.industry, region=company.region, name=company.name, uscc=company.uscc
    )
    account = make_account("Enterprise", institution=institution)
    staff = make_account("Supervisor")
    codes = open_windows()
    here = door(by, app, account, company.industry, folder)
    sets = {(one.family, one.frequency): one.key for one in sets_of(company.industry)}
    for of in ORDER:
        if of in sets:
            here.file(sets[of], codes[of[1]], entries_of(company, *of))
            approve_what_waits(staff)
    return facts()


@pytest.mark.slow
@pytest.mark.parametrize("industry", INDUSTRIES)
def test_the_facts_do_not_tell_by_which_door_they_came(
    app: Flask, store: Any, industry: str, tmp_path: Path
) -> None:
    company = next(one for one in companies() if one.industry == industry)
    found: dict[str, Any] = {}
    for by in DOORS:
        db.session.remove()
        store.reset(app)
        set_scope(SYSTEM)
        found[by] = files_everything(app, company, by, tmp_path)
    assert len(found["grid"]) > 500
    assert found["workbook"] == found["grid"]
    assert found["api"] == found["grid"]
