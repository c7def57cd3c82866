"""What a text is found by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.portal.grams import ROOM, query_tokens, text_tokens

TEXT = "2026年代偿率不得超过10%，ＡＢＣ公司 Guarantee_Ltd 融资担保。"


def finds(query: str, text: str = TEXT) -> bool:
    held = text_tokens(text)
    tokens = query_tokens(query.split())
    return bool(tokens) and all(
        any(one.startswith(token) for one in held) if begins else token in held for token, begins in tokens
    )


@pytest.mark.parametrize(
    "query",
    [
        "代偿",
        "代偿率",
        "率",
        "。",
        "10%",
        "%",
        "2026",
        "2026年",
        "202",
        "abc",
        "ABC公司",
        "guaran",
        "Guarantee_L",
        "_",
        "担保 超过",
    ],
)
def test_words_of_any_length_are_found(query):
    assert finds(query)


@pytest.mark.parametrize("query", ["偿代", "026", "10倍", "罚", "担保公", "公司 罚款", "", "   "])
def test_what_does_not_stand_there_is_not_found(query):
    assert not finds(query)


def test_digits_are_numbers_and_not_pairs_of_digits():
    assert not finds("2025", "2026年5月20日，25%")


@given(
    st.text(max_size=40),
    st.text(alphabet="担保公司监管年月日，。、“”（）%", min_size=1, max_size=6),
    st.text(max_size=40),
)
def test_every_piece_of_chinese_is_found_where_it_stands(before, piece, after):
    assert finds(piece, f"{before}{piece}{after}")


@given(st.text(max_size=60))
def test_no_query_has_syntax(text):
    assert all(
        token.removeprefix("w").isalnum() and token.isascii() for token, _begins in query_tokens([text])
    )


def test_a_long_word_is_found_by_any_beginning_that_can_be_asked_for():
    word = "a" * 500
    assert finds("a" * 60, word) and finds("a" * 10, word) and not finds("b", word)
    assert max(map(len, text_tokens(word))) < 2047


def test_tokens_of_a_text_have_an_end():
    text = "".join(chr(0x4E00 + at % 20000) + chr(0x4E00 + at * 7 % 19997) for at in range(120_000))
    tokens = text_tokens("标题", text)
    assert sum(map(len, tokens)) <= ROOM and text_tokens("标题") <= tokens
