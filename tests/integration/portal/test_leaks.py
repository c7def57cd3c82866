"""As somebody who looks for what is not released: by guessed numbers, old addresses, other methods, and caches."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.portal.models import Announcement, AnnouncementFile, Picture
from app.portal.rules import CATEGORIES
from app.portal.services import publish_announcement, withdraw_announcement
from tests.capabilities import both_databases_for
from tests.factories import make_account, make_institution
from tests.integration.portal.portal_helpers import PERSON, announce, counted

SECRET = "绝密词"
TEXTS = {"summary": f"{SECRET}摘要", "source": f"{SECRET}处", "body": f"<p>{SECRET}正文</p>"}
UNRELEASED = ("draft", "scheduled", "withdrawn")
LISTS = (
    "/",
    *(f"/news/{name}/" for name in (*CATEGORIES, "all")),
    *(f"/news/{name}/?page=2" for name in ("guides", "all")),
    *(f"/news/{name}/feed.atom" for name in (*CATEGORIES, "all")),
    *(f"/news/all/?q={words}" for words in (SECRET, "绝", "绝密", f"{SECRET}正文", "公开")),
    *(f"/search?q={words}" for words in (SECRET, "密", f"{SECRET}摘要", "公开")),
    "/sitemap.xml",
)


@pytest.fixture(autouse=True)
def without_csrf(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)


def with_media(editor, item: Announcement) -> tuple[str, str]:
    """A picture and an attachment of an announcement, by their addresses."""
    packed = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 80, 140)).save(packed, "PNG")
    sent = {"picture": (io.BytesIO(packed.getvalue()), "图.png")}
    picture = editor.post("/console/announcements/pictures", data=sent).json["data"]["url"]
    where = f"/console/announcements/edit/{item.id}"
    values = {name: getattr(item, name) for name in ("title", "category", "summary", "source")}
    values |= {
        "body": f'{item.body}<p><img src="{picture}"></p>',
        "row_state": re.search(r'name="row_state" value="(\w+)"', editor.get(where).text)[1],
        "files": (io.BytesIO(b"%PDF-1.4 content"), f"{SECRET}.pdf"),
    }
    if item.publish_at:
        values["publish_at"] = f"{clock.local(item.publish_at):%Y-%m-%dT%H:%M}"
    assert editor.post(where, data=values, content_type="multipart/form-data").status_code == 302
    db.session.expire_all()
    file_id = db.session.scalar(
        select(AnnouncementFile.id).where(AnnouncementFile.announcement_id == item.id)
    )
    return picture, f"/attachments/{file_id}"


@pytest.fixture
def people(app, client, sign_in):
    """Who must not see it: nobody, somebody with a session, a company, staff of other work."""
    known = app.test_client()
    known.get("/suggestions"), known.get("/suggestions")
    company = make_account("Enterprise", institution=make_institution("guarantee"))
    others = [make_account(role) for role in ("Supervisor", "Auditor", "SystemAdministrator")]
    return [client, known, *(sign_in(account) for account in (company, *others))]


@pytest.mark.parametrize("state", both_databases_for({"draft"}, UNRELEASED))
def test_what_is_not_released_is_found_by_nobody_in_any_way(people, sign_in, state):
    announce("公开的公告", category="guides")
    item = announce(f"{SECRET}标题", category="guides", state=state, **TEXTS)
    announce("公开的公告二", category="guides")
    picture, attachment = with_media(sign_in(make_account("ContentEditor")), item)
    assert db.session.get(Announcement, item.id).status == state
    others = picture.replace(".png", ".jpg"), picture.upper(), f"/news/{item.id}/", f"/news/0{item.id}"
    direct = (f"/news/{item.id}", f"/news/{item.id}?print=1", picture, attachment, *others)
    console = (f"/console/announcements/preview/{item.id}", f"/console/announcements/show/{item.id}")
    for who in people:
        for path in (*LISTS, f"/news/{item.id - 1}", f"/news/{item.id + 1}"):
            page = who.get(path).text.replace(f'value="{SECRET}', "")
            assert f"{SECRET}标题" not in page and f"{SECRET}处" not in page, path
            assert f"/news/{item.id}<" not in page and f'/news/{item.id}"' not in page, path
            assert f"<mark>{SECRET}" not in page and picture not in page, path
        for path in direct:
            for method in ("GET", "HEAD"):
                for headers in ({}, {"Range": "bytes=0-10"}, {"If-None-Match": "*"}):
                    answer = who.open(path, method=method, headers={**PERSON, **headers})
                    assert answer.status_code == 404 and SECRET not in answer.text, (path, method, headers)
        for path in console:
            assert SECRET not in who.get(path).text
    assert counted("announcement", item.id) == 0


def test_an_unreleased_number_answers_like_one_that_never_was(client):
    item = announce(f"{SECRET}标题", state="draft", **TEXTS)

    def told(path: str) -> tuple[str, dict[str, str]]:
        answer = client.get(path)
        return answer.text.replace(path, ""), dict(answer.headers)

    assert told(f"/news/{item.id}") == told("/news/9999")


def test_nothing_kept_outlives_a_withdrawal_and_no_tag_confirms_it(app, people, sign_in):
    item = announce(f"{SECRET}标题", category="guides", **TEXTS)
    picture, attachment = with_media(sign_in(make_account("ContentEditor")), item)
    kept = ("/", "/news/guides/", "/news/all/", "/news/guides/feed.atom", "/sitemap.xml", f"/news/{item.id}")
    english = app.test_client()
    english.set_cookie("lang", "en")
    everybody = [*people, english]
    tags = {}
    for _time in range(2):
        for number, who in enumerate(everybody):
            for path in (*kept, picture, attachment):
                answer = who.get(path)
                assert answer.status_code == 200
                tags[number, path] = answer.headers.get("ETag", "*")
    withdraw_announcement(db.session.get(Announcement, item.id), actor=None, now=clock.now())
    db.session.commit()
    for number, who in enumerate(everybody):
        for path in (*kept, picture, attachment):
            for headers in ({}, {"If-None-Match": tags[number, path]}, {"Accept-Encoding": "gzip"}):
                answer = who.get(path, headers=headers)
                gone = path in {f"/news/{item.id}", picture, attachment}
                assert answer.status_code == (404 if gone else 200), (path, headers)
                assert SECRET not in answer.text if "Accept-Encoding" not in headers else True
    publish_announcement(db.session.get(Announcement, item.id), actor=None, now=clock.now())
    db.session.commit()
    assert all(who.get(path).status_code == 200 for who in everybody for path in (*kept, picture, attachment))


def test_a_deleted_announcement_leaves_no_address_behind(client, sign_in):
    editor = sign_in(make_account("ContentEditor"))
    item = announce(f"{SECRET}标题", category="guides", **TEXTS)
    picture, attachment = with_media(editor, item)
    assert [client.get(path).status_code for path in (picture, attachment)] == [200, 200]
    assert editor.post(f"/console/announcements/delete/{item.id}").status_code == 302
    assert [client.get(path).status_code for path in (picture, attachment)] == [404, 404]
    assert all(SECRET not in client.get(path).text for path in ("/", "/news/guides/", "/sitemap.xml"))
    assert "没有找到" in client.get(f"/search?q={SECRET}").text
    again = announce("后来的公告", category="guides")  # SQLite may give its number out again
    assert SECRET not in client.get(f"/news/{again.id}").text
    assert client.get(picture).status_code == 404


def test_a_picture_cannot_be_made_public_by_naming_it_in_somebody_s_suggestion(client, sign_in):
    editor = sign_in(make_account("ContentEditor"))
    item = announce(f"{SECRET}标题", state="draft", **TEXTS)
    picture, _attachment = with_media(editor, item)
    key = db.session.scalars(select(Picture.key)).one()
    assert key in picture
    client.post(
        "/suggestions", data={"text": f'<img src="{picture}">', "name": "甲", "contact": "13900000000"}
    )
    assert client.get(picture).status_code == 404
