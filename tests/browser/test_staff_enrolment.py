"""What production asks of staff: a second factor set up at log-in, and what a phone in English says when it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import expect

from app.core import clock
from tests.browser.walks import CAPTCHA
from tests.factories import PASSWORD, make_account
from tests.integration.accounts.helpers import try_login
from tests.live import PHONE, Visitor

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def officers(app: Flask, monkeypatch: pytest.MonkeyPatch, fresh_database: None) -> Any:
    """Two of the regulator, without a second factor yet, where one is required."""
    monkeypatch.setitem(app.config, "SECOND_FACTOR_OPTIONAL", False)
    return make_account("Supervisor"), make_account("Supervisor")


def log_in(visitor: Visitor, account: Any, password: str = PASSWORD) -> Any:
    page = visitor.page
    visitor.open("/login")
    for name, value in (("account", account.username), ("password", password), ("captcha", CAPTCHA)):
        page.locator(f"main #{name}").fill(value)
    page.keyboard.press("Enter")
    return page


def enter(page: Any, code: str) -> None:
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")


def test_staff_set_up_the_second_factor_come_back_without_the_phone_and_are_locked_out(
    app: Flask, officers: Any, visit: Callable[..., Visitor]
):
    officer, stranger = officers
    page = log_in(visit(), officer)
    expect(page.locator(".setup-code img")).to_be_visible()
    secret = page.locator(".setup-letters").inner_text().replace(" ", "")
    enter(page, "000000")
    expect(page.locator(".field-error").first).to_be_visible()
    assert page.locator(".setup-letters").inner_text().replace(" ", "") == secret
    enter(page, pyotp.TOTP(secret).at(clock.now()))
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    spare = page.locator(".recovery-codes li").first.inner_text()
    page.locator("main a.btn-primary").click()
    page.wait_for_url("**/console/")

    away = visit(viewport=PHONE)
    away.open("/language/en")
    page = log_in(away, officer)
    expect(page.locator("#code")).to_be_visible()
    assert page.evaluate(WIDER) == 0
    enter(page, spare)
    page.wait_for_url("**/console/")

    for _time in range(4):
        try_login(app.test_client(), stranger.username, "Falsch-Falsch-1")
    locked = visit(viewport=PHONE)
    locked.open("/language/en")
    for password in ("Falsch-Falsch-1", PASSWORD):  # then the right one does not help either
        page = log_in(locked, stranger, password)
        expect(page.locator("main .notice-problem")).to_contain_text("this account is locked for now")
    assert page.evaluate(WIDER) == 0
