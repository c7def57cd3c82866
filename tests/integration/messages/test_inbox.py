"""The inbox: one's own, unread in every header, read once opened; e-mail as each account wants it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import commits, db
from app.institutions.models import Institution
from app.institutions.telling import tell_institution
from app.messages import inbox
from app.messages.models import Message, OutboxMail
from app.messages.rules import event_kinds
from tests.factories import make_account, make_institution
from tests.statements import counted_statements


@pytest.fixture(autouse=True)
def no_tokens(app: Flask) -> Any:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def return_of(company: Institution, key: str | None = None) -> int:
    context = {"set": ("业务月报", "Monthly"), "period": ("2026年2月", "Feb 2026"), "reason": "表一有误"}
    told: int = commits(tell_institution)(
        company, "filing_returned", context, "/workspace/filings/", now=clock.now(), key=key
    )
    return told


def mails() -> list[tuple[str, str]]:
    return [
        (one.recipient, one.subject) for one in db.session.scalars(select(OutboxMail).order_by(OutboxMail.id))
    ]


def test_unread_messages_stand_in_the_header_and_opening_reads_them(app: Flask, sign_in: Any) -> None:
    company = make_institution()
    account = make_account("Enterprise", institution=company)
    client = sign_in(account)
    client.get("/workspace/")
    with counted_statements() as before:
        client.get("/workspace/")
    return_of(company)
    with counted_statements() as after:
        client.get("/workspace/")
    assert len(after) == len(before)  # counted in the statement that loads the account
    assert "消息：1 条未读" in client.get("/workspace/").text
    page = client.get("/workspace/messages/").text
    assert "报送被退回：业务月报 2026年2月" in page and "退回原因：表一有误" in page
    client.set_cookie("lang", "en")
    assert "Filing returned: Monthly Feb 2026" in client.get("/workspace/messages/").text
    client.delete_cookie("lang")
    message = db.session.scalars(select(Message)).one()
    opened = client.post(f"/workspace/messages/{message.id}/open")
    assert (opened.status_code, opened.location) == (303, "/workspace/filings/")
    assert "条未读" not in client.get("/workspace/").text
    assert "没有未读消息" in client.get("/workspace/messages/?show=unread").text


def test_nobody_opens_anothers_message(app: Flask, sign_in: Any) -> None:
    company = make_institution()
    make_account("Enterprise", institution=company)
    return_of(company)
    other = sign_in(make_account("Enterprise", institution=make_institution()))
    message = db.session.scalars(select(Message)).one()
    assert other.post(f"/workspace/messages/{message.id}/open").status_code == 404
    assert "业务月报" not in other.get("/workspace/messages/").text
    assert other.get("/console/messages/").status_code == 404
    assert other.post("/workspace/messages/read-all", data={"newest": str(message.id)}).status_code == 302
    db.session.expire_all()
    assert db.session.scalars(select(Message)).one().read_at is None


def test_what_arrives_after_the_list_was_read_stays_unread(app: Flask, sign_in: Any) -> None:
    company = make_institution()
    account = make_account("Enterprise", institution=company)
    return_of(company)
    newest = db.session.scalars(select(Message.id)).one()
    return_of(company)
    sign_in(account).post("/workspace/messages/read-all", data={"newest": str(newest)})
    unread = select(Message.id).where(Message.read_at.is_(None))
    assert len(db.session.scalars(unread).all()) == 1


def test_mail_goes_in_the_chosen_language_and_not_where_it_is_not_wanted(app: Flask, sign_in: Any) -> None:
    company = make_institution(email="office@example.invalid")
    chinese, english, quiet = (make_account("Enterprise", institution=company) for _number in range(3))
    every = list(event_kinds())
    sign_in(english).post("/workspace/messages/settings", data={"language": "en", "email": every})
    sign_in(quiet).post("/workspace/messages/settings", data={"language": "zh", "email": ["overdue"]})
    page = sign_in(quiet).get("/workspace/messages/settings").text
    assert 'value="overdue" checked' in page and 'value="filing_returned" checked' not in page
    return_of(company)
    zh, en = "报送被退回：业务月报 2026年2月", "Filing returned: Monthly Feb 2026"
    assert mails() == [(chinese.email, zh), (english.email, en), ("office@example.invalid", f"{zh} / {en}")]
    assert len(db.session.scalars(select(Message)).all()) == 3  # the inbox gets everything


def test_the_registered_address_is_not_written_to_twice(app: Flask) -> None:
    account = make_account("Enterprise", institution=(company := make_institution()))
    company.email = account.email.upper()
    db.session.commit()
    return_of(company)
    assert [address for address, _subject in mails()] == [account.email]


def test_nobody_is_told_twice_under_one_key(app: Flask) -> None:
    make_account("Enterprise", institution=(company := make_institution()))
    assert return_of(company, "overdue:2026-02") == 2
    assert return_of(company, "overdue:2026-02") == 0
    assert len(mails()) == 2


def test_a_message_of_a_rolled_back_change_never_exists(app: Flask) -> None:
    company = make_institution()
    make_account("Enterprise", institution=company)
    tell_institution(company, "filing_returned", {"reason": "x"}, "", now=clock.now())
    db.session.rollback()
    assert mails() == [] and db.session.scalars(select(Message)).all() == []


def test_hundreds_of_messages_are_paged(app: Flask, sign_in: Any) -> None:
    company = make_institution()
    account = make_account("Enterprise", institution=company)
    for _number in range(45):
        inbox.notify("filing_returned", [account], {"reason": "x"}, "", now=clock.now())
    db.session.commit()
    client = sign_in(account)
    assert client.get("/workspace/messages/?page=3").text.count('class="message is-unread"') == 5
    for odd in ("page=0", "page=-1", "page=x", "page=99999999", "page=77"):
        assert client.get(f"/workspace/messages/?{odd}").status_code == 200
