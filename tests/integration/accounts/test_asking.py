"""Buttons with a question ask on a page of their own where no script did."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from app.accounts.models import Account
from app.core.db import db
from tests.factories import make_account, make_institution
from tests.integration.accounts.helpers import field, post

HERE = "/workspace/colleagues/"
TEMPLATES = Path(__file__).resolve().parents[3] / "app" / "templates"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


@pytest.fixture
def colleague(app):
    return make_account("Enterprise", institution=make_institution())


@pytest.fixture
def boss(app, colleague, sign_in):
    return sign_in(make_account("Enterprise", institution=colleague.institution, manages_colleagues=True))


def is_active(account: Account) -> bool:
    db.session.expire_all()
    return bool(db.session.get(Account, account.id).active)


def hidden(page: str) -> list[tuple[str, str]]:
    return [(unescape(name), unescape(value)) for name, value in HIDDEN.findall(page)]


def test_what_no_script_asked_is_asked_on_a_page_and_done_after_yes(boss, colleague):
    button = re.search(r'name="ask" value="(停用后[^"]*)"', boss.get(HERE).text)
    assert button, "the button carries its question"
    url = f"{HERE}{colleague.id}/active"
    asked = post(boss, url, HERE, active="0", ask=unescape(button[1]))
    assert (asked.status_code, is_active(colleague)) == (200, True)
    assert button[1] in asked.text
    assert dict(hidden(asked.text)).keys() == {"csrf_token", "active", "confirmed"}
    assert boss.post(url, data=dict(hidden(asked.text))).status_code == 302
    assert not is_active(colleague)


def test_what_was_answered_or_never_asked_goes_straight_on(boss, colleague):
    url = f"{HERE}{colleague.id}/active"
    assert post(boss, url, HERE, active="0", ask="?", confirmed="1").status_code == 302
    assert not is_active(colleague)
    assert post(boss, url, HERE, active="1").status_code == 302
    assert is_active(colleague)


def test_the_page_keeps_every_value_escapes_it_and_never_writes_a_password(boss):
    values = {"pk": ["1", "2"], "n": '"><script>alert(1)</script>', "ask:go=a": "<b>?</b>", "go": "a"}
    asked = post(boss, f"{HERE}1/active", HERE, **values, password="Geheim-12345")
    assert "&lt;b&gt;?&lt;/b&gt;" in asked.text
    assert "<script>alert" not in asked.text
    assert "Geheim" not in asked.text
    assert re.search(r'<input class="form-control" type="password" id="password" name="password"', asked.text)
    assert [pair for pair in hidden(asked.text) if pair[0] in ("pk", "n", "go")] == [
        ("pk", "1"),
        ("pk", "2"),
        ("n", values["n"]),
        ("go", "a"),
    ]
    other = post(boss, f"{HERE}1/active", HERE, **(values | {"go": "b"}))
    assert other.status_code == 400, "another button of the same form asks nothing"


def test_nobody_else_puts_words_on_the_page(app, client, boss):
    """The form's token is checked first, and strangers are not asked but sent away."""
    foreign = boss.post(f"{HERE}1/active", data={"ask": "请拨打 000"})
    assert foreign.status_code == 400
    assert "000" not in foreign.text
    stranger = post(client, f"{HERE}1/active", "/login", ask="请拨打 000")
    assert "000" not in stranger.text


def test_no_leads_back_to_where_the_button_stands(boss):
    token = field(boss.get(HERE).text, "csrf_token")
    for referrer, back in (("http://localhost" + HERE, HERE), ("https://evil.example/", "/workspace/")):
        data = {"csrf_token": token, "ask": "?"}
        asked = boss.post(f"{HERE}1/active", data=data, headers={"Referer": referrer})
        assert f'<a class="btn" href="{back}">' in asked.text


def test_every_question_is_written_by_the_macros(app):
    """A bare data-confirm would ask by script only."""
    drawn = {"macros/ui.html", "appbuilder/general/lib.html", "layout/_user_menu.html"}
    bare = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        if "data-confirm" in path.read_text(encoding="utf-8")
    }
    assert bare == drawn
