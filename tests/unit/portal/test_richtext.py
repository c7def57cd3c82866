"""What is stored may be shown as it is."""

from __future__ import annotations

import pytest

from app.portal.richtext import editable, plain_text, sanitise

ATTACKS = [
    "<script>alert(1)</script><p>x</p>",
    "<p onclick=alert(1)>x</p>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" jAvAsCrIpT&#58;alert(1)">x</a>',
    "<img src=x onerror=alert(1)>x",
    "<svg><script>alert(1)</script></svg>x",
    '<iframe src="https://example.invalid"></iframe>x',
    '<p style="background:url(javascript:alert(1))">x</p>',
    "<math><mtext></mtext><style><img src=x onerror=alert(1)></style></math>x",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>x",
    '<object data="x"></object><embed src="x">x',
    '<form action="https://example.invalid"><input name=password></form>x',
    "<scr<script>ipt>alert(1)</script>x",
]


@pytest.mark.parametrize("source", ATTACKS)
def test_nothing_that_runs_or_reaches_out_survives(source):
    cleaned = sanitise(source).lower()
    for word in (
        "<script",
        "onerror=",
        "onclick=",
        "javascript:",
        "<iframe",
        "<svg",
        "<img",
        "style=",
        "<form",
        "<input",
    ):
        assert word not in cleaned
    assert "x" in cleaned


def test_plain_text_becomes_paragraphs_and_special_characters_stay_text():
    assert (
        sanitise("第一段\n续行\n\n第二段 a < b & c") == "<p>第一段<br>续行</p><p>第二段 a &lt; b &amp; c</p>"
    )


def test_headings_lists_links_and_tables_are_kept():
    source = '<h2>标题</h2><ul><li>项</li></ul><table><tbody><tr><td colspan="2">格</td></tr></tbody></table>'
    assert sanitise(source) == source
    assert 'rel="noopener noreferrer"' in sanitise('<a href="https://example.invalid/">链接</a>')


def test_sanitising_twice_changes_nothing():
    for source in [*ATTACKS, "一段\n\n两段 & <b>粗</b>"]:
        assert sanitise(sanitise(source)) == sanitise(source)


def test_the_words_of_a_text_hold_no_markup():
    assert plain_text("<p>甲&amp;乙</p><p>丙<script>x()</script></p>") == "甲&乙 丙"


def test_paragraphs_are_given_back_for_editing_as_they_were_typed():
    typed = "第一段 a < b\n续行\n\n第二段"
    assert editable(sanitise(typed)) == typed
    rich = "<p>甲<strong>乙</strong></p>"
    assert editable(rich) == rich


def test_nul_and_empty_input_are_harmless():
    assert sanitise("\x00 \r\n ") == ""
    assert sanitise("甲\x00乙") == "<p>甲乙</p>"
