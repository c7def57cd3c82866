"""The editor of templates, as a browser without script posts it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from lxml import html as page_of

from app.core.db import db
from app.letters import templates
from app.letters.rules import kinds
from tests.factories import make_account

EDIT = "/console/letters/edit/inspection_opinion"
KIND = kinds()["inspection_opinion"]


@pytest.fixture
def editor(app: Flask, sign_in: Any) -> Any:
    app.config["WTF_CSRF_ENABLED"] = False
    yield sign_in(make_account("Approver"))
    app.config["WTF_CSRF_ENABLED"] = True


def fields(text: str) -> dict[str, str]:
    """What a browser would send back of the form."""
    form = next(one for one in page_of.fromstring(text).forms if "/edit/" in (one.action or ""))
    return {key: value for key, value in form.form_values() if key != "op"}


def contents(form: dict[str, str]) -> list[str]:
    """The blocks' texts in their order."""
    return [form[f"text_{n}"] for n in range(80) if f"text_{n}" in form]


def test_paragraphs_are_moved_added_removed_and_saved(editor: Any) -> None:
    form = fields(editor.get(EDIT).text)
    first, second = contents(form)[:2]
    form = fields(editor.post(EDIT, data={**form, "op": "down:0"}).text)
    assert contents(form)[:2] == [second, first]
    form = fields(editor.post(EDIT, data={**form, "op": "below:1", "new_1": "heading"}).text)
    assert (form["type_1"], contents(form)[1]) == ("heading", "")
    form = fields(editor.post(EDIT, data={**form, "op": "remove:0"}).text)
    assert contents(form)[1] == first
    assert templates.newest(KIND.name) is None  # nothing is stored before it is saved
    saved = editor.post(EDIT, data={**form, "text_0": "送{{institution}}", "op": "save", "note": "试改"})
    assert saved.status_code == 302
    newest = templates.newest(KIND.name)
    assert newest is not None and newest.layout["blocks"][0] == {
        "type": "heading",
        "text": "送{{institution}}",
    }
    shown = editor.get("/console/letters/show/inspection_opinion").text
    assert "送杭州示例融资担保有限公司" in shown and "试改" in shown
    assert "送杭州" not in editor.get("/console/letters/show/inspection_opinion?version=0").text


def test_an_unknown_placeholder_is_refused_with_its_place_and_nothing_is_lost(editor: Any) -> None:
    form = fields(editor.get(EDIT).text)
    answer = editor.post(EDIT, data={**form, "text_0": "致{{compny}}", "op": "save"})
    assert answer.status_code == 422
    assert re.search("第 1 段：没有名为“compny”的占位符", answer.text)
    assert contents(fields(answer.text))[0] == "致{{compny}}"
    assert templates.newest(KIND.name) is None
    english = editor.post(
        EDIT, data={**form, "text_0": "{{compny}}", "op": "pdf"}, headers={"Cookie": "lang=en"}
    )
    assert english.status_code in (200, 302)


def test_a_trial_print_is_a_draft(editor: Any) -> None:
    form = fields(editor.get(EDIT).text)
    answer = editor.post(EDIT, data={**form, "op": "pdf"})
    assert answer.data.startswith(b"%PDF-")


@pytest.mark.parametrize("op", ["up:999", "down:x", "remove:-1", "below:61", "", "save:1", "up:0"])
def test_odd_buttons_change_nothing(editor: Any, op: str) -> None:
    form = fields(editor.get(EDIT).text)
    answer = editor.post(EDIT, data={**form, "op": op})
    assert answer.status_code == 200
    assert contents(fields(answer.text)) == contents(form)


def test_only_who_may_edit_sees_the_editor(app: Flask, sign_in: Any) -> None:
    reader = sign_in(make_account("Inspector"))
    assert reader.get("/console/letters/show/inspection_notice").status_code == 200
    assert reader.get(EDIT).status_code in (302, 403)
    assert reader.get("/console/letters/show/nothing").status_code == 404
    db.session.rollback()
