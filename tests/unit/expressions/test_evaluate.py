from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.filings.expressions import compile_node, evaluate, parse
from app.filings.expressions.ast import AttrRef, CellRef, FieldRef, Node, Number, RowRef

from .strategies import Surroundings, catalogue_expressions, expressions, surroundings

A, B = RowRef("a"), RowRef("b")
CELL = CellRef("CW01", "r1", "close")
BAL, KIND = FieldRef("DB17", "bal"), FieldRef("DB17", "kind")
D = Decimal


def value(text: str, tolerance: str = "0", **cells: Any) -> Any:
    """The value of the text with @name being the argument of that name, DB17.name the one in capitals."""
    known: dict[Any, Any] = {}
    for name, held in cells.items():
        ref = FieldRef("DB17", name.lower()) if name.isupper() else RowRef(name)
        known[ref, "current"] = held
    return evaluate(parse(text), Surroundings(known), D(tolerance))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4 / 2", "5"),
        ("-(2 - 5)", "3"),
        ("ABS(1 - 3) + ROUND(2.345, 2)", "4.35"),
        ("ROUND(-2.5, 0)", "-3"),
        ("ROUND(12345, -2)", "12300"),
        ("0.1 + 0.2", "0.3"),
        ("ROUND(2 / 3, 4)", "0.6667"),
        ("MAX(1, 3, 2) + MIN(4, 2) + SUM(1, 2, 3) + COUNT(1, 'x', '')", "13"),
        ("IF(1 < 2, 10, 20)", "10"),
    ],
)
def test_arithmetic_is_decimal_and_rounds_half_away_from_zero(text: str, expected: str) -> None:
    assert value(text) == D(expected)


@pytest.mark.parametrize(
    "text",
    ["1 / 0", "@a + 1", "-@a", "'x' + 1", "ABS('x')", "@a * 0", "SUM(@a, 1)", "MAX(1, @a)", "ROUND(1, 0.5)",
     "ROUND(1, 21)", "@a == 1", "@a != @a", "1 == '1'", "'a' < 'b'", "IF(@a == 1, 1, 2)", "SUM(DB17.nothing)",
     "UNIQUE(DB17.nothing)", "COUNT(DB17.nothing)", "EMPTY(@a)", "COUNTIF(DB17.nothing, 'Y')",
     "999999999999999999 * 2", "1000000000 * 1000000001", "-999999999999999999 - 2"],
)  # fmt: skip
def test_what_has_no_value_is_null(text: str) -> None:
    assert value(text) is None


TRUE, FALSE, NULL = "1 == 1", "1 == 2", "@missing == 1"


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (TRUE, TRUE, True, True),
        (TRUE, FALSE, False, True),
        (FALSE, FALSE, False, False),
        (TRUE, NULL, None, True),
        (FALSE, NULL, False, None),
        (NULL, NULL, None, None),
    ],
)
def test_and_or_treat_null_as_unknown(a: str, b: str, both: bool | None, either: bool | None) -> None:
    for left, right in ((a, b), (b, a)):
        assert value(f"{left} AND {right}") is both
        assert value(f"{left} OR {right}") is either


def test_not_of_null_is_null() -> None:
    assert (value(f"NOT {TRUE}"), value(f"NOT {FALSE}"), value(f"NOT {NULL}")) == (False, True, None)


def test_if_looks_only_at_the_branch_it_takes() -> None:
    assert value("IF(1 == 1, 5, 1 / 0)") == 5
    assert value("IF(1 == 2, 5, 1 / 0)") is None


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    # @a is 100 less 0.011 / less 0.01 / 100 / plus 0.01 / plus 0.011; tolerance 0.01
    [
        ("==", False, True, False),
        ("!=", True, False, True),
        ("<=", True, True, False),
        (">=", False, True, True),
    ],
)
def test_the_tolerance_widens_equal_and_the_inclusive_comparisons(
    op: str, below: bool, at: bool, above: bool
) -> None:
    seen = [value(f"@a {op} 100", "0.01", a=D(a)) for a in ("99.989", "99.99", "100", "100.01", "100.011")]
    assert seen == [below, at, at, at, above]


def test_strict_comparisons_ignore_the_tolerance() -> None:
    assert value("@a > 0", "0.01", a=D("0.005")) is True
    assert value("@a < 0", "0.01", a=D("0")) is False


def test_the_tolerance_reaches_neither_attributes_nor_conditions_of_if() -> None:
    env = Surroundings({AttrRef("PERIOD", "quarter"): 2, (A, "current"): D(5), (B, "current"): D("5.9")})
    assert evaluate(parse("PERIOD.quarter == 1"), env, D(1)) is False
    assert evaluate(parse("@a == IF(@a == @b, 1000, 5.5)"), env, D(1)) is True
    assert evaluate(parse("IF(@a == 5, @a == @b, @a == 0)"), env, D(1)) is True


@pytest.mark.parametrize("tolerance", ["-1", "NaN", "Infinity"])
def test_a_senseless_tolerance_is_refused(tolerance: str) -> None:
    with pytest.raises(ValueError, match="tolerance"):
        compile_node(Number(D(1)), D(tolerance))


def test_dates_compare_and_move_by_whole_days() -> None:
    day, time_of_day = dt.date(2026, 2, 27), dt.datetime.fromisoformat("2026-03-01T15:30")
    assert value("@a + 2", a=day) == dt.date(2026, 3, 1)
    assert value("2 + @a", a=day) == dt.date(2026, 3, 1)
    assert value("@a - 27", a=day) == dt.date(2026, 1, 31)
    assert value("@b <= @a + 30", a=day, b=dt.date(2026, 3, 29)) is True
    assert value("@b == @a", a=time_of_day, b=time_of_day.date()) is True
    assert value("@b <= @a + 1", a=time_of_day, b=time_of_day + dt.timedelta(days=1, minutes=1)) is False
    for text in ("@a + 0.5", "@a * 2", "@a + 99999999", "@a - @a", "@a == 1", "@a + 'x'"):
        assert value(text, a=day) is None, text


