"""Forgotten passwords: the link, its limits, and that it tells nobody who has an account."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.accounts.models import PasswordReset
from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.messages.models import OutboxMail
from tests.factories import PASSWORD, make_account, make_institution
from tests.integration.accounts.helpers import CAPTCHA, field, post, try_login

ASK = "/login/forgotten"
NEW = "Xin-Mima-97531"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/login/reset/[\w-]{43})")


def ask(client, account, email, **more):
    page = client.get(ASK).text
    data = {
        "csrf_token": field(page, "csrf_token"),
        "captcha_token": field(page, "captcha_token"),
        "captcha": CAPTCHA,
        "account": account,
        "email": email,
    }
    return client.post(ASK, data={**data, **more})


def mails() -> list[OutboxMail]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def link_in(mail: OutboxMail) -> str:
    found = LINK.search(mail.body)
    assert found
    return found.group(1)


def choose(client, link, new=NEW):
    return post(client, link, link, new=new, again=new)


@pytest.fixture
def somebody(app):
    return make_account("Enterprise", institution=make_institution())


def test_the_link_sets_a_new_password_once_and_ends_every_session(app, somebody):
    old = app.test_client()
    try_login(old, somebody.username)
    client = app.test_client()
    for _failure in range(5):  # locked: whoever holds the mailbox is no guesser
        try_login(client, somebody.username, "Falsch-Falsch-1")
    answer = ask(client, somebody.username, somebody.email.upper())
    assert answer.headers["Location"] == "/login/forgotten/sent"
    (mail,) = mails()
    assert mail.recipient == somebody.email
    link = link_in(mail)
    assert link.rpartition("/")[2] not in db.session.scalars(select(PasswordReset)).one().token_hash
    weak = choose(client, link, "kurz")
    assert "密码至少需要 10 个字符" in weak.text
    assert "最近 5 次用过" in choose(client, link, PASSWORD).text
    done = choose(client, link)
    assert done.headers["Location"] == "/login"
    assert "新密码已生效" in client.get("/login").text
    assert old.get("/workspace/").status_code == 302
    used = client.get(link)
    assert used.status_code == 410
    assert "已经用过" in used.text
    assert try_login(app.test_client(), somebody.username, PASSWORD).status_code == 422
    assert try_login(app.test_client(), somebody.username, NEW).status_code == 302
    kinds = list(db.session.scalars(select(Event.kind).order_by(Event.id)))
    assert [kind for kind in kinds if kind.startswith("Password")] == [
        "PasswordResetRequested",
        "PasswordChanged",
        "PasswordResetUsed",
    ]


def test_the_answer_is_the_same_whoever_asks_about_whomever(app, somebody):
    disabled = make_account("Supervisor", active=False)
    asked = [
        (somebody.username, somebody.email),
        (somebody.username, "else@example.com"),
        ("nobody-here", "nobody@example.com"),
        (disabled.username, disabled.email),
    ]
    answers = [ask(app.test_client(), *pair) for pair in asked]
    assert {(one.status_code, one.headers["Location"], one.text) for one in answers} == {
        (302, "/login/forgotten/sent", answers[0].text)
    }
    assert len(mails()) == 1
    kinds = db.session.scalars(select(Event.data).where(Event.kind == "PasswordResetRefused")).all()
    assert [data["reason"] for data in kinds] == ["email", "unknown", "inactive"]


def test_only_the_newest_link_works_and_for_half_an_hour(app, client, somebody):
    ask(client, somebody.username, somebody.email)
    ask(client, somebody.username, somebody.email)
    first, second = map(link_in, mails())
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=30, seconds=1)):
        late = client.get(second)
        assert late.status_code == 410
        assert "链接 30 分钟内有效" in late.text
    assert client.get("/login/reset/forged").status_code == 410


def test_three_links_an_hour_and_not_one_more(app, client, somebody):
    for _time in range(5):
        assert ask(client, somebody.username, somebody.email).status_code == 302
    assert len(mails()) == 3
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        ask(client, somebody.username, somebody.email)
    assert len(mails()) == 4


def test_a_link_is_used_once_even_in_parallel(app, client, somebody):
    ask(client, somebody.username, somebody.email)
    link = link_in(mails()[0])

    # Everybody has the form before anybody sends it: afterwards it is no longer given out.
    browsers = [app.test_client() for _browser in range(3)]
    tokens = [field(browser.get(link).text, "csrf_token") for browser in browsers]

    def use(number: int) -> int:
        new = f"{NEW}-{number}"
        with app.app_context():
            sent = {"csrf_token": tokens[number], "new": new, "again": new}
            return int(browsers[number].post(link, data=sent).status_code)

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(use, range(3))) == [302, 410, 410]


def test_a_disabled_account_cannot_use_its_link(client, somebody):
    ask(client, somebody.username, somebody.email)
    link = link_in(mails()[0])
    somebody.active = False
    db.session.commit()
    assert client.get(link).status_code == 410


def test_mistakes_are_said_at_the_field_and_keep_what_was_typed(client, somebody):
    wrong = ask(client, somebody.username, "no-address")
    assert wrong.status_code == 422
    assert "邮箱格式不正确" in wrong.text
    assert 'value="no-address"' in wrong.text
    assert "验证码不正确" in ask(client, somebody.username, somebody.email, captcha="1111").text
    script = "<script>alert(1)</script>"
    assert script not in ask(client, script, script).text
    assert mails() == []


def test_the_link_never_follows_the_host_header(client, somebody):
    client.environ_base["HTTP_HOST"] = "evil.example"
    ask(client, somebody.username, somebody.email)
    assert "evil" not in mails()[0].body
