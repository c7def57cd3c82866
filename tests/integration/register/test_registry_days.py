"""The public lists of past days, and lists of ten thousand."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest

from app.core import clock
from app.core.db import db
from app.institutions.register.services import Change, Origin, change_register
from tests.factories import make_institution
from tests.statements import counted_statements

LIST = "/registry/guarantee/"


def change(company, values, day):
    change_register(
        company,
        [Change("institution", values)],
        effective_from=day,
        origin=Origin("application"),
        now=clock.now(),
    )
    db.session.commit()


def ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


@pytest.fixture
def company(fresh_database):
    made = make_institution(name="旧名有限公司", region="330100", licence_from=ago(1000))
    change(made, {"name": "新名有限公司"}, ago(100))
    return made


def test_a_past_day_shows_the_list_as_it_stood(client, company):
    now, then = client.get(LIST).text, client.get(f"{LIST}?on={ago(101)}").text
    assert "新名有限公司" in now
    assert "旧名有限公司" not in now
    assert "旧名有限公司" in then
    assert "新名有限公司" not in then
    assert f"{ago(101)} 的名单" in then
    assert company.name not in client.get(f"{LIST}?on={ago(1001)}").text


def test_a_terminated_institution_leaves_on_its_day_and_stays_in_the_past(client, company):
    change(company, {"status": "deregistered", "terminated_on": ago(5)}, ago(5))
    assert "新名有限公司" not in client.get(LIST).text
    assert "新名有限公司" not in client.get(f"{LIST}?on={ago(5)}").text
    assert "新名有限公司" in client.get(f"{LIST}?on={ago(6)}").text
    assert client.get(f"{LIST}{company.id}").status_code == 404
    assert client.get(f"{LIST}{company.id}?on={ago(6)}").status_code == 200


def test_search_region_and_downloads_follow_the_day(client, company):
    change(company, {"region_code": "330100"}, ago(50))
    marked = "<mark>旧名</mark>有限公司"
    assert marked in client.get(f"{LIST}?on={ago(200)}&q=旧名&region=330100").text
    assert "没有符合条件的机构" in client.get(f"{LIST}?on={ago(200)}&q=新名").text
    answer = client.get(f"{LIST}download.csv?on={ago(200)}")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["旧名有限公司"]
    assert f"{ago(200):%Y%m%d}" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("text", ["2999-01-01", "x", "0000-00-00", "2026-02-30", "99999-01-01"])
def test_a_day_that_cannot_be_shown_is_said_and_today_is_shown(client, company, text):
    page = client.get(f"{LIST}?on={text}")
    assert page.status_code == 200
    assert "不是可以查看的日期" in page.text
    assert "新名有限公司" in page.text


def test_a_past_day_needs_no_more_statements_than_today(client, company):
    client.get(
        f"{LIST}?on={ago(300)}"
    )  # what a process reads once; each address is opened for the first time
    with counted_statements() as today:
        client.get(LIST)
    with counted_statements() as past:
        client.get(f"{LIST}?on={ago(200)}")
    assert 0 < len(past) <= len(today)
