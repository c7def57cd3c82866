"""Admission where it does not go straight: refused registrations, closed doors, withdrawn and returned changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.core import clock
from app.core.db import db
from app.institutions.admission import plans, rules
from app.institutions.register.services import Change, Origin, change_register
from tests.factories import PASSWORD, make_account, make_region, uscc
from tests.integration.admission.helpers import PDF, in_days
from tests.journeys.steps import choose, main_text, press, register
from tests.journeys.test_admission import company_of, last_id, logged_in, take_step
from tests.live import Visitor

# The same ways are walked on both databases by HTTP: tests/integration/admission.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite_suffices]
REASON = "营业执照与所填名称不一致，请核对后重新提交"
THREE = (
    rules.Step("受理", "Acceptance", "Supervisor"),
    rules.Step("复核", "Check", "Supervisor"),
    rules.Step("终审", "Final decision", "Approver"),
)


def registration(number: int) -> dict[str, str]:
    """What a company without a licence enters."""
    return {
        "username": f"newcomer-{number}",
        "password": PASSWORD,
        "again": PASSWORD,
        "name": f"示例新{number}号融资担保有限公司",
        "industry": "guarantee",
        "org_type": "guarantee",
        "uscc": uscc(8800 + number),
        "region_code": "330102",
        "address": "示例市示例路1号",
        "legal_representative": "测试甲",
        "contact_name": "测试乙",
        "mobile": f"1380000000{number}",
        "email": f"newcomer{number}@example.invalid",
    }


def handed_in(visitor: Visitor, number: int, folder: Path) -> str:
    """Register; gives the receipt number."""
    answer = register(visitor, registration(number), folder)
    assert "等待审核" in answer, answer
    return str(visitor.page.locator(".receipt-no, .receipt-number").first.inner_text())


def state_of(visitor: Visitor, receipt: str, number: int) -> str:
    """Look the registration up, as somebody who has only the receipt."""
    visitor.open("/register/status")
    visitor.page.locator("#receipt_no").fill(receipt)
    visitor.page.locator("#uscc").fill(registration(number)["uscc"])
    press(visitor, "查询")
    return main_text(visitor)


def decides(approver: Visitor, number: int, button: str, reason: str = "") -> None:
    approver.open("/console/registrations/list/")
    approver.page.get_by_role("link", name=registration(number)["name"]).first.click()
    if reason:
        approver.page.locator("#reason").fill(reason)
    press(approver, button, sure=True)


def test_registrations_are_looked_up_rejected_approved_and_never_taken_twice(
    visit: Any, tmp_path: Path
) -> None:
    for code, name in (("330000", "示例省"), ("330100", "示例市"), ("330102", "示例区")):
        make_region(code, name)
    db.session.commit()
    one, other = visit(), visit()
    receipts = {1: handed_in(one, 1, tmp_path), 2: handed_in(other, 2, tmp_path)}
    assert "申请正在审核" in state_of(visit(), receipts[1], 1)
    assert REASON not in state_of(visit(), receipts[1], 2), "the receipt of another company opens nothing"
    approver = logged_in(visit, "Approver")
    decides(approver, 1, "驳回", REASON)
    decides(approver, 2, "通过")
    text = state_of(one, receipts[1], 1)
    assert "审核未通过" in text and REASON in text
    refuses_a_code_that_is_taken(visit(), tmp_path)
    assert "账号已启用" in state_of(other, receipts[2], 2)
    press(other, "去登录")
    other.log_in("newcomer-2", PASSWORD)
    other.open("/workspace/admission/")
    doors = other.page.locator("main .reasons")
    assert doors.get_by_role("link").all_inner_texts() == ["新设"]
    assert doors.get_by_text("尚无经营许可证，只能办理新设。").count() == 3


def refuses_a_code_that_is_taken(stranger: Visitor, folder: Path) -> None:
    """The same code under a user name of its own: told about the code only, what was typed is kept."""
    fields = {**registration(3), "uscc": registration(2)["uscc"]}
    text = register(stranger, fields, folder)
    assert "该统一社会信用代码已有登记或正在审核" in text
    page = stranger.page.content()
    for secret in ("newcomer-2", "newcomer2@", registration(2)["name"]):
        assert secret not in page
    assert stranger.page.locator("#name").input_value() == fields["name"]


def test_a_company_with_a_licence_finds_setting_up_closed_also_by_its_address(visit: Any) -> None:
    company = logged_in(visit, "Enterprise", company_of("change"))
    for path in ("/workspace/admission/", "/workspace/admission/new/set_up"):
        company.open(path)
        assert "已有经营许可附件，无需新设" in main_text(company)
        if path.endswith("/admission/"):
            assert company.page.get_by_role("button", name="新设", exact=True).is_disabled()
    assert company.page.locator("main #licence_no").count() == 0, "no form behind the closed door"


def company_with_managers() -> Any:
    """One whose register names its general manager and a director."""
    institution = company_of("change")
    post = {"appointed_on": clock.today(), "term_end": None}
    people = [
        Change("manager", {"name": "测试甲", "position": "gm", "is_legal_rep": "Y", **post}, "测试甲"),
        Change(
            "manager", {"name": "测试旧董", "position": "director", "is_legal_rep": "N", **post}, "测试旧董"
        ),
    ]
    change_register(
        institution, people, effective_from=clock.today(), origin=Origin("import"), now=clock.now()
    )
    plans.lay_down("change", "", "", THREE, actor=None, now=clock.now())
    db.session.commit()
    return institution


def changes_the_director(company: Visitor, name: str, folder: Path) -> None:
    """The form with the people of the register; the director's row is written over, and it is handed in."""
    company.open("/workspace/admission/new/change")
    choose(company, "change_type", "senior")
    row = company.page.locator("#person-1-name")
    row.wait_for()
    assert row.input_value() == "测试旧董"
    row.fill(name)
    company.page.locator("#effective_from").fill(in_days(0))
    company.page.locator("#reason").fill("股东会决议改选董事")
    paper = folder / "决议.pdf"
    paper.write_bytes(PDF)
    company.page.locator("#file_resolution").set_input_files(paper)
    press(company, "提交申请")
    assert "审批中" in main_text(company)


