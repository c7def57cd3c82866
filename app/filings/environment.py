"""Where the expressions of a set of forms get their values: its own values first, other filings by lookup."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.filings.definitions.schema import CARD_ROW, NUMERIC, CellSpec, Form, Value, Values
from app.filings.expressions.ast import AttrRef, CellRef, FieldRef
from app.filings.expressions.types import Ref, Shift
from app.filings.values_columns import column_of

if TYPE_CHECKING:
    from app.filings.row_memory import RowMemory

ZERO = Decimal(0)
Lookup = Callable[[str, Shift], Values | None]


def no_filing(form_code: str, shift: Shift) -> Values | None:
    """A lookup for institutions without any other filing."""
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """What a set of forms is computed and checked in.

    `org` and `period` hold the attributes declared in the catalogue (numbers may be int). `lookup` gives
    the computed values of a filing: (form code, 'current' | 'prev' | 'prev_ye' | 'sply'), None when there
    is none. `forms` holds every form that may be referred to. `unreadable` are the cells (form code, row
    key, column key) in which something stands that is no value: they count as null, not as blank. `memory` holds,
    by form code, what came of the rows of large tables the last time.
    """

    org: Mapping[str, Any] = field(default_factory=dict)
    period: Mapping[str, Any] = field(default_factory=dict)
    lookup: Lookup = no_filing
    forms: Mapping[str, Form] = field(default_factory=dict)
    unreadable: Collection[tuple[str, str, str]] = frozenset()
    memory: Mapping[str, RowMemory] = field(default_factory=dict)

    @property
    def industry(self) -> str | None:
        value = self.org.get("industry")
        return str(value) if value else None


class Surroundings:
    """The `Env` of the expression language, standing at one form, row and column at a time.

    `values` may be changed while this is in use (that is how computing works); call `forget` after
    changing a table's column.
    """

    __slots__ = (
        "_columns",
        "_filings",
        "_shape",
        "_unreadable",
        "cells",
        "col",
        "context",
        "form",
        "forms",
        "row",
    )

    def __init__(
        self, forms: Mapping[str, Form], values: Mapping[str, Values | None], context: Context
    ) -> None:
        self.forms: dict[str, Form] = {**context.forms, **forms}
        self.context = context
        self._unreadable = frozenset(context.unreadable)
        self._filings: dict[tuple[str, Shift], Values | None] = {
            (code, "current"): filed for code, filed in values.items() if filed is not None
        }
        self._columns: dict[tuple[str, str, str], list[Value]] = {}
        self._shape: dict[tuple[str, str], tuple[bool, Value]] = {}
        self.form: Form | None = None
        self.row = ""
        self.col = ""
        self.cells: Mapping[str, Value] = {}

    def stand_on(self, form: Form) -> None:
        self.form = form
        self._shape = shape(form, self.context.industry)

    def stand_at(self, row: str, cells: Mapping[str, Value], col: str = "") -> None:
        """Move to a row of the present form; `cells` are that row's values."""
        self.row = row
        self.cells = cells
        self.col = col

    def forget(self, code: str, col: str) -> None:
        self._columns.pop((code, "current", col), None)

    def filing(self, code: str, shift: Shift) -> Values | None:
        """The values of a filing, looked up once."""
        key = (code, shift)
        if key not in self._filings:
            self._filings[key] = self.context.lookup(code, shift)
        return self._filings[key]

    def place(self, ref: Ref) -> tuple[Form | None, str, str]:
        """Form, row key and column key of the cell that a reference means here."""
        form = self.forms.get(ref.form) if ref.form else self.form
        if isinstance(ref, CellRef):
            return form, ref.row, ref.col or self.col
        if isinstance(ref, FieldRef):
            return form, CARD_ROW, ref.field
        return form, self.row, ref.col

    def scalar(self, ref: Ref, shift: Shift) -> Value:
        form, row, col = self.place(ref)
        if form is None:
            return None
        if form is self.form and row == self.row and shift == "current":
            return self._value(self._shape, form, row, col, self.cells)
        values = self.filing(form.code, shift)
        if values is None:
            return None
        known = self._shape if form is self.form else shape(form, self.context.industry)
        return self._value(known, form, row, col, values.get(row) or {}, shift)

    def _value(
        self,
        known: dict[tuple[str, str], tuple[bool, Value]],
        form: Form,
        row: str,
        col: str,
        cells: Mapping[str, Value],
        shift: Shift = "current",
    ) -> Value:
        where = (row if form.layout == "fixed" else "", col)
        found = known.get(where)
        if found is None:
            found = known[where] = hidden_and_blank(form, row, col, self.context.industry)
        hidden, blank = found
        value = None if hidden else cells.get(col)
        if value is not None:
            return value
        if self._unreadable and shift == "current" and (form.code, row, col) in self._unreadable:
            return None
        return blank

    def column(self, ref: FieldRef, shift: Shift) -> Sequence[Value] | None:
        form = self.forms.get(ref.form)
        if form is None:
            return None
        key = (form.code, shift, ref.field)
        if key in self._columns:
            return self._columns[key]
        values = self.filing(form.code, shift)
        if values is None:
            return None
        known = shape(form, self.context.industry)
        if form.layout == "table":
            self._columns[key] = self.table_column(form, ref.field, values, values.values(), shift)
        else:
            self._columns[key] = [
                self._value(known, form, row, ref.field, cells, shift)
                for row, cells in values.items()
                if form.layout != "card" or row == CARD_ROW
            ]
        return self._columns[key]

    def table_column(
        self,
        form: Form,
        col: str,
        keys: Collection[str],
        rows: Collection[Mapping[str, Value]],
        shift: Shift = "current",
    ) -> list[Value]:
        """A column of a table's rows, each cell as `scalar` gives it."""
        hidden, blank = hidden_and_blank(form, "", col, self.context.industry)
        found: list[Value] = [None] * len(rows) if hidden else column_of(rows, col)
        if all(found) or type(None) not in set(map(type, found)):
            return found
        unreadable = self.unreadable_rows(form, col) if shift == "current" else ()
        return [
            value if value is not None else None if key in unreadable else blank
            for key, value in zip(keys, found, strict=True)
        ]

    def unreadable_rows(self, form: Form, col: str) -> Collection[str]:
        """The rows in which something stands in this column that is no value."""
        if not self._unreadable:
            return ()
        return {row for code, row, key in self._unreadable if code == form.code and key == col}

    def attr(self, ref: AttrRef) -> Any:
        return (self.context.org if ref.scope == "ORG" else self.context.period).get(ref.name)

    def is_blank(self, ref: Ref, shift: Shift) -> bool | None:
        form, row, col = self.place(ref)
        if form is None:
            return None
        if shift == "current" and (form.code, row, col) in self._unreadable:
            return False
        if form is self.form and row == self.row and shift == "current":
            return self.cells.get(col) in (None, "")
        values = self.filing(form.code, shift)
        return None if values is None else (values.get(row) or {}).get(col) in (None, "")

    def is_unreadable(self, ref: Ref) -> bool:
        """Something stands in the cell that is no value."""
        form, row, col = self.place(ref)
        return form is not None and (form.code, row, col) in self._unreadable

    def spec(self, ref: Ref) -> CellSpec | None:
        form, row, col = self.place(ref)
        return form.cell_spec(row, col) if form else None


def shape(form: Form, industry: str | None) -> dict[tuple[str, str], tuple[bool, Value]]:
    """A cache per form and industry: (row, column) -> (hidden?, what a blank there stands for)."""
    found: dict[tuple[str, str], tuple[bool, Value]] = form.derived.setdefault(("shape", industry), {})
    return found


def hidden_and_blank(form: Form, row_key: str, col: str, industry: str | None) -> tuple[bool, Value]:
    """Blank numbers are 0, blank texts '', blank dates null; a computed cell without a value is null."""
    spec = form.cell_spec(row_key, col)
    if spec is None:
        return True, ZERO
    row, column = form.row(row_key), form.column(col)
    hidden = (row is not None and not row.is_shown_to(industry)) or (
        column is not None and not column.is_shown_to(industry)
    )
    if spec.const is not None:
        return hidden, ZERO if hidden else spec.const
    if spec.computed is not None and not hidden:
        return False, None
    if spec.type in NUMERIC:
        return hidden, ZERO
    return hidden, None if spec.type == "date" else ""
