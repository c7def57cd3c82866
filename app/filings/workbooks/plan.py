"""Where everything of one form stands on its sheet. Rows and columns are counted from 0.

Rows 0–2 carry title, institution · period · unit and a line of help; row 3 the headings. The writer and
the formulas both ask here, so that they cannot disagree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.filings.definitions.schema import CARD_ROW, Column, Form, Values

HEADING_ROW = 3
FIRST_ROW = 4
READY_ROWS = 50
SPARE_ROWS = 20
_FORBIDDEN_IN_TITLES = re.compile(r"[\[\]:*?/\\']")


@dataclass(slots=True)
class SheetPlan:
    """The plan of one sheet. `row_at` and `col_at` map keys to positions; `prior_at` columns to the right."""

    form: Form
    title: str
    columns: tuple[Column, ...]
    row_at: dict[str, int] = field(default_factory=dict)
    col_at: dict[str, int] = field(default_factory=dict)
    prior_at: dict[str, int] = field(default_factory=dict)
    line_col: int | None = None
    unit_col: int | None = None
    note_col: int | None = None
    last_row: int = FIRST_ROW
    last_col: int = 0

    @property
    def quoted(self) -> str:
        """The sheet as it stands in front of `!` in a formula."""
        return f"'{self.title}'"

    def position(self, row_key: str, col_key: str) -> tuple[int, int] | None:
        """Where the cell stands, or None when it is not on the sheet (hidden from this industry)."""
        if self.form.layout == "card":
            row = self.row_at.get(col_key)
            return None if row is None or row_key != CARD_ROW else (row, self.col_at[CARD_ROW])
        row, col = self.row_at.get(row_key), self.col_at.get(col_key)
        return None if row is None or col is None else (row, col)

    def column_range(self, col_key: str) -> tuple[int, int, int] | None:
        """(column, first row, last row) of a table's column."""
        col = self.col_at.get(col_key)
        return None if col is None else (col, FIRST_ROW, self.last_row)


def plan_sheet(form: Form, values: Values, lang: str, industry: str | None, has_prior: bool) -> SheetPlan:
    """Lay out one form for an institution of `industry`."""
    plan = SheetPlan(form, sheet_title(form, lang), form.shown_columns(industry))
    if form.layout == "card":
        _plan_card(plan, has_prior)
    elif form.layout == "table":
        _plan_table(plan, values)
    else:
        _plan_fixed(plan, industry, has_prior)
    return plan


def sheet_title(form: Form, lang: str) -> str:
    """ "DB01 融资担保业务情况月报表", cut to the 31 characters a sheet title may have."""
    return _FORBIDDEN_IN_TITLES.sub(" ", f"{form.code} {form.name(lang)}")[:31].strip()


def ordinal_column(form: Form) -> Column | None:
    """The column of a table that only numbers its lines: filled in beforehand, and no content by itself."""
    if form.layout != "table":
        return None
    return next((item for item in form.columns if item.name_zh == "序号" and item.is_numeric), None)


def has_mixed_units(form: Form) -> bool:
    """Rows in other units than the form's: the sheet then shows a column of units."""
    return form.layout == "fixed" and any(row.unit or row.type == "percent" for row in form.rows)


def _plan_fixed(plan: SheetPlan, industry: str | None, has_prior: bool) -> None:
    plan.line_col = 1
    first = 2
    if has_mixed_units(plan.form):
        plan.unit_col, first = 2, 3
    for offset, column in enumerate(plan.columns):
        plan.col_at[column.key] = first + offset
    plan.last_col = first + len(plan.columns) - 1
    if has_prior:
        # One narrow empty column keeps the past apart from what is filled in.
        for offset, column in enumerate(item for item in plan.columns if item.is_numeric):
            plan.prior_at[column.key] = plan.last_col + 2 + offset
    shown = [row for row in plan.form.rows if row.is_shown_to(industry)]
    for offset, row in enumerate(shown):
        plan.row_at[row.key] = FIRST_ROW + offset
    plan.last_row = FIRST_ROW + max(len(shown), 1) - 1


def _plan_table(plan: SheetPlan, values: Values) -> None:
    # A form that counts its lines itself needs no second number in front.
    first = 0 if ordinal_column(plan.form) in plan.columns else 1
    for offset, column in enumerate(plan.columns):
        plan.col_at[column.key] = first + offset
    plan.last_col = first + len(plan.columns) - 1
    ready = max(READY_ROWS, len(values) + SPARE_ROWS)
    if plan.form.max_rows:
        ready = max(plan.form.max_rows, len(values))
    keys = [*values, *(f"+{number}" for number in range(1, ready - len(values) + 1))]
    for offset, key in enumerate(keys):
        plan.row_at[key] = FIRST_ROW + offset
    plan.last_row = FIRST_ROW + len(keys) - 1


def _plan_card(plan: SheetPlan, has_prior: bool) -> None:
    plan.line_col, plan.col_at[CARD_ROW] = 0, 2
    plan.unit_col, plan.note_col, plan.last_col = 3, 4, 4
    if has_prior:
        plan.prior_at[CARD_ROW] = 6
    for offset, column in enumerate(plan.columns):
        plan.row_at[column.key] = FIRST_ROW + offset
    plan.last_row = FIRST_ROW + max(len(plan.columns), 1) - 1
