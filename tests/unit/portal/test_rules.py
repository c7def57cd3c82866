"""Rules of the portal, without any database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.portal.rules import (
    ANNOUNCEMENT_WORKFLOW,
    RELEASED_STATES,
    counts_as_opening,
    excerpt,
    is_public,
    masked_contact,
    page_number,
    publishing_verb,
    query_words,
    shown_state,
    split_hits,
    starts_like_formula,
)

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"


@pytest.mark.parametrize("state", sorted(ANNOUNCEMENT_WORKFLOW.states))
def test_only_released_announcements_become_public_and_only_from_their_moment_on(state):
    assert is_public(state, NOW, NOW) is (state in RELEASED_STATES)
    assert not is_public(state, NOW + timedelta(microseconds=1), NOW)
    assert not is_public(state, None, NOW)


def test_a_released_announcement_reads_as_scheduled_until_its_moment_and_as_published_after_it():
    assert shown_state("scheduled", NOW + timedelta(hours=1), NOW) == "scheduled"
    assert shown_state("scheduled", NOW - timedelta(hours=1), NOW) == "published"
    assert shown_state("withdrawn", NOW, NOW) == "withdrawn"


def test_an_announcement_with_a_future_moment_is_scheduled_and_otherwise_published():
    assert publishing_verb(NOW + timedelta(minutes=1), NOW) == "schedule"
    assert publishing_verb(NOW, NOW) == publishing_verb(None, NOW) == "publish"


def test_a_person_opening_a_page_counts():
    assert counts_as_opening("GET", "", CHROME)
    assert counts_as_opening(
        "GET", "", "Mozilla/5.0 (Linux; Android 14; CUBOT X70) Chrome/126.0 Mobile Safari/537.36"
    )


@pytest.mark.parametrize(
    ("method", "purpose", "agent"),
    [
        ("HEAD", "", CHROME),
        ("GET", "prefetch;prerender", CHROME),
        ("GET", "Prefetch", CHROME),
        ("GET", "", ""),
        ("GET", "", "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"),
        ("GET", "", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        ("GET", "", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
        ("GET", "", "Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)"),
        ("GET", "", "curl/8.5.0"),
        ("GET", "", "python-requests/2.32"),
    ],
)
def test_machines_and_looks_ahead_do_not_count(method, purpose, agent):
    assert not counts_as_opening(method, purpose, agent)


@pytest.mark.parametrize("raw", [None, "", "-1", "0", "abc", "1.5", "²", "１", "9" * 30, " "])
def test_an_impossible_page_number_is_the_first_page(raw):
    assert page_number(raw) == 1


def test_a_possible_page_number_is_taken_and_bounded():
    assert page_number("7") == 7
    assert page_number("999999999") == 100_000


def test_search_words_lose_control_characters_and_width():
    assert query_words(" ＡＢ\x00典当　融资 典当 ") == ("AB", "典当", "融资")
    assert query_words(None) == ()
    assert sum(map(len, query_words("长" * 500))) == 60
    assert len(query_words("的 " * 3 + " ".join("公司监管融资担保年一丁风险"))) == 10


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@A1", "\t=1", "＝1", "＋1", "－1", "＠A", "  =1", "\u3000=1", "\r=1"]
)
def test_what_a_spreadsheet_could_take_for_a_formula_is_known(text):
    assert starts_like_formula(text)


@pytest.mark.parametrize("text", ["", "示例公司", "91330100MA", "A=1"])
def test_ordinary_cells_are_no_formulas(text):
    assert not starts_like_formula(text)


def test_an_excerpt_is_cut_around_the_first_hit():
    text = "前" * 200 + "融资担保" + "后" * 200
    piece = excerpt(text, ("融资担保",))
    assert "融资担保" in piece and piece.startswith("…") and piece.endswith("…") and len(piece) < 120
    assert excerpt("短文", ("没有",)) == "短文"


def test_hits_are_found_whatever_their_case_and_whatever_characters_they_hold():
    assert split_hits("用Excel导入", ("excel",)) == [("用", False), ("Excel", True), ("导入", False)]
    assert split_hits("a.*b", (".*",)) == [("a", False), (".*", True), ("b", False)]
    assert (
        "".join(piece for piece, _hit in split_hits("融资融资担保", ("融资", "融资担保"))) == "融资融资担保"
    )


def test_contacts_are_masked_in_lists():
    assert masked_contact("13800001234") == "138****1234"
    assert masked_contact("ceshi@example.invalid") == "c***@example.invalid"