def test_a_time_zone_does_not_stop_a_comparison() -> None:
    moment = dt.datetime(2026, 3, 1, 15, 30, tzinfo=dt.UTC)
    assert value("@a == @b", a=moment, b=dt.datetime.fromisoformat("2026-03-01T15:30")) is True


def test_aggregates_over_columns() -> None:
    table = {"BAL": [D(5), D(0), D(7)], "KIND": ["Y", "", "N"]}
    assert value("SUM(DB17.bal)", **table) == 12
    assert value("MAX(DB17.bal)", **table) == 7
    assert value("MIN(DB17.bal, 3)", **table) == 0
    assert value("COUNT(DB17.kind)", **table) == 2
    assert value("SUMIF(DB17.bal, DB17.kind, 'Y')", **table) == 5
    assert value("MAXIF(DB17.bal, DB17.kind, 'N')", **table) == 7
    assert value("MAXIF(DB17.bal, DB17.kind, 'X')", **table) == 0
    assert value("COUNTIF(DB17.kind, 'N')", **table) == 1
    assert value("COUNTIF(DB17.bal, 7)", **table) == 1
    assert value("SUMIF(DB17.bal, DB17.kind, @missing)", **table) is None


def test_aggregates_of_an_empty_table_are_zero_and_of_a_null_cell_null() -> None:
    for function in ("SUM", "MAX", "MIN", "COUNT"):
        assert value(f"{function}(DB17.bal)", BAL=[]) == 0
    for function in ("SUM", "MAX", "MIN"):
        assert value(f"{function}(DB17.bal)", BAL=[D(1), None]) is None


def test_unique_leaves_blanks_out() -> None:
    assert value("UNIQUE(DB17.kind)", KIND=["a", "", None, "b", "", None]) is True
    assert value("UNIQUE(DB17.kind)", KIND=["a", "b", "a"]) is False


def test_greatest_of_dates() -> None:
    days = [dt.date(2026, 1, 1), dt.date(2026, 5, 1)]
    assert value("MAX(DB17.bal)", BAL=days) == days[1]
    assert value("MAX(DB17.bal, 1)", BAL=days) is None


def test_empty_asks_for_blankness_and_not_for_the_value() -> None:
    class Blank(Surroundings):
        def is_blank(self, ref: Any, shift: Any) -> bool | None:
            return {"current": True, "prev": False}.get(shift)

    env = Blank({(A, "current"): D(0), AttrRef("ORG", "uscc"): ""})
    assert evaluate(parse("EMPTY(@a)"), env) is True
    assert evaluate(parse("EMPTY(PREV(@a))"), env) is False
    assert evaluate(parse("EMPTY(SPLY(@a))"), env) is None
    assert evaluate(parse("EMPTY(ORG.uscc)"), env) is True


def test_shifts_apply_to_their_argument_only() -> None:
    env = Surroundings(
        {
            (A, "current"): D(1),
            (A, "prev"): D(10),
            (CELL, "prev_ye"): D(100),
            (A, "sply"): D(1000),
            (BAL, "prev"): [D(10000)],
        }
    )
    text = "@a + PREV(@a) + PREV_YE(CW01.r1.close) + SPLY(@a) + SUM(PREV(DB17.bal))"
    assert evaluate(parse(text), env) == 11111


@pytest.mark.parametrize(
    "bad",
    [D("NaN"), D("sNaN"), D("Infinity"), D("-Infinity"), D("1E+400"), D("1E+19"), 1.5, object(), 10**40],
)
def test_numbers_that_are_none_cannot_enter(bad: Any) -> None:
    assert value("@a", a=bad) is None
    assert value("@a + 1 - 1", a=bad) is None
    assert value("@a == @a OR @a > 1", a=bad) is None
    assert value("SUM(DB17.bal)", BAL=[bad]) is None


def test_there_is_no_minus_zero() -> None:
    for text in ("0 * -5", "-0", "ROUND(-0.4, 0)", "0 / -3"):
        assert str(value(text).normalize()) == "0", text


@settings(max_examples=400, deadline=None)
@given(expressions, surroundings, st.sampled_from([D(0), D("0.01"), D(1)]))
def test_evaluating_never_raises_and_gives_only_sound_values(
    tree: Node, env: Surroundings, tolerance: Decimal
) -> None:
    result = evaluate(tree, env, tolerance)
    if isinstance(result, Decimal):
        assert result.is_finite() and abs(result) <= 10**18
    else:
        assert result is None or isinstance(result, str | bool | dt.date)


def test_every_check_of_the_catalogue_is_true_false_or_null() -> None:
    env = Surroundings(otherwise=[D(1), D(0), D(7), None])
    for _, kind, text in catalogue_expressions():
        if kind in ("checks", "required_when"):
            assert evaluate(parse(text), env, D("0.01")) in (True, False, None), text


@pytest.mark.slow
def test_ten_thousand_rows_with_five_checks_take_little_time() -> None:
    texts = ["@a <= @b", "@a > 0 AND @a <= 100", "NOT (@a == 3) OR NOT EMPTY(@b)", "@a == @b / 4 * 100",
             "@a + @b - @a * 2 == IF(@b > 3, @a, 0)"]  # fmt: skip
    checks = [compile_node(parse(text), D("0.01")) for text in texts]
    env = Surroundings({(A, "current"): D("12.34"), (B, "current"): D("99.5")})
    started = time.process_time()
    for _ in range(10_000):
        for check in checks:
            check(env)
    assert time.process_time() - started < 1.5
