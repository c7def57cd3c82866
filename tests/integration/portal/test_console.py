"""Announcements and pages in the console."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.portal.models import Announcement, Page
from app.portal.seed import seed_portal
from tests.factories import make_account
from tests.integration.portal.portal_helpers import announce
from tests.statements import counted_statements

LIST = "/console/announcements/list/"


@pytest.fixture(autouse=True)
def without_csrf(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)


@pytest.fixture
def editor(sign_in):
    return sign_in(make_account("ContentEditor"))


def fresh(item_id: int) -> Announcement | None:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(Announcement, item_id)


def seen_state(editor, address: str) -> str:
    """What the form of a row remembers of it."""
    found = re.search(r'name="row_state" value="(\w+)"', editor.get(address).text)
    assert found
    return found[1]


def save(editor, address: str, values: dict[str, str]):
    """Open the form of a row and save it."""
    return editor.post(address, data={**values, "row_state": seen_state(editor, address)})


def test_two_editors_do_not_overwrite_each_other(editor, sign_in):
    item, other = announce("公告"), sign_in(make_account("ContentEditor"))
    address = f"/console/announcements/edit/{item.id}"
    mine, theirs = (
        {"category": "guides", "body": "正文", "title": title} for title in ("我的标题", "别人的标题")
    )
    seen = seen_state(editor, address)
    assert save(other, address, theirs).status_code == 302
    told = editor.post(address, data={**mine, "row_state": seen})
    assert "刚被其他人修改过" in told.text and 'value="我的标题"' in told.text
    assert fresh(item.id).title == "别人的标题"
    assert editor.post(address, data=mine).status_code == 200  # a form that saw nothing saves nothing
    again = re.search(r'name="row_state" value="(\w+)"', told.text)
    assert editor.post(address, data={**mine, "row_state": again[1]}).status_code == 302
    assert fresh(item.id).title == "我的标题"


def events() -> list[str]:
    return list(db.session.scalars(select(Event.kind).order_by(Event.id)))


def test_an_editor_writes_releases_and_withdraws_an_announcement(client, editor):
    values = {"title": "新的公告", "category": "training", "body": "第一段\n\n第二段<", "source": "示例处"}
    editor.post("/console/announcements/add", data=values)
    item = db.session.scalars(select(Announcement)).one()
    assert (item.status, item.body) == ("draft", "<p>第一段</p><p>第二段&lt;</p>")
    item_id = item.id
    assert client.get(f"/news/{item_id}").status_code == 404
    editor.post(f"/console/announcements/action/publish/{item_id}")
    assert fresh(item_id).status == "published"
    assert client.get(f"/news/{item_id}").status_code == 200
    editor.post("/console/announcements/action_post", data={"action": "withdraw", "rowid": [item_id]})
    assert fresh(item_id).status == "withdrawn"
    assert client.get(f"/news/{item_id}").status_code == 404
    assert events() == ["AnnouncementWritten", "AnnouncementPublished", "AnnouncementWithdrawn"]


def test_a_future_moment_schedules_and_is_typed_in_shanghai_time(editor):
    moment = (clock.local(clock.now()) + timedelta(days=2)).replace(second=0, microsecond=0)
    values = {
        "title": "将来的公告",
        "category": "guides",
        "body": "正文",
        "publish_at": f"{moment:%Y-%m-%dT%H:%M}",
    }
    editor.post("/console/announcements/add", data=values)
    item = db.session.scalars(select(Announcement)).one()
    assert item.publish_at == moment
    editor.post(f"/console/announcements/action/publish/{item.id}")
    assert fresh(item.id).status == "scheduled"
    assert "定时发布" in editor.get(LIST).text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "请填写标题"),
        ({"title": "长" * 121}, "标题最多 120 个字"),
        ({"category": "unknown"}, ""),
        ({"body": "<script>x</script>"}, "正文为空"),
        ({"publish_at": "昨天"}, "请按"),
    ],
)
def test_bad_input_is_explained_and_not_stored(editor, change, message):
    values = {"title": "标题", "category": "guides", "body": "要保留的正文", **change}
    answer = editor.post("/console/announcements/add", data=values)
    assert answer.status_code == 200 and message in answer.text
    assert "body" in change or "要保留的正文" in answer.text
    assert db.session.scalars(select(Announcement)).all() == []


def test_releasing_twice_is_explained_and_the_others_go_on(editor):
    done, draft = announce("已发布的公告"), announce("草稿公告", state="draft")
    ids = [done.id, draft.id]
    page = editor.post(
        "/console/announcements/action_post", data={"action": "publish", "rowid": ids}, follow_redirects=True
    ).text
    assert "已经发布，不需要再次发布" in page and "已发布 1 条公告" in page
    assert fresh(ids[1]).status == "published"


def test_the_state_cannot_be_set_by_the_form(editor):
    item = announce("草稿公告", state="draft")
    values = {
        "title": "改了标题",
        "category": "guides",
        "body": "正文",
        "status": "published",
        "views": "9999",
    }
    save(editor, f"/console/announcements/edit/{item.id}", values)
    changed = fresh(item.id)
    assert (changed.title, changed.status, changed.views) == ("改了标题", "draft", 0)


def test_paragraphs_come_back_as_paragraphs_for_editing(editor):
    item = announce("公告", body="甲段\n\n乙段")
    page = editor.get(f"/console/announcements/edit/{item.id}").text
    assert "甲段\n\n乙段</textarea>" in page.replace("\r\n", "\n")


def test_nothing_changes_by_get_or_without_permission(client, editor, sign_in):
    item = announce("公告")
    assert editor.get(f"/console/announcements/action/withdraw/{item.id}").status_code == 405
    supervisor = sign_in(make_account("Supervisor"))
    for somebody in (client, supervisor):
        somebody.post(f"/console/announcements/action/withdraw/{item.id}")
        somebody.post("/console/announcements/action_post", data={"action": "withdraw", "rowid": [item.id]})
        somebody.post(
            f"/console/announcements/edit/{item.id}", data={"title": "x", "category": "guides", "body": "x"}
        )
        somebody.post(f"/console/announcements/delete/{item.id}")
    assert fresh(item.id).status == "published" and fresh(item.id).title == "公告"


def test_a_page_is_changed_in_both_languages_and_cleaned(client, editor):
    seed_portal(clock.now())
    db.session.commit()
    page = db.session.scalars(select(Page).where(Page.slug == "complaints")).one()
    values = {
        "title_zh": "投诉渠道",
        "body_zh": "<p>新的<script>x</script>渠道</p>",
        "title_en": "Complaints",
        "body_en": "New",
    }
    save(editor, f"/console/pages/edit/{page.id}", values)
    assert "<p>新的渠道</p>" in client.get("/pages/complaints").text
    client.set_cookie("lang", "en")
    assert "<p>New</p>" in client.get("/pages/complaints").text


def test_the_list_of_announcements_needs_at_most_twelve_statements(editor):
    seed_portal(clock.now())
    db.session.commit()
    db.session.remove()
    with counted_statements() as seen:
        assert editor.get(LIST).status_code == 200
    assert len(seen) <= 12, seen


def test_seeding_is_complete_deterministic_and_repeatable(app):
    now = clock.now()
    first = seed_portal(now)
    titles = list(
        db.session.execute(select(Announcement.title, Announcement.publish_at).order_by(Announcement.id))
    )
    assert first["announcements"] >= 48 and first["pages"] == 4
    assert seed_portal(now) == {"pages": 0, "announcements": 0}
    db.session.rollback()
    seed_portal(now)
    again = select(Announcement.title, Announcement.publish_at).order_by(Announcement.id)
    assert list(db.session.execute(again)) == titles
