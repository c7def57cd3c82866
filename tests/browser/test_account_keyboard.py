"""Accounts by the keyboard alone: registering, getting in again, the personal centre; the focus is seen on every stop."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import expect

from app.core import clock
from app.portal.seed import seed_portal
from tests.browser.walks import CAPTCHA, NEW, Walker, link_in_newest_mail, walker
from tests.factories import PASSWORD, make_account, make_institution, open_session, uscc
from tests.live import PHONE

__all__ = ["walker"]


@pytest.fixture
def boss(fresh_database: None) -> Any:
    """Who looks after the accounts of a company, in front of a portal with pages."""
    seed_portal(clock.now())
    return make_account("Enterprise", institution=make_institution(), manages_colleagues=True)


def sit_down(app: Flask, mine: Walker, account: Any) -> None:
    client = app.test_client()
    open_session(client, account)
    cookie = client.get_cookie("session")
    assert cookie is not None
    mine.page.context.add_cookies([{"name": "session", "value": cookie.value, "url": mine.visitor.address}])


def choose_file(mine: Walker, field: str, path: Path) -> None:
    """Open the browser's own window for files from the field."""
    mine.tab_to(field)
    with mine.page.expect_file_chooser() as chooser:
        mine.press("Space")
    chooser.value.set_files(path)


def test_an_institution_registers_by_keyboard_alone(boss, walker, tmp_path: Path):
    mine: Walker = walker()
    page, code = mine.page, uscc(90011)
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    mine.open("/register")
    mine.tab_to("main [name=username]")
    mine.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    for name, place in (("username", "username"), ("region_code", "region_code-ts-control")):
        mine.tab_to(f"#error-summary a[href='#{name}']")
        mine.press("Enter")  # the summary's links lead into the fields
        expect(page.locator(f"#{place}")).to_be_focused()
        page.locator("#error-summary").focus()
    fill_registration(mine, code, paper)
    mine.press("Enter")
    page.wait_for_url("**/register/done")
    receipt = page.locator(".receipt-number").inner_text()
    mine.tab_to("main a[href='/register/status']")
    mine.press("Enter")
    page.wait_for_url("**/register/status")
    mine.enter(receipt_no=receipt, uscc=uscc(90012))
    mine.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    mine.enter(uscc=code)
    mine.press("Enter")
    expect(page.locator("#result .card-header .state")).to_have_text("审核中")


def fill_registration(mine: Walker, code: str, paper: Path) -> None:
    mine.enter(username="shili-jianpan", password=NEW, again=NEW, name="示例键盘融资担保有限公司")
    for name, wanted in (("industry", "guarantee"), ("org_type", "guarantee")):
        mine.tab_to(f"[name={name}]")
        for _step in range(12):
            if mine.page.locator(f"[name={name}]").input_value() == wanted:
                break
            mine.press("ArrowDown")
    mine.enter(uscc=code)
    mine.tab_to("#region_code-ts-control")
    mine.type("示例市")
    mine.press("Enter")
    mine.enter(address="示例路 1 号", legal_representative="测试甲", contact_name="测试乙")
    mine.enter(mobile="13800000000", email="keys@example.invalid")
    mine.tab_to("[name=has_licence]")
    mine.press("ArrowRight", "Space")
    assert mine.page.locator("[name=has_licence][value=no]").is_checked()
    assert mine.page.locator("[name=licence_no]").is_hidden()
    choose_file(mine, "#business_file", paper)
    choose_file(mine, "#authorisation_file", paper)
    mine.tab_to("[name=consent]")
    mine.press("Space")
    mine.enter(captcha=CAPTCHA)


def test_getting_in_after_a_forgotten_password_by_keyboard_alone(boss, walker):
    mine: Walker = walker(PHONE, "en")
    page = mine.page
    mine.open("/")
    mine.tab_to(".portal-account a[data-login]")
    mine.press("Enter")
    window = page.locator("dialog.login-window[open]")
    expect(window.locator("[name=account]")).to_be_focused()
    mine.tab_to("[role=tab]", "Shift+Tab")
    mine.press("ArrowRight")
    mine.tab_to("dialog a[href='/register/status']")
    mine.tab_to("[role=tab]", "Shift+Tab")
    mine.press("ArrowLeft")
    mine.tab_to(".login-forgotten a")
    mine.press("Enter")
    page.wait_for_url("**/login/forgotten")
    mine.enter(account=boss.username)
    mine.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    mine.enter(email=boss.email, captcha=CAPTCHA)
    mine.press("Enter")
    page.wait_for_url("**/sent")
    mine.open(link_in_newest_mail(r"/login/reset/[\w-]{43}"))
    mine.enter(new=NEW, again=NEW)
    mine.press("Enter")
    page.wait_for_url("**/login")
    mine.enter(account=boss.username, password=NEW, captcha=CAPTCHA)
    mine.press("Enter")
    page.wait_for_url("**/workspace/")


