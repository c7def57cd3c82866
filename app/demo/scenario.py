"""The demonstration as a story told through the services: who was admitted when, who filed what, what was
returned. It is relative to `now`, so that there is always an open window, something late, something returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from app.demo.changes import tell_changes
from app.demo.companies import Company, companies
from app.demo.courses import (
    MONTHS_BACK,
    MONTHS_OF_OTHERS,
    NEWCOMER,
    OVERDUE_LIABILITY,
    UNFINISHED,
    course,
    is_pilot,
)
from app.demo.delays import DELAYS, delay
from app.demo.filing import Told, begin, carry_out
from app.demo.one_off import SCOPES, licence_dates, licence_no, one_off_entries, org_type
from app.demo.simulation.base import Simulation
from app.demo.simulation.guarantee import Guarantee
from app.demo.simulation.industries import simulate
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.services import generate_periods
from app.filings.definitions.models import ReportSet
from app.filings.submissions.place import Place
from app.filings.submissions.rules import ONCE
from app.institutions.models import Institution
from app.institutions.register.services import Origin, open_register
from app.institutions.rules import INSTITUTION_WORKFLOW

OPEN_DAYS = 6  # the latest windows stay open at least this long from the day the data are made
FEW_DAYS = 9  # since the companies without a one-off set were admitted
# Days from the opening of a window until a company hands in, and how far the companies lie apart.
PACE = {"monthly": (2, 6), "quarterly": (7, 8), "annual": (68, 42)}


@dataclass
class Story:
    """What the demonstration needs at hand while it is told."""

    now: datetime
    staff: Account
    sets: dict[str, ReportSet] = field(default_factory=dict)
    # By frequency, the latest first.
    periods: dict[str, list[ReportingPeriod]] = field(default_factory=dict)
    users: dict[int, Account] = field(default_factory=dict)
    institutions: dict[int, Institution] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day the story ends on."""
        return clock.local(self.now).date()

    def begun(self, company: Company) -> datetime:
        """When a company joined the platform."""
        if company.number in UNFINISHED:
            return clock.start_of(self.today - timedelta(days=FEW_DAYS))
        if company.number == NEWCOMER:
            return clock.start_of(self.periods["monthly"][0].start_date)
        back = MONTHS_BACK if is_pilot(company) else MONTHS_OF_OTHERS
        return clock.start_of(self.periods["monthly"][back - 1].start_date)


def tell(
    now: datetime, staff: Account, progress: Any = None, invented: Sequence[Company] | None = None
) -> int:
    """Put everything in, of all companies or some; returns how many. The caller commits."""
    story = Story(now, staff)
    story.sets = {stored.key: stored for stored in db.session.scalars(select(ReportSet))}
    story.periods = _periods(story)
    _phase_in(story)
    invented = companies() if invented is None else invented
    for company in invented:
        _admit(story, company)
        _file_one_off(story, company)
        if company.number not in UNFINISHED:
            _file_all(story, company)
            once = _place(story, company, f"{company.industry}-one-off-once", None, story.now)
            tell_changes(company, once, story.staff, story.now)
        if progress:
            progress(company.name)
        db.session.flush()
    return len(invented)


def _periods(story: Story) -> dict[str, list[ReportingPeriod]]:
    """The ended periods of the years that matter; the windows of the latest month and quarter are held open."""
    for year in range(story.today.year - 3, story.today.year + 2):
        generate_periods(year)
    query = select(ReportingPeriod).where(ReportingPeriod.end_date < story.today)
    found: dict[str, list[ReportingPeriod]] = {}
    for period in db.session.scalars(query.order_by(ReportingPeriod.end_date.desc())):
        found.setdefault(period.frequency, []).append(period)
    until = clock.end_of(story.today + timedelta(days=OPEN_DAYS))
    for latest in (found["monthly"][0], found["quarterly"][0]):
        latest.due_at = max(latest.due_at, until)
        latest.closes_at = max(latest.closes_at, latest.due_at)
    return found


