"""Logging in as people do: in a window over the page, by keyboard alone, on a phone, without script, with mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import expect

from app.accounts import second_factor
from app.core import clock
from app.core.db import commits
from app.portal.seed import seed_portal
from tests.factories import PASSWORD, make_account, make_institution
from tests.live import PHONE, Visitor


@pytest.fixture
def company(fresh_database: None) -> Any:
    """Somebody of a company, in front of a portal with pages."""
    seed_portal(clock.now())
    return make_account("Enterprise", institution=make_institution())


def keys(page: Any, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def opened(visitor: Visitor, path: str = "/pages/complaints") -> Any:
    """The window, opened from the page's log-in link with the keyboard."""
    visitor.open(path)
    visitor.page.locator("html[data-ready]").wait_for(state="attached")
    visitor.page.locator(".portal-account a[data-login]").focus()
    keys(visitor.page, "Enter")
    window = visitor.page.locator("dialog.login-window")
    expect(window).to_be_visible()
    return window


def test_the_window_by_keyboard_keeps_input_through_mistakes(company, visit: Callable[..., Visitor]):
    visitor = visit()
    page, window = visitor.page, opened(visitor)
    account, password, captcha = (
        window.locator(f"[name={name}]") for name in ("account", "password", "captcha")
    )
    expect(account).to_be_focused()
    keys(page, "Escape")
    expect(window).to_be_hidden()
    expect(page.locator(".portal-account a[data-login]")).to_be_focused()
    keys(page, "Enter")
    expect(account).to_be_focused()
    page.keyboard.type(company.username)
    keys(page, "Tab")
    page.keyboard.type("Falsch-Falsch-1")
    keys(page, "Tab")
    page.keyboard.type("9999")
    keys(page, "Enter")
    expect(captcha).to_be_focused()
    expect(window.locator(".field-error")).to_contain_text("验证码不正确")
    expect(password).to_have_value("Falsch-Falsch-1")
    page.keyboard.type("2468")
    keys(page, "Enter")
    expect(window.get_by_role("alert")).to_contain_text("再输错 4 次")
    expect(password).to_be_focused()
    expect(account).to_have_value(company.username)
    page.keyboard.type(PASSWORD)  # the wrong one is selected
    keys(page, "Tab")
    page.keyboard.type("2468")
    keys(page, "Enter")
    page.wait_for_url("**/workspace/")


def test_tabs_refreshed_captcha_and_the_focus_stays_inside(company, visit: Callable[..., Visitor]):
    visitor = visit(viewport=PHONE)
    window = opened(visitor, "/suggestions")  # has a captcha of its own
    page = visitor.page
    tabs = window.get_by_role("tab")
    tabs.first.focus()
    keys(page, "ArrowRight")
    expect(tabs.last).to_be_focused()
    expect(window.get_by_role("link", name="去注册")).to_be_visible()
    keys(page, "ArrowLeft")
    before = window.locator(".captcha-image").get_attribute("src")
    window.locator("[data-captcha-renew]").click()
    expect(window.locator(".captcha-image")).not_to_have_attribute("src", before)
    expect(window.locator("[name=captcha]")).to_be_focused()
    for _step in range(14):
        keys(page, "Tab")
        assert page.evaluate("() => !document.activeElement.matches('main *')")
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_without_script_and_with_a_second_factor(company, visit: Callable[..., Visitor]):
    secret, now = second_factor.new_secret(), clock.now()
    commits(second_factor.enable)(company, secret, pyotp.TOTP(secret).at(now), now=now)
    page = (visitor := visit(java_script_enabled=False)).page
    visitor.open("/workspace/profile")
    page.locator("main #account").fill(company.username)
    page.locator("main #password").fill(PASSWORD)
    page.locator("main #captcha").fill("2468")
    keys(page, "Enter")
    page.locator("#code").fill(pyotp.TOTP(secret).at(now))
    keys(page, "Enter")
    expect(page.locator(".field-error")).to_contain_text("已经用过")
    page.locator("#code").fill(pyotp.TOTP(secret).at(now.timestamp() + 30))
    keys(page, "Enter")
    expect(page.locator("h1")).to_have_text("个人中心")  # where they wanted to go
