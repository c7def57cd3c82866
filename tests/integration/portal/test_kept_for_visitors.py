"""Kept pages and visitors with a session: all who see the same share one page, and nobody sees another's."""

from __future__ import annotations

import re
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from flask_wtf.csrf import generate_csrf
from sqlalchemy import text

from app import create_app
from app.core import clock
from app.core.db import db
from app.portal import views
from app.portal.models import Announcement
from app.portal.services import withdraw_announcement
from config import TestConfig
from tests.capabilities import redis_server
from tests.conftest import IsolatedClient, free_port
from tests.factories import make_account, make_institution
from tests.integration.portal.portal_helpers import PERSON, announce

CRAWLER = {"User-Agent": "Examplebot/1.0 (+https://example.invalid/bot)"}  # counts for nothing
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def visitor(app: Flask):
    """Somebody who opened a form once: a session with a token, and the token."""
    client = app.test_client()
    page = [client.get("/suggestions").text for _time in range(2)][
        1
    ]  # the second request notes the session's age
    with client.session_transaction() as session:
        assert "csrf_token" in session
    return client, TOKEN.search(page)[1]


def test_whoever_opened_a_form_once_shares_the_page_with_all(app, client, made):
    item = announce("一条公告")
    (first, token), (second, other) = visitor(app), visitor(app)
    for path in ("/", f"/news/{item.id}", "/news/all/", "/registry/guarantee/", "/sitemap.xml"):
        made.clear()
        pages = [who.get(path, headers=CRAWLER) for who in (first, second, client, first, second)]
        assert len(made) <= 1, path
        for page in pages:
            assert page.text == pages[0].text and "Set-Cookie" not in page.headers
            assert page.headers["Cache-Control"] == "public, no-cache"
            assert token not in page.text and other not in page.text and "csrf_token" not in page.text
        again = first.get(path, headers={**CRAWLER, "If-None-Match": pages[-1].headers["ETag"]})
        assert again.status_code == 304 and not again.data


def test_a_message_is_seen_by_its_visitor_once_and_by_nobody_else(app, client):
    announce("一条公告")
    (first, _token), (second, _other) = visitor(app), visitor(app)
    usual = client.get("/").text
    with first.session_transaction() as session:
        session["_flashes"] = [("success", "给一个人的消息")]
    assert second.get("/").text == usual
    own = first.get("/")
    assert "给一个人的消息" in own.text and own.headers["Cache-Control"] == "no-store"
    assert [who.get("/").text for who in (first, second, client)] == [usual] * 3


def test_whoever_logs_in_or_out_sees_their_own_header_and_leaves_none(app, client, sign_in):
    announce("一条公告")
    member = sign_in(make_account("Supervisor", display_name="仅本人可见"))
    for _time in range(2):
        own = member.get("/")
        assert "仅本人可见" in own.text and own.headers["Cache-Control"] == "no-store"
        assert "仅本人可见" not in client.get("/").text
    answer = member.get("/", headers={"If-None-Match": client.get("/").headers["ETag"]})
    assert answer.status_code == 200 and "仅本人可见" in answer.text
    with member.session_transaction() as session:
        session.clear()
        session["kept"] = clock.now().timestamp()
    assert member.get("/").text == client.get("/").text


def test_a_page_that_holds_a_form_is_kept_for_nobody(app, client, monkeypatch):
    """None does today; should one come, its token stays one visitor's."""
    monkeypatch.setattr(views, "render_template", lambda *_names, **_values: f"<p>{generate_csrf()}</p>")
    known, _token = visitor(app)
    pages = [who.get("/") for who in (known, known, client, app.test_client())]
    assert all(page.headers["Cache-Control"] == "no-store" for page in pages)
    assert pages[0].text != pages[2].text != pages[3].text != pages[0].text


def test_a_session_long_unwritten_is_written_again_by_a_kept_page_too(app, client, monkeypatch):
    announce("一条公告")
    known, _token = visitor(app)
    client.get("/"), known.get("/")
    now = clock.now().timestamp()
    with known.session_transaction() as session:
        session["kept"] = now - 2000
    known.get("/")
    with known.session_transaction() as session:
        assert session["kept"] >= now


def test_a_store_of_sessions_that_is_away_is_left_to_the_application(app, client, monkeypatch):
    announce("一条公告")
    known, _token = visitor(app)
    client.get("/"), client.get("/")

    def away(*_given):
        raise ConnectionError("away")

    monkeypatch.setattr(app.session_interface, "_retrieve_session_data", away)
    with suppress(ConnectionError):
        assert known.get("/").status_code >= 500
    assert client.get("/").status_code == 200


@pytest.fixture
def redis_url(tmp_path):
    """A server of our own, empty, in memory."""
    port = free_port()
    command = [
        redis_server(),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout and any(b"Ready to accept" in line for line in server.stdout)
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


@pytest.fixture(params=["files", pytest.param("redis", marks=pytest.mark.redis)])
def workers(request, app, store):
    """Two processes' worth of application over one database and one store of sessions."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    folder: Path = store.folder
    made = []
    for _number in range(2):
        one = create_app(
            TestConfig,
            INSTANCE_DIR=folder,
            FILES_DIR=folder / "files",
            SQLALCHEMY_DATABASE_URI=store.url,
            REDIS_URL=url,
        )
        one.test_client_class = IsolatedClient
        made.append(one)
    yield made
    for one in made:
        with one.app_context():
            db.engine.dispose()
        if url:
            one.config["SESSION_REDIS"].close()


def everywhere(workers, path: str) -> set[str]:
    """What all see: on both workers, twice, with a session and without; the session made on the first."""
    cookie = visitor(workers[0])[0].get_cookie("session").value
    pages = set()
    for one in workers * 2:
        known = one.test_client()
        known.set_cookie("session", cookie)
        pages |= {who.get(path, headers=CRAWLER).text for who in (known, one.test_client())}
    return pages


def test_every_change_shows_on_all_workers_to_all_visitors(workers):
    item, company = announce("原来的标题"), make_institution("guarantee", name="示例甲融资担保有限公司")
    paths = ("/", "/news/all/", f"/news/{item.id}", f"/registry/guarantee/{company.id}")

    def shown(path: str) -> str:
        (page,) = everywhere(workers, path)
        return page

    for path in paths:
        shown(path)
    db.session.get(Announcement, item.id).title = "改过的标题"
    db.session.commit()
    assert all("改过的标题" in shown(path) for path in paths[:3])
    db.session.get(Announcement, item.id).category = "guides"
    db.session.commit()
    assert "改过的标题" in shown("/news/guides/") and "改过的标题" not in shown("/news/work-updates/")
    db.session.execute(text("UPDATE institution SET name = '示例乙融资担保有限公司'"))
    db.session.execute(text("UPDATE region SET name_zh = '示例新区'"))
    db.session.commit()
    assert "示例乙融资担保有限公司" in shown(paths[3]) and "示例新区" in shown(paths[3])
    withdraw_announcement(db.session.get(Announcement, item.id), actor=None, now=clock.now())
    db.session.commit()
    assert not any("改过的标题" in shown(path) for path in paths[:3])


def test_openings_are_counted_once_each_on_all_workers_with_a_session_and_without(workers):
    item = announce("一条公告")
    known, _token = visitor(workers[0])
    cookie = known.get_cookie("session").value
    for count in range(1, 9):
        client = workers[count % 2].test_client()
        if count % 3:
            client.set_cookie("session", cookie)
        assert f"浏览 {count} 次" in client.get(f"/news/{item.id}", headers=PERSON).text
