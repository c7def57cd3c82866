"""Everything of portal and accounts also without script: one walk through its forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from app.accounts.models import LoginSession
from app.core import clock
from app.core.db import db
from app.portal.seed import seed_portal
from tests.browser.walks import CAPTCHA, NEW, link_in_newest_mail
from tests.factories import PASSWORD, make_account, make_institution, uscc
from tests.live import PHONE, Visitor

PDF = {
    "name": "paper.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF",
}


def fill(page: Any, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)


def send(page: Any) -> None:
    page.locator("main form button[type=submit].btn-primary").last.click()


def test_the_forms_of_portal_and_accounts_work_without_script(
    fresh_database: None, visit: Callable[..., Visitor]
):
    seed_portal(clock.now())
    somebody = make_account("Enterprise", institution=make_institution())
    db.session.commit()
    visitor = visit(java_script_enabled=False, viewport=PHONE)
    suggest(visitor)
    register(visitor)
    get_in_again(visitor, somebody)
    end_another_session(visitor, somebody.id)
    log_out(visitor)


def suggest(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/")
    page.locator(".interaction a[href='/suggestions']").click()
    expect(page.locator("[data-captcha-renew]")).to_be_hidden()  # nobody would answer it
    send(page)
    expect(page.locator(".error-summary li")).to_have_count(5)
    fill(
        page,
        name="张示例",
        contact="zhang@example.invalid",
        text="请多公布一些办事指南，十个字以上。",
        captcha=CAPTCHA,
    )
    page.select_option("main [name=topic]", index=1)
    send(page)
    receipt = page.locator(".receipt-number").inner_text()
    page.locator("main .button-row a").first.click()
    expect(page.locator("#answer")).to_have_text(receipt)


def register(visitor: Visitor) -> None:
    page, code = visitor.page, uscc(90021)
    visitor.open("/")
    page.locator(".portal-account a[href='/register']").click()
    send(page)
    expect(page.locator(".error-summary")).to_be_visible()
    fill(
        page,
        username="shili-wujiaoben",
        password=NEW,
        again=NEW,
        name="示例无脚本融资担保有限公司",
        uscc=code,
    )
    fill(
        page,
        address="示例路 1 号",
        legal_representative="测试甲",
        contact_name="测试乙",
        mobile="13800000000",
    )
    fill(
        page,
        email="plain@example.invalid",
        licence_no="示例A00001",
        licence_issuer="示例监管局",
        captcha=CAPTCHA,
    )
    fill(page, licence_from="2020-01-01", licence_to="2090-12-31")
    for name, value in (("industry", "guarantee"), ("org_type", "guarantee"), ("region_code", "330100")):
        page.select_option(f"main [name={name}]", value)
    page.check("main [name=has_licence][value=yes]")
    for name in ("licence_file", "business_file", "authorisation_file"):
        page.set_input_files(f"#{name}", PDF)
    page.check("main [name=consent]")
    send(page)
    look_up(page, code)


def look_up(page: Any, code: str) -> None:
    receipt = page.locator(".receipt-number").inner_text()
    page.locator("main a[href='/register/status']").click()
    fill(page, receipt_no=receipt, uscc=code)
    send(page)
    expect(page.locator("#result h2")).to_have_text("示例无脚本融资担保有限公司")


def get_in_again(visitor: Visitor, somebody: Any) -> None:
    page = visitor.page
    page.locator(".portal-account a[data-login]").click()
    page.locator("main .login-forgotten a").click()
    fill(page, account=somebody.username, email=somebody.email, captcha="1111")
    send(page)
    expect(page.locator(".field-error")).to_contain_text("验证码不正确")
    fill(page, captcha=CAPTCHA)
    send(page)
    page.wait_for_url("**/sent")
    visitor.open(link_in_newest_mail(r"/login/reset/[\w-]{43}"))
    fill(page, new=NEW, again=NEW)
    send(page)
    page.wait_for_url("**/login")
    fill(page, account=somebody.username, password=PASSWORD, captcha=CAPTCHA)
    send(page)
    expect(page.locator(".notice-problem")).to_contain_text("再输错 4 次")
    fill(page, password=NEW, captcha=CAPTCHA)
    send(page)
    page.wait_for_url("**/workspace/")


def end_another_session(visitor: Visitor, account_id: int) -> None:
    """Buttons with a question ask on a page of their own; no leads back, yes does it."""
    page, now = visitor.page, clock.now()
    db.session.rollback()  # forgets what was read before the server wrote
    db.session.add(LoginSession(id="0" * 64, account_id=account_id, created_at=now, seen_at=now))
    db.session.commit()
    for answer in ("no", "yes"):
        visitor.open("/workspace/profile/sessions")
        page.locator("tbody button[data-danger]").click()
        expect(page.locator("main")).to_contain_text("确定让该处退出登录吗")
        if answer == "no":
            page.locator("main a.btn").click()
            page.wait_for_url("**/workspace/profile/sessions")
    send(page)
    expect(page.locator("tbody tr")).to_have_count(1)


def log_out(visitor: Visitor) -> None:
    """Without script a page asks; no is as good an answer as yes."""
    page = visitor.page
    for answer in ("no", "yes"):
        visitor.open("/workspace/profile")
        page.locator(".user-menu summary").click()
        page.locator(".user-menu a[data-posts]").click()
        expect(page.locator("h1")).to_have_text("注销")
        if answer == "no":
            page.locator("main a.btn").click()
            page.wait_for_url("**/workspace/profile")
    send(page)
    page.wait_for_url(re.compile(r"://[^/]+/$"))
    visitor.open("/workspace/")
    assert "/login" in page.url
