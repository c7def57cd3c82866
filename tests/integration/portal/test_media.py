"""Pictures and attachments of texts: taken in, shown with what shows them, and never before or after."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.files import StoredFile
from app.portal.media import UNUSED_FOR, remove_unused_pictures
from app.portal.models import Announcement, Page, Picture
from app.portal.seed import seed_portal
from app.portal.services import publish_announcement, withdraw_announcement
from tests.factories import make_account

ADD, UPLOAD = "/console/announcements/add", "/console/announcements/pictures"


@pytest.fixture(autouse=True)
def without_csrf(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)


@pytest.fixture
def editor(sign_in):
    return sign_in(make_account("ContentEditor"))


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 200), **more) -> io.BytesIO:
    packed = io.BytesIO()
    Image.new("RGB", size, (20, 80, 140)).save(packed, kind, **more)
    return io.BytesIO(packed.getvalue())


def upload(editor, content: io.BytesIO, name: str = "图.png"):
    return editor.post(UPLOAD, data={"picture": (content, name)}, headers={"Accept": "application/json"})


def written(editor, body: str, **more) -> Announcement:
    """An announcement as the console stores it."""
    values = {"title": "有图的公告", "category": "guides", "body": body, **more}
    answer = editor.post(ADD, data=values, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return db.session.scalars(select(Announcement).order_by(Announcement.id.desc())).first()


def test_picture_and_attachment_are_public_exactly_as_long_as_their_announcement(client, editor, monkeypatch):
    address = upload(editor, picture()).json["data"]["url"]
    files = [(io.BytesIO(b"%PDF-1.4 content"), "附件.pdf")]
    item = written(editor, f'<p>看图</p><p><img src="{address}" alt="走势"></p>', files=files)
    shown = re.search(r"/attachments/\d+", editor.get(f"/console/announcements/preview/{item.id}").text)[0]
    assert 'width="320" height="200"' in item.body and 'alt="走势"' in item.body

    def seen_by(reader) -> list[int]:
        return [reader.get(url).status_code for url in (f"/news/{item.id}", address, shown)]

    hidden, item_id, now = [404, 404, 404], item.id, clock.now()
    assert (
        seen_by(client) == hidden and [editor.get(url).status_code for url in (address, shown)] == [200] * 2
    )
    item.publish_at = now + timedelta(hours=1)
    publish_announcement(item, actor=None, now=now)
    db.session.commit()
    assert seen_by(client) == hidden
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    assert seen_by(client) == [200, 200, 200]
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "no-cache" and answer.mimetype == "image/png"
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert "attachment" in client.get(shown).headers["Content-Disposition"]
    withdraw_announcement(db.session.get(Announcement, item_id), actor=None, now=clock.now())
    db.session.commit()
    assert seen_by(client) == hidden
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(address, headers=tag).status_code == 404  # not even "it has not changed"


def test_a_picture_of_a_page_is_public_and_a_picture_that_left_its_text_is_not(client, editor):
    seed_portal(clock.now())
    db.session.commit()
    address = upload(editor, picture("JPEG"), "图.jpg").json["data"]["url"]
    page = db.session.scalars(select(Page).where(Page.slug == "complaints")).one()
    where = f"/console/pages/edit/{page.id}"
    for body, expected in ((f'<p>示意图</p><img src="{address}">', 200), ("<p>没有图了</p>", 404)):
        seen = re.search(r'name="row_state" value="(\w+)"', editor.get(where).text)[1]
        values = {"title_zh": "投诉渠道", "title_en": "", "body_zh": body, "body_en": "", "row_state": seen}
        assert editor.post(where, data=values).status_code == 302
        assert client.get(address).status_code == expected


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("坏.png", b"<svg onload=alert(1)>", "内容与扩展名不符"),
        ("图.svg", b"<svg/>", "格式不支持"),
        ("文.pdf", b"%PDF-1.4", "不是图片"),
        ("空.png", b"", "空文件"),
        ("半.jpg", picture("JPEG").getvalue()[:400], ""),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason_and_nothing_stored(editor, name, content, message):
    answer = upload(editor, io.BytesIO(content), name)
    assert answer.status_code == 422 and message in answer.json["message"]
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_a_photograph_loses_camera_and_place_and_is_made_no_wider_than_shown(editor):
    exif = Image.Exif()
    exif[271] = "Camera maker"
    address = upload(editor, picture("JPEG", (4000, 1000), exif=exif), "照片.jpg").json["data"]["url"]
    with Image.open(io.BytesIO(editor.get(address).data)) as kept:
        assert kept.size == (1600, 400) and not kept.getexif()


def test_only_editors_upload_and_see_what_is_not_released(client, editor, sign_in):
    address = upload(editor, picture()).json["data"]["url"]
    supervisor = sign_in(make_account("Supervisor"))
    for somebody in (client, supervisor):
        assert upload(somebody, picture()).status_code != 200
        assert somebody.get(address).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Picture)) == 1


def test_pictures_from_elsewhere_and_unknown_ones_are_taken_out(editor):
    odd = "/pictures/" + "0" * 32 + ".png"
    item = written(
        editor,
        f'<p>文</p><img src="https://evil.invalid/x.png"><img src="//evil.invalid/x.png"><img src="{odd}">'
        '<img src="data:image/png;base64,AAAA" onerror="x()"><p><br></p>',
    )
    assert item.body == "<p>文</p>"


def test_an_attachment_is_refused_with_its_reason_and_the_text_is_kept(editor):
    files = [(io.BytesIO(b"MZ"), "程序.exe")]
    values = {"title": "有附件", "category": "guides", "body": "要保留的正文", "files": files}
    page = editor.post(ADD, data=values, content_type="multipart/form-data").text
    assert "格式不支持" in page and "要保留的正文" in page
    assert db.session.scalars(select(Announcement)).all() == []


def test_a_deleted_announcement_takes_its_files_along_and_unused_pictures_go(client, editor, app):
    address = upload(editor, picture()).json["data"]["url"]
    item = written(editor, f'<img src="{address}">', files=[(io.BytesIO(b"%PDF-1.4"), "甲.pdf")])
    page = editor.get(f"/console/announcements/show/{item.id}").text
    detach = re.search(r"/console/announcements/detach/\d+/\d+", page)[0]
    assert remove_unused_pictures(clock.now() + UNUSED_FOR + timedelta(1)) == 0
    assert editor.post(detach).status_code == 302
    assert "没有附件" in editor.get(f"/console/announcements/show/{item.id}").text
    assert editor.post(f"/console/announcements/delete/{item.id}").status_code == 302
    assert remove_unused_pictures(clock.now()) == 0
    assert remove_unused_pictures(clock.now() + UNUSED_FOR + timedelta(1)) == 1
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_a_preview_shows_what_is_being_written_to_its_writer_and_stores_nothing(client, editor):
    values = {"title": "<i>未保存</i>", "category": "guides", "body": "<p>预览<script>x()</script>正文</p>"}
    page = editor.post("/console/announcements/preview", data=values).text
    assert "&lt;i&gt;未保存" in page and "<p>预览正文</p>" in page and "公众看到的样子" in page
    assert db.session.scalars(select(Announcement)).all() == []
    assert client.post("/console/announcements/preview", data=values).status_code in {302, 401, 403}
