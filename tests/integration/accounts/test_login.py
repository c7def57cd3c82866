"""Logging in and out, and the lock."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.accounts.models import LoginSession
from app.core import clock
from app.core.captcha import captcha_problem, new_token
from app.core.db import commits, db
from app.core.events import Event
from tests.factories import PASSWORD, make_account, make_institution
from tests.integration.accounts.helpers import CAPTCHA, field, post, try_login


def kinds() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Event.kind).order_by(Event.id)))


def test_a_company_lands_in_the_workspace_and_staff_in_the_console(app):
    company = make_account("Enterprise", institution=make_institution())
    staff = make_account("Supervisor")
    assert try_login(app.test_client(), company.username).headers["Location"] == "/workspace/"
    assert try_login(app.test_client(), staff.username).headers["Location"] == "/console/"
    assert kinds() == ["RegisterOpened", "LoggedIn", "LoggedIn"]


def test_the_e_mail_address_works_as_well_whatever_its_case(client):
    staff = make_account("Supervisor")
    assert try_login(client, f" {staff.email.upper()} ").status_code == 302


def test_the_way_back_is_kept_but_never_leads_elsewhere(app):
    staff = make_account("Supervisor")
    back = try_login(app.test_client(), staff.username, next="/console/?x=1")
    assert back.headers["Location"] == "/console/?x=1"
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert try_login(app.test_client(), staff.username, next=evil).headers["Location"] == "/console/"


def test_who_is_not_logged_in_is_sent_to_the_log_in_with_the_way_back(client):
    answer = client.get("/console/")
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "请先登录，登录后将回到您刚才的页面。" in page.text
    assert "Access" not in page.text


def test_the_fifth_failure_locks_for_fifteen_minutes_on_every_path(app, client):
    staff = make_account("Supervisor")
    for left in (4, 3, 2, 1):
        answer = try_login(client, staff.username, "Falsch-Falsch-1")
        assert answer.status_code == 422
        assert f"再输错 {left} 次将锁定 15 分钟" in answer.text
    assert "15 分钟后再试" in try_login(client, staff.username, "Falsch-Falsch-1").text
    for name in (staff.username, staff.email, staff.username.upper()):
        assert "15 分钟后再试" in try_login(app.test_client(), name, PASSWORD).text
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        assert try_login(app.test_client(), staff.username).status_code == 302
    assert "AccountLocked" in kinds()


def test_an_unknown_account_is_answered_exactly_like_a_known_one(app):
    known = make_account("Supervisor")
    for _round in range(6):
        real = try_login(app.test_client(), known.username, "Falsch-Falsch-1")
        ghost = try_login(app.test_client(), "nobody-here", "Falsch-Falsch-1")
        assert real.status_code == ghost.status_code
        assert problem_in(real.text) == problem_in(ghost.text)


def problem_in(page: str) -> str:
    return page.split('role="alert"')[1].split("</form>")[0].split("</div>")[0]


def test_parallel_guesses_are_counted_exactly(app):
    staff = make_account("Supervisor")
    name = staff.username

    def guess(_number: int) -> str:
        with app.app_context():
            return try_login(app.test_client(), name, "Falsch-Falsch-1").text

    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(guess, range(8)))
    assert sum("次将锁定" in page for page in pages) == 4
    assert sum("后再试" in page for page in pages) == 4


def test_a_wrong_captcha_does_not_count_and_keeps_the_account_name(client):
    staff = make_account("Supervisor")
    for _round in range(6):
        answer = try_login(client, staff.username, captcha="9999")
        assert "验证码不正确" in answer.text
        assert f'value="{staff.username}"' in answer.text
    assert try_login(client, staff.username).status_code == 302


def test_a_captcha_works_once(client):
    staff = make_account("Supervisor")
    token = field(client.get("/login").text, "captcha_token")
    assert try_login(client, staff.username, "Falsch-Falsch-1", captcha_token=token).status_code == 422
    again = try_login(client, staff.username, captcha_token=token)
    assert "已经用过" in again.text


def test_a_captcha_works_once_even_in_parallel(app):
    token = new_token()

    def answer(_number: int) -> str | None:
        with app.app_context():
            return commits(captcha_problem)(token, CAPTCHA, clock.now())

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(answer, range(4)))
    assert sorted(results, key=str) == [None, "used", "used", "used"]


def test_a_captcha_is_worth_nothing_after_five_minutes_or_when_forged(client):
    staff = make_account("Supervisor")
    with time_machine.travel(clock.now() - timedelta(minutes=6)):
        old = new_token()
    for token in (old, "forged", ""):
        assert "验证码已过期" in try_login(client, staff.username, captcha_token=token).text


@pytest.mark.parametrize(("suffix", "kind"), [("png", "image/png"), ("wav", "audio/wav")])
def test_a_captcha_can_be_seen_and_heard(client, suffix, kind):
    token = client.get("/captcha/new").get_json()["token"]
    answer = client.get(f"/captcha/{token}.{suffix}")
    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert client.get(f"/captcha/forged.{suffix}").status_code == 404


def test_a_session_planted_before_log_in_is_worth_nothing_after_it(app):
    staff = make_account("Supervisor")
    attacker, victim = app.test_client(), app.test_client()
    attacker.get("/login")
    planted = attacker.get_cookie("session").value
    victim.set_cookie("session", planted)
    assert try_login(victim, staff.username).status_code == 302
    assert victim.get_cookie("session").value != planted
    assert victim.get("/console/").status_code == 200
    assert attacker.get("/console/").status_code == 302


def test_log_out_kills_the_session_on_the_server(app):
    staff = make_account("Supervisor")
    client, thief = app.test_client(), app.test_client()
    try_login(client, staff.username)
    thief.set_cookie("session", client.get_cookie("session").value)
    assert thief.get("/console/").status_code == 200
    assert client.get("/logout").status_code == 405
    assert post(client, "/logout", "/console/").headers["Location"] == "/"
    assert thief.get("/console/").status_code == 302
    db.session.rollback()
    assert db.session.scalars(select(LoginSession)).one().ended_at is not None
    assert kinds() == ["LoggedIn", "LoggedOut"]


def test_without_script_a_page_asks_before_the_log_out(app):
    staff = make_account("Supervisor")
    client = app.test_client()
    assert "/login" in client.get("/account/logout").headers["Location"]
    try_login(client, staff.username)
    link = re.search(r'href="(/account/logout[^"]*)"', client.get("/console/").text)
    asked = client.get(html.unescape(link.group(1))).text
    assert staff.username in asked and 'href="/console/"' in asked
    assert 'href="/console/"' in client.get("/account/logout?next=//evil.example").text
    assert client.get("/console/").status_code == 200  # asking has ended nothing
    assert post(client, "/logout", "/account/logout").headers["Location"] == "/"
    assert client.get("/console/").status_code == 302


def test_the_language_is_changed_on_the_answer_to_a_form_too(app, sign_in):
    boss = make_account("Enterprise", institution=make_institution(), manages_colleagues=True)
    client = sign_in(boss)
    answer = post(client, "/workspace/colleagues/invite", "/workspace/colleagues/", display_name="", email="")
    english = re.search(r'href="(/language/en[^"]*)"', answer.text)
    assert answer.status_code == 422
    back = client.get(html.unescape(english.group(1))).headers["Location"]
    assert client.get(back, follow_redirects=True).request.path == "/workspace/colleagues/"


def test_a_disabled_account_is_told_so_only_with_the_right_password(client):
    staff = make_account("Supervisor", active=False)
    assert "次将锁定" in try_login(client, staff.username, "Falsch-Falsch-1").text
    assert "已停用" in try_login(client, staff.username).text


def test_demonstration_accounts_are_shown_only_in_demonstration_mode(app, client):
    make_account("Supervisor", username="demo-jianguan")
    assert "演示账号" in client.get("/login").text
    app.config["DEMONSTRATION"] = False
    try:
        assert "demo-jianguan" not in client.get("/login").text
    finally:
        app.config["DEMONSTRATION"] = True


def test_the_form_alone_can_be_fetched_for_a_window(client):
    part = client.get("/login?window=1").text
    assert "<form" in part
    assert "<html" not in part


@pytest.mark.parametrize(
    "path", ["/login", "/login?window=1", "/login/forgotten", "/register", "/suggestions", "/register/status"]
)
def test_a_renewed_captcha_is_the_one_that_is_sent(client, path):
    """Its token stands on the page once: the script renews one field, and the server reads the first."""
    page = client.get(path).text
    assert page.count('name="captcha_token"') == page.count("data-captcha-renew")
    assert page.count('name="csrf_token"') >= 1