def test_picture_and_password_by_keyboard_alone(app, boss, walker, tmp_path: Path):
    mine: Walker = walker()
    page = mine.page
    Image.new("RGB", (600, 300), (20, 80, 140)).save(tmp_path / "face.png")
    (tmp_path / "no.png").write_bytes(b"no picture")
    sit_down(app, mine, boss)
    mine.open("/workspace/")
    mine.tab_to(".user-menu summary")
    mine.press("Enter")
    mine.tab_to(".user-menu a[href='/account/']")
    mine.press("Enter")
    page.wait_for_url("**/profile")
    choose_file(mine, "#picture", tmp_path / "no.png")
    expect(page.locator("[data-crop-broken]")).to_be_visible()
    mine.press("Shift+Tab")
    choose_file(mine, "#picture", tmp_path / "face.png")
    expect(page.locator("[data-crop]")).to_be_visible()
    mine.tab_to("[data-crop-zoom]")
    mine.press(*["ArrowRight"] * 30)
    mine.tab_to("[data-crop-x]")
    mine.press("End")
    assert page.locator("[name=crop_side]").input_value() < "1"
    assert page.locator("[name=crop_left]").input_value() > "0.5"
    mine.look()
    mine.tab_to(".avatar-form button")
    mine.press("Enter")
    expect(page.locator(".avatar-now img")).to_be_visible()
    mine.tab_to("main a[href$='/profile/password']")
    mine.press("Enter")
    page.wait_for_url("**/password")
    mine.enter(old="Falsch-Falsch-1", new=NEW, again=NEW)
    mine.press("Enter")
    expect(page.locator("#old-error")).to_contain_text("再输错 4 次")
    mine.look()
    mine.enter(old=PASSWORD, new=NEW, again=NEW)
    mine.press("Enter")
    page.wait_for_url("**/profile")
    expect(page.locator(".notice-done")).to_be_visible()


def confirm(mine: Walker) -> None:
    """The question stands in the middle with 取消 in focus; one step further is 确定."""
    expect(mine.page.locator("#confirm-dialog [value=cancel]")).to_be_focused()
    mine.tab_to("#confirm-dialog [value=ok]")
    mine.press("Enter")


def test_second_factor_devices_and_log_out_by_keyboard_alone(app, boss, walker):
    mine: Walker = walker()
    page = mine.page
    open_session(app.test_client(), boss)
    sit_down(app, mine, boss)
    mine.open("/workspace/profile/second-factor")
    secret = page.locator(".setup-letters").inner_text().replace(" ", "")
    moment = clock.now().timestamp()
    mine.enter(code="000000", password=PASSWORD)
    mine.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    mine.look()
    assert page.locator(".setup-letters").inner_text().replace(" ", "") == secret
    mine.enter(code=pyotp.TOTP(secret).at(moment), password=PASSWORD)
    mine.press("Enter")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    mine.look()
    mine.tab_to("main .button-row a")
    mine.press("Enter")
    expect(page.locator("main")).to_contain_text("剩余备用码")
    mine.enter(code=pyotp.TOTP(secret).at(moment + 30), password=PASSWORD)
    mine.tab_to("main button[data-danger]")
    mine.press("Enter")
    confirm(mine)
    expect(page.locator(".notice-done")).to_contain_text("已停用")
    mine.open("/workspace/profile/sessions")
    mine.look()
    mine.tab_to("main td button")
    mine.press("Enter")
    confirm(mine)
    expect(page.locator("main td button")).to_have_count(0)
    log_out(mine)


def log_out(mine: Walker) -> None:
    page = mine.page
    mine.tab_to(".user-menu summary", "Shift+Tab")
    mine.press("Enter")
    mine.tab_to(".user-menu [data-posts]")
    mine.press("Enter", "Escape")
    expect(page.locator(".user-menu [data-posts]")).to_be_focused()
    mine.press("Enter")
    confirm(mine)
    page.wait_for_url(re.compile(r"://[^/]+/$"))
    expect(page.locator(".portal-account a[data-login]")).to_be_visible()
    page.go_back()
    assert "/login" in page.url or page.locator(".user-menu").count() == 0
