"""Changing one's own password."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.core.db import db
from tests.factories import PASSWORD, make_account, make_institution
from tests.integration.accounts.helpers import post, try_login

PAGE = "/console/profile/password"
NEW = "Xin-Mima-97531"


def change(client, old=PASSWORD, new=NEW, again=None):
    return post(client, PAGE, PAGE, old=old, new=new, again=new if again is None else again)


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(app):
    staff = make_account("Supervisor")
    here, there = app.test_client(), app.test_client()
    try_login(here, staff.username)
    try_login(there, staff.username)
    assert change(here).status_code == 302
    assert here.get("/console/").status_code == 200
    assert there.get("/console/").status_code == 302
    assert try_login(app.test_client(), staff.username, PASSWORD).status_code == 422
    assert try_login(app.test_client(), staff.username, NEW).status_code == 302


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"old": ""}, "请输入原密码"),
        ({"old": "Falsch-Falsch-1"}, "原密码不正确，再输错 4 次"),
        ({"new": "kurz", "again": "kurz"}, "密码至少需要 10 个字符"),
        ({"again": "Anders-Anders-1"}, "两次输入的新密码不一致"),
        ({"new": PASSWORD}, "不能使用最近 5 次用过的密码"),
    ],
)
def test_each_refusal_says_why_and_changes_nothing(app, sign_in, values, message):
    staff = make_account("Supervisor")
    before = staff.password
    answer = change(sign_in(staff), **values)
    assert answer.status_code == 422
    assert message in answer.text
    assert db.session.scalars(select(Account)).one().password == before


def test_the_last_five_passwords_cannot_be_chosen_again(app, sign_in):
    client = sign_in(make_account("Supervisor"))
    chosen = [PASSWORD, *(f"Xin-Mima-9753{n}x" for n in range(5))]
    for old, new in pairwise(chosen):
        assert change(client, old, new).status_code == 302
    assert "最近 5 次" in change(client, chosen[-1], chosen[1]).text
    assert change(client, chosen[-1], chosen[0]).status_code == 302


def test_guessing_the_old_password_locks_the_account_too(app, sign_in):
    staff = make_account("Supervisor")
    client = sign_in(staff)
    for _round in range(5):
        answer = change(client, "Falsch-Falsch-1")
    assert "15 分钟后再试" in answer.text
    assert "15 分钟后再试" in try_login(app.test_client(), staff.username).text


def test_everybody_has_a_personal_centre_in_their_own_face(app, client, sign_in):
    company = make_institution()
    enterprise = sign_in(make_account("Enterprise", institution=company))
    page = enterprise.get("/workspace/profile")
    assert company.name in page.text
    assert enterprise.get("/console/profile").headers["Location"] == "/workspace/profile"
    assert enterprise.get("/account/").headers["Location"] == "/workspace/profile"
    assert client.get("/account/").headers["Location"].startswith("/login")
