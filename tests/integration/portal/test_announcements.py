"""Announcements as the public reads them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core import clock
from app.core.db import db
from tests.integration.portal.portal_helpers import PERSON, announce


@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn"])
def test_what_is_not_released_is_visible_nowhere(client, state):
    item = announce("秘密标题甲", state=state)
    for url in ("/", "/news/work-updates/", "/news/all/", "/news/all/?q=秘密标题甲", "/search?q=秘密标题甲"):
        assert f"/news/{item.id}" not in client.get(url).text, url
    assert client.get(f"/news/{item.id}").status_code == 404


def test_a_scheduled_announcement_appears_at_its_moment_without_any_job(client, monkeypatch):
    moment = clock.now() + timedelta(hours=2)
    item = announce("定时公告", state="scheduled", publish_at=moment)
    real_now = clock.now
    monkeypatch.setattr(clock, "now", lambda: moment - timedelta(microseconds=1))
    assert client.get(f"/news/{item.id}").status_code == 404
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert client.get(f"/news/{item.id}").status_code == 200
    monkeypatch.setattr(clock, "now", real_now)


def test_an_unreleased_neighbour_is_not_linked(client):
    older = announce("较早的公告", publish_at=clock.now() - timedelta(days=3))
    middle = announce("中间的公告", publish_at=clock.now() - timedelta(days=2))
    announce("撤回的公告", state="withdrawn", publish_at=clock.now() - timedelta(days=1))
    page = client.get(f"/news/{middle.id}").text
    assert f"/news/{older.id}" in page and "撤回的公告" not in page and "已是最新一篇" in page


def test_the_detail_shows_date_source_views_and_description(client):
    item = announce("有来源的公告", summary="一句摘要")
    page = client.get(f"/news/{item.id}", headers=PERSON).text
    for words in ("有来源的公告", "示例处", "浏览 1 次", 'property="og:title"', 'content="一句摘要"'):
        assert words in page
    assert "<title>有来源的公告 ·" in page


def test_stored_script_never_reaches_a_reader(client):
    item = announce(
        "有脚本的公告",
        body='<p onclick="x()">正文</p><script>alert("坏")</script><a href="javascript:x()">链</a>',
    )
    stored = (item.body, item.body_text)
    assert "script" not in "".join(stored) and "onclick" not in stored[0]
    page = client.get(f"/news/{item.id}").text
    assert 'alert("坏")' not in page and "javascript:" not in page and "onclick" not in page


def test_markup_in_a_title_is_shown_as_text_and_hits_are_marked(client):
    announce("<b>粗体</b>与担保")
    page = client.get("/news/all/?q=担保").text
    assert "&lt;b&gt;粗体&lt;/b&gt;" in page and "<mark>担保</mark>" in page
    assert "<b>粗体" not in page


def test_search_finds_words_in_title_and_body_and_needs_all_of_them(client):
    announce("甲标题", body="正文提到代偿率和放大倍数。")
    announce("乙标题", body="正文只提到代偿率。")
    page = client.get("/news/all/?q=代偿率 放大倍数").text
    assert "甲标题" in page and "乙标题" not in page
    assert "<mark>甲标</mark>题" in client.get("/news/work-updates/?q=甲标").text
    assert "没有符合条件的公告" in client.get("/news/guides/?q=甲标").text


@pytest.mark.parametrize(
    "words", ["%", "_", "'", '"', "\\", "a'; drop table x--", "<script>", "\x01", "%00", "'" * 900]
)
def test_odd_search_words_are_only_words(client, words):
    announce("普通标题", body="普通正文，没有特殊符号。")
    for url in ("/news/all/", "/search", "/registry/guarantee/"):
        answer = client.get(url, query_string={"q": words})
        assert answer.status_code == 200
        if words in {"%", "_"}:
            assert "普通标题" not in answer.text


def test_a_percent_sign_in_a_text_can_be_found(client):
    announce("比例", body="不得超过净资产的10%。")
    announce("其他", body="不得超过净资产的10倍。")
    page = client.get("/news/all/", query_string={"q": "10%"}).text
    assert "比例" in page and "其他</a>" not in page


def test_dates_bound_the_list_and_nonsense_dates_are_ignored(client):
    today = clock.today()
    announce("今天的公告")
    announce("很早的公告", publish_at=clock.now() - timedelta(days=30))
    page = client.get(f"/news/all/?since={today}&until={today}").text
    assert "今天的公告" in page and "很早的公告" not in page
    assert "很早的公告" in client.get("/news/all/?since=2026-13-45&until=abc").text


@pytest.mark.parametrize("page", ["-1", "0", "1000000000", "abc", "9" * 40, "", "1e3", "²"])
def test_impossible_page_numbers_are_harmless(client, page):
    for index in range(17):
        announce(f"第{index}条公告")
    for url in (f"/news/all/?page={page}", f"/search?q=公告&page={page}", f"/registry/pawn/?page={page}"):
        assert client.get(url).status_code == 200
    assert "条公告" in client.get(f"/news/all/?page={page}").text


@pytest.mark.parametrize(
    "url",
    [
        "/news/unknown/",
        "/news/0",
        "/news/999999",
        "/news/99999999999999999999",
        "/pages/unknown",
        "/pages/A_b",
    ],
)
def test_what_does_not_exist_is_not_found(client, url):
    assert client.get(url).status_code == 404


def test_nothing_public_is_written_by_another_method(client):
    item = announce("公告")
    db.session.rollback()
    for url in ("/", f"/news/{item.id}", "/news/all/", "/registry/pawn/"):
        assert client.delete(url).status_code in {400, 405}


@pytest.mark.parametrize("url", ["/news/all/?q=%00", "/search?q=a%00", "/registry/pawn/?q=%00", "/pages/%00"])
def test_a_nul_is_refused_as_a_bad_request_and_never_reaches_the_database(client, url):
    assert client.get(url).status_code == 400


def test_english_pages_say_that_announcements_are_in_chinese(client):
    item = announce("关于罚款的通报")
    for path in ("/", "/news/all/", f"/news/{item.id}", "/search?q=罚款"):
        client.set_cookie("lang", "en")
        assert client.get(path).text.count("Announcements are published in Chinese") == 1, path
        client.set_cookie("lang", "zh_Hans_CN")
        assert "chinese-note" not in client.get(path).text
