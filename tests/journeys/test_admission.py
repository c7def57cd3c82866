"""Each application walked in the browser by the company and by each approving role, happy and unhappy.

Everybody takes turns at one browser: a session's cookie is handed over, which is all that a new log-in would change.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core.db import db
from app.institutions.admission import rules
from app.institutions.models import Institution
from tests.capabilities import both_databases_for
from tests.factories import PASSWORD, make_account, make_institution, make_region, open_session
from tests.integration.admission.helpers import FIELDS, PDF, the_last
from tests.journeys.steps import choose, main_text, press
from tests.live import Visitor

pytestmark = pytest.mark.browser
WORDS = {"set_up": "新设", "branch": "跨区设立分支机构", "change": "变更", "termination": "终止"}
# What the company's own page says when all is done.
AFTERWARDS = {
    "branch": "示例宁波分公司",
    "change": "新名融资担保有限公司",
    "set_up": "已有经营许可附件，无需新设",
    "termination": "账号只读",
}
# The steps where the regulator lays nothing down, each with somebody who takes it.
OFFICERS = {"受理": "Supervisor", "初审": "Supervisor", "复审": "Approver", "终审": "Approver"}


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


class Turns:
    """The company and the officers of four steps, who take turns at one browser."""

    def __init__(self, app: Flask, visitor: Visitor, kind: str, folder: Path) -> None:
        self.visitor, self.kind, self.folder = visitor, kind, folder
        self.cookies: dict[str, str] = {}
        institution = company_of(kind)
        people: dict[str, tuple[str, Institution | None]] = {"企业": ("Enterprise", institution)}
        people |= {step: (role, None) for step, role in OFFICERS.items()}
        for name, (role, own) in people.items():
            client = app.test_client()
            open_session(client, make_account(role, institution=own))
            cookie = client.get_cookie("session")
            assert cookie is not None
            self.cookies[name] = cookie.value
        db.session.rollback()

    def turn(self, name: str) -> Visitor:
        """Somebody else sits down."""
        cookie = {"name": "session", "value": self.cookies[name], "url": self.visitor.address}
        self.visitor.page.context.add_cookies([cookie])
        return self.visitor

    def hand_in(self, *, empty_first: bool = False) -> None:
        """The company finds the door on its page, fills the form in and hands it in."""
        company = self.turn("企业")
        company.open("/workspace/admission/")
        press(company, WORDS[self.kind])
        if empty_first:
            press(company, "提交申请")
            self.everything_missing_is_named()
        fill_in(company, self.kind, self.folder)
        press(company, "提交申请")
        assert "审批中" in main_text(company)

    def everything_missing_is_named(self) -> None:
        """At the top and at every attachment."""
        page, needed = self.visitor.page, sum(rules.ATTACHMENTS[self.kind].values())
        assert page.locator("[id^=file_][id$=-error]").count() == needed
        assert page.locator("#error-summary li").count() > needed

    def correct(self, reason: str) -> None:
        """The company reads why it came back and hands it in again."""
        company = self.turn("企业")
        company.open("/workspace/admission/")
        press(company, "补正")
        assert reason in main_text(company)
        press(company, "提交申请")
        assert "审批中" in main_text(company)

    def decide(self, step: str, button: str = "同意", opinion: str = "") -> str:
        """The officer of a step takes it."""
        return take_step(self.turn(step), button, opinion)

    def may_not(self, step: str, reason: str) -> None:
        """Whose turn it is not sees why, and no button."""
        officer = self.turn(step)
        officer.open(f"/console/applications/show/{last_id()}")
        assert reason in main_text(officer)
        assert officer.page.get_by_role("button", name="同意", exact=True).count() == 0

    def reads(self, *words: str) -> None:
        """The company reads these words on the application's page."""
        company = self.turn("企业")
        company.open(f"/workspace/admission/{last_id()}")
        text = main_text(company)
        assert [one for one in words if one not in text] == []


@pytest.mark.parametrize("kind", both_databases_for({"set_up"}, WORDS))
def test_every_role_takes_its_step_and_each_way_out_is_walked(
    app: Flask, visit: Callable[..., Visitor], tmp_path: Path, kind: str
) -> None:
    walk = Turns(app, visit(), kind, tmp_path)
    walk.hand_in(empty_first=True)
    walk.may_not("复审", "这一步由其他岗位办理")
    assert "已退回" in walk.decide("受理", "退回补正", "决议缺少签字页")
    walk.correct("决议缺少签字页")
    walk.decide("受理")
    walk.may_not("受理", "您已办理过这份申请的一个步骤")
    walk.decide("初审")
    walk.decide("复审", "驳回", "不符合办理条件")
    walk.reads("已驳回", "不符合办理条件")
    walk.hand_in()
    press(walk.visitor, "撤回申请", sure=True)
    assert "已撤回" in main_text(walk.visitor)
    walk.hand_in()
    for step in OFFICERS:
        walk.decide(step, opinion=f"{step}无异议")
    walk.reads("已通过", *(f"{step}无异议" for step in OFFICERS))
    walk.visitor.open("/workspace/admission/")
    assert AFTERWARDS[kind] in main_text(walk.visitor)
