"""The reporting calendar in the console: preview, generation, changes on record."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.console.queries import completeness
from app.core import clock
from app.core.db import db
from app.core.events import history
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import PeriodRule
from app.filings.calendar.services import generate_periods
from tests.factories import make_account, make_institution
from tests.filing_places import load_catalogue
from tests.integration.calendar.conftest import console_token

GENERATE = "/console/periods/generate"
RULE = {"preview": "1", "year": "2026", "opens": "1", "late": "0", "shift": "y", "months": "1", "day": "1"}
MONTHLY = {**RULE, "frequency": "monthly", "basis": "days", "days": "10"}
ANNUAL = {
    **RULE,
    "frequency": "annual",
    "basis": "date",
    "days": "1",
    "months": "4",
    "day": "30",
    "late": "5",
}


@pytest.fixture
def staff(fresh_database: None, sign_in: Any) -> FlaskClient:
    return sign_in(make_account("Approver"))


def number() -> int:
    return db.session.scalar(select(func.count()).select_from(ReportingPeriod)) or 0


def preview(staff: FlaskClient, rule: dict[str, str]) -> tuple[str, str]:
    page = staff.get(GENERATE, query_string=rule).get_data(as_text=True)
    seen = re.search(r'name="seen" value="(\w+)"', page)
    return page, seen[1] if seen else ""


def store(staff: FlaskClient, rule: dict[str, str], seen: str, **more: str) -> Any:
    token = console_token(
        staff, GENERATE + "?preview=1&year=2030&frequency=annual&basis=days&days=9&opens=1&late=0"
    )
    return staff.post(GENERATE, data={"csrf_token": token, "seen": seen, **rule, **more})


def edit(staff: FlaskClient, period: ReportingPeriod, **changes: str) -> Any:
    path = f"/console/periods/edit/{period.id}"
    page = staff.get(path).get_data(as_text=True)
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    fields.pop("allows_late", None)
    return staff.post(path, data={**fields, **changes})


def test_the_preview_tells_days_shifts_and_unknown_holidays_and_stores_nothing(staff: FlaskClient) -> None:
    page, _seen = preview(staff, MONTHLY)
    assert number() == 0
    assert "05-10 周日 → 05-11" in page
    assert "周六（调休上班）" in page
    assert "未公布" in page
    assert "12-11 00:00" not in page
    staff.set_cookie("lang", "en")
    assert "05-10 Sunday → 05-11" in preview(staff, MONTHLY)[0]
    staff.set_cookie("lang", "zh_Hans_CN")
    yearly, _ = preview(staff, ANNUAL)
    assert "2027-04-30" in yearly and "2027-05-05" in yearly


def test_saving_creates_what_is_missing_with_a_record_of_each(staff: FlaskClient) -> None:
    _page, seen = preview(staff, MONTHLY)
    assert store(staff, MONTHLY, seen).status_code == 302
    assert number() == 12
    may = db.session.scalars(select(ReportingPeriod).where(ReportingPeriod.code == "2026-04")).one()
    assert clock.last_day(may.due_at) == date(2026, 5, 11)
    (event,) = history("reporting_period", may.id)
    assert event.kind == "PeriodAdded" and event.data["after"]["due"] == "2026-05-11 23:59"
    page, seen = preview(staff, MONTHLY)
    assert "没有需要新增或修改的报告期" in page


def test_existing_periods_change_only_when_ticked_and_not_open_yet(staff: FlaskClient) -> None:
    with time_machine.travel(clock.start_of(date(2026, 6, 15)), tick=True):
        generate_periods(2026, {"monthly": PeriodRule(due_days=10)})
        db.session.commit()
        longer = {**MONTHLY, "days": "15", "late": "5"}
        page, seen = preview(staff, longer)
        assert "现为：" in page and "已开放，不改" in page
        assert store(staff, longer, seen).status_code == 302
        assert not any(period.allows_late for period in db.session.scalars(select(ReportingPeriod)))
        assert store(staff, longer, seen, change="y").status_code == 302
        changed = [p.code for p in db.session.scalars(select(ReportingPeriod)) if p.allows_late]
        assert sorted(changed) == [f"2026-{month:02}" for month in range(6, 13)]


def test_what_changed_since_the_preview_is_noticed(staff: FlaskClient) -> None:
    _page, seen = preview(staff, MONTHLY)
    generate_periods(2026, {"monthly": PeriodRule(due_days=5)})
    db.session.commit()
    answer = store(staff, MONTHLY, seen, change="y")
    assert answer.status_code == 409
    assert "预览之后报告期已被其他人修改" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "change",
    [
        {"year": "99999"},
        {"year": "x"},
        {"year": ""},
        {"days": ""},
        {"days": "-5"},
        {"basis": "date", "day": ""},
        {"basis": "date", "day": "32"},
        {"late": "1000"},
        {"opens": "0"},
        {"basis": "moon"},
        {"frequency": "weekly"},
    ],
)
def test_a_rule_that_makes_no_sense_is_told_and_stores_nothing(
    staff: FlaskClient, change: dict[str, str]
) -> None:
    answer = staff.get(GENERATE, query_string={**MONTHLY, **change})
    assert answer.status_code == 422
    assert store(staff, {**MONTHLY, **change}, "x").status_code == 422
    assert number() == 0


def test_a_rule_whose_window_would_not_open_before_it_ends_is_refused(staff: FlaskClient) -> None:
    answer = staff.get(GENERATE, query_string={**MONTHLY, "opens": "20"})
    assert answer.status_code == 422
    assert "开放" in answer.get_data(as_text=True)


def test_ends_are_entered_and_shown_as_last_days(staff: FlaskClient) -> None:
    (period, *_rest) = generate_periods(2026, {"monthly": PeriodRule(due_days=10)})
    db.session.commit()
    form = staff.get(f"/console/periods/edit/{period.id}").get_data(as_text=True)
    assert 'value="2026-02-10"' in form
    answer = edit(staff, period, due_on="2026-02-12", allows_late="y", closes_on="2026-02-20")
    assert answer.status_code == 302
    db.session.expire_all()
    assert period.due_at == clock.end_of(date(2026, 2, 12))
    assert period.closes_at == clock.end_of(date(2026, 2, 20)) and period.allows_late
    for path in ("/console/periods/list/", f"/console/periods/show/{period.id}"):
        page = staff.get(path).get_data(as_text=True)
        assert "2026-02-12 23:59" in page and "02-13 00:00" not in page
    shown = staff.get(f"/console/periods/show/{period.id}").get_data(as_text=True)
    assert "2026-02-10 23:59 → 2026-02-12 23:59" in shown
    (event,) = history("reporting_period", period.id)
    assert event.data["before"]["due"] == "2026-02-10 23:59"
    assert event.data["after"] == {
        "due": "2026-02-12 23:59",
        "closes": "2026-02-20 23:59",
        "allows_late": True,
    }


def test_saving_without_a_change_records_nothing(staff: FlaskClient) -> None:
    (period, *_rest) = generate_periods(2026, {"monthly": PeriodRule(due_days=10)})
    db.session.commit()
    before = (period.opens_at, period.due_at, period.closes_at)
    assert edit(staff, period).status_code == 302
    db.session.expire_all()
    assert (period.opens_at, period.due_at, period.closes_at) == before
    assert history("reporting_period", period.id) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"due_on": "2026-01-31"}, "截止日不得早于开放日"),
        ({"opens_on": "2025-12-31", "due_on": "2026-02-01"}, "开放日应晚于报告期首日"),
        ({"allows_late": "y", "closes_on": "2026-02-10"}, "补报截止日应晚于截止日"),
        ({"allows_late": "y"}, "补报截止日应晚于截止日"),
        ({"due_on": "0"}, ""),
        ({"name_zh": " "}, "请填写名称"),
        ({"seen": "old"}, "刚被其他人修改过"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(
    staff: FlaskClient, changes: dict[str, str], told: str
) -> None:
    (period, *_rest) = generate_periods(2026, {"monthly": PeriodRule(due_days=10)})
    db.session.commit()
    due = period.due_at
    answer = edit(staff, period, **changes)
    assert answer.status_code in (409, 422)
    assert told in answer.get_data(as_text=True)
    db.session.expire_all()
    assert period.due_at == due and history("reporting_period", period.id) == []


def test_the_year_shows_what_falls_due(staff: FlaskClient) -> None:
    generate_periods(2026)
    db.session.commit()
    page = staff.get("/console/periods/year/2026").get_data(as_text=True)
    assert "2026年第1季度季报" in page and "is-due" in page
    assert staff.get("/console/periods/year/1999").status_code == 404
    assert "尚未公布" in staff.get("/console/periods/year/2028").get_data(as_text=True)


def test_supervisors_read_the_calendar_and_change_nothing(sign_in: Any, staff: FlaskClient) -> None:
    (period, *_rest) = generate_periods(2026, {"monthly": PeriodRule(due_days=10)})
    db.session.commit()
    reader = sign_in(make_account("Supervisor"))
    assert reader.get("/console/periods/year/2026").status_code == 200
    assert reader.get(f"/console/periods/show/{period.id}").status_code == 200
    for path in (GENERATE, f"/console/periods/edit/{period.id}"):
        assert reader.get(path).status_code == 403


def test_completeness_counts_only_what_is_owed(fresh_database: None) -> None:
    load_catalogue()
    generate_periods(2026)
    db.session.commit()
    admitted = clock.start_of(date(2026, 1, 1))
    with time_machine.travel(clock.start_of(date(2026, 6, 5)), tick=True):
        for more in (
            {},
            {"licence_to": date(2026, 4, 30)},
            {"licence_from": date(2026, 6, 1)},
            {"terminated_on": date(2026, 6, 8)},
            {"terminated_on": date(2026, 6, 11)},
        ):
            make_institution(admitted_at=admitted, **more).admitted_at = admitted
        make_institution(opened=False)
        db.session.commit()
        may = next(
            one for one in completeness(clock.now()) if one.report_set.key == "guarantee-business-monthly"
        )
    assert may.period.code == "2026-05"
    assert may.owed == may.missing == 2
