"""Pages answered from memory: always what the application itself would say now."""

from __future__ import annotations

import gzip
from datetime import timedelta

from sqlalchemy import text

from app.core import clock
from app.core.db import db
from app.portal.models import Announcement, Page
from app.portal.seed import seed_portal
from app.portal.services import publish_announcement, withdraw_announcement
from tests.factories import make_account, make_institution
from tests.integration.portal.portal_helpers import PERSON, announce

CRAWLER = "Examplebot/1.0 (+https://example.invalid/bot)"  # reads, but counts for nothing


def test_a_page_is_made_once_and_says_the_same_from_memory(client, made):
    client.environ_base["HTTP_USER_AGENT"] = CRAWLER
    item = announce("一条公告")
    for path in ("/", "/news/all/", f"/news/{item.id}", "/news/all/?page=2"):
        made.clear()
        first, again = client.get(path), client.get(path)
        assert len(made) == 1 and again.status_code == 200
        differs = {name for name, value in first.headers if again.headers.get(name) != value}
        assert differs <= {"ETag", "Content-Length"} and first.headers["Content-Security-Policy"]
        assert client.get(path, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed.data) == client.get(path).data
        assert len(made) == 1


def test_every_change_shows_at_once_whoever_makes_it(client):
    item, company = announce("原来的标题"), make_institution("guarantee", name="示例甲融资担保有限公司")
    paths = (
        "/",
        "/news/all/",
        f"/news/{item.id}",
        "/registry/guarantee/",
        f"/registry/guarantee/{company.id}",
    )
    for path in paths * 2:
        assert client.get(path).status_code == 200
    db.session.get(Announcement, item.id).title = "改过的标题"
    db.session.commit()
    assert all("改过的标题" in client.get(path).text for path in paths[:3])
    # Neither the ORM nor a service: what a hand at the database or a bulk statement would do.
    db.session.execute(text("UPDATE institution SET name = '示例乙融资担保有限公司'"))
    db.session.commit()
    assert all("示例乙" in client.get(path).text for path in paths[3:])
    make_institution("guarantee")
    assert 'data-number">2<' in client.get("/").text
    withdraw_announcement(db.session.get(Announcement, item.id), actor=None, now=clock.now())
    db.session.commit()
    assert client.get(paths[2]).status_code == 404
    assert not any("改过的标题" in client.get(path).text for path in paths[:2])


def test_what_is_rolled_back_changes_nothing(client, made):
    item = announce("原来的标题")
    client.get("/"), client.get("/")
    db.session.get(Announcement, item.id).title = "没有保存的标题"
    db.session.flush()
    db.session.rollback()
    assert "原来的标题" in client.get("/").text and len(made) == 1


def test_a_scheduled_moment_and_midnight_end_what_is_kept(client, monkeypatch):
    start = clock.now()
    moment = start + timedelta(minutes=5)
    announce("到点的公告", state="scheduled", publish_at=moment)
    announce("今天的公告")
    assert "到点的公告" not in client.get("/").text and "到点的公告" not in client.get("/").text
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert "到点的公告" in client.get("/").text
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=1))
    tomorrow = clock.today()
    assert f"截至 {tomorrow.isoformat()}" in client.get("/").text


def test_languages_accounts_and_messages_are_kept_apart(app, client, sign_in):
    announce("一条公告")
    chinese = client.get("/").text
    english = app.test_client()
    english.set_cookie("lang", "en")
    for _time in range(2):
        assert '<html lang="en">' in english.get("/").text and client.get("/").text == chinese
        page = sign_in(make_account("Supervisor")).get("/")
        assert "监管控制台" in page.text and page.headers["Cache-Control"] == "no-store"
        assert client.get("/").text == chinese
    odd = app.test_client()
    odd.set_cookie("lang", "<script>")
    assert odd.get("/").text == chinese


def test_openings_are_exact_from_memory_and_without(client):
    item = announce("一条公告")
    for count in range(1, 5):
        assert f"浏览 {count} 次" in client.get(f"/news/{item.id}", headers=PERSON).text
    assert "浏览 4 次" in client.get(f"/news/{item.id}", headers={"User-Agent": CRAWLER}).text
    for count in range(1, 4):
        assert f"浏览 {count} 次" in client.get("/registry/pawn/", headers=PERSON).text
        assert client.get("/").text.count(f"浏览 {count} 次") == 1


def test_pages_without_end_are_not_kept_and_a_page_with_a_session_is_not(client, made, sign_in):
    announce("一条公告")
    for _time in range(2):
        for path in ("/search?q=公告", "/news/all/?q=公告", "/?page=x", "/?utm=1"):
            assert client.get(path).status_code == 200
    assert len(made) == 8
    assert client.post("/").status_code in {400, 405} and client.head("/").status_code == 200


def test_a_page_and_its_feed_follow_their_texts(client):
    seed_portal(clock.now())
    db.session.commit()
    client.get("/pages/complaints"), client.get("/news/guides/feed.atom"), client.get("/sitemap.xml")
    db.session.query(Page).filter_by(slug="complaints").one().body_zh = "<p>新的渠道</p>"
    draft = announce("新的指南", category="guides", state="draft")
    assert "新的渠道" in client.get("/pages/complaints").text
    assert "新的指南" not in client.get("/news/guides/feed.atom").text
    publish_announcement(db.session.get(Announcement, draft.id), actor=None, now=clock.now())
    db.session.commit()
    assert "新的指南" in client.get("/news/guides/feed.atom").text
    assert f"/news/{draft.id}<" in client.get("/sitemap.xml").text
