"""What an accountant finds when opening a template."""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from app.filings.definitions.catalogue import default_catalogue
from app.filings.environment import Context
from app.filings.workbooks.writer import WorkbookContext, write_workbook
from tests.workbooks.samples import context_for, forms, identity_of, load, sheet_of, template
from tests.workbooks.small_forms import SMALL


def opened(*codes: str, **more: object) -> openpyxl.Workbook:
    return load(template(forms(*codes), **more))  # type: ignore[arg-type]


def labelled(sheet: Worksheet, label: str) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if label in str(sheet.cell(row, 1).value))


def test_instructions_come_first_and_hidden_sheets_last() -> None:
    book = opened("DB01", "GG01")
    states = [(sheet.title.split()[0], sheet.sheet_state) for sheet in book.worksheets]
    assert states[:3] == [("填报说明", "visible"), ("DB01", "visible"), ("GG01", "visible")]
    assert states[-1] == ("_identity", "veryHidden")
    assert dict(states)["_lists"] == "hidden"
    assert book.active.title == "填报说明"


def test_every_sheet_title_of_the_catalogue_fits_in_both_languages() -> None:
    every = default_catalogue().forms
    for lang in ("zh", "en"):
        book = load(template(dict(every), context=Context(), lang=lang))
        assert all(len(sheet.title) <= 31 for sheet in book.worksheets)
        assert [sheet.title[:4] for sheet in book.worksheets[1:-3]] == list(every)


def test_inputs_are_open_and_everything_else_is_locked() -> None:
    sheet = sheet_of(opened("DB01"), "DB01")
    at = labelled(sheet, "1.1.1.1贷款担保")
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert not sheet.cell(at, 4).protection.locked
    assert sheet.cell(at, 7).protection.locked
    assert str(sheet.cell(at, 7).value).startswith("=IFERROR(ROUND(")
    assert sheet.cell(at, 1).alignment.indent == 4
    assert sheet.freeze_panes == "C5"
    assert sheet.print_title_rows == "$4:$4"


def test_cells_that_do_not_exist_show_a_dash_and_are_locked() -> None:
    sheet = sheet_of(opened("DB02"), "DB02")
    at = labelled(sheet, "1.1.1借款类担保")
    assert sheet.cell(at, 4).value == "——"
    assert sheet.cell(at, 4).protection.locked


def test_choices_are_lists_with_chinese_labels() -> None:
    book = opened("GG01")
    lists = [item for item in sheet_of(book, "GG01").data_validations.dataValidation if item.type == "list"]
    assert lists
    assert all(item.formula1.startswith("_lists!") for item in lists)
    texts = {cell.value for column in book["_lists"].columns for cell in column}
    assert "有限责任公司" in texts
    assert "llc" not in texts


def test_numbers_below_zero_are_stopped_where_the_form_forbids_them() -> None:
    rules = sheet_of(load(template(SMALL)), "TX01").data_validations.dataValidation
    by_kind = {(item.type, item.operator): item for item in rules}
    assert "D7" in str(by_kind["decimal", "greaterThanOrEqual"].sqref)
    assert "E7" in str(by_kind["decimal", None].sqref or by_kind["decimal", "between"].sqref)


def test_tables_have_ready_rows_with_formulas_and_room_below() -> None:
    sheet = sheet_of(load(template(SMALL)), "TX02")
    assert sheet["A54"].value == 50
    assert str(sheet["G54"].value).startswith("=IF(COUNTA($B54,")
    assert not sheet.column_dimensions["C"].protection.locked
    assert sheet["B4"].value.replace(" ", "") == "*客户名称"


def test_a_table_with_a_fixed_number_of_rows_has_no_more() -> None:
    sheet = sheet_of(opened("DB17"), "DB17")
    assert [sheet.cell(row, 1).value for row in (5, 14, 15)] == [1, 10, None]


def test_prior_values_stand_in_grey_on_the_right() -> None:
    prior = {"TX01": {"r2": {"open": Decimal("7.5"), "close": Decimal("8")}}}
    sheet = sheet_of(load(template(SMALL, prior=prior)), "TX01")
    assert sheet["H4"].value == "上期：期初余额"
    assert sheet["H7"].value == 7.5
    assert sheet["J7"].value == 8
    assert sheet["H7"].protection.locked


def test_rows_of_other_industries_are_hidden_and_count_as_zero() -> None:
    leasing = sheet_of(opened("CW01", context=context_for("leasing")), "CW01")
    labels = {str(sheet_row[0].value) for sheet_row in leasing.iter_rows()}
    assert "应收代偿款" not in labels
    totals = [
        str(cell.value) for row in leasing.iter_rows() for cell in row if str(cell.value).startswith("=")
    ]
    assert any("+0" in text for text in totals)


def test_formulas_point_into_the_same_workbook_or_to_known_values() -> None:
    alone = opened("DB19", context=Context(forms=default_catalogue().forms))
    together = opened("DB19", "DB14")
    cell = sheet_of(alone, "DB19")["D5"].value
    assert "_refs!" in str(cell)
    assert "'DB14" in str(sheet_of(together, "DB19")["D5"].value)
    assert alone["_refs"]["A2"].value == '=""'


def test_known_filings_become_values_of_the_formulas() -> None:
    filed = {"r10": {"liab": Decimal("123.45")}, "r13": {"liab": Decimal("67.8")}}
    every = default_catalogue().forms
    context = Context(lookup=lambda code, shift: filed if code == "DB14" else None, forms=every)
    refs = opened("DB19", context=context)["_refs"]
    known = {refs.cell(1, col).value: refs.cell(2, col).value for col in range(1, refs.max_column + 1)}
    assert known["DB14.r10.liab.current"] == 123.45
    assert known["DB14.r15.liab.current"] == '=""'


@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|' /C calc'!A0", "https://x.example", "+1", "@x", "-1", "mailto:a@b.cn"]
)
def test_texts_never_become_formulas_or_links(text: str) -> None:
    shown = WorkbookContext(text, text, text, text)
    values = {"TX03": {"card": {"name": text}}, "TX02": {"1": {"name": text}}}
    book = load(write_workbook(list(SMALL.values()), identity_of(SMALL.values()), values, {}, shown))
    assert sheet_of(book, "TX03")["C5"].value == text
    assert sheet_of(book, "TX03")["C5"].data_type == "s"
    assert sheet_of(book, "TX02")["B5"].data_type == "s"
    links = [link for sheet in book.worksheets for link in sheet._hyperlinks if link.target]
    assert links == []
    assert book["填报说明"]["A1"].data_type == "s"


def test_the_same_input_gives_the_same_bytes() -> None:
    assert template(SMALL) == template(SMALL)


def test_units_speak_the_language_of_the_template() -> None:
    assert sheet_of(opened("DB01", lang="en"), "DB01")["C8"].value == "CNY 10,000"
    assert sheet_of(opened("DB01"), "DB01")["C8"].value == "万元"
