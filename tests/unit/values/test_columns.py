"""Tables go to JSON and back column by column, with the values that cell by cell they would have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.filings import values_columns
from app.filings.values import from_json, plain, to_json
from app.filings.workbooks.compare import compare, count_differences
from tests.workbooks.small_forms import SMALL

FORM = SMALL["TX02"]
NUMBER = next(column.key for column in FORM.columns if column.is_numeric and column.formula is None)
TEXT = next(column.key for column in FORM.columns if column.type == "text" and column.formula is None)
DAY = next(column.key for column in FORM.columns if column.type == "date" and column.formula is None)
ROWS: dict[str, dict[str, Any]] = {
    "1": {TEXT: "甲", NUMBER: Decimal("5.00"), DAY: date(2026, 3, 5)},
    "2": {},
    "3": {TEXT: "a\nb", NUMBER: Decimal("0E-8")},
    "4": {NUMBER: Decimal("1E+3"), DAY: None, "unknown": "x"},
}


def test_a_table_becomes_the_json_of_its_cells() -> None:
    stored = to_json(FORM, ROWS)
    assert list(stored) == ["1", "2", "3", "4"]
    assert stored == {
        row: {key: plain(value) for key, value in cells.items() if value is not None and key != "unknown"}
        for row, cells in ROWS.items()
    }
    assert stored["4"] == {NUMBER: "1000"}
    assert stored["3"][NUMBER] == "0.00000000"


def test_a_table_comes_back_from_its_json_as_it_was() -> None:
    found = from_json(FORM, to_json(FORM, ROWS) | {"5": {"gone": "1", TEXT: None}})
    assert found == {
        row: {key: value for key, value in cells.items() if value is not None and key != "unknown"}
        for row, cells in (ROWS | {"5": {}}).items()
    }
    assert from_json(FORM, {}) == to_json(FORM, {}) == {}


@pytest.mark.parametrize(
    "cells", [{NUMBER: "5\n6"}, {NUMBER: "1e5"}, {NUMBER: "NaN"}, {NUMBER: ""}, {NUMBER: 5}, {TEXT: 5}, {DAY: "2026-13-01"}]
)  # fmt: skip
def test_a_damaged_cell_of_a_table_is_told(cells: dict[str, Any]) -> None:
    data = {"1": {NUMBER: "5.00", TEXT: "甲", DAY: "2026-03-05"}, "2": cells}
    assert values_columns.table_from_json(FORM, data) is None
    with pytest.raises(ValueError):
        from_json(FORM, data)


@pytest.mark.parametrize(
    "other", [{}, ROWS, {"1": {TEXT: "乙"}}, {"9": {TEXT: ""}}, {"2": {NUMBER: Decimal(5)}, "1": {NUMBER: Decimal(5)}}]
)  # fmt: skip
def test_differences_are_counted_as_they_are_listed(other: dict[str, dict[str, Any]]) -> None:
    assert count_differences(ROWS, other, FORM) == len(compare(ROWS, other, FORM))
    assert count_differences(other, ROWS, FORM) == len(compare(other, ROWS, FORM))
