"""Numbers as people write them and as spreadsheets deliver them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import CellSpec
from app.filings.values import Parsed, format_value, parse_cell, plain


def spec(code: str, row: str, col: str) -> CellSpec:
    found = default_catalogue().form(code).cell_spec(row, col)
    assert found is not None
    return found


WAN = spec("DB01", "r3", "open")
YUAN = spec("CW01", "r1", "close")
COUNT = spec("DB01", "r12", "open")
PERCENT = spec("GG02", "1", "ratio")
SIGNED = replace(WAN, allow_negative=True)


def value(cell: CellSpec, raw: object) -> Decimal:
    parsed = parse_cell(cell, raw)
    assert parsed.problem is None, parsed.problem
    assert isinstance(parsed.value, Decimal)
    return parsed.value


def code(cell: CellSpec, raw: object, **how: object) -> str:
    parsed = parse_cell(cell, raw, **how)
    assert parsed.problem is not None and parsed.value is None
    assert parsed.problem.message_zh.endswith("。") and parsed.problem.message_en.endswith(".")
    return parsed.problem.code


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1,234.50", "1234.50"),
        ("１２３", "123"),
        ("１，２３４．５０", "1234.50"),
        (" 1 234.5 ", "1234.5"),
        ("1\u00a0234", "1234"),
        ("¥1,234.50", "1234.50"),
        ("￥12", "12"),
        ("人民币 12", "12"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("1.50000", "1.5"),
        ("12万元", "12"),
        ("1.5亿", "15000"),
        ("5000元", "0.5"),
        (1234, "1234"),
        (1234.5, "1234.5"),
        (0.1 + 0.2, "0.3"),
        (1234567.89, "1234567.89"),
        (Decimal("1E+3"), "1000"),
        ("0", "0"),
        ("-0", "0"),
    ],
)
def test_an_amount_is_read_whatever_its_dress(raw, expected):
    read = value(WAN, raw)
    assert read == Decimal(expected)
    assert "E" not in str(plain(read)) and not str(read).startswith("-")


@pytest.mark.parametrize("raw", [None, "", "  ", "\u3000", "-", "--", "——", "－"])
def test_a_blank_or_a_dash_is_nothing(raw):
    assert parse_cell(WAN, raw) == Parsed(None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("(1,234)", "-1234"), ("（12.5）", "-12.5"), ("-7", "-7"), ("−7", "-7"), ("－7", "-7")],
)
def test_brackets_and_every_kind_of_minus_make_a_number_negative(raw, expected):
    assert value(SIGNED, raw) == Decimal(expected)
    assert code(WAN, raw) == "negative"


@pytest.mark.parametrize(
    ("cell", "raw", "expected"),
    [
        (YUAN, "1.5万", "15000"),
        (YUAN, "2亿元", "200000000"),
        (COUNT, "1.2万", "12000"),
        (COUNT, "12笔", "12"),
        (COUNT, 12.0, "12"),
        (PERCENT, "12.34%", "12.34"),
        (PERCENT, "１２％", "12"),
    ],
)
def test_a_unit_counts_where_it_fits_the_cell(cell, raw, expected):
    assert value(cell, raw) == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "raw", "expected"),
    [
        (WAN, "12%", "wrong_unit"),
        (WAN, "12户", "wrong_unit"),
        (PERCENT, "1万", "wrong_unit"),
        (COUNT, "12元", "wrong_unit"),
        (WAN, "abc", "not_a_number"),
        (WAN, "无", "not_a_number"),
        (WAN, "1e5", "not_a_number"),
        (WAN, "0x10", "not_a_number"),
        (WAN, "NaN", "not_a_number"),
        (WAN, "Infinity", "not_a_number"),
        (WAN, float("nan"), "not_a_number"),
        (WAN, float("inf"), "not_a_number"),
        (WAN, Decimal("NaN"), "not_a_number"),
        (WAN, True, "not_a_number"),
        (WAN, "1,23", "not_a_number"),
        (WAN, "1.2.3", "not_a_number"),
        (WAN, "12-3", "not_a_number"),
        (WAN, "(-5)", "not_a_number"),
        (WAN, "#REF!", "not_a_number"),
        (WAN, "1.234", "too_many_decimals"),
        (WAN, 0.125, "too_many_decimals"),
        (COUNT, "1.5", "not_an_integer"),
        (WAN, "1" * 19, "too_many_digits"),
        (WAN, 10**400, "too_many_digits"),
        (WAN, "9" * 5000, "too_many_digits"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(cell, raw, expected):
    assert code(cell, raw) == expected


def test_the_message_quotes_the_entry_and_says_what_to_write():
    problem = parse_cell(WAN, "12%").problem
    assert problem and problem.message_zh == "“12%”中的“%”不能用于本项。本项的单位是“万元”，请只填写数字。"
    problem = parse_cell(WAN, "1.234").problem
    assert problem and problem.message_zh == "“1.234”的小数超过 2 位。请四舍五入到 2 位小数。"


@pytest.mark.parametrize("raw", ["1,234", "12万", "１２", "12%", " 12", "1e3", "+5"])
def test_strict_reading_takes_only_plain_numbers(raw):
    assert code(WAN, raw, strict=True) in ("not_a_number", "wrong_unit")
    assert parse_cell(WAN, "1234.50", strict=True).value == Decimal("1234.50")


amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=2, allow_nan=False)


@given(amounts)
def test_every_amount_survives_display_and_storage(amount):
    assert value(SIGNED, format_value(SIGNED, amount)) == amount
    assert value(SIGNED, plain(amount)) == amount
    assert parse_cell(SIGNED, plain(amount), strict=True).value == amount


@given(amounts)
def test_brackets_full_width_and_units_mean_the_same(amount):
    text = f"{abs(amount):,f}"
    wide = text.translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789,."})
    assert value(SIGNED, wide) == abs(amount)
    assert value(SIGNED, f"¥{text}万元") == abs(amount)
    assert value(SIGNED, f"({text})") == -abs(amount)


@given(st.integers(min_value=-(10**11), max_value=10**11))
def test_a_spreadsheet_s_binary_number_never_shows_its_noise(cents):
    assert value(SIGNED, cents / 100) == Decimal(cents) / 100


@given(st.one_of(st.text(max_size=80), st.floats(), st.integers(), st.booleans(), st.binary(max_size=10)))
def test_no_entry_whatever_raises(raw):
    for cell in (WAN, YUAN, COUNT, PERCENT, SIGNED):
        for strict in (False, True):
            parsed = parse_cell(cell, raw, strict=strict)
            assert parsed.value is None or isinstance(parsed.value, Decimal)
            if parsed.value is not None:
                assert parsed.value.is_finite() and len(parsed.value.as_tuple().digits) <= 18
