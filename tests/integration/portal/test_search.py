"""The search and its index: one truth, in the transaction that changes the text."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.db import db
from app.portal import queries
from app.portal.models import Announcement
from app.portal.search_rebuild import rebuild
from app.portal.services import withdraw_announcement
from tests.integration.portal.portal_helpers import announce


def found(words: str, **more) -> list[str]:
    return [row.title for row in queries.announcements(clock.now(), words=tuple(words.split()), **more).rows]


def test_the_index_follows_the_text_and_only_with_its_transaction():
    item = announce("关于罚款的通报", body="某公司被处以罚款。")
    assert found("罚款") == found("罚") == found("公司 通报") == ["关于罚款的通报"]
    item.title, item.body_text = "关于处罚的通报", "某公司被警告。"
    db.session.flush()
    assert found("罚款") == [] and found("警告") == ["关于处罚的通报"]
    db.session.rollback()
    assert found("罚款") == ["关于罚款的通报"] and found("警告") == []
    withdraw_announcement(db.session.get(Announcement, item.id), actor=None, now=clock.now())
    db.session.commit()
    assert found("罚款") == []
    db.session.delete(db.session.get(Announcement, item.id))
    db.session.commit()
    again = announce("别的公告", body="别的正文。")
    assert found("罚款") == [] and found("别的") == [again.title]


def test_a_rebuilt_index_finds_the_same():
    for index in range(3):
        announce(f"第{index}号风险提示", body="警惕非法集资 WARNING 2026。", category="risk-alerts")
    announce("草稿风险提示", state="draft")
    before = found("风险提示"), found("warning"), found("2026 集资")
    assert len(before[0]) == 3
    assert rebuild() == 4
    db.session.commit()
    assert (found("风险提示"), found("warning"), found("2026 集资")) == before


def test_many_hits_are_counted_to_a_limit_and_come_newest_first(monkeypatch):
    for index in range(5):
        announce(f"风险提示{index}", pinned=index == 1)
    few = found("风险")
    monkeypatch.setattr(queries, "MOST_HITS", 3)
    assert found("风险") == few == [f"风险提示{index}" for index in (1, 4, 3, 2, 0)]
    assert queries.announcements(clock.now(), words=("风险",)).total == 3


@pytest.mark.parametrize("words", ["！", "的 的", "a", "\u200b", "'", "𠀀"])
def test_odd_words_are_harmless(words):
    announce("普通标题")
    assert found(words) == []


@pytest.mark.parametrize("path", ["/search", "/news/all/"])
def test_readers_are_told_when_only_the_first_hits_are_listed(client, monkeypatch, path):
    for number in range(4):
        announce(f"第{number}号罚款通报")
    whole = client.get(f"{path}?q=罚款").text
    assert "共 4 条" in whole and "只列出" not in whole
    monkeypatch.setattr(queries, "MOST_HITS", 3)
    cut = client.get(f"{path}?q=罚款 通报").text
    assert "只列出前 3 条" in cut and "共 3 条" not in cut
    assert "只列出" not in client.get("/news/all/").text


def test_a_text_that_no_index_could_hold_is_saved_and_found_by_its_beginning():
    """PostgreSQL refuses tokens beyond 2,047 bytes and more than a megabyte of them in one text."""
    letters = "".join(chr(0x4E00 + at % 20000) + chr(0x4E00 + at * 7 % 19997) for at in range(120_000))
    announce("极长的正文", body="x" * 3000 + " " + letters)
    assert found("xxxx") == found("极长") == found("x" * 60) == ["极长的正文"]
    rebuild()
    db.session.commit()
    assert found("xxxx") == ["极长的正文"]


def test_the_index_follows_the_texts_after_it_was_made_anew_too():
    item = announce("关于罚款的通报")
    for _time in range(2):
        rebuild()
        db.session.commit()
    item.title = "关于处罚的通报"
    announce("关于罚没的通报")
    db.session.commit()
    assert found("处罚") == ["关于处罚的通报"] and found("罚款") == []
    assert set(found("通报")) == {"关于处罚的通报", "关于罚没的通报"}


def test_a_search_leaves_the_database_s_settings_as_they_were():
    if db.engine.dialect.name != "postgresql":
        pytest.skip("settings of PostgreSQL")
    announce("普通标题")
    asked = text("SELECT current_setting('enable_seqscan'), current_setting('work_mem')")
    before = db.session.execute(asked).one()
    assert found("标题") == ["普通标题"]
    assert db.session.execute(asked).one() == before


def test_english_headings_of_a_search_are_of_many(client):
    announce("关于罚款的通报")
    client.set_cookie("lang", "en")
    assert "<h2>Announcements</h2>" in client.get("/search?q=罚款").text
