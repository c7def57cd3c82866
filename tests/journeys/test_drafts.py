"""What is typed is kept while it is typed: the window closes, the telephone is put away, and it is there again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.core.db import db
from app.core.form_drafts import FormDraft
from app.inspections.models import Inspection
from tests.factories import PASSWORD
from tests.integration.inspections.helpers import bring, make_desk

pytestmark = pytest.mark.browser


def test_a_closed_window_and_a_phone_put_away_lose_nothing(visit: Any) -> None:
    desk = make_desk()
    found = bring(desk, "rectifying")
    key, username, finding = found.id, desk.company.username, found.findings[0].id
    db.session.rollback()
    company = visit()
    company.log_in(username, PASSWORD)
    page, address = company.page, f"/workspace/inspections/{key}/feedback"
    page.set_viewport_size({"width": 375, "height": 800})
    company.open(address)
    page.locator(f"#measure_{finding}").press_sequentially("已开始补提")
    status = page.locator("[data-draft-status]")
    page.get_by_text(re.compile(r"草稿已保存 \d\d:\d\d")).wait_for()
    assert status.is_visible() and page.evaluate("document.documentElement.scrollWidth") <= 375
    page.locator("#statement").press_sequentially("写到一半")
    # Put away: the last words go out at once.
    with page.expect_response("**/feedback/draft"):
        page.evaluate(
            "Object.defineProperty(document, 'hidden', {value: true}); document.dispatchEvent(new Event('visibilitychange'))"
        )
    second = page.context.new_page()
    page.close()
    second.goto(company.address + address)
    assert second.locator(f"#measure_{finding}").input_value() == "已开始补提"
    assert second.locator("#statement").input_value() == "写到一半"
    second.get_by_text("尚未保存；附件不在草稿中").wait_for()
    third = page.context.new_page()
    third.goto(company.address + address)
    third.locator("#statement").press_sequentially("，另一窗口")
    third.get_by_text(re.compile("草稿已保存")).wait_for()
    second.locator("#statement").fill("写到一半，这一窗口")
    second.get_by_text("与本页不同").wait_for()
    second.get_by_role("button", name="以本页为准").click()
    second.get_by_text(re.compile("草稿已保存")).wait_for()
    second.get_by_role("button", name="保存", exact=True).last.click()
    second.get_by_text("已保存，尚未提交").wait_for()
    db.session.rollback()
    assert db.session.query(FormDraft).count() == 0
    assert db.session.get_one(Inspection, key).statement == "写到一半，这一窗口"