def test_a_change_of_managers_is_withdrawn_returned_corrected_and_approved(
    visit: Any, tmp_path: Path
) -> None:
    institution = company_with_managers()
    key = institution.id
    company = logged_in(visit, "Enterprise", institution)
    changes_the_director(company, "测试误写", tmp_path)
    press(company, "撤回申请", sure=True)
    assert "已撤回" in main_text(company)
    changes_the_director(company, "测试新懂", tmp_path)
    is_not_found_from_another_region(visit)
    first = logged_in(visit, "Supervisor")
    first.open("/console/applications/list/")
    assert first.page.locator("main table").get_by_text("ZR").count() == 2, (
        "the withdrawn one and the new one"
    )
    assert "已退回" in take_step(first, "退回补正", "董事姓名与决议不一致")
    company.open("/workspace/admission/")
    press(company, "补正")
    assert "董事姓名与决议不一致" in main_text(company)
    company.page.locator("#person-1-name").fill("测试新董")
    press(company, "提交申请")
    assert "您已办理过这份申请的一个步骤" in take_step(first, "同意")
    assert first.page.get_by_role("button", name="同意", exact=True).count() == 0
    take_step(logged_in(visit, "Supervisor"), "同意")
    approver = logged_in(visit, "Approver")
    take_step(approver, "同意", "同意改选")
    company.open(f"/workspace/admission/{last_id()}")
    assert "已通过" in main_text(company)
    approver.open(f"/console/institutions/show/{key}")
    people = approver.page.locator("#people").inner_text()
    assert "测试新董" in people and "测试甲" in people
    assert "测试旧董" not in people and "测试误写" not in people


def is_not_found_from_another_region(visit: Any) -> None:
    """Staff of another city neither find it nor reach it by its number."""
    make_region("330200", "宁波市")
    foreign = make_account("Supervisor", region_prefix="3302").username
    db.session.rollback()
    visitor = visit()
    visitor.log_in(foreign, PASSWORD)
    visitor.open("/console/applications/list/")
    assert "ZR" not in main_text(visitor)
    answer = visitor.page.goto(f"{visitor.address}/console/applications/show/{last_id()}")
    assert answer.status == 404
