"""Live formulas: where a reference of an expression stands in this workbook.

A cell of a form in the workbook is that cell. Anything else (another form, an earlier period) stands on the
hidden sheet `_refs` with the value known when the workbook was made; "" there when there is no such filing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from xlsxwriter.utility import xl_col_to_name

from app.filings.definitions.schema import CARD_ROW, CellSpec, Form, Value
from app.filings.environment import Context
from app.filings.expressions.ast import AttrRef, CellRef, FieldRef, RowRef
from app.filings.expressions.excel import NotRenderable, to_excel, wrap_computed
from app.filings.expressions.types import Ref, Shift
from app.filings.workbooks.plan import SheetPlan

REFS_SHEET = "_refs"
NO_VALUE = ""
# A whole column that does not exist: SUM and MAX skip texts, so that "" would count as 0 there.
NO_COLUMN = "\x00"


@dataclass(slots=True)
class RefsTable:
    """What must be written on `_refs`: one column of cells per reference, in order of first use."""

    columns: dict[tuple[str, str, str, Shift], list[Value]] = field(default_factory=dict)
    _number: dict[tuple[str, str, str, Shift], int] = field(default_factory=dict)

    def place(self, key: tuple[str, str, str, Shift], values: list[Value]) -> str:
        """The address (one cell or a range) under which the values will stand; row 1 holds the name."""
        self.columns.setdefault(key, values)
        col = _letters(self._number.setdefault(key, len(self._number)))
        last = 1 + len(self.columns[key])
        return f"{REFS_SHEET}!{col}$2" + (f":{col}${last}" if last > 2 else "")


@dataclass(slots=True)
class Locator:
    """Addresses for all formulas of one workbook."""

    plans: Mapping[str, SheetPlan]
    context: Context
    lang: str
    refs: RefsTable = field(default_factory=RefsTable)

    def formula(self, form: Form, row_key: str, col_key: str, spec: CellSpec) -> str | None:
        """The formula of a computed cell with its "=", or None when it cannot be one."""
        if spec.computed is None:
            return None
        here = _Here(self, form, row_key, col_key)
        try:
            text = to_excel(spec.computed.expr, here.locate, here.shown)
        except NotRenderable:
            return None
        return "=" + wrap_computed(text, spec.decimals if spec.is_numeric else None)

    def label(self, code: str, col_key: str, stored: str) -> str:
        """The text that a cell shows for a stored choice; other texts as they are."""
        form = self._form(code)
        column = form.column(col_key) if form else None
        for choice in column.choices if column else ():
            if choice.v == stored:
                return choice.label(self.lang)
        return stored

    def attribute(self, ref: AttrRef) -> str | None:
        value = (self.context.org if ref.scope == "ORG" else self.context.period).get(ref.name)
        return None if value is None else _constant(value)

    def cell(self, code: str, row_key: str, col_key: str, shift: Shift) -> str | None:
        plan = self.plans.get(code)
        if plan is None or shift != "current":
            return self.refs.place(
                (code, row_key, col_key, shift), [self._known(code, row_key, col_key, shift)]
            )
        spot = plan.position(row_key, col_key)
        if spot is None:
            # Hidden from this industry: counts as 0 (forms.yaml, rows[].industries).
            return "0" if plan.form.cell_spec(row_key, col_key) else None
        return f"{plan.quoted}!{_letters(spot[1])}${spot[0] + 1}"

    def column(self, code: str, col_key: str, shift: Shift) -> str | None:
        plan = self.plans.get(code)
        if plan is None or shift != "current":
            return self.refs.place((code, "", col_key, shift), self._known_column(code, col_key, shift))
        spot = plan.column_range(col_key)
        if spot is None:
            return None
        col = _letters(spot[0])
        return f"{plan.quoted}!{col}${spot[1] + 1}:{col}${spot[2] + 1}"

    def layout_of(self, code: str) -> str | None:
        form = self._form(code)
        return form.layout if form else None

    def _form(self, code: str) -> Form | None:
        if code in self.plans:
            return self.plans[code].form
        return self.context.forms.get(code)

    def _known(self, code: str, row_key: str, col_key: str, shift: Shift) -> Value:
        """None is a blank cell, which counts as 0; NO_VALUE is null."""
        form, values = self._form(code), self.context.lookup(code, shift)
        if form is None:
            return NO_COLUMN  # nobody knows whether a cell or a column is meant: null in any case
        if values is None:
            return NO_VALUE
        return self._as_shown(form, row_key, col_key, values.get(row_key, {}).get(col_key))

    def _known_column(self, code: str, col_key: str, shift: Shift) -> list[Value]:
        form, values = self._form(code), self.context.lookup(code, shift)
        if form is None or values is None:
            return [NO_COLUMN]
        cells = [self._as_shown(form, key, col_key, row.get(col_key)) for key, row in values.items()]
        return cells or [None]

    def _as_shown(self, form: Form, row_key: str, col_key: str, value: Value) -> Value:
        spec = form.cell_spec(row_key, col_key)
        if spec is None:
            return NO_VALUE
        if value is None:
            return NO_VALUE if spec.computed else spec.const
        if spec.type == "choice" and isinstance(value, str):
            return next((item.label(self.lang) for item in spec.choices if item.v == value), value)
        return value


@dataclass(frozen=True, slots=True)
class _Here:
    """The cell whose formula is written: what `@col` and `rN` mean depends on it."""

    book: Locator
    form: Form
    row_key: str
    col_key: str

    def locate(self, ref: Ref | AttrRef, shift: Shift) -> str | None:
        match ref:
            case AttrRef():
                return self.book.attribute(ref)
            case CellRef(form, row, col):
                return self._own(self.book.cell(form or self.form.code, row, col or self.col_key, shift))
            case RowRef(col, form):
                return self._own(self.book.cell(form or self.form.code, self.row_key, col, shift))
            case FieldRef(form, name):
                if self.book.layout_of(form) == "table":
                    return self._own(self.book.column(form, name, shift))
                return self._own(self.book.cell(form, CARD_ROW, name, shift))

    def shown(self, ref: Ref | AttrRef, stored: str) -> str:
        match ref:
            case FieldRef(form, name):
                return self.book.label(form, name, stored)
            case RowRef(col, form):
                return self.book.label(form or self.form.code, col, stored)
            case CellRef(form, _, col):
                return self.book.label(form or self.form.code, col or self.col_key, stored)
        return stored

    def _own(self, address: str | None) -> str | None:
        """Cells of the same sheet without the sheet's name: short, and safe when the sheet is copied."""
        if address is None:
            return None
        return address.removeprefix(f"{self.book.plans[self.form.code].quoted}!")


@lru_cache(maxsize=512)
def _letters(col: int) -> str:
    """A column as it stands in an absolute address: $A."""
    return str(xl_col_to_name(col, col_abs=True))


def _constant(value: object) -> str:
    if isinstance(value, Decimal | int):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, date):
        return f"DATE({value.year},{value.month},{value.day})"
    return '"' + str(value).replace('"', '""') + '"'
