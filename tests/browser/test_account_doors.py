"""What people read who cannot get in: locked, with an old link, with a spent invitation, disabled; and how they do get in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import expect

from app.accounts import colleagues
from app.core import clock
from app.core.db import commits, db
from app.portal.seed import seed_portal
from tests.browser.test_account_keyboard import sit_down
from tests.browser.walks import CAPTCHA, NEW, Walker, link_in_newest_mail, walker
from tests.factories import PASSWORD, end_institution, make_account, make_institution
from tests.live import PHONE

__all__ = ["walker"]
INVITATION = r"/invitation/[\w-]{43}"


@pytest.fixture
def boss(fresh_database: None) -> Any:
    """Who looks after the accounts of a company, in front of a portal with pages."""
    seed_portal(clock.now())
    return make_account("Enterprise", institution=make_institution(), manages_colleagues=True)


def try_to_log_in(mine: Walker, account: Any, password: str, scope: str = "main") -> None:
    mine.fill(scope, account=account.username, password=password, captcha=CAPTCHA)
    with mine.page.expect_response(lambda answer: answer.request.method == "POST"):
        mine.page.locator(f"{scope} .login-form [type=submit]").click()


def test_a_locked_account_says_until_when_and_opens_again(boss, walker):
    mine: Walker = walker(PHONE)
    page = mine.page
    mine.open("/pages/complaints")
    page.locator(".portal-account a[data-login]").click()
    says = page.locator("dialog.login-window .notice-problem")
    for left in (4, 3, 2, 1):
        try_to_log_in(mine, boss, "Falsch-Falsch-1", "dialog.login-window")
        expect(says).to_contain_text(f"再输错 {left} 次")
    try_to_log_in(mine, boss, "Falsch-Falsch-1", "dialog.login-window")
    expect(says).to_contain_text("请在 15 分钟后再试")
    mine.look()
    try_to_log_in(mine, boss, PASSWORD, "dialog.login-window")
    expect(says).to_contain_text("已暂时锁定")  # the right password does not help either
    with time_machine.travel(clock.now() + timedelta(minutes=10)):
        mine.open("/login")
        try_to_log_in(mine, boss, PASSWORD)
        expect(page.locator("main .notice-problem")).to_contain_text("5 分钟后再试")
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=5)):
        mine.open("/workspace/colleagues/?from=mail")
        expect(page.locator("main .notice-info")).to_contain_text("回到您刚才的页面")
        try_to_log_in(mine, boss, PASSWORD)
        page.wait_for_url("**/workspace/colleagues/?from=mail")  # where they were


def test_a_link_for_a_new_password_says_when_it_is_old_or_spent(boss, walker):
    mine: Walker = walker(language="en")
    page = mine.page

    def ask() -> str:
        mine.open("/login/forgotten")
        mine.fill("main", account=boss.username, email=boss.email, captcha=CAPTCHA)
        page.locator("main [type=submit]").click()
        page.wait_for_url("**/sent")
        return link_in_newest_mail(r"/login/reset/[\w-]{43}")

    first, second = ask(), ask()
    mine.open(first)  # only the newest works
    expect(page.locator("h1")).to_have_text("The link is no longer valid")
    mine.look()
    mine.open(second)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        mine.fill("main", new=NEW, again=NEW)
        page.locator("main [type=submit]").click()
        expect(page.locator("h1")).to_have_text("The link is no longer valid")
    mine.open(second)
    mine.fill("main", new=NEW, again=NEW)
    page.locator("main [type=submit]").click()
    page.wait_for_url("**/login")
    mine.open(second)
    expect(page.locator("main")).to_contain_text("This link has been used")
    mine.look()
    page.locator("main a.btn-primary").click()
    page.wait_for_url("**/login/forgotten")


def invited(boss: Any, email: str) -> str:
    values = {"display_name": "测试戊", "email": email}
    commits(colleagues.invite)(values, actor=boss, now=clock.now())
    return link_in_newest_mail(INVITATION)


def test_an_invitation_says_what_is_wrong_and_works_once(boss, walker):
    mine: Walker = walker(PHONE)
    page = mine.page
    link = invited(boss, "wu@example.invalid")
    mine.open(link)
    mine.look()
    page.locator("main [type=submit]").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#error-summary a")).to_have_text(["账号", "密码", "再次输入密码"])  # as on the page
    mine.look()
    mine.fill("main", username=boss.username, new=NEW, again=NEW)
    page.locator("main [type=submit]").click()
    expect(page.locator("#username-error")).to_contain_text("已存在")
    mine.fill("main", username="wu-shili", new="zukurz", again="zukurz")
    page.locator("main [type=submit]").click()
    expect(page.locator("#new-error")).to_contain_text("至少需要 10")
    mine.fill("main", new=NEW, again=NEW)
    page.locator("main [type=submit]").click()
    expect(page.locator(".notice-done")).to_contain_text("wu-shili")
    mine.open(link)
    expect(page.locator("h1")).to_have_text("邀请已失效")  # spent
    mine.look()
    other = invited(boss, "ji@example.invalid")
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1)):
        mine.open(other)
        expect(page.locator("h1")).to_have_text("邀请已失效")  # old
    mine.open(other)
    expect(page.locator("h1")).to_have_text("开通账号")
    end_institution(boss.institution, clock.today())
    db.session.commit()
    mine.fill("main", username="ji-shili", new=NEW, again=NEW)
    page.locator("main [type=submit]").click()
    expect(page.locator("h1")).to_have_text("邀请已失效")  # nobody joins a company that has ended


def test_a_disabled_colleague_is_out_with_the_next_click(app: Flask, boss, walker):
    other = make_account("Enterprise", institution=boss.institution)
    mine: Walker = walker(PHONE)
    theirs: Walker = walker()
    sit_down(app, mine, boss)
    sit_down(app, theirs, other)
    theirs.open("/workspace/")
    mine.open("/workspace/colleagues/")
    mine.look()
    mine.page.locator("main button[data-danger]").click()
    expect(mine.page.locator("#confirm-dialog")).to_contain_text("立即退出登录")
    mine.look()
    mine.page.locator("#confirm-dialog [value=ok]").click()
    expect(mine.page.locator(".notice-done")).to_contain_text("已停用")
    theirs.page.locator(".side-nav a[href='/workspace/filings/']").click()
    theirs.page.wait_for_url("**/login?next=**")
    try_to_log_in(theirs, other, PASSWORD)
    expect(theirs.page.locator("main .notice-problem")).to_contain_text("该账号已停用")
    theirs.look()
