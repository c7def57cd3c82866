"""Each application walked in the browser by the company and by each approving role, happy and unhappy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.core.db import db
from app.institutions.admission import rules
from tests.factories import PASSWORD, make_account, make_institution, make_region
from tests.integration.admission.helpers import FIELDS, PDF, the_last, two_steps
from tests.journeys.steps import choose, main_text, press
from tests.live import Visitor

pytestmark = pytest.mark.browser
WORDS = {"set_up": "新设", "branch": "跨区设立分支机构", "change": "变更", "termination": "终止"}


def logged_in(visit: Any, role: str, institution: Any = None) -> Visitor:
    db.session.rollback()  # what a page has written since is seen
    username = make_account(role, institution=institution).username
    db.session.rollback()
    visitor: Visitor = visit()
    visitor.log_in(username, PASSWORD)
    return visitor


def company_of(kind: str) -> Any:
    make_region("330000", "浙江省")
    make_region("330200", "宁波市", "330000")
    if kind == "set_up":
        return make_institution(opened=False, licence_no=None, licence_from=None, licence_to=None)
    return make_institution()


def fill_in(visitor: Visitor, kind: str, folder: Path, **changed: str) -> None:
    for name, value in {**FIELDS[kind], **changed}.items():
        field = visitor.page.locator(f"main #{name}")
        if field.evaluate("one => one.tagName") == "SELECT":
            choose(visitor, name, value)
        else:
            field.fill(value)
    paper = folder / "附件.pdf"
    paper.write_bytes(PDF)
    for key in rules.ATTACHMENTS[kind]:
        visitor.page.locator(f"#file_{key}").set_input_files(paper)


def last_id() -> int:
    """Which application it is about; leaves no transaction open, so that others can write."""
    found = int(the_last().id)
    db.session.rollback()
    return found


def take_step(visitor: Visitor, button: str, opinion: str = "") -> str:
    visitor.open(f"/console/applications/show/{last_id()}")
    visitor.page.locator("#opinion").fill(opinion)
    press(visitor, button, sure=True)
    return main_text(visitor)


@pytest.mark.parametrize("kind", list(WORDS))
def test_an_application_is_handed_in_and_approved_by_two_roles(visit, tmp_path, kind):
    two_steps(kind)
    company = logged_in(visit, "Enterprise", company_of(kind))
    company.open("/workspace/admission/")
    press(company, WORDS[kind])
    fill_in(company, kind, tmp_path)
    press(company, "提交申请")
    assert "审批中" in main_text(company)
    assert "等待办理" in take_step(logged_in(visit, "Supervisor"), "同意")
    take_step(logged_in(visit, "Approver"), "同意", "同意终审")
    company.open(f"/workspace/admission/{last_id()}")
    text = main_text(company)
    for words in ("已通过", "受理", "终审", "同意终审"):
        assert words in text
    company.open("/workspace/admission/")
    shown = {
        "branch": "示例宁波分公司",
        "change": "新名融资担保有限公司",
        "set_up": "已有经营许可附件，无需新设",
    }
    assert shown.get(kind, "账号只读") in main_text(company)


def test_returned_with_a_reason_corrected_and_then_rejected(visit, tmp_path):
    two_steps()
    company = logged_in(visit, "Enterprise", company_of("change"))
    company.open("/workspace/admission/new/change")
    press(company, "提交申请")
    assert "请选择变更类型" in main_text(company)
    fill_in(company, "change", tmp_path)
    press(company, "提交申请")
    supervisor = logged_in(visit, "Supervisor")
    assert "已退回" in take_step(supervisor, "退回补正", "决议缺少签字页")
    company.open("/workspace/admission/")
    press(company, "补正")
    assert "决议缺少签字页" in main_text(company)
    press(company, "提交申请")
    assert "审批中" in main_text(company)
    take_step(supervisor, "同意")
    take_step(logged_in(visit, "Approver"), "驳回", "不符合变更条件")
    company.open("/workspace/admission/")
    assert "已驳回" in main_text(company)


def test_what_is_not_open_is_shown_with_its_reason(visit):
    company = logged_in(visit, "Enterprise", company_of("change"))
    company.open("/workspace/admission/")
    assert "已有经营许可附件，无需新设" in main_text(company)
    assert company.page.get_by_role("button", name="新设", exact=True).is_disabled()
