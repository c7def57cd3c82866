"""The console's list of institutions and the file of one."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.institutions.register.services import Change, Origin, change_register
from tests.factories import make_account, make_institution, make_region
from tests.integration.accounts.helpers import post
from tests.integration.admission.helpers import URL, Applicant, the_last
from tests.statements import counted_statements

LIST = "/console/institutions/list/"


@pytest.fixture
def supervisor(sign_in):
    return sign_in(make_account("Supervisor"))


def show(client, company, query=""):
    return client.get(f"/console/institutions/show/{company.id}{query}").text


def rename(company, name, day):
    change = Change("institution", {"name": name})
    change_register(company, [change], effective_from=day, origin=Origin("application"), now=clock.now())
    db.session.commit()


def test_the_file_shows_the_register_of_any_day_and_changes_side_by_side(supervisor):
    company = make_institution(name="旧名有限公司", licence_from=date(2020, 1, 1))
    rename(company, "新名有限公司", clock.today() - timedelta(days=10))
    page = show(supervisor, company)
    assert "新名有限公司" in page
    assert "旧名有限公司" in page  # in the change, beside the new one
    assert "以下登记信息截至 2021-05-01" in show(supervisor, company, "?on=2021-05-01")
    assert "名册中还没有这家机构" in show(supervisor, company, "?on=2019-12-31")
    for bad in ("x", "2999-01-01", "0001-01-01"):
        assert "以下登记信息截至" not in show(supervisor, company, f"?on={bad}")


def test_a_draft_of_the_company_is_not_in_its_file(sign_in, supervisor):
    company = Applicant(sign_in)
    company.send(f"{URL}/new/change", "save")
    draft = the_last()
    assert draft.status == "draft" and draft.number not in show(supervisor, company.institution)
    company.send(f"{URL}/{draft.id}/edit", version=str(draft.version))
    assert the_last().number in show(supervisor, company.institution)


def test_people_who_came_together_are_told_together_and_the_timeline_says_what_changed(supervisor):
    company = make_institution()
    day = clock.today() - timedelta(days=3)
    people = [Change("shareholder", {"name": f"示例股东{n}"}, f"示例股东{n}") for n in range(3)]
    branch = Change("branch", {"name": "示例分公司"}, "ZR2026")
    for changes in (people, [branch], [Change("branch", key="ZR2026", ends=True)]):
        change_register(company, changes, effective_from=day, origin=Origin("filing"), now=clock.now())
    db.session.commit()
    page = show(supervisor, company)
    assert "新增：示例股东0" in page and "3 项" in page and page.count('class="register-change"') == 5
    assert "新增：示例分公司" in page and "终止：示例分公司" in page and "（ZR2026）" not in page
    assert f"名册变更：股东（自 {day.isoformat()} 起）" in page


def test_the_file_masks_the_number_and_writes_down_who_asked(supervisor):
    company = make_institution(mobile="13812345678")
    assert "13812345678" not in show(supervisor, company)
    page = f"/console/institutions/show/{company.id}"
    ask = (f"/console/institutions/reveal/{company.id}", page)
    assert "13812345678" not in post(supervisor, *ask).text
    assert "13812345678" in post(supervisor, *ask, reason="电话通知补正").text
    assert db.session.scalars(select(Event).where(Event.kind == "PersonalDataRevealed")).one().actor_id


def test_the_file_needs_the_same_statements_however_much_there_is(supervisor):
    company = make_institution()
    show(supervisor, company)
    with counted_statements() as few:
        show(supervisor, company)
    for number in range(30):
        rename(company, f"示例{number}改名有限公司", clock.today() - timedelta(days=30 - number))
    with counted_statements() as many:
        show(supervisor, company)
    assert len(many) <= len(few)
    assert len(many) <= 30


def test_the_file_of_a_foreign_area_does_not_exist(sign_in):
    company = make_institution(region="330200")
    client = sign_in(make_account("Supervisor", region_prefix="3301"))
    assert client.get(f"/console/institutions/show/{company.id}").status_code == 404
    assert client.get(f"/console/institutions/show/{company.id}?on=2021-01-01").status_code == 404


def test_a_region_finds_everything_below_it(supervisor):
    make_region("330000", "示例省")
    make_region("330100", "甲市", "330000")
    near = make_institution(region="330106", name="甲甲有限公司")
    far = make_institution(region="330200", name="乙乙有限公司")
    page = supervisor.get(f"{LIST}?_flt_0_region_code=330100").text
    assert near.name in page
    assert far.name not in page
    assert far.name in supervisor.get(f"{LIST}?_flt_0_region_code=330000").text
    assert near.name not in supervisor.get(f"{LIST}?_flt_0_region_code=%25").text


def test_the_region_filter_offers_only_the_own_area(sign_in):
    make_region("330100", "甲市")
    make_region("330200", "乙市")
    db.session.commit()
    page = sign_in(make_account("Supervisor", region_prefix="3301")).get(LIST).text
    assert "甲市" in page
    assert "乙市" not in page


def test_licences_are_found_by_when_they_end(supervisor):
    today = clock.today()
    soon = make_institution(name="快到期有限公司", licence_to=today + timedelta(days=20))
    over = make_institution(name="过期有限公司", licence_to=today - timedelta(days=1))
    long = make_institution(name="长期有限公司", licence_to=today + timedelta(days=900))
    expected = {"30": [soon], "90": [soon], "expired": [over], "none": []}
    for value, companies in expected.items():
        page = supervisor.get(f"{LIST}?_flt_0_licence_to={value}").text
        assert [one for one in (soon, over, long) if one.name in page] == companies
    assert supervisor.get(f"{LIST}?_flt_0_licence_to=quatsch").status_code == 200


def test_the_export_follows_filters_and_scope_and_keeps_formulas_texts(sign_in):
    inside = make_institution(region="330102", name="=1+1有限公司")
    make_institution(region="330102", industry="pawn", name="典当有限公司")
    make_institution(region="330200", name="外地有限公司")
    client = sign_in(make_account("Supervisor", region_prefix="3301"))
    answer = client.get("/console/institutions/export?_flt_0_industry=guarantee")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[:2] for row in rows] == [(inside.name, inside.uscc)]
    assert sheet["A2"].data_type == "s"
