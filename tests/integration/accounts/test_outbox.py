"""Mail goes out once, after the commit, with retries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from flask_mailman import EmailMessage
from sqlalchemy import select

from app.core import clock
from app.core.db import commits, db
from app.messages.models import OutboxMail
from app.messages.services import GIVE_UP, MAX_ATTEMPTS, _claim, queue_mail, send_due_mail


@pytest.fixture
def sent(monkeypatch):
    box: list[EmailMessage] = []
    monkeypatch.setattr(EmailMessage, "send", lambda self, **_more: box.append(self))
    return box


@pytest.fixture
def broken_server(monkeypatch):
    def refuse(self, **_more):
        raise ConnectionRefusedError("no server")

    monkeypatch.setattr(EmailMessage, "send", refuse)


def queued() -> OutboxMail:
    mail = queue_mail("a@example.invalid", "标题\r\nBcc: b@example.invalid", "正文", now=clock.now())
    db.session.commit()
    return mail


def test_mail_is_sent_once(app, sent):
    queued()
    now = clock.now()
    assert send_due_mail(now) == (1, 0)
    assert send_due_mail(now + timedelta(days=1)) == (0, 0)
    assert [(message.to, message.subject) for message in sent] == [
        (["a@example.invalid"], "标题 Bcc: b@example.invalid")
    ]


def test_mail_of_a_rolled_back_change_never_exists(app, sent):
    queue_mail("a@example.invalid", "x", "y", now=clock.now())
    db.session.rollback()
    assert send_due_mail(clock.now()) == (0, 0)


def test_a_server_that_is_away_is_tried_again_and_not_forever(app, broken_server):
    mail = queued()
    now = mail.created_at
    assert send_due_mail(now) == (0, 1)
    assert (mail.attempts, mail.error, mail.sent_at) == (1, "no server", None)
    assert send_due_mail(now) == (0, 0)
    for _hour in range(3 * 24):
        now += timedelta(hours=1)
        send_due_mail(now)
    assert mail.attempts > MAX_ATTEMPTS and mail.given_up_at is None  # a long outage loses nothing
    now += GIVE_UP
    assert send_due_mail(now) == (0, 1)
    assert mail.given_up_at == now
    assert send_due_mail(now + timedelta(days=1)) == (0, 0)


def test_a_server_that_refuses_is_asked_eight_times(app, monkeypatch):
    def refuse(self, **_more):
        raise SMTPRecipientsRefused({"a@example.invalid": (550, b"nobody here")})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    mail, other = queued(), queued()
    now = other.created_at
    assert send_due_mail(now) == (0, 2)  # one refusal does not keep the others waiting
    for _hour in range(MAX_ATTEMPTS + 3):
        now += timedelta(hours=1)
        send_due_mail(now)
    assert mail.attempts == other.attempts == MAX_ATTEMPTS
    assert mail.given_up_at is not None and "nobody here" in mail.error


def test_a_reminder_goes_once_to_an_address(app):
    now = clock.now()
    assert queue_mail("a@example.invalid", "x", "y", now=now, key="due:1") is not None
    assert queue_mail("a@example.invalid", "x", "y", now=now, key="due:1") is None
    assert queue_mail("b@example.invalid", "x", "y", now=now, key="due:1") is not None


def test_two_senders_do_not_take_the_same_message(app):
    mail_id = queued().id
    now = clock.now()

    def claim(_number):
        with app.app_context():
            return commits(_claim)(mail_id, now)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(claim, range(4))) == [False, False, False, True]


def test_the_commands_work(app, sent):
    queued()
    runner = app.test_cli_runner()
    assert "1 sent, 0 failed" in runner.invoke(args=["send-mail"]).output
    arguments = ["create-admin", "--name", "guanli01", "--role", "SystemAdministrator", "--password"]
    assert "created" in runner.invoke(args=[*arguments, "Guan-Li-97531x"]).output
    refused = runner.invoke(args=[*arguments, "kurz"])
    assert refused.exit_code == 1
    db.session.rollback()
    assert db.session.scalars(select(OutboxMail)).one().sent_at is not None
