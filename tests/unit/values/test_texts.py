"""Dates, choices, identity numbers and texts."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import CellSpec
from app.filings.values import (
    Value,
    format_value,
    from_json,
    is_blank_row,
    parse_cell,
    tidy_rows,
    to_json,
)

PROFILE = default_catalogue().form("GG01")


def spec(col: str) -> CellSpec:
    found = PROFILE.cell_spec("card", col)
    assert found is not None
    return found


DATE, YES_NO, TYPE = spec("open_date"), spec("has_licence"), spec("org_type")
USCC, PERSON, PHONE = spec("uscc"), spec("legal_rep_id"), spec("legal_rep_phone")
TEXT, REGION, EMAIL = spec("org_name"), spec("region"), spec("contact_email")


def read(cell: CellSpec, raw: object, **how: object) -> Value:
    parsed = parse_cell(cell, raw, **how)
    assert parsed.problem is None, parsed.problem
    return parsed.value


def code(cell: CellSpec, raw: object, **how: object) -> str:
    parsed = parse_cell(cell, raw, **how)
    assert parsed.problem is not None
    return parsed.problem.code


@pytest.mark.parametrize(
    "raw",
    [
        "2026-03-05",
        "2026/3/5",
        "2026.3.5",
        "2026年3月5日",
        "２０２６年３月５日",
        "2026 年 3 月 5 日",
        "20260305",
        20260305,
        20260305.0,
        "2026-03-05 00:00:00",
        "2026-03-05T13:45",
        date(2026, 3, 5),
        datetime(2026, 3, 5, 13, 0),  # noqa: DTZ001 - spreadsheets know no time zone
    ],
)
def test_a_date_is_read_in_every_usual_way(raw):
    assert read(DATE, raw) == date(2026, 3, 5)


def test_day_counts_of_workbooks_are_dates_only_when_told_so():
    assert read(DATE, 46086, date_mode="1900") == date(2026, 3, 5)
    assert read(DATE, 44624, date_mode="1904") == date(2026, 3, 5)
    assert read(DATE, 46086.75, date_mode="1900") == date(2026, 3, 5)
    assert read(DATE, 1, date_mode="1900") == date(1900, 1, 1)
    assert read(DATE, 61, date_mode="1900") == date(1900, 3, 1)
    assert code(DATE, 46086) == "not_a_date"


@pytest.mark.parametrize(
    "raw",
    [
        "2026-02-30",
        "2026-13-01",
        "3/5/2026",
        "26-03-05",
        "2026年3月",
        "昨天",
        "0000-00-00",
        "1066-10-14",
        99999999,
        -5,
        float("nan"),
        float("inf"),
        True,
    ],
)
def test_what_is_no_date_is_refused(raw):
    assert code(DATE, raw, date_mode="1900") == "not_a_date"


def test_strict_reading_takes_only_iso_dates_and_stored_values():
    assert read(DATE, "2026-03-05", strict=True) == date(2026, 3, 5)
    assert code(DATE, "2026/3/5", strict=True) == "not_a_date"
    assert read(YES_NO, "Y", strict=True) == "Y"
    assert code(YES_NO, "是", strict=True) == "not_a_choice"


@pytest.mark.parametrize("raw", ["Y", "y", "是", " 是 ", "Yes", "YES", "Ｙ", True])
def test_a_choice_is_known_by_its_value_and_by_both_labels(raw):
    assert read(YES_NO, raw) == "Y"


def test_a_wrong_choice_is_answered_with_the_right_ones():
    assert read(TYPE, "融资担保公司") == "guarantee"
    problem = parse_cell(YES_NO, "也许").problem
    assert problem and problem.message_zh == "“也许”不在可选范围内。请从以下选项中选择：是、否。"
    assert problem.message("en") == "“也许” is not one of the choices. Choose from: Yes, No."


def test_a_credit_code_needs_its_check_digit():
    assert read(USCC, "91110000600037341L") == "91110000600037341L"
    assert read(USCC, " 9111 0000 6000 3734 1l ") == "91110000600037341L"
    assert read(USCC, "９１１１００００６０００３７３４１Ｌ") == "91110000600037341L"
    for wrong in ("91110000600037341M", "123", "9111000060003734IL", 911100006000373411):
        assert code(USCC, wrong) == "bad_uscc"


def test_an_identity_number_needs_its_check_digit_and_a_real_birthday():
    assert read(PERSON, "11010519491231002x") == "11010519491231002X"
    assert read(PERSON, "H12345678") == "H12345678"
    assert read(PERSON, "E12345678") == "E12345678"
    for wrong in ("110105194912310021", "110105194913310027", "1101051949123100", "甲乙丙"):
        assert code(PERSON, wrong) == "bad_id_number"
    assert code(PERSON, 1.1010519491231e17) == "digits_lost"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("13800000000", "13800000000"),
        (13800000000, "13800000000"),
        (13800000000.0, "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("+86 13800000000", "13800000000"),
        ("0571-88880000", "0571-88880000"),
        ("(0571)88880000", "0571-88880000"),
        ("0571-88880000-123", "0571-88880000-123"),
        ("400-800-0000", "400-800-0000"),
    ],
)
def test_mobile_and_landline_numbers_are_telephones(raw, expected):
    assert read(PHONE, raw) == expected


@pytest.mark.parametrize("raw", ["12800000000", "1380000000", "电话", "88880000"])
def test_other_numbers_are_not(raw):
    assert code(PHONE, raw) == "bad_phone"


def test_texts_lose_what_nobody_sees():
    assert read(TEXT, "  示例\u200b公司\x00\x07 ") == "示例公司"
    assert read(TEXT, "一\r\n二\t三") == "一\n二 三"
    assert read(TEXT, "\u202e甲\ud800") == "甲"
    assert read(TEXT, "\u200b") is None
    assert read(TEXT, 6222020000.0) == "6222020000"
    assert read(TEXT, date(2026, 3, 5)) == "2026-03-05"


def test_texts_have_a_limit_and_numbers_too_long_for_a_spreadsheet_are_noticed():
    assert code(TEXT, "字" * 2001) == "text_too_long"
    assert read(TEXT, "字" * 2000)
    assert code(replace(TEXT, in_table=True), "字" * 501) == "text_too_long"
    assert code(TEXT, 6.2220202001122334e18) == "digits_lost"


def test_patterns_and_addresses():
    assert read(REGION, "３３０１０２") == "330102"
    assert read(REGION, 330102) == "330102"
    problem = parse_cell(REGION, "33010").problem
    assert problem and problem.message_zh == "“33010”格式不对，应为 6 位数字。"
    assert read(EMAIL, "Test@Example.cn ") == "Test@Example.cn"
    for wrong in ("test", "a@b", "a b@example.cn", "a..b@example.cn", "@example.cn"):
        assert code(EMAIL, wrong) == "bad_email"


def test_values_are_shown_in_the_reader_s_language():
    assert format_value(YES_NO, "Y", "zh") == "是" and format_value(YES_NO, "Y", "en") == "Yes"
    assert format_value(DATE, date(2026, 3, 5)) == "2026-03-05"
    assert format_value(TEXT, None) == ""


def test_a_filing_survives_the_way_through_json():
    cells = {
        "org_name": "示例",
        "open_date": date(2026, 3, 5),
        "reg_capital": read(spec("reg_capital"), "10"),
    }
    stored = to_json(PROFILE, {"card": {**cells, "gm": None, "unknown": "x"}})
    assert stored == {"card": {"org_name": "示例", "open_date": "2026-03-05", "reg_capital": "10.00"}}
    assert from_json(PROFILE, stored) == {"card": cells}
    assert from_json(PROFILE, {"card": {"gone_column": "1"}}) == {"card": {}}
    for damaged in (
        {"reg_capital": "ten"},
        {"reg_capital": "NaN"},
        {"reg_capital": 5},
        {"open_date": "5.3."},
    ):
        with pytest.raises(ValueError):
            from_json(PROFILE, {"card": damaged})


def test_blank_rows_of_a_table_are_dropped_and_the_rest_numbered():
    table = default_catalogue().form("GG02")
    rows = {"1": {"name": None}, "2": {"name": "测试甲"}, "7": {"name": "测试乙"}}
    assert is_blank_row(rows["1"])
    assert tidy_rows(table, rows) == {"1": {"name": "测试甲"}, "2": {"name": "测试乙"}}


@given(st.one_of(st.text(max_size=60), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes()))
def test_no_entry_whatever_raises(raw):
    for cell in (DATE, YES_NO, USCC, PERSON, PHONE, TEXT, REGION, EMAIL):
        for strict in (False, True):
            parsed = parse_cell(cell, raw, strict=strict, date_mode="1900")
            assert parsed.value is None or parsed.problem is None
            if isinstance(parsed.value, str):
                assert parse_cell(cell, parsed.value).value == parsed.value


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_date_survives_every_way_of_writing_it(day):
    for text in (
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert read(DATE, text) == day
