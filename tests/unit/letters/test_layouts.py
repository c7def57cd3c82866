"""Layouts are checked where they stand; text stays text in all three forms; long tables repeat their heads."""

from __future__ import annotations

import io
import re
import zlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from docx import Document

from app.letters.compose import check_data, compose, number_of
from app.letters.pdf import to_pdf
from app.letters.rules import DataProblem, kinds, layout_problems, normal_layout
from app.letters.word import to_docx

NOTICE = kinds()["inspection_notice"]
MARKUP = "#panic() @ref *粗* $x$ <b>&amp;</b> {{scope}} \\ 〔1〕"


def notice_data(**more: Any) -> dict[str, Any]:
    data = {
        key: value for key, value in NOTICE.sample().items() if key in NOTICE.own_fields | set(NOTICE.tables)
    }
    return data | more


def composed(**more: Any) -> dict[str, Any]:
    layout = normal_layout(NOTICE.layout)
    data = notice_data(**more)
    number = number_of(layout, data, 2026, 7)
    return compose(NOTICE, layout, data, number=number, authority="示例省地方金融管理局", on=date(2026, 3, 5))


def texts(document: dict[str, Any]) -> str:
    return "\n".join(str(one.get("text", "")) for one in document["body"])


@pytest.mark.parametrize("name", list(kinds()))
def test_what_comes_along_has_no_problem_and_uses_every_table(name: str) -> None:
    kind = kinds()[name]
    layout = normal_layout(kind.layout)
    assert layout_problems(kind, layout) == []
    assert {block["table"] for block in layout["blocks"] if block["type"] == "table"} == set(kind.tables)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": "关于{{instituton}}的通知"}, ("unknown", "title", "instituton")),
        ({"number": "金监〔2026〕号"}, ("uncounted", "number", "")),
        ({"number": "金监{{n}}号"}, ("year", "number", "")),
        ({"sign": " "}, ("empty", "sign", "")),
        ({"blocks": []}, ("no_blocks", "blocks", "")),
        ({"blocks": [{"type": "paragraph", "text": "致{{ year }}"}]}, ("unknown", 1, "year")),
        ({"blocks": [{"type": "paragraph", "text": "根据{{scope"}]}, ("braces", 1, "")),
        ({"blocks": [{"type": "heading", "text": " "}]}, ("empty", 1, "")),
        ({"blocks": [{"type": "table", "table": "findings"}]}, ("table", 1, "")),
        ({"blocks": [{"type": "script", "text": "x"}]}, ("type", 1, "")),
        ({"blocks": [{"type": "signature"}] * 2}, ("signatures", "blocks", "")),
        ({"blocks": [{"type": "paragraph", "text": "字" * 4001}]}, ("long", 1, "4000")),
    ],
)
def test_a_wrong_layout_is_refused_with_the_place(change: dict[str, Any], expected: tuple[Any, ...]) -> None:
    layout = normal_layout({**NOTICE.layout, **change})
    assert [(one.code, one.place, one.detail) for one in layout_problems(NOTICE, layout)] == [expected]


def test_values_are_put_in_once_and_never_read_as_placeholders() -> None:
    document = composed(scope="先看{{place}}")
    assert "先看{{place}}。检查所属期间" in texts(document)
    assert document["number"] == "金监检通〔2026〕7号"


def test_data_that_do_not_fit_are_a_fault_at_once() -> None:
    data = notice_data()
    del data["scope"]
    with pytest.raises(DataProblem, match="scope"):
        check_data(NOTICE, data)
    with pytest.raises(DataProblem, match="checklist"):
        check_data(NOTICE, notice_data(checklist=[{"no": "1"}]))


def test_text_stays_text_in_pdf_and_word() -> None:
    row = dict.fromkeys(("no", "category", "name", "period", "form", "due", "remark"), MARKUP)
    document = composed(scope=MARKUP, checklist=[row])
    assert to_pdf(document).startswith(b"%PDF-")  # markup would stop the typesetting
    word = Document(io.BytesIO(to_docx(document, datetime(2026, 3, 5, tzinfo=UTC))))
    assert any(MARKUP in paragraph.text for paragraph in word.paragraphs)
    assert word.tables[-1].rows[1].cells[2].text == MARKUP


def test_a_long_checklist_runs_over_pages_with_its_head_on_each() -> None:
    row = dict(NOTICE.tables["checklist"].sample[0])
    document = composed(checklist=[row | {"no": str(number)} for number in range(120)])
    pdf = to_pdf(document)
    pages = max(map(int, re.findall(rb"/Count (\d+)", pdf + _inflated(pdf))))
    assert pages >= 6
    word = Document(io.BytesIO(to_docx(document, datetime(2026, 3, 5, tzinfo=UTC))))
    assert "w:tblHeader" in word.tables[-1].rows[0]._tr.xml


def _inflated(pdf: bytes) -> bytes:
    """Object streams of a PDF, as far as they are plain deflate."""
    found = []
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return b"".join(found)
