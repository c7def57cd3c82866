"""Whatever is done to a template, reading it gives values, problems or a refusal, and never a crash."""

from __future__ import annotations

import random

import pytest

from app.core.excel import WorkbookRefused, inspect_workbook
from app.core.excel_words import REFUSALS
from app.filings.workbooks.extract import extract
from app.filings.workbooks.raw import RawBook, RawCell
from app.filings.workbooks.reader import read_book
from app.filings.workbooks.sandbox import _run
from tests.workbooks import make
from tests.workbooks.samples import context_for, identity_of, template
from tests.workbooks.small_forms import SMALL

TEXTS = [
    "",
    "x",
    "期初余额",
    "贷款合计",
    "-",
    "1e999",
    "９９",
    "=1",
    "2026-02-30",
    "\x00",
    "合计",
    "1/3:lfw1|",
    "#REF!",
]


def mangle(book: RawBook, luck: random.Random) -> None:
    for sheet in book.sheets:
        spots = list(sheet.cells)
        for spot in luck.sample(spots, k=min(len(spots), luck.randrange(1, 15))):
            cell = sheet.cells.pop(spot)
            target = (max(0, spot[0] + luck.randrange(-2, 3)), max(0, spot[1] + luck.randrange(-2, 3)))
            text = luck.choice([cell.text, *TEXTS])
            kind = luck.choice(["n", "s", "b", "e", "d", ""])
            style = luck.choice(["", "date", "percent"])
            sheet.cells[target] = RawCell(kind, text, luck.random() < 0.3, style)  # type: ignore[arg-type]
        if luck.random() < 0.3:
            sheet.merges.append(
                (luck.randrange(9), luck.randrange(9), luck.randrange(9, 15), luck.randrange(9, 15))
            )
        if luck.random() < 0.2:
            sheet.name = luck.choice(["", "TX02", "_identity", "校验结果", "TX01 x"])
    if luck.random() < 0.3:
        book.names.clear()
        book.properties.clear()
    book.date_mode = luck.choice(["1900", "1904"])


@pytest.mark.parametrize("seed", range(300))
def test_mangled_templates_never_crash_the_reader(seed: int) -> None:
    luck = random.Random(seed)
    book = RawBook.from_wire(*extract(template(SMALL, make.VALUES)).to_wire())
    mangle(book, luck)
    try:
        result = read_book(book, SMALL, identity_of(SMALL.values()), context_for())
    except WorkbookRefused as refusal:
        assert refusal.message_zh
        return
    for problem in result.problems:
        assert problem.message_zh
        assert problem.message_en
    assert set(result.values_by_form) <= set(SMALL)


@pytest.mark.parametrize("seed", range(60))
def test_flipped_bytes_end_in_a_reading_or_a_refusal(seed: int) -> None:
    luck = random.Random(seed)
    data = bytearray(make.wps())
    for _ in range(luck.randrange(1, 6)):
        data[luck.randrange(len(data))] = luck.randrange(256)
    try:
        inspect_workbook(bytes(data))
    except WorkbookRefused as refusal:
        assert refusal.code in REFUSALS
    answer, _ = _run("read", {}, bytes(data))
    assert "book" in answer or answer["refused"] in ("damaged", "too_complex")
