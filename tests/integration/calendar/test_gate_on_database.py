"""The gate's table once more, with the facts in the database and through the services that every door uses."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.accounts.models import Account
from app.core import clock
from app.core.clock import SHANGHAI
from app.core.db import db
from app.core.errors import Refused
from app.filings.calendar.extensions import grant_directly
from app.filings.calendar.gate import gate_reasons
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import PeriodRule
from app.filings.calendar.services import generate_periods
from app.filings.definitions.models import ReportSet
from app.filings.submissions.models import Filing
from app.filings.submissions.services import Place, save_form, submit_filing
from app.institutions.models import Institution
from tests.factories import end_institution, make_account, make_institution
from tests.filing_places import MONTHLY, finish_one_off, load_catalogue, zeros

Arrange = Callable[["Scene"], None]


class Scene:
    """A company before the window of November 2026, which is 1 to 10 December."""

    def __init__(self) -> None:
        self.institution: Institution = make_institution(admitted_at=clock.start_of(date(2026, 1, 1)))
        self.account: Account = make_account("Enterprise", institution=self.institution)
        self.staff: Account = make_account("Approver")
        self.one_off = finish_one_off(self.institution)
        self.period = db.session.scalars(
            select(ReportingPeriod).where(ReportingPeriod.code == "2026-11")
        ).one()
        self.report_set = db.session.scalars(select(ReportSet).where(ReportSet.key == MONTHLY)).one()

    @property
    def place(self) -> Place:
        return Place(self.institution, self.report_set, self.period, self.account, clock.now())


def nothing(_scene: Scene) -> None:
    """As it is."""


def late_allowed(scene: Scene) -> None:
    scene.period.allows_late, scene.period.closes_at = True, clock.end_of(date(2026, 12, 15))


def extension(scene: Scene) -> None:
    when = clock.start_of(date(2026, 12, 11))
    last = date(2026, 12, 20)
    grant_directly(scene.institution, scene.report_set, scene.period, scene.staff, when, last, "统一延期")


def two_extensions(scene: Scene) -> None:
    extension(scene)
    when = clock.start_of(date(2026, 12, 12))
    last = date(2026, 12, 16)
    grant_directly(scene.institution, scene.report_set, scene.period, scene.staff, when, last, "另一次")


def terminated(scene: Scene) -> None:
    end_institution(scene.institution, date(2026, 12, 6))


def one_off_missing(scene: Scene) -> None:
    scene.one_off.accepted_version_id = None


TABLE: list[tuple[str, Arrange, str, list[str], bool]] = [
    ("before", nothing, "2026-11-30 23:59:59", ["window_not_open"], False),
    ("first second", nothing, "2026-12-01 00:00:00", [], False),
    ("last second", nothing, "2026-12-10 23:59:59", [], False),
    ("after", nothing, "2026-12-11 00:00:00", ["window_closed"], True),
    ("late allowed", late_allowed, "2026-12-15 23:59:59", [], True),
    ("late allowed, after", late_allowed, "2026-12-16 00:00:00", ["window_closed"], True),
    ("extension", extension, "2026-12-20 23:59:59", [], True),
    ("expired extension", extension, "2026-12-21 00:00:00", ["extension_ended"], True),
    ("the longest of two extensions", two_extensions, "2026-12-20 23:59:59", [], True),
    ("terminated, the day before", terminated, "2026-12-05 23:59:59", [], False),
    ("terminated", terminated, "2026-12-06 00:00:00", ["institution_terminated"], False),
    ("one-off missing", one_off_missing, "2026-12-05 12:00:00", ["one_off_incomplete"], False),
]


@pytest.fixture(params=["UTC", "Asia/Shanghai"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The server runs in this time zone."""
    former = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if former is None else os.environ.update(TZ=former)
    time.tzset()


@pytest.fixture
def scene(fresh_database: None, zone: str) -> Scene:
    """Everything that the cases change, and a fixed calendar."""
    load_catalogue()
    generate_periods(2026, {"monthly": PeriodRule(due_days=10)})
    db.session.commit()
    return Scene()


def hand_in(place: Place) -> Filing:
    save_form(place, "DB01", zeros("DB01"), 0)
    save_form(place, "DB02", zeros("DB02"), 0)
    submit_filing(place, "key", {})
    return db.session.scalars(select(Filing).where(Filing.period_code == "2026-11")).one()


def test_services_and_gate_agree_with_the_table(scene: Scene) -> None:
    for name, arrange, at, codes, late in TABLE:
        moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
        with time_machine.travel(moment, tick=False):
            arrange(scene)
            db.session.flush()
            place = scene.place
            found = gate_reasons(place.institution, place.report_set, place.period, None, place.now)
            assert [reason.code for reason in found] == codes, name
            if codes:
                with pytest.raises(Refused) as refusal:
                    save_form(place, "DB01", zeros("DB01"), 0)
                assert refusal.value.details["codes"] == codes, name
                with pytest.raises(Refused):
                    submit_filing(place, "key", {})
            else:
                assert hand_in(place).is_late is late, name
            db.session.rollback()


def test_a_filing_that_is_handed_in_is_not_editable_even_with_an_extension(scene: Scene) -> None:
    with time_machine.travel(datetime(2026, 12, 12, 9, tzinfo=SHANGHAI), tick=False):
        extension(scene)
        hand_in(scene.place)
        with pytest.raises(Refused) as refusal:
            save_form(scene.place, "DB01", zeros("DB01"), 1)
        assert refusal.value.details["codes"] == ["not_editable"]


def test_moments_stay_the_same_in_the_database(scene: Scene, zone: str) -> None:
    db.session.expire_all()
    assert scene.period.opens_at == datetime(2026, 11, 30, 16, tzinfo=clock.now().tzinfo)
    assert scene.period.due_at - scene.period.opens_at == timedelta(days=10), zone
