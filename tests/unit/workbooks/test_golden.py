"""Workbooks as people send them, good and bad; made by tests/workbooks/make.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.excel import WorkbookRefused
from app.filings.workbooks.reader import read_workbook
from app.filings.workbooks.results import ReadResult
from tests.workbooks import make
from tests.workbooks.bad_files import FILES
from tests.workbooks.samples import context_for, identity_of
from tests.workbooks.small_forms import SMALL

FOLDER = Path(make.__file__).parent
# Workbooks of the first form alone.
HANDMADE = ("wps", "without_identity", "formulas_typed", "rich_runs", "prefixed", "scientific")
REFUSED = {
    "other_institution": "91110000MA0000000X",
    "other_period": "2026-09",
    "wrong_form": "TX03",
    "no_identity": "农户",
}


def read(path: str) -> ReadResult:
    wanted = {"TX01": SMALL["TX01"], "TX02": SMALL["TX02"]} if "wrong_form" in path else SMALL
    data = (FOLDER / path).read_bytes()
    return read_workbook(data, wanted, identity_of(SMALL.values()), context_for())


@pytest.mark.parametrize("name", make.GOOD)
def test_good_workbooks_give_the_same_values(name: str) -> None:
    result = read(f"good/{name}.xlsx")
    assert result.problems == []
    expected = make.VALUES
    if set(result.values_by_form) == {"TX01"}:
        assert name in HANDMADE
        expected = {"TX01": expected["TX01"]}
    assert result.values_by_form == expected


@pytest.mark.parametrize("name", REFUSED)
def test_bad_workbooks_are_refused_with_what_was_found(name: str) -> None:
    with pytest.raises(WorkbookRefused) as refusal:
        read(f"bad/{name}.xlsx")
    assert refusal.value.code == name
    assert REFUSED[name] in refusal.value.message_zh
    assert REFUSED[name] in refusal.value.message_en


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_workbook_or_not_ours_is_refused_in_its_own_words(name: str) -> None:
    _, code, words = FILES[name]
    with pytest.raises(WorkbookRefused) as refusal:
        read(f"bad/{name}.xlsx")
    assert refusal.value.code == code
    assert words in refusal.value.message_zh


def test_numbers_too_large_for_any_form_are_named_as_they_stand_in_the_file() -> None:
    found = {problem.address: problem.message_zh for problem in read("bad/too_large_numbers.xlsx").problems}
    assert list(found) == ["C6", "D6"]
    assert "“1E+400”不是数字" in found["C6"]
    assert "超过 18 位" in found["D6"]


def test_each_broken_cell_is_named_with_its_address() -> None:
    found = {problem.address: problem for problem in read("bad/broken_cells.xlsx").problems}
    words = {
        "D7": "#REF!",
        "E7": "#DIV/0!",
        "D8": "公式没有结果",
        "E8": "不是数字",
        "D10": "负数",
        "D11": "整数",
        "C5": "可选范围",
        "D5": "不是有效日期",
        "E5": "不是数字",
        "F5": "不是数字",
    }
    assert {address: word in found[address].message_zh for address, word in words.items()} == dict.fromkeys(
        words, True
    )
    assert set(found) == set(words)
    assert found["D8"].raw == "=D7+1"
    assert (found["E8"].form, found["E8"].row, found["E8"].col) == ("TX01", "r3", "inc")


def test_a_removed_row_and_an_added_one_are_problems() -> None:
    messages = [problem.message_zh for problem in read("bad/rows_removed.xlsx").problems]
    assert any("其中:农户" in text or "其中：农户" in text for text in messages)
    assert any("自行添加的项目" in text for text in messages)


def test_a_total_below_a_table_is_left_out_and_told() -> None:
    notes = [note.message_zh for note in read("good/moved.xlsx").notes if note.form == "TX02"]
    assert notes == ["第 12 行是合计行，未作为记录导入。"]


def test_a_workbook_without_identity_is_taken_with_a_note() -> None:
    notes = [note.message_zh for note in read("good/without_identity.xlsx").notes]
    assert notes == ["文件没有模板标识，报表 TX01 按项目名称和表头识别，请核对导入的数值。"]


def test_forms_without_a_sheet_keep_their_values_and_are_told() -> None:
    result = read("good/wps.xlsx")
    assert [note.form for note in result.notes] == ["TX02", "TX03"]
    assert "保持原有数值" in result.notes[0].message_zh


def test_another_version_is_refused_with_what_to_do() -> None:
    from dataclasses import replace

    expected = identity_of(SMALL.values())
    newer = replace(
        expected,
        forms=tuple(replace(item, version=2) if item.code == "TX01" else item for item in expected.forms),
    )
    with pytest.raises(WorkbookRefused) as refusal:
        read_workbook((FOLDER / "good/as_downloaded.xlsx").read_bytes(), SMALL, newer)
    assert refusal.value.code == "old_version"
    assert "TX01" in refusal.value.message_zh
    assert "新模板" in refusal.value.message_zh


def test_the_golden_workbooks_are_what_their_maker_makes() -> None:
    folders = (("good", make.GOOD), ("bad", make.BAD))
    assert {f"{folder}/{name}.xlsx" for folder, makers in folders for name in makers} == {
        str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*.xlsx")
    }
