"""A locked database and a full disk: 503 in words, nothing stored, nothing claimed, and later it works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import LoginSession
from app.core import clock
from app.core.db import db
from app.filings.submissions.models import Filing, FilingForm, FilingVersion
from tests.filing_places import zeros
from tests.integration.filings.conftest import Company


@contextmanager
def write_lock_held() -> Iterator[None]:
    """Somebody else writes and does not finish."""
    connection = db.engine.connect()
    connection.exec_driver_sql("PRAGMA busy_timeout=100")
    connection.rollback()
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        driver.execute("ROLLBACK")
        connection.close()


@pytest.fixture
def impatient(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits for the lock end soon; SQLite only, because PostgreSQL locks rows."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no lock on the whole database")
    monkeypatch.setattr("app.core.db.BUSY_MILLISECONDS", 200)
    db.engine.dispose()


def test_a_locked_database_answers_503_and_nothing_is_lost(ready: Company, impatient: None) -> None:
    token = ready.token()
    headers = {"X-CSRFToken": token}
    with write_lock_held():
        answer = ready.client.post(
            f"{ready.url}DB01/save",
            json={"version": 1, "cells": zeros("DB01", r3__open="7")},
            headers=headers,
        )
        assert answer.status_code == 503
        assert answer.is_json
        assert "没有保存" in answer.json["message"]
        submitted = ready.client.post(f"{ready.url}submit", data={"csrf_token": token, "request_key": "k"})
        assert submitted.status_code == 503
        assert "没有保存" in submitted.get_data(as_text=True)
        assert ready.client.get(ready.url).status_code == 200  # reading goes on
    assert (
        db.session.scalar(
            select(func.count())
            .select_from(FilingVersion)
            .where(FilingVersion.number > 0, FilingVersion.request_key == "k")
        )
        == 0
    )
    again = ready.client.post(f"{ready.url}submit", data={"csrf_token": token, "request_key": "k"})
    assert again.status_code == 302


def test_a_page_is_shown_though_the_visit_cannot_be_noted(ready: Company, impatient: None) -> None:
    for live in db.session.scalars(select(LoginSession)):
        live.seen_at = clock.now() - timedelta(minutes=5)
    db.session.commit()
    with write_lock_held():
        assert ready.client.get(ready.url).status_code == 200


def test_ten_parallel_submissions_with_one_key_give_one_receipt(app: Flask, ready: Company) -> None:
    token, address = ready.token(), f"{ready.url}submit"
    cookie = ready.client.get_cookie("session")
    assert cookie is not None
    answers: list[int] = []

    def submit() -> None:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        answer = client.post(address, data={"csrf_token": token, "request_key": "same"})
        answers.append(answer.status_code)

    threads = [threading.Thread(target=submit) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 10
    db.session.rollback()
    filing = db.session.scalars(select(Filing).where(Filing.period_code == ready.period.code)).one()
    assert filing.number == 1
    assert filing.status == "submitted"
    query = select(func.count()).select_from(FilingVersion).where(FilingVersion.filing_id == filing.id)
    assert db.session.scalar(query) == 1


def test_drafts_of_two_colleagues_do_not_overwrite_each_other(ready: Company) -> None:
    before = db.session.scalars(select(FilingForm).where(FilingForm.form_code == "DB01")).one().version
    first = ready.save("DB01", zeros("DB01", r3__open="7"), version=before)
    second = ready.save("DB01", zeros("DB01", r3__open="8"), version=before)
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json["kind"] == "conflict"
    db.session.expire_all()
    stored = db.session.scalars(select(FilingForm).where(FilingForm.form_code == "DB01")).one()
    assert stored.content["r3"]["open"] == "7.00"
