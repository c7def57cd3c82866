"""Evaluating over all rows of a table at once gives what evaluating row by row gives."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.filings.expressions import evaluate, parse, vectors
from app.filings.expressions.ast import RowRef
from app.filings.expressions.numbers import are_plain, number
from app.filings.expressions.rows import compile_rows
from app.filings.expressions.types import Env, Ref, Shift, Value
from app.filings.expressions.vectors import Vector
from tests.unit.expressions.strategies import Surroundings, any_value, expressions

COLUMNS = ("close", "open", "liab", "cond")
money = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
# Columns as they are: mostly of one type; and columns that nobody meant.
columns = st.one_of(
    *(
        st.lists(kind, min_size=3, max_size=3)
        for kind in (money, st.dates(), st.sampled_from(["Y", "", "是"]))
    ),
    st.lists(
        st.sampled_from([Decimal("1E+18"), Decimal("9E+17"), Decimal("-9E+17")]), min_size=3, max_size=3
    ),
    st.lists(any_value, min_size=3, max_size=3),
)


class Table:
    """Three rows whose own cells are given, in surroundings that answer everything else."""

    def __init__(self, own: dict[str, list[Value | None]], around: Surroundings) -> None:
        self.cells, self.around = own, around

    def __len__(self) -> int:
        return 3

    def at(self, index: int) -> Env:
        return Row(self, index)

    def own(self, ref: RowRef) -> Vector | None:
        return None if ref.form else vectors.cleaned(self.cells[ref.col])

    def blanks(self, ref: RowRef) -> Sequence[bool | None]:
        return [value in (None, "") for value in self.cells[ref.col]]


class Row(Surroundings):
    """One of them."""

    def __init__(self, table: Table, index: int) -> None:
        super().__init__(table.around.known, table.around.otherwise)
        self.table, self.index = table, index

    def scalar(self, ref: Ref, shift: Shift) -> Value | None:
        if isinstance(ref, RowRef) and ref.form is None and shift == "current":
            return self.table.cells[ref.col][self.index]
        return super().scalar(ref, shift)

    def is_blank(self, ref: Ref, shift: Shift) -> bool | None:
        if isinstance(ref, RowRef) and ref.form is None and shift == "current":
            return self.scalar(ref, shift) in (None, "")
        return super().is_blank(ref, shift)


tables = st.builds(
    Table,
    st.fixed_dictionaries(dict.fromkeys(COLUMNS, columns)),
    st.lists(any_value, max_size=7).map(lambda items: Surroundings(otherwise=items)),
)


def same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def both(node: Any, table: Any, tolerance: Decimal) -> tuple[list[Any], list[Any]]:
    found = compile_rows(node, tolerance)(table)
    at_once = [value for value, _ in zip(found.each(), range(3), strict=False)]
    return at_once, [evaluate(node, table.at(index), tolerance) for index in range(3)]


@settings(max_examples=250, deadline=None)
@given(expressions, tables, st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(1)]))
def test_all_at_once_is_the_same_as_one_by_one(node: Any, table: Any, tolerance: Decimal) -> None:
    at_once, one_by_one = both(node, table, tolerance)
    assert all(map(same, at_once, one_by_one)), (at_once, one_by_one)


@pytest.mark.parametrize(
    "text",
    ["@close + @open", "@close - @open", "@close * @open", "@close / @open", "-@close", "ABS(@close)", "ROUND(@close, 1)",
     "@close == @open", "@close != @open", "@close <= @open", "@close >= @open", "@close < @open", "@close > @open",
     "SUM(@close, @open, 1)", "MAX(@close, @open)", "MIN(@close, 0)", "COUNT(@close, @open)", "@close + 30",
     "NOT EMPTY(@close) AND @close <= 5", "IF(@close > @open, @close, @open) * 0.1", "@close == 'Y' OR @open != 'N'",
     "PREV(@close) > @close", "DB17.@close >= @close", "NOT (ORG.liab == 'Y') OR @open <= 20"],
)  # fmt: skip
@settings(max_examples=20, deadline=None)
@given(table=tables)
def test_every_operation_agrees_on_columns_of_every_type(text: str, table: Any) -> None:
    for tolerance in (Decimal(0), Decimal("0.01")):
        at_once, one_by_one = both(parse(text), table, tolerance)
        assert all(map(same, at_once, one_by_one)), (at_once, one_by_one)


@given(st.lists(st.decimals() | money, max_size=4))
def test_numbers_that_pass_as_plain_are_those_that_stay_as_they_are(values: list[Decimal]) -> None:
    if are_plain(values):
        assert [str(number(value)) for value in values] == [str(value) for value in values]
