"""The personal centre (1.1.1.4) with mistakes and without, at both widths and in both languages, for people with long names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_account_keyboard import sit_down
from tests.browser.walks import NEW, WALKS, Walker, walker
from tests.factories import PASSWORD, make_account, make_institution, open_session

__all__ = ["walker"]
LONG = "示例市经济技术开发区科技型中小企业融资再担保与小额贷款综合服务示范股份有限公司第一分公司"
NAMES = "示例|测试"


@pytest.fixture
def boss(fresh_database: None) -> Any:
    """Who looks after the accounts of a company; everything about them is long."""
    company = make_institution(name=LONG)
    make_account(
        "Enterprise",
        institution=company,
        display_name="测试·" + "长" * 40,
        email=f"{'lang' * 20}@example.invalid",
    )
    return make_account(
        "Enterprise",
        institution=company,
        manages_colleagues=True,
        display_name="测试·" + "名" * 30,
        username="a" * 32,
    )


def press(mine: Walker, selector: str) -> None:
    """Press a button that brings another page."""
    with mine.page.expect_navigation():
        mine.page.locator(selector).click()
    mine.ready()


@pytest.mark.parametrize(("size", "language", "axe"), WALKS)
def test_the_personal_centre(app: Flask, boss, walker, size, language, axe, tmp_path: Path):
    mine: Walker = walker(size, language, axe)
    page = mine.page
    open_session(app.test_client(), boss)
    sit_down(app, mine, boss)
    mine.open("/workspace/")
    page.locator(".user-menu summary").click()
    mine.look(NAMES)
    with page.expect_navigation():
        page.locator(".user-menu a[href='/account/']").click()
    mine.ready()
    change_picture(mine, tmp_path)
    change_password(mine)
    look_after_devices_and_colleagues(mine)


def change_picture(mine: Walker, folder: Path) -> None:
    page = mine.page
    mine.look(NAMES)
    press(mine, ".avatar-form button")  # nothing chosen
    expect(page.locator("#picture-error")).to_be_visible()
    mine.look(NAMES)
    Image.new("RGB", (600, 300), (20, 80, 140)).save(folder / "face.png")
    page.set_input_files("#picture", folder / "face.png")
    expect(page.locator("[data-crop]")).to_be_visible()
    expect(page.locator("#picture-error")).to_have_count(0)
    mine.look(NAMES)
    press(mine, ".avatar-form button")
    expect(page.locator(".avatar-now img")).to_be_visible()
    page.locator(".avatar-now button").click()
    expect(page.locator("#confirm-dialog")).to_be_visible()
    press(mine, "#confirm-dialog [value=ok]")
    expect(page.locator(".avatar-now img")).to_have_count(0)


def change_password(mine: Walker) -> None:
    page = mine.page
    mine.open("/workspace/profile/password")
    press(mine, "main form [type=submit]")
    expect(page.locator("#error-summary li")).to_have_count(3)
    mine.look(NAMES)
    for new, again, errors in (
        ("kurz", "kurz", "#new-error"),
        (NEW, "anders", "#again-error"),
        (PASSWORD,) * 2 + ("#new-error",),
    ):
        mine.fill("main", old=PASSWORD, new=new, again=again)
        press(mine, "main form [type=submit]")
        expect(page.locator(errors)).to_be_visible()
    mine.look(NAMES)
    mine.fill("main", old=PASSWORD, new=NEW, again=NEW)
    press(mine, "main form [type=submit]")
    expect(page.locator(".notice-done")).to_be_visible()


def look_after_devices_and_colleagues(mine: Walker) -> None:
    page = mine.page
    mine.open("/workspace/profile/sessions")
    expect(page.locator("main td button")).to_have_count(0)  # the change of the password ended the other one
    mine.look(NAMES)
    mine.open("/workspace/colleagues/")
    inside = page.locator(".table-scroll").first.evaluate("(one) => one.scrollWidth - one.clientWidth")
    assert inside == 0  # what can be done with a colleague stands in sight, however long the names
    mine.look(NAMES)
    press(mine, "main form.form [type=submit]")
    expect(page.locator("#error-summary li")).to_have_count(2)
    mine.fill("main form.form", display_name="测试己", email="ji@example.invalid")
    press(mine, "main form.form [type=submit]")
    expect(page.locator(".notice-done")).to_be_visible()
    mine.look(NAMES)
    page.locator(".invitations button").click()
    expect(page.locator("#confirm-dialog")).to_be_visible()
    mine.look(NAMES)
    press(mine, "#confirm-dialog [value=ok]")
    expect(page.locator(".invitations")).to_have_count(0)
