"""Whoever's keys are changed is told: once, in both languages, with the change or not at all."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import select

from app.accounts import second_factor
from app.accounts.passwords import change_password
from app.accounts.staff import change_staff
from app.core import clock
from app.core.db import db
from app.core.errors import Invalid
from app.messages.models import Message, OutboxMail
from tests.factories import make_account

NEW = "Xin-Mima-8642"


@pytest.fixture
def owner():
    return make_account("Supervisor", email="owner@example.invalid", display_name="示例甲")


def told() -> list[tuple[str, str, str]]:
    """(kind of the message, address of the mail, its subject), and none of either without the other."""
    db.session.flush()
    messages = db.session.scalars(select(Message).order_by(Message.id)).all()
    mails = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert all("示例甲" in one.body_zh and "If this was not you" in one.body_en for one in messages)
    assert [one.title_zh for one in messages] == [one.subject for one in mails if " / " not in one.subject]
    return [(one.kind, mail.recipient, mail.subject) for one, mail in zip(messages, mails, strict=False)]


def test_a_new_password_is_told_and_a_refused_one_is_not(owner):
    with pytest.raises(Invalid):
        change_password(owner, "short", now=clock.now(), session_key="")
    assert told() == []
    change_password(owner, NEW, now=clock.now(), session_key="")
    assert told() == [("password_changed", "owner@example.invalid", "账号安全提醒：密码已修改")]
    db.session.rollback()
    assert told() == []  # nothing happened, nobody is told


def test_every_change_of_the_second_factor_is_told_without_a_secret(app, monkeypatch, owner):
    monkeypatch.setitem(app.config, "SECOND_FACTOR_OPTIONAL", True)
    now, secret = clock.now(), second_factor.new_secret()
    codes = second_factor.enable(owner, secret, pyotp.TOTP(secret).at(now), now=now)
    codes += second_factor.renew_codes(owner, now=now)
    second_factor.disable(owner, now=now)
    second_factor.enable(owner, secret, pyotp.TOTP(secret).at(now), now=now)
    second_factor.reset(owner, actor=make_account("SystemAdministrator"), now=now)
    kinds = ["factor_enabled", "codes_renewed", "factor_disabled", "factor_enabled", "factor_reset"]
    assert [kind for kind, _to, _subject in told()] == kinds
    bodies = "".join(db.session.scalars(select(OutboxMail.body)))
    assert secret not in bodies and not any(code in bodies for code in codes)


def test_a_changed_address_is_told_to_both(owner):
    actor, values = make_account("SystemAdministrator"), {"display_name": "示例甲", "mobile": ""}
    change_staff(owner, {**values, "email": "new@example.invalid"}, actor=actor, now=clock.now())
    change_staff(
        owner,
        {**values, "email": "new@example.invalid", "mobile": "13900000000"},
        actor=actor,
        now=clock.now(),
    )
    assert [kind for kind, _to, _subject in told()] == ["email_changed"]
    mails = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert [one.recipient for one in mails] == ["new@example.invalid", "owner@example.invalid"]
    assert all("owner@example.invalid" in one.body and "new@example.invalid" in one.body for one in mails)
    assert "邮箱已由" in mails[1].body and "e-mail address was changed" in mails[1].body


def test_the_mail_cannot_be_switched_off_and_comes_in_the_chosen_language(
    client, sign_in, owner, app, monkeypatch
):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    browser = sign_in(owner)
    assert "密码已修改" not in browser.get("/console/messages/settings").text
    browser.post("/console/messages/settings", data={"language": "en"})  # nothing chosen
    change_password(owner, NEW, now=clock.now(), session_key="")
    (mail,) = db.session.scalars(select(OutboxMail)).all()
    assert mail.subject == "Account security: Password changed" and "Beijing time" in mail.body
