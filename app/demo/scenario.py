"""The demonstration as a story told through the services: who was admitted when, who filed what, what was
returned. It is relative to `now`, so that there is always an open window, something late, something returned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.events import record
from app.core.workflow import transition
from app.demo.accounts import enterprise_account
from app.demo.companies import Company, companies
from app.demo.guarantee import Ledger
from app.demo.one_off import SCOPES, licence_no, one_off_entries, org_type
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.services import generate_periods
from app.filings.definitions.models import ReportSet
from app.filings.submissions import review
from app.filings.submissions.data import load_data, load_filing
from app.filings.submissions.intake import assess
from app.filings.submissions.models import Filing
from app.filings.submissions.services import (
    Place,
    locked_filing,
    reassess,
    require_open,
    store_entries,
    submit_filing,
)
from app.institutions.models import Institution
from app.institutions.rules import INSTITUTION_WORKFLOW

MONTHS_BACK = 14
OPEN_DAYS = 6  # the latest window stays open at least this long from the day the data are made

RETURN_REASON = "代偿回收额与上月相比变动较大，请核对 DB02 第 10 行并补充说明。"
EXPLANATION = "本月属正常经营波动，已与业务台账核对一致。"


@dataclass
class Story:
    """What the demonstration needs at hand while it is told."""

    now: datetime
    staff: Account
    sets: dict[str, ReportSet] = field(default_factory=dict)
    periods: list[ReportingPeriod] = field(default_factory=list)
    users: dict[int, Account] = field(default_factory=dict)
    institutions: dict[int, Institution] = field(default_factory=dict)


def tell(now: datetime, staff: Account, progress: Any = None) -> int:
    """Put everything in; returns the number of companies. The caller commits."""
    story = Story(now, staff)
    story.sets = {stored.key: stored for stored in db.session.scalars(select(ReportSet))}
    story.periods = _periods(now)
    _phase_in(story)
    invented = companies()
    for company in invented:
        _admit(story, company)
        _file_one_off(story, company)
        if company.industry == "guarantee":
            _file_months(story, company)
        if progress:
            progress(company.name)
        db.session.flush()
    return len(invented)


def _periods(now: datetime) -> list[ReportingPeriod]:
    """The years that matter, and the latest month's window held open."""
    day = clock.local(now).date()
    for year in range(day.year - 3, day.year + 2):
        generate_periods(year)
    query = select(ReportingPeriod).where(
        ReportingPeriod.frequency == "monthly", ReportingPeriod.end_date < day
    )
    months = list(db.session.scalars(query.order_by(ReportingPeriod.end_date.desc()).limit(MONTHS_BACK)))
    latest = months[0]
    until = clock.end_of(day + timedelta(days=OPEN_DAYS))
    latest.due_at = max(latest.due_at, until)
    latest.closes_at = max(latest.closes_at, latest.due_at)
    return list(reversed(months))


def _phase_in(story: Story) -> None:
    """The province began with the guarantee companies' monthly data; the other sets follow next year."""
    begun = story.periods[0].end_date
    next_year = date(clock.local(story.now).year + 1, 1, 1)
    for report_set in story.sets.values():
        if report_set.family != "one_off":
            report_set.starts_on = begun if report_set.key == "guarantee-business-monthly" else next_year


def _admit(story: Story, company: Company) -> None:
    institution = Institution(
        name=company.name,
        uscc=company.uscc,
        industry=company.industry,
        org_type=org_type(company),
        region_code=company.region,
        address=f"浙江省{company.city}市示范路{company.number}号",
        legal_representative=company.legal_rep,
        contact_name=company.contact,
        mobile=company.mobile,
        email=company.email,
        registered_capital=company.capital,
        business_scope=SCOPES[company.industry],
        licence_no=licence_no(company),
        licence_issuer="浙江省地方金融管理局",
        licence_from=date(2023, 6, 1),
        licence_to=date(2028, 5, 31),
    )
    db.session.add(institution)
    states = transition(institution, INSTITUTION_WORKFLOW, "open")
    moment = clock.start_of(story.periods[0].start_date)
    institution.admitted_at = moment
    record("InstitutionAdmitted", institution, actor=story.staff, now=moment, states=states)
    story.institutions[company.number] = institution
    story.users[company.number] = enterprise_account(company, institution, moment)


