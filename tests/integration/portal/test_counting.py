"""Openings are counted exactly, and only those by people."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from app.core.db import db
from app.portal import counting
from app.portal.models import DailyVisit, VisitorMark, VisitSalt
from tests.factories import make_institution
from tests.integration.portal.portal_helpers import PERSON, announce, counted


@pytest.mark.parametrize(("subject", "times"), [("list", 200), ("institution", 50)])
def test_concurrent_openings_are_counted_exactly(app, subject, times):
    company = make_institution("guarantee")
    key = "guarantee" if subject == "list" else company.id
    url = "/registry/guarantee/" if subject == "list" else f"/registry/guarantee/{company.id}"
    db.session.remove()
    gate = threading.Barrier(10)
    statuses: list[int] = []

    def open_several_times() -> None:
        client = app.test_client()
        gate.wait()
        for _index in range(times // 10):
            statuses.append(client.get(url, headers=PERSON).status_code)

    threads = [threading.Thread(target=open_several_times) for _index in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * times
    assert counted(subject, key) == times
    day = db.session.scalars(select(DailyVisit).where(DailyVisit.key == str(key))).one()
    assert (day.views, day.visitors) == (times, 1)


def test_every_opening_of_a_list_adds_one_and_is_shown(client):
    for expected in (1, 2, 3):
        assert f"浏览 {expected} 次" in client.get("/registry/pawn/", headers=PERSON).text
    assert counted("list", "pawn") == 3
    assert "浏览 3 次" in client.get("/").text


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", PERSON),
        ("GET", {**PERSON, "Sec-Purpose": "prefetch"}),
        ("GET", {**PERSON, "Purpose": "prefetch"}),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"}),
        ("GET", {"User-Agent": ""}),
    ],
)
def test_heads_prefetches_and_crawlers_do_not_count(client, method, headers):
    company, item = make_institution("pawn"), announce("公告")
    urls = {
        ("list", "pawn"): "/registry/pawn/",
        ("institution", company.id): f"/registry/pawn/{company.id}",
        ("announcement", item.id): f"/news/{item.id}",
    }
    for (subject, key), url in urls.items():
        assert client.open(url, method=method, headers=headers).status_code == 200
        assert counted(subject, key) == 0


def test_downloads_and_failures_do_not_count(client):
    client.get("/registry/pawn/download.csv", headers=PERSON)
    client.get("/registry/pawn/999", headers=PERSON)
    assert counted("list", "pawn") == 0 and counted("institution", 999) == 0


def test_visitors_are_told_apart_without_keeping_who_they_are(client):
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        client.get("/registry/leasing/", headers=PERSON, environ_overrides={"REMOTE_ADDR": address})
    db.session.rollback()
    day = db.session.scalars(select(DailyVisit)).one()
    assert (day.views, day.visitors) == (3, 2)
    stored = [mark.mark for mark in db.session.scalars(select(VisitorMark))]
    assert len(set(stored)) == 2 and not any("192" in mark[:3] for mark in stored)


def test_yesterdays_salt_and_marks_are_destroyed(client, monkeypatch):
    from datetime import timedelta

    from app.core import clock

    client.get("/registry/leasing/", headers=PERSON)
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    client.get("/registry/leasing/", headers=PERSON)
    db.session.rollback()
    assert len(db.session.scalars(select(VisitSalt)).all()) == 1
    assert len(db.session.scalars(select(VisitorMark)).all()) == 1
    assert counted("list", "leasing") == 2


def test_a_counter_that_fails_never_fails_the_page(client, monkeypatch, caplog):
    tries = []

    def broken(*_arguments: object) -> None:
        tries.append(1)
        raise db.engine.dialect.loaded_dbapi.OperationalError("database is locked")

    monkeypatch.setattr(counting, "_counted", broken)
    assert client.get("/registry/pawn/", headers=PERSON).status_code == 200
    assert len(tries) == counting.ATTEMPTS
    assert "could not be counted" in caplog.text
