"""The second factor: set-up, log-in, replay, guessing, recovery codes, and who must have one."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from app.accounts import second_factor
from app.accounts.models import RecoveryCode, SecondFactor
from app.core import clock
from app.core.db import commits, db
from app.core.events import Event
from app.core.sealed import Unreadable, seal, unseal
from tests.factories import PASSWORD, make_account, make_institution
from tests.integration.accounts.helpers import post, try_login

SETTINGS = "/workspace/profile/second-factor"
CODE = re.compile(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>")


@pytest.fixture
def strict(app):
    """As in production: staff need one."""
    app.config["SECOND_FACTOR_OPTIONAL"] = False
    yield
    app.config["SECOND_FACTOR_OPTIONAL"] = True


def secret_on(page: str) -> str:
    found = re.search(r'class="setup-letters">([A-Z2-7 ]+)<', page)
    assert found
    return found.group(1).replace(" ", "")


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def equip(account) -> tuple[str, list[str]]:
    """Give an account a factor, set up two minutes ago; returns secret and recovery codes."""
    secret, then = second_factor.new_secret(), clock.now() - timedelta(minutes=2)
    codes = commits(second_factor.enable)(account, secret, pyotp.TOTP(secret).at(then), now=then)
    return secret, codes


@pytest.fixture
def company(app):
    return make_account("Enterprise", institution=make_institution())


def events() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Event.kind).order_by(Event.id)))


def test_a_company_sets_one_up_and_needs_it_from_then_on(app, company, sign_in):
    client = sign_in(company)
    page = client.get(SETTINGS).text
    assert "data:image/svg+xml" in page
    secret = secret_on(page)
    assert secret_on(client.get(SETTINGS).text) == secret  # a reload does not spoil what was scanned
    assert (
        "当前密码不正确" in post(client, SETTINGS, SETTINGS, code=code_of(secret), password="Falsch-1-x").text
    )
    assert "动态口令不正确" in post(client, SETTINGS, SETTINGS, code="000000", password=PASSWORD).text
    done = post(client, SETTINGS, SETTINGS, code=code_of(secret), password=PASSWORD)
    assert done.status_code == 200
    assert len(CODE.findall(done.text)) == 10
    stored = db.session.scalars(select(SecondFactor)).one()
    assert secret not in stored.secret
    assert (
        CODE.findall(done.text)[0].replace("-", "")
        not in db.session.scalars(select(RecoveryCode.code_hash)).all()
    )
    assert "10 个" in client.get(SETTINGS).text
    fresh = app.test_client()
    assert try_login(fresh, company.username).headers["Location"] == "/login/code"
    assert fresh.get("/workspace/").status_code == 302  # the password alone opens nothing
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        assert (
            post(fresh, "/login/code", "/login/code", code=code_of(secret)).headers["Location"]
            == "/workspace/"
        )
        assert fresh.get("/workspace/").status_code == 200
    assert "SecondFactorEnabled" in events()


def test_a_code_works_once_even_for_another_log_in(app, company):
    secret, _codes = equip(company)
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        try_login(client, company.username)
    code = code_of(secret)
    assert post(first, "/login/code", "/login/code", code=code).status_code == 302
    again = post(second, "/login/code", "/login/code", code=code)
    assert again.status_code == 422
    assert "已经用过" in again.text
    assert second.get("/workspace/").status_code == 302


def test_guessing_codes_locks_and_the_right_password_does_not_unlock(app, company):
    secret, codes = equip(company)
    client = app.test_client()
    try_login(client, company.username)
    for left in (4, 3, 2, 1):
        assert f"再输错 {left} 次" in post(client, "/login/code", "/login/code", code="000000").text
        assert try_login(client, company.username).headers["Location"] == "/login/code"
    assert "15 分钟后再试" in post(client, "/login/code", "/login/code", code="000000").text
    try_login(client, company.username)
    for right in (code_of(secret), codes[0]):
        assert "后再试" in post(client, "/login/code", "/login/code", code=right).text
    assert "AccountLocked" in events()
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        try_login(client, company.username)
        assert post(client, "/login/code", "/login/code", code=code_of(secret)).status_code == 302


def test_a_recovery_code_lets_in_once_and_new_ones_replace_the_rest(app, company):
    secret, codes = equip(company)
    client = app.test_client()
    try_login(client, company.username)
    assert post(client, "/login/code", "/login/code", code=f" {codes[0].upper()} ").status_code == 302
    assert "9 个" in client.get(SETTINGS).text
    other = app.test_client()
    try_login(other, company.username)
    assert post(other, "/login/code", "/login/code", code=codes[0]).status_code == 422
    fresh = post(client, f"{SETTINGS}/codes", SETTINGS, password=PASSWORD, code=code_of(secret))
    assert len(CODE.findall(fresh.text)) == 10
    assert post(other, "/login/code", "/login/code", code=codes[1]).status_code == 422
    assert post(other, "/login/code", "/login/code", code=CODE.findall(fresh.text)[0]).status_code == 302
    assert events().count("RecoveryCodeUsed") == 2


def test_a_company_may_switch_it_off_with_password_and_code(app, company, sign_in):
    secret, _codes = equip(company)
    client = sign_in(company)
    off = f"{SETTINGS}/off"
    assert post(client, off, SETTINGS, password=PASSWORD, code="000000").status_code == 422
    assert post(client, off, SETTINGS, password=PASSWORD, code=code_of(secret)).status_code == 302
    assert try_login(app.test_client(), company.username).headers["Location"] == "/workspace/"


def test_staff_are_let_in_only_after_they_set_one_up(app, strict):
    staff = make_account("Supervisor")
    client = app.test_client()
    assert try_login(client, staff.username).headers["Location"] == "/login/enrol"
    assert client.get("/console/").status_code == 302
    secret = secret_on(client.get("/login/enrol").text)
    assert "动态口令不正确" in post(client, "/login/enrol", "/login/enrol", code="000000").text
    done = post(client, "/login/enrol", "/login/enrol", code=code_of(secret))
    assert len(CODE.findall(done.text)) == 10
    assert client.get("/console/").status_code == 200
    refused = post(
        client,
        "/console/profile/second-factor/off",
        "/console/profile/second-factor",
        password=PASSWORD,
        code="1",
    )
    assert refused.status_code == 403


def test_the_second_step_belongs_to_one_log_in_for_ten_minutes(app, company):
    equip(company)
    client, planted = app.test_client(), app.test_client()
    assert client.get("/login/code").status_code == 410
    planted.get("/login")
    client.set_cookie("session", planted.get_cookie("session").value)
    try_login(client, company.username)
    assert planted.get("/login/code").status_code == 410
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
        assert client.get("/login/code").status_code == 410
    company.active = False
    db.session.commit()
    assert client.get("/login/code").status_code == 410


def test_the_system_administrator_resets_a_colleagues_but_not_their_own(app, sign_in):
    staff, admin = make_account("Supervisor"), make_account("SystemAdministrator")
    equip(staff)
    equip(admin)
    client, theirs = sign_in(admin), sign_in(staff)
    show = f"/console/accounts/show/{staff.id}"
    assert "重置动态口令" in client.get(show).text
    post(client, f"/console/accounts/second-factor/{staff.id}", show)
    assert theirs.get("/console/").status_code == 302
    assert try_login(app.test_client(), staff.username).headers["Location"] == "/console/"
    post(client, f"/console/accounts/second-factor/{admin.id}", show)
    assert [row.account_id for row in db.session.scalars(select(SecondFactor))] == [admin.id]
    assert events().count("SecondFactorReset") == 1


def test_a_secret_sealed_elsewhere_lets_nobody_in(app, company):
    secret, _codes = equip(company)
    db.session.get(SecondFactor, company.id).secret = seal(secret, "second factor of account 0")
    db.session.commit()
    client = app.test_client()
    try_login(client, company.username)
    assert "请联系系统管理员重置" in post(client, "/login/code", "/login/code", code=code_of(secret)).text
    sealed = seal("geheim", "a")
    assert unseal(sealed, "a") == "geheim"
    for broken in ("", "1.", "x", sealed[:-4] + "AAAA"):
        with pytest.raises(Unreadable):
            unseal(broken, "a")