def _place(story: Story, company: Company, key: str, period: ReportingPeriod | None, now: datetime) -> Place:
    return Place(story.institutions[company.number], story.sets[key], period, story.users[company.number], now)


def _file_one_off(story: Story, company: Company) -> None:
    """All but the last of each industry have completed their one-off set."""
    if company.number in UNFINISHED:
        return
    moment = clock.start_of(story.periods[0].start_date) + timedelta(days=5, hours=10)
    place = _place(story, company, f"{company.industry}-one-off-once", None, moment)
    _fill(place, one_off_entries(company))
    _hand_in(place, "one-off")


UNFINISHED = {14, 26}
# Companies that report an overdue liability this month: a warning (DB02-13) that they have to explain.
OVERDUE_LIABILITY = {3, 8, 10}


def _file_months(story: Story, company: Company) -> None:
    if company.number in UNFINISHED:
        return
    ledger = Ledger(company)
    for index, period in enumerate(story.periods):
        entries = ledger.month(period.end_date.year, period.end_date.month)
        age = len(story.periods) - 1 - index
        course = _course(company.number, age)
        if course == "nothing":
            continue
        if age == 0 and company.number in OVERDUE_LIABILITY:
            entries["DB02"]["r20"]["close"] = entries["DB02"]["r21"]["close"] = "180.00"
        moment = min(period.opens_at + timedelta(days=2 + company.number % 6, hours=10), story.now)
        place = _place(story, company, "guarantee-business-monthly", period, moment)
        if course == "draft":
            _fill(place, {"DB01": entries["DB01"]})
            continue
        _fill(place, entries)
        _hand_in(place, f"month-{period.code}")
        _decide(story, place, course)


def _course(number: int, age: int) -> str:
    """What became of a company's filing `age` months ago; 0 is the month whose window is open."""
    if age > 1:
        return "approved"
    if age == 1:
        return {9: "nothing", 5: "returned"}.get(number, "approved")
    return {
        1: "nothing", 2: "submitted", 3: "submitted", 4: "returned", 5: "nothing", 6: "draft", 7: "approved",
        8: "submitted", 9: "nothing", 10: "submitted", 11: "approved", 12: "draft", 13: "submitted",
    }.get(number, "nothing")  # fmt: skip


def _fill(place: Place, entries: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Enter several forms and check them once, as an import does."""
    filing = locked_filing(place)
    require_open(place, filing)
    assert filing is not None
    data = load_data(place.institution, place.report_set, place.period, filing, place.now)
    for code, cells in entries.items():
        store_entries(place, data, filing, code, cells, seen_version=0)
    reassess(data, filing)


def _hand_in(place: Place, key: str) -> None:
    found = assess(load_filing(place.institution, place.report_set, place.period, place.now))
    explanations = {finding.key: EXPLANATION for finding in found.warnings}
    submit_filing(place, f"demo-{key}", explanations)


def _decide(story: Story, place: Place, course: str) -> None:
    if course == "submitted":
        return
    filing = db.session.scalars(
        select(Filing).where(
            Filing.institution_id == place.institution.id,
            Filing.report_set_id == place.report_set.id,
            Filing.period_code == place.period_code,
        )
    ).one()
    moment = min(place.now + timedelta(days=1), story.now)
    if course == "approved":
        review.approve(filing.id, filing.version, story.staff, moment)
        return
    review.add_mark(filing.id, review.Mark("DB02", "r10", "inc", "请核对回收明细"), story.staff, moment)
    review.return_filing(filing.id, filing.version, story.staff, moment, RETURN_REASON)
