"""One cell's specification: the column's, with what the row says laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.filings.definitions.parts import NUMERIC, CellSpec, Column, Row
from app.filings.expressions.ast import Formula

if TYPE_CHECKING:
    from app.filings.definitions.schema import Form

_DECIMALS = {"decimal": 2, "percent": 2, "integer": 0}


def resolve(form: Form, row_key: str, col_key: str) -> CellSpec | None:
    """The specification, or None when there is no such cell. `row_key` matters in fixed forms only."""
    column = form.column(col_key)
    if column is None:
        return None
    if form.layout != "fixed":
        return _column_spec(form, column)
    row = form.row(row_key)
    if row is None or row.is_header or col_key in row.na_cols:
        return None
    # A column with a unit of its own (%, 户 …) keeps it: the row's unit speaks for the plain columns.
    overrides = column.unit is None
    kind = row.type if row.type and overrides else column.type
    unit = row.unit if row.unit and overrides else None
    return CellSpec(
        type=kind,
        unit=unit or column.unit or _default_unit(kind, form.unit),
        decimals=_decimals(column, kind),
        required=column.required if row.required is None else row.required,
        choices=column.choices,
        computed=None if col_key in row.const else _row_formula(row, column, kind),
        const=row.const.get(col_key),
        allow_negative=column.allow_negative or bool(row.allow_negative),
        pattern=column.pattern,
        format=column.format,
        label_zh=f"{row.name_zh}·{column.name_zh}",
        label_en=f"{row.name_en} / {column.name_en}",
    )


def _column_spec(form: Form, column: Column) -> CellSpec:
    return CellSpec(
        type=column.type,
        unit=column.unit or _default_unit(column.type, form.unit),
        decimals=_decimals(column, column.type),
        required=column.required,
        choices=column.choices,
        computed=column.formula,
        const=None,
        allow_negative=column.allow_negative,
        pattern=column.pattern,
        format=column.format,
        label_zh=column.name_zh,
        label_en=column.name_en,
        in_table=form.layout == "table",
    )


def _decimals(column: Column, kind: str) -> int:
    return column.decimals if column.decimals is not None else _DECIMALS.get(kind, 0)


def _default_unit(kind: str, form_unit: str) -> str:
    if kind == "percent":
        return "%"
    return form_unit if kind == "decimal" else ""


def _row_formula(row: Row, column: Column, kind: str) -> Formula | None:
    """A formula for this one cell, else one for the whole row, else the column's."""
    whole = None
    for formula in row.formulas:
        if formula.col == column.key:
            return formula
        if formula.col is None and kind in NUMERIC:
            whole = formula
    return whole or column.formula