def _phase_in(story: Story) -> None:
    """The province began fourteen months ago: nothing is owed for earlier periods."""
    begun = story.periods["monthly"][MONTHS_BACK - 1].end_date
    for report_set in story.sets.values():
        if report_set.family != "one_off":
            report_set.starts_on = begun


def _admit(story: Story, company: Company) -> None:
    issued, expires = licence_dates(story.today)
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
        registered_capital=company.capital * 10_000,  # stored in 元
        business_scope=SCOPES[company.industry],
        licence_no=licence_no(company),
        licence_issuer="浙江省地方金融管理局",
        licence_from=issued,
        licence_to=expires,
    )
    db.session.add(institution)
    states = transition(institution, INSTITUTION_WORKFLOW, "open")
    moment = institution.admitted_at = story.begun(company)
    record("InstitutionAdmitted", institution, actor=story.staff, now=moment, states=states)
    open_register(
        institution,
        since=clock.local(moment).date(),
        origin=Origin("registration", None, story.staff),
        now=moment,
    )
    story.institutions[company.number] = institution
    story.users[company.number] = enterprise_account(company, institution, moment)


def _place(story: Story, company: Company, key: str, period: ReportingPeriod | None, now: datetime) -> Place:
    return Place(
        story.institutions[company.number], story.sets[key], period, story.users[company.number], now
    )


def _file_one_off(story: Story, company: Company) -> None:
    """All but the last of two industries have completed their one-off set; these have begun it."""
    moment = story.begun(company) + timedelta(days=5, hours=10)
    place = _place(story, company, f"{company.industry}-one-off-once", None, min(moment, story.now))
    entries = one_off_entries(company, story.today)
    if company.number not in UNFINISHED:
        carry_out(Told(place, entries, "reported"), story.staff, story.now)
    else:
        begin(place, {code: entries[code] for code in ("GG01", "GG02")})


def _file_all(story: Story, company: Company) -> None:
    """Everything in the order of time, so that each filing finds what was there before it."""
    for told in sorted(_told(story, company), key=lambda one: one.place.now):
        if told.course in DELAYS:
            delay(told.place, told.entries, told.course, story.staff, story.now)
        else:
            carry_out(told, story.staff, story.now)


def _told(story: Story, company: Company) -> Iterator[Told]:
    """Every filing of a company that has come to something, with its entries."""
    simulation = _simulation(story, company)
    admitted = clock.local(story.begun(company)).date()
    for key, report_set in story.sets.items():
        if report_set.industry != company.industry or report_set.frequency == ONCE:
            continue
        for age, period in enumerate(story.periods[report_set.frequency]):
            if period.end_date < max(admitted, report_set.starts_on):
                break
            became = course(company, report_set.family, report_set.frequency, age)
            moment = _moment(story, company, report_set.frequency, period, is_latest=age == 0)
            if became != "nothing" and moment is not None:
                entries = simulation.entries(report_set.family, report_set.frequency, period.end_date)
                yield Told(_place(story, company, key, period, moment), entries, became)


def _simulation(story: Story, company: Company) -> Simulation:
    """Begun a year before the first filing, so that last year's figures are there."""
    first_year = story.periods["monthly"][MONTHS_BACK - 1].end_date.year - 1
    if company.number not in OVERDUE_LIABILITY:
        return simulate(company, first_year)
    end = story.periods["monthly"][0].end_date
    return Guarantee(company, first_year, overdue={(end.year, end.month)})


def _moment(
    story: Story, company: Company, frequency: str, period: ReportingPeriod, *, is_latest: bool
) -> datetime | None:
    """When a company hands in: early for the windows held open, and not yet when that still lies ahead."""
    first, apart = PACE[frequency]
    moment = period.opens_at + timedelta(days=first + company.number % apart, hours=10)
    if frequency == "annual" and moment > story.now:
        return None
    # Statements come first; business data of the same day are read beside them.
    return min(moment, story.now) if is_latest else moment
