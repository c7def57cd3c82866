"""The workbook that goes back to its sender, and the preview of what an import changes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.filings.checks.finding import Finding
from app.filings.workbooks.annotate import (
    CellFinding,
    annotate_workbook,
    findings_of_checks,
    findings_of_problems,
)
from app.filings.workbooks.compare import compare
from app.filings.workbooks.reader import read_workbook
from tests.workbooks import make
from tests.workbooks.samples import context_for, dump, identity_of, load, sheet_of
from tests.workbooks.small_forms import SMALL

BROKEN = (Path(make.__file__).parent / "bad/broken_cells.xlsx").read_bytes()
WPS = (Path(make.__file__).parent / "good/wps.xlsx").read_bytes()


def read(data: bytes):  # type: ignore[no-untyped-def]
    return read_workbook(data, SMALL, identity_of(SMALL.values()), context_for())


@pytest.mark.parametrize(("lang", "title"), [("zh", "校验结果"), ("en", "Findings")])
def test_every_bad_cell_is_coloured_commented_and_listed(lang: str, title: str) -> None:
    problems = read(BROKEN).problems
    book = load(annotate_workbook(BROKEN, findings_of_problems(problems, SMALL, lang), lang))
    assert book.sheetnames[0] == title
    assert book.active.title == title
    for problem in problems:
        cell = book[problem.sheet][problem.address]
        assert cell.fill.fgColor.rgb == "00FFC7CE"
        assert problem.message(lang) in cell.comment.text
    listed = book[title]
    assert [listed.cell(row, 4).value for row in range(5, 5 + len(problems))] == [
        item.address for item in problems
    ]
    assert listed["D5"].hyperlink.location == f"'{problems[0].sheet}'!{problems[0].address}"
    assert listed["H5"].value == problems[0].message(lang)


def test_the_rest_of_the_workbook_stays_as_it_was() -> None:
    before, after = load(BROKEN), load(annotate_workbook(BROKEN, [], "zh"))
    assert after.sheetnames[1:] == before.sheetnames
    for sheet in before.worksheets:
        again = after[sheet.title]
        assert again.sheet_state == sheet.sheet_state
        assert again.protection.sheet == sheet.protection.sheet
        assert len(again.data_validations.dataValidation) == len(sheet.data_validations.dataValidation)
        assert [[cell.value for cell in row] for row in again.iter_rows()] == [
            [cell.value for cell in row] for row in sheet.iter_rows()
        ]


def test_a_returned_workbook_imports_again_and_old_marks_go_when_settled() -> None:
    returned = annotate_workbook(BROKEN, findings_of_problems(read(BROKEN).problems, SMALL, "zh"), "zh")
    assert len(read(returned).problems) == len(read(BROKEN).problems)
    book = load(returned)
    sheet_of(book, "TX01")["D7"] = 5
    corrected = dump(book)
    problems = read(corrected).problems
    assert "D7" not in {problem.address for problem in problems if problem.form == "TX01"}
    again = load(annotate_workbook(corrected, findings_of_problems(problems, SMALL, "zh"), "zh"))
    assert sheet_of(again, "TX01")["D7"].comment is None
    assert sheet_of(again, "TX01")["D7"].fill.fgColor.rgb == "00FFFBE3"
    assert again.sheetnames.count("校验结果") == 1


def test_warnings_are_amber_and_an_error_on_the_same_cell_wins() -> None:
    findings = [
        CellFinding("Sheet1", "C5", "error", "甲"),
        CellFinding("Sheet1", "C5", "warning", "乙"),
        CellFinding("Sheet1", "C6", "warning", "丙"),
    ]
    book = load(annotate_workbook(WPS, findings, "zh"))
    assert book["Sheet1"]["C5"].fill.fgColor.rgb == "00FFC7CE"
    assert "甲" in book["Sheet1"]["C5"].comment.text
    assert "乙" in book["Sheet1"]["C5"].comment.text
    assert book["Sheet1"]["C6"].fill.fgColor.rgb == "00FFE4A3"


def test_findings_of_checks_stand_at_their_cells() -> None:
    result = read(WPS)
    finding = Finding(
        "TX01-1", "error", "intra", "TX01", "r2", "close", "小微企业·期末余额", "small / Closing",
        Decimal("1214.50"), Decimal("1300.00"), "不相等", "not equal", "请核对", "compare", "k",
    )  # fmt: skip
    (line,) = findings_of_checks([finding], SMALL, result, "zh")
    assert (line.sheet, line.address) == ("Sheet1", "E6")
    assert (line.value, line.expected) == ("1,214.50", "1,300.00")


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "@SUM(A1)"])
def test_what_senders_wrote_never_becomes_a_formula_in_the_list(text: str) -> None:
    book = load(
        annotate_workbook(WPS, [CellFinding("", "", "error", text, text, text, text, text, text)], "zh")
    )
    row = [book["校验结果"].cell(5, col) for col in (3, 5, 6, 7, 8, 9)]
    assert [cell.value for cell in row] == [text] * 6
    assert {cell.data_type for cell in row} == {"s"}


def test_a_finding_on_a_sheet_that_is_not_there_is_still_listed() -> None:
    book = load(annotate_workbook(WPS, [CellFinding("不存在", "A1", "error", "x")], "zh"))
    assert book["校验结果"]["H5"].value == "x"


def test_compare_lists_changed_inputs_with_their_labels() -> None:
    old = {"r2": {"open": Decimal("5.00"), "inc": Decimal("1.00"), "close": Decimal("6")}, "r3": {}}
    new = {
        "r2": {"open": Decimal(5), "inc": Decimal("2.00"), "close": Decimal("7")},
        "r3": {"open": Decimal(1)},
    }
    changes = compare(old, new, SMALL["TX01"])
    assert [(item.row, item.col, item.before, item.after) for item in changes] == [
        ("r2", "inc", Decimal("1.00"), Decimal("2.00")),
        ("r3", "open", None, Decimal(1)),
    ]
    assert changes[0].label_zh == "其中：小微企业·本期增加"


def test_compare_names_the_line_of_a_table() -> None:
    (change,) = compare({"1": {"name": "甲"}}, {"1": {"name": "甲"}, "2": {"name": "乙"}}, SMALL["TX02"])
    assert (change.label("zh"), change.label("en")) == ("第 2 行·客户名称", "Line 2 / Client")
