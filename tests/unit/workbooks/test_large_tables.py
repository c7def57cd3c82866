"""Large sheets are read by a shorter way, and nothing may depend on which way was taken."""

from __future__ import annotations

import dataclasses
import json
import random
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core.excel import TABLES, WorkbookRefused
from app.filings.definitions.schema import CellSpec
from app.filings.workbooks import bulk, extract, tables
from app.filings.workbooks.annotate import CellFinding, annotate_workbook
from app.filings.workbooks.convert import convert
from app.filings.workbooks.limits import MAX_FILLED, Budget
from app.filings.workbooks.raw import PackedCells, PackedColumn, RawBook, RawCell, RawSheet
from app.filings.workbooks.reader import read_workbook
from app.filings.workbooks.runner import read_raw
from tests.workbooks import make
from tests.workbooks.bad_files import FILES as REFUSED
from tests.workbooks.large import lengthened, packed, unpacked
from tests.workbooks.samples import context_for, dump, forms, identity_of, load, sample_values, template
from tests.workbooks.small_forms import SMALL

FOLDER = Path(make.__file__).parent
FILES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*.xlsx") if path.stem not in REFUSED)


def both_ways(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[RawBook, RawBook]:
    monkeypatch.setattr(extract, "LARGE", 10**12)
    parsed = extract.extract(data)
    monkeypatch.setattr(extract, "LARGE", 0)
    return parsed, extract.extract(data)


@pytest.mark.parametrize("path", FILES)
def test_both_ways_read_the_same_cells(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed, bulked = both_ways((FOLDER / path).read_bytes(), monkeypatch)
    for one, other in zip(parsed.sheets, bulked.sheets, strict=True):
        assert dict(one.cells) == dict(other.cells.items()), one.name
        assert one.merges == other.merges
        assert all(other.cells[place] == cell for place, cell in one.cells.items())
        assert list(one.lines(2)) == list(other.lines(2))


def test_what_travels_from_the_sandbox_arrives_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    _, bulked = both_ways(template(SMALL, make.VALUES), monkeypatch)
    assert any(isinstance(sheet.cells, PackedCells) for sheet in bulked.sheets)
    arrived = RawBook.from_wire(*bulked.to_wire())
    assert [dict(sheet.cells.items()) for sheet in arrived.sheets] == [
        dict(sheet.cells.items()) for sheet in bulked.sheets
    ]
    with pytest.raises(KeyError):
        arrived.sheets[0].cells[9999, 1]


@pytest.mark.parametrize(
    "texts", [["1", None, "a\nb"], ["\ue000", None, "x"], ["a\x7fb", "", None], ["\ud800", "é", "甲"], [None, None, ""]]
)  # fmt: skip
@pytest.mark.parametrize("shape", [0, [0, 1, 0]])
def test_every_column_arrives_as_it_was(texts: list[str | None], shape: int | list[int]) -> None:
    cells = PackedCells([1, 2, 5], {3: PackedColumn(texts, shape)}, [("s", False, ""), ("n", True, "date")])
    head, body = RawBook([RawSheet("甲", cells=cells)]).to_wire()
    (sheet,) = RawBook.from_wire(json.loads(json.dumps(head)), body).sheets
    assert dict(sheet.cells.items()) == dict(cells.items())


@pytest.mark.parametrize("lie", [{"rows": [1, 2]}, {"body": b""}, {"body": b"\xff\xfe\xfd"}])
def test_a_column_of_another_length_is_not_believed(lie: dict[str, Any]) -> None:
    cells = PackedCells([1, 2, 5], {3: PackedColumn(["a", "b", "c"], 0)}, [("s", False, "")])
    head, body = RawBook([RawSheet("甲", cells=cells)]).to_wire()
    head["sheets"][0]["packed"][0] = lie.get("rows", [1, 2, 5])
    with pytest.raises(ValueError):
        RawBook.from_wire(head, lie.get("body", body))


ODD_SHEETS = {
    "a comment": b'<sheetData><row r="1"><!-- <c r="A1"><v>1</v></c> --></row></sheetData>',
    "CDATA": b'<sheetData><row r="1"><c r="A1"><v><![CDATA[1]]></v></c></row></sheetData>',
    "a prefix": b'<x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row></x:sheetData>',
    "the type first": b'<sheetData><row r="1"><c t="n" r="A1"><v>1</v></c></row></sheetData>',
    "no address": b'<sheetData><row r="1"><c><v>1</v></c></row></sheetData>',
    "cells out of order": b'<sheetData><row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row></sheetData>',
    "a cell twice": b'<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row></sheetData>',
    "its beginning twice": b'<sheetData><row r="1"/><sheetData><row r="2"><c r="A2"><v>1</v></c></row></sheetData>',
    "another encoding": '<sheetData><row r="1"/></sheetData>'.encode("utf-16"),
}


@pytest.mark.parametrize("what", ODD_SHEETS)
def test_sheets_written_in_other_ways_are_left_to_the_parser(what: str) -> None:
    budget = Budget(MAX_FILLED)
    assert bulk.read(b"<worksheet>" + ODD_SHEETS[what] + b"</worksheet>", [], [], budget) is None
    assert (budget.cells, budget.filled) == (0, 0)


NUMBERS = ["0", "-0", "0.00", "1", "-1.5", "12.345", "1e3", "84047.72", "96370.42999999999", "0.1", "999999999999999",
           "1234567890123456", "", " 5", "00012.50", "-0.00", "1.", ".5", "NaN", "1,5", "1E+400"]  # fmt: skip


@pytest.mark.parametrize("decimals", [0, 2, 4])
@pytest.mark.parametrize("negative", [True, False])
def test_the_short_way_of_numbers_agrees_with_the_long_one(decimals: int, negative: bool) -> None:
    spec = _number(decimals, negative)
    read = tables.column_reader(spec, "1900")
    luck = random.Random(decimals)
    texts = NUMBERS + [
        str(Decimal(luck.randrange(-(10**9), 10**9)).scaleb(-luck.randrange(5))) for _ in range(500)
    ]
    for text in texts:
        for cell in (RawCell("n", text), RawCell("n", text, False, "percent"), RawCell("s", text)):
            short, long = read(cell), convert(spec, cell, "1900")
            assert (short, str(short.value)) == (long, str(long.value)), cell


@pytest.mark.parametrize("decimals", [0, 2, 4])
@pytest.mark.parametrize("negative", [True, False])
def test_a_column_taken_as_a_whole_has_the_values_of_its_cells(decimals: int, negative: bool) -> None:
    spec = _number(decimals, negative)
    for first in (*NUMBERS, "5\n6"):
        whole = tables.clean_column(spec, [first, None, "7"], ("n", False, ""), "1900")
        if whole is not None:
            assert whole[1:] == [None, Decimal(7)]
            assert str(whole[0]) == str(convert(spec, RawCell("n", first), "1900").value), first


TEXTS = [
    "示例银行",
    " 示例",
    "示例\u3000",
    "a\tb",
    "a\nb",
    "a\rb",
    "a\u00a0b",
    "a\u200bb",
    "—",
    "-",
    "",
    "x" * 501,
    "x" * 500,
    "1",
]


def test_a_column_of_texts_taken_as_a_whole_has_the_values_of_its_cells() -> None:
    spec = SMALL["TX02"].cell_spec("", "name")
    assert spec is not None
    assert spec.type == "text"
    for first in TEXTS:
        whole = tables.clean_column(spec, [first, None, "乙"], ("s", False, ""), "1900")
        if whole is not None:
            assert whole == [convert(spec, RawCell("s", first), "1900").value, None, "乙"]
    assert tables.clean_column(spec, ["甲", "a\nb"], ("s", False, ""), "1900") == ["甲", "a\nb"]


DAYS = [
    "45747",
    "10000",
    "99999",
    "09999",
    "9999",
    "45747.5",
    "4e4",
    "-5000",
    "20260305",
    " 4574",
    "１２３４５",
    "",
]


@pytest.mark.parametrize("date_mode", ["1900", "1904"])
@pytest.mark.parametrize("form", ["date", "", "percent"])
def test_a_column_of_days_taken_as_a_whole_has_the_values_of_its_cells(date_mode: str, form: Any) -> None:
    spec = SMALL["TX02"].cell_spec("", "signed")
    assert spec is not None
    taken = []
    for first in DAYS:
        whole = tables.clean_column(spec, [first, None, "45000"], ("n", False, form), date_mode)
        if whole is not None:
            taken.append(first)
            cells = [RawCell("n", text, False, form) for text in (first, "45000")]
            assert [whole[0], whole[2]] == [convert(spec, cell, date_mode).value for cell in cells]
            assert whole[1] is None
    assert taken == DAYS[:3]


def _number(decimals: int, negative: bool) -> CellSpec:
    spec = SMALL["TX02"].cell_spec("", "amount")
    assert spec is not None
    return dataclasses.replace(spec, decimals=decimals, allow_negative=negative)


@pytest.fixture(scope="module")
def large() -> tuple[dict[str, object], bytes]:
    wanted = forms("DB18")
    return wanted, lengthened(template(wanted), wanted["DB18"], sample_values(wanted["DB18"], rows=10_000))


def test_ten_thousand_lines_are_read_exactly(large: tuple[dict[str, object], bytes]) -> None:
    wanted, data = large
    started = time.perf_counter()
    result = read_workbook(data, wanted, identity_of(wanted.values()), context_for(), TABLES)  # type: ignore[arg-type]
    assert time.perf_counter() - started < 12
    assert result.problems == []
    assert result.values_by_form["DB18"] == sample_values(wanted["DB18"], rows=10_000)  # type: ignore[arg-type]
    assert result.cell_addresses["DB18", "10000", "line"] == ("DB18 合作银行情况表", "F10004")
    assert ("DB18", "10001", "line") not in result.cell_addresses


def test_errors_and_formulas_without_result_are_seen_in_a_large_sheet(
    large: tuple[dict[str, object], bytes],
) -> None:
    wanted, data = large

    parts = unpacked(data)
    xml = parts["xl/worksheets/sheet2.xml"]
    for where, inside in ((b"F9000", b' t="e"><v>#DIV/0!</v></c>'), (b"F9001", b"><f>F9+1</f></c>")):
        start = xml.index(b'<c r="' + where + b'"')
        end = xml.index(b"</c>", start) + 4
        xml = xml[:start] + b'<c r="' + where + b'"' + inside + xml[end:]
    parts["xl/worksheets/sheet2.xml"] = xml
    result = read_workbook(packed(parts), wanted, identity_of(wanted.values()), context_for(), TABLES)  # type: ignore[arg-type]
    found = {problem.address: problem.message_zh for problem in result.problems}
    assert "#DIV/0!" in found.pop("F9000")
    assert "公式没有结果" in found.pop("F9001")
    assert found == {}


def test_more_lines_than_a_table_may_have_are_told_with_the_line() -> None:
    book = load(template({"TX02": SMALL["TX02"]}))
    sheet = book["TX02 示例客户明细表"]
    for row in range(5, 10_010):
        sheet.cell(row, 2).value = f"示例客户{row}"
    result = read_workbook(dump(book), {"TX02": SMALL["TX02"]}, identity_of([SMALL["TX02"]]), limits=TABLES)
    assert len(result.values_by_form["TX02"]) == 10_000
    assert [problem.address for problem in result.problems] == ["A10005"]
    assert "10000 条" in result.problems[0].message_zh


def test_a_form_stays_small_where_no_table_is_expected(large: tuple[dict[str, object], bytes]) -> None:
    with pytest.raises(WorkbookRefused) as refusal:
        read_raw(large[1] + b"\0" * 2_000_000)
    assert refusal.value.code == "too_large"


def test_a_large_workbook_comes_back_with_its_findings_marked() -> None:
    wanted = forms("DB18")
    data = lengthened(template(wanted), wanted["DB18"], sample_values(wanted["DB18"], rows=2_000))
    finding = CellFinding("DB18 合作银行情况表", "F1900", "error", "说明", form="DB18", label="授信额度")
    marked = load(annotate_workbook(data, [finding], "zh"))
    assert marked.sheetnames[0] == "校验结果"
    cell = marked["DB18 合作银行情况表"]["F1900"]
    assert cell.comment is not None
    assert cell.fill.fgColor.rgb == "00FFC7CE"
