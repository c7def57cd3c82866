"""Long texts survive slips: leaving is asked about, and a log-in that has ended is told before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from app.accounts.models import LoginSession
from app.core.db import db
from app.institutions.admission.models import Application
from tests.factories import PASSWORD, make_account, open_session
from tests.journeys.steps import main_text, press
from tests.journeys.test_admission import company_of

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_suffices]


def test_a_log_in_that_ended_while_typing_loses_nothing(visit: Any, app: Any) -> None:
    institution = company_of("termination")
    account = make_account("Enterprise", institution=institution)
    key, username = account.id, account.username
    db.session.rollback()
    company = visit()
    company.log_in(username, PASSWORD)
    company.open("/workspace/admission/new/termination")
    page = company.page
    page.locator("#reason").fill("股东会决议解散，写了很久的理由")
    db.session.query(LoginSession).delete()
    db.session.commit()
    page.get_by_role("button", name="存为草稿").last.click()
    page.get_by_text("您填写的内容仍在页面上").wait_for()
    assert page.locator("#reason").input_value() == "股东会决议解散，写了很久的理由"
    client = app.test_client()
    open_session(client, db.session.get_one(type(account), key))
    page.context.add_cookies(
        [{"name": one.key, "value": one.value, "url": company.address} for one in client._cookies.values()]
    )
    db.session.rollback()
    press(company, "存为草稿")
    assert "已存为草稿" in page.content() and "写了很久的理由" in page.locator("#reason").input_value()
    assert db.session.query(Application).one().payload["reason"] == "股东会决议解散，写了很久的理由"
    db.session.rollback()


def test_leaving_with_something_typed_is_asked_about_and_saving_is_not(visit: Any) -> None:
    institution = company_of("termination")
    username = make_account("Enterprise", institution=institution).username
    db.session.rollback()
    company = visit()
    company.log_in(username, PASSWORD)
    page, asked = company.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    company.open("/workspace/admission/new/termination")
    company.open("/workspace/admission/")
    assert asked == [], "nothing was typed"
    company.open("/workspace/admission/new/termination")
    page.locator("#reason").press_sequentially("解散")
    page.get_by_role("link", name="返回", exact=True).click()
    page.wait_for_url("**/workspace/admission/")
    assert asked == ["beforeunload"]
    company.open("/workspace/admission/new/termination")
    page.locator("#reason").press_sequentially("解散")
    press(company, "存为草稿")
    assert asked == ["beforeunload"] and "已存为草稿" in main_text(company) + page.content()
