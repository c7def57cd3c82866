"""A row that somebody else holds (PostgreSQL) and a database that is gone: 503 in words, nothing lost, never a 500."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from app.core.db import db
from app.filings.submissions.models import Filing, FilingForm, FilingVersion
from tests.api_caller import make_token
from tests.filing_places import MONTHLY
from tests.integration.filings.conftest import Company

SAVED = "没有保存"


def stored(month: str) -> tuple[int, str]:
    """How many versions were handed in for the month, and what stands in its first cell."""
    filing = db.session.scalars(select(Filing).where(Filing.period_code == month)).one()
    query = select(func.count()).select_from(FilingVersion).where(FilingVersion.filing_id == filing.id)
    drafts = select(FilingForm).where(FilingForm.form_code == "DB01")
    return db.session.scalar(query) or 0, str(db.session.scalars(drafts).one().content["r3"]["open"])


@contextmanager
def row_held(statement: Any) -> Iterator[None]:
    """Somebody else has locked the rows that this finds and does not finish."""
    with db.engine.connect() as other:
        other.execute(statement.with_for_update())
        yield
        other.rollback()


@contextmanager
def database_gone() -> Iterator[None]:
    """Nobody answers where the database was: the port refuses, the folder of the file is not there."""

    def elsewhere(dialect: Any, _record: Any, arguments: list[Any], more: dict[str, Any]) -> None:
        if dialect.name == "sqlite":
            arguments[0] = "/nowhere/at/all/platform.db"
        else:
            more.update(host="127.0.0.1", port=1)

    db.session.rollback()
    db.session.remove()
    db.engine.dispose()
    event.listen(Engine, "do_connect", elsewhere)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", elsewhere)


@dataclass
class Person:
    """Somebody at the month's pages, asking the database nothing."""

    client: FlaskClient
    url: str
    token: str

    def saves(self) -> Any:
        entries = {"version": 1, "cells": {"r3": {"open": "7", "inc": "0", "dec": "0"}}}
        headers = {"X-CSRFToken": self.token}
        return self.client.post(f"{self.url}DB01/save", json=entries, headers=headers)

    def submits(self) -> Any:
        return self.client.post(f"{self.url}submit", data={"csrf_token": self.token, "request_key": "k"})


@pytest.fixture
def person(ready: Company) -> Person:
    return Person(ready.client, ready.url, ready.token())


def refused_in_words(answer: Any) -> None:
    assert answer.status_code == 503, answer.get_data(as_text=True)[:300]
    assert SAVED in (answer.json["message"] if answer.is_json else answer.get_data(as_text=True))


def test_a_row_that_somebody_holds_is_not_waited_for_for_ever(
    ready: Company, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite locks the whole database; see test_unavailable")
    monkeypatch.setattr("app.core.db.BUSY_MILLISECONDS", 150)
    db.session.rollback()
    db.engine.dispose()
    month = ready.period.code
    with row_held(select(Filing.id).where(Filing.period_code == month)):
        refused_in_words(person.saves())
        refused_in_words(person.submits())
        assert person.client.get(person.url).status_code == 200, "reading goes on"
    assert stored(month) == (0, "0.00")
    assert person.submits().status_code == 302
    assert stored(month) == (1, "0.00")


def test_a_database_that_is_gone_is_told_at_every_door_and_nothing_is_claimed(
    ready: Company, person: Person, app: Flask
) -> None:
    bearer = {"Authorization": f"Bearer {make_token(ready.account)}"}
    guest, month = app.test_client(), ready.period.code
    with database_gone():
        refused_in_words(person.saves())
        refused_in_words(person.submits())
        for client, page in ((person.client, person.url), (guest, "/"), (guest, "/news/guides/")):
            answer = client.get(page)
            assert answer.status_code == 503, (page, answer.status_code)
            assert "系统暂时不可用" in answer.get_data(as_text=True)
        called = guest.get(f"/api/v1/filings/{MONTHLY}/{month}", headers=bearer)
        assert called.status_code == 503
        assert called.mimetype == "application/problem+json"
    assert stored(month) == (0, "0.00")
    assert person.submits().status_code == 302
    assert stored(month) == (1, "0.00")
