"""Both languages are complete, and the catalogues are what the sources say."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Message

from scripts import i18n


@pytest.mark.parametrize("locale", [i18n.ENGLISH, i18n.CHINESE])
def test_a_language_has_every_text_and_no_other(locale):
    assert list(i18n.problems(locale)) == []


def test_the_template_holds_the_texts_of_the_sources():
    with i18n.TEMPLATE.open("rb") as file:
        stored = {message.id for message in i18n.read_po(file) if message.id}
    assert stored == set(i18n.our_texts())


@pytest.mark.parametrize(
    ("msgid", "translation", "is_wrong"),
    [
        ("第 %(row)s 行", "row %(row)s", False),
        ("第 %(row)s 行", "row", True),
        ("第 %(row)s 行", "row %(line)s", True),
        (("%(num)d 条", "%(num)d 条"), ("one record", "%(num)d records"), False),
        (("%(num)d 条", "%(num)d 条"), ("one record", "%(count)d records"), True),
        ("上报完成", "", False),
    ],
)
def test_placeholders_of_a_translation_must_agree(msgid, translation, is_wrong):
    assert bool(list(i18n.placeholder_problems(Message(msgid, translation)))) is is_wrong
