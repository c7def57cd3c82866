"""The form of a change: old value before anything is saved, inputs that fit the kind, lists of people."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core import clock
from app.core.db import db
from app.institutions.admission.models import Application
from app.institutions.register.queries import register_on
from app.institutions.register.services import Change, Origin, change_register
from tests.factories import make_account, make_region
from tests.integration.admission.helpers import URL, Applicant, in_days, take, the_last, two_steps
from tests.integration.admission.test_register import recomputed

HOLDER = {"holder_type": "natural", "is_controller": "N"}
OLD = {"name": "测试甲", **HOLDER, "amount": Decimal(600), "paid": Decimal(600), "share": "60"}
LEAVER = {"name": "测试乙", **HOLDER, "amount": Decimal(400), "paid": Decimal(400), "share": "40"}


def rows(*people: dict[str, Any]) -> dict[str, str]:
    """As the form sends them."""
    return {
        f"person-{number}-{name}": str(value)
        for number, person in enumerate(people)
        for name, value in person.items()
    }


@pytest.fixture
def company(sign_in: Any) -> Applicant:
    """One with two shareholders on the register."""
    made = Applicant(sign_in, registered_capital=1000)
    people = [Change("shareholder", one, one["name"]) for one in (OLD, LEAVER)]
    day = clock.today() - timedelta(days=30)
    change_register(made.institution, people, effective_from=day, origin=Origin("import"), now=clock.now())
    db.session.commit()
    return made


def the_form(company: Applicant, change_type: str) -> str:
    return company.page(f"{URL}/new/change?change_type={change_type}")


@pytest.mark.parametrize(
    ("change_type", "field", "old"),
    [
        ("name", '<input class="form-control" type="text" id="new_value"', "融资担保有限公司"),
        ("capital_inc", '<input class="form-control" type="text" id="new_value"', "1,000.00"),
        ("scope", '<textarea class="form-control" rows="4" id="new_value"', "——"),
        ("org_type", '<select class="form-select" id="new_value"', "融资担保公司"),
        ("address", '<select class="form-select" id="new_region"', "示例路"),
        ("equity", 'name="person-0-amount" value="600', "测试甲"),
        ("senior", 'name="person-0-position"', "名册中还没有记录"),
    ],
)
def test_the_old_value_and_a_fitting_input_are_there_before_anything_is_saved(
    company, change_type, field, old
):
    page = the_form(company, change_type)
    assert field in page
    standing = re.search(r"变更前</span>(.*?)</div></div>", page, re.DOTALL)
    assert standing is not None and old in standing[1]
    assert the_last() is None, "looking stores nothing"


def test_without_script_a_button_brings_the_fields_and_more_rows_and_stores_nothing(company):
    answer = company.send(f"{URL}/new/change", action="choose", change_type="equity", reason="转让")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and 'name="person-0-name" value="测试甲"' in page and "转让" in page
    more = company.send(
        f"{URL}/new/change", action="rows", change_type="equity", **rows({**OLD, "name": "改"})
    ).get_data(as_text=True)
    assert 'name="person-0-name" value="改"' in more and 'id="person-3-name"' in more
    assert the_last() is None


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([], "请至少填写一行"),
        ([OLD], "持股比例合计应为 100%，现为 60%"),
        ([{**OLD, "share": "100", "amount": "五百"}], "请填写金额"),
        ([{**OLD, "share": "100", "paid": "601"}], "实缴出资额不得大于认缴出资额"),
        ([{**OLD, "share": "0"}], "大于 0"),
        ([{**OLD, "name": "名" * 130, "share": "100"}], "最多 120 个字"),
        ([{**OLD, "is_controller": "maybe"}], "请从列表中选择"),
        ([OLD, LEAVER], "变更前后内容相同"),
    ],
)
def test_a_list_of_shareholders_is_judged_row_by_row_and_as_a_whole(company, people, words):
    answer = company.send(f"{URL}/new/change", change_type="equity", **rows(*people))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and words in page
    item = the_last()
    assert item.status == "draft" and len(item.payload["people"]) == len(people), "nothing typed is lost"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"position": "director"}, "至少有一名总经理"),
        ({"is_legal_rep": "N"}, "有且仅有一名法定代表人"),
        ({"appointed_on": "昨天"}, "请填写有效的日期"),
        ({"term_end": "2020-01-01"}, "不得早于任职日期"),
    ],
)
def test_a_list_of_managers_is_judged_too(company, changed, words):
    manager = {"name": "测试丙", "position": "gm", "is_legal_rep": "Y", "appointed_on": "2024/3/5"}
    answer = company.send(f"{URL}/new/change", change_type="senior", **rows({**manager, **changed}))
    assert answer.status_code == 422 and words in answer.get_data(as_text=True)
    assert company.again(the_last(), change_type="senior", **rows(manager)).status_code == 302
    assert the_last().payload["people"][0]["name"] == "测试丙"


def approved(company: Applicant, sign_in: Any, item: Application) -> None:
    for role in ("Supervisor", "Approver"):
        assert take(sign_in(make_account(role)), item).status_code == 302


def test_an_approved_list_stands_in_the_register_from_its_day_and_both_lists_side_by_side(company, sign_in):
    two_steps()
    new = [{**OLD, "share": "70", "amount": "700"}, {**LEAVER, "name": "测试丁", "share": "30"}]
    item = company.apply(change_type="equity", effective_from=in_days(-2), **rows(*new))
    page = company.page(f"{URL}/{item.id}")
    assert re.search(r"测试乙</th><td[^>]*>[^<]*40%.*?<strong>——</strong>", page, re.DOTALL), "who leaves"
    assert "60%" in page and "70%" in page
    approved(company, sign_in, item)
    for days, names in ((-3, ["测试甲", "测试乙"]), (-2, ["测试甲", "测试丁"]), (0, ["测试甲", "测试丁"])):
        day = clock.today() + timedelta(days=days)
        state = register_on(company.institution.id, day)[company.institution.id]
        assert [one["name"] for one in state.all_of("shareholder").values()] == names
        assert dict(state.subjects) == recomputed(company.institution, day)
    assert "测试乙" in company.page(f"{URL}/{item.id}"), "the old list stays beside the new one"
    file = sign_in(make_account("Supervisor")).get(f"/console/institutions/show/{company.institution.id}")
    assert "测试丁" in file.get_data(as_text=True)


def test_a_change_of_address_takes_the_region_with_it(company, sign_in):
    two_steps()
    make_region("330106", "西湖区", "330100")
    db.session.commit()
    item = company.apply(change_type="address", new_value="新示例路1号", new_region="330106")
    approved(company, sign_in, item)
    assert (company.institution.region_code, company.institution.address) == ("330106", "新示例路1号")


def test_a_list_told_in_words_before_there_were_rows_is_still_decided(company, sign_in):
    two_steps()
    item = company.apply(change_type="equity", **rows({**OLD, "share": "100"}))
    item.payload = {**item.payload, "new_value": "甲持股百分之百"} | {}
    item.payload = {name: value for name, value in item.payload.items() if name != "people"}
    item.before = {"field": "shareholding", "value": "甲六成，乙四成"}
    db.session.commit()
    assert "甲六成，乙四成" in company.page(f"{URL}/{item.id}")
    approved(company, sign_in, item)
    state = register_on(company.institution.id, clock.today())[company.institution.id]
    assert state.institution["shareholding"] == "甲持股百分之百"
    assert len(state.all_of("shareholder")) == 2, "nobody left the list"
