"""Tables go to JSON and back column by column, with the values that cell by cell they would have."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.filings import values_columns
from app.filings.values import from_json, plain, to_json
from app.filings.workbooks.compare import compare, count_differences, differences
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
    assert count_differences(ROWS, other, FORM).count == len(compare(ROWS, other, FORM))
    assert count_differences(other, ROWS, FORM).count == len(compare(other, ROWS, FORM))
    for before, after in ((ROWS, other), (other, ROWS)):
        columns = {column.key: [row.get(column.key) for row in after.values()] for column in FORM.columns}
        differing, everything = count_differences(before, after, FORM, columns), compare(before, after, FORM)
        assert differing.count == len(everything)
        listed = [(row, col) for row, col, _, _ in differences(before, after, FORM, differing.rows)]
        assert listed == [(change.row, change.col) for change in everything]


def packed(rows: dict[str, dict[str, Any]]) -> Any:
    """Through JSON, as it is stored."""
    columns = {key: [row.get(key) for row in rows.values()] for key in (TEXT, NUMBER, DAY, "unknown")}
    return json.loads(json.dumps(values_columns.pack_columns(FORM, columns, len(rows))))


def test_a_table_packed_by_columns_comes_back_as_it_was() -> None:
    found = values_columns.unpack_columns(FORM, packed(ROWS))
    assert found == from_json(FORM, to_json(FORM, ROWS))
    assert values_columns.unpack_columns(FORM, packed({})) == {}
    odd = {"1": {TEXT: "a\tb"}, "2": {TEXT: ""}, "3": {}}
    assert values_columns.unpack_columns(FORM, packed(odd)) == odd


@pytest.mark.parametrize(
    "harm",
    [
        {NUMBER: "5\t6"},
        {NUMBER: "5\t6\tx\t7"},
        {NUMBER: [5, 6, 7, 8]},
        {DAY: "2026-13-01\t\t\t"},
        {TEXT: ["甲"]},
    ],
)
def test_a_damaged_packed_column_is_told(harm: dict[str, Any]) -> None:
    data = packed(ROWS)
    data["columns"] |= harm
    with pytest.raises(ValueError, match="damaged"):
        values_columns.unpack_columns(FORM, data)
