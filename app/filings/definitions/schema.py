"""What a form is: rows, columns, cells, checks and attachments, as plain immutable values.

The definitions come from the catalogue (YAML) or from the database (JSON, `Form.from_dict`); both carry
formulas as text, which is parsed once here. Nothing in this module knows a database or a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from app.filings.expressions.ast import Formula, Node

FieldType = Literal["text", "choice", "date", "decimal", "integer", "percent", "phone", "uscc", "id_number"]
Layout = Literal["fixed", "table", "card"]
Value = Decimal | str | date | None
# {row key: {column key: value}}; the row keys are "r1"… (fixed), "card" (card) or "1", "2"… (table).
Values = dict[str, dict[str, Value]]

TYPES: frozenset[str] = frozenset(get_args(FieldType))
NUMERIC: frozenset[str] = frozenset({"decimal", "integer", "percent"})
LAYOUTS: frozenset[str] = frozenset({"fixed", "table", "card"})
CARD_ROW = "card"
EVERY_INDUSTRY = "all"
DEFAULT_TOLERANCE = Decimal("0.01")
_DECIMALS = {"decimal": 2, "percent": 2, "integer": 0}


def pick(lang: str, zh: str, en: str) -> str:
    """The text in `lang` ('zh' or 'en'); the Chinese one when there is no English."""
    return (en or zh) if lang == "en" else zh


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from: the stored value and its two labels."""

    v: str
    zh: str
    en: str

    def label(self, lang: str) -> str:
        return pick(lang, self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a fixed or table form, or a field of a card."""

    key: str
    name_zh: str
    name_en: str
    type: FieldType
    required: bool = False
    unit: str | None = None
    choices: tuple[Choice, ...] = ()
    pattern: str | None = None
    format: str | None = None
    allow_negative: bool = False
    decimals: int | None = None
    industries: tuple[str, ...] = ()
    formula: Formula | None = None
    note_zh: str = ""
    note_en: str = ""

    def name(self, lang: str) -> str:
        return pick(lang, self.name_zh, self.name_en)

    def is_shown_to(self, industry: str | None) -> bool:
        return industry is None or not self.industries or industry in self.industries

    @property
    def is_numeric(self) -> bool:
        return self.type in NUMERIC


@dataclass(frozen=True, slots=True)
class Row:
    """A printed line of a fixed form. `kind` 'header' is a heading without cells."""

    key: str
    name_zh: str
    name_en: str
    kind: Literal["item", "header"] = "item"
    line: int | None = None
    level: int = 0
    tag: str | None = None
    type: FieldType | None = None
    unit: str | None = None
    required: bool | None = None
    allow_negative: bool | None = None
    industries: tuple[str, ...] = ()
    na_cols: tuple[str, ...] = ()
    const: Mapping[str, Decimal] = field(default_factory=dict)
    formulas: tuple[Formula, ...] = ()
    of_which: bool = False
    added: bool = False
    flow: bool = False
    note_zh: str = ""
    note_en: str = ""

    def name(self, lang: str) -> str:
        return pick(lang, self.name_zh, self.name_en)

    def note(self, lang: str) -> str:
        return pick(lang, self.note_zh, self.note_en)

    @property
    def is_header(self) -> bool:
        return self.kind == "header"

    def is_shown_to(self, industry: str | None) -> bool:
        return industry is None or not self.industries or industry in self.industries


@dataclass(frozen=True, slots=True)
class Check:
    """A declared check; `expr` is true when the filing is in order."""

    id: str
    level: Literal["error", "warning"]
    kind: Literal["intra", "inter", "period", "threshold"]
    expr: Node
    text: str
    message_zh: str
    message_en: str
    scope: Literal["form", "row"] = "form"
    rows: tuple[str, ...] = ()
    rows_exclude: tuple[str, ...] = ()
    tol: Decimal = DEFAULT_TOLERANCE
    basis: str = ""

    def message(self, lang: str) -> str:
        return pick(lang, self.message_zh, self.message_en)

    def applies_to_row(self, key: str) -> bool:
        return (not self.rows or key in self.rows) and key not in self.rows_exclude


@dataclass(frozen=True, slots=True)
class Attachment:
    key: str
    name_zh: str
    name_en: str
    required: bool = False

    def name(self, lang: str) -> str:
        return pick(lang, self.name_zh, self.name_en)


@dataclass(frozen=True, slots=True)
class Due:
    """When a form falls due: `days` after the end of its `basis` (month_end, quarter_end, registration …)."""

    basis: str
    days: int


@dataclass(frozen=True, slots=True)
class CellSpec:
    """Everything about one cell, with the row's overrides already laid over the column."""

    type: FieldType
    unit: str
    decimals: int
    required: bool
    choices: tuple[Choice, ...]
    computed: Formula | None
    const: Decimal | None
    allow_negative: bool
    pattern: str | None
    format: str | None
    label_zh: str
    label_en: str
    in_table: bool = False

    @property
    def is_input(self) -> bool:
        """A person fills this cell: neither calculated nor fixed by the definition."""
        return self.computed is None and self.const is None

    @property
    def is_numeric(self) -> bool:
        return self.type in NUMERIC

    def label(self, lang: str) -> str:
        return pick(lang, self.label_zh, self.label_en)


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One version of one form."""

    code: str
    name_zh: str
    name_en: str
    industry: str
    family: str
    frequency: str
    layout: Layout
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    checks: tuple[Check, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    required: bool = False
    required_when: Node | None = None
    required_when_text: str = ""
    min_rows: int = 0
    max_rows: int | None = None
    trigger: str = ""
    notes_zh: str = ""
    notes_en: str = ""
    due: Due | None = None
    version: int = 1
    _rows: dict[str, Row] = field(init=False, repr=False)
    _columns: dict[str, Column] = field(init=False, repr=False)
    _specs: dict[tuple[str, str], CellSpec | None] = field(init=False, repr=False)
    # What other modules derive once per form (dependency order, browser form …), by their own key.
    derived: dict[Any, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", {row.key: row for row in self.rows})
        object.__setattr__(self, "_columns", {column.key: column for column in self.columns})
        object.__setattr__(self, "_specs", {})
        object.__setattr__(self, "derived", {})

    def name(self, lang: str) -> str:
        return pick(lang, self.name_zh, self.name_en)

    def notes(self, lang: str) -> str:
        return pick(lang, self.notes_zh, self.notes_en)

    def row(self, key: str) -> Row | None:
        return self._rows.get(key)

    def column(self, key: str) -> Column | None:
        return self._columns.get(key)

    def item_rows(self, industry: str | None = None) -> Iterator[Row]:
        """The rows that have cells and are shown to `industry`, as printed."""
        return (row for row in self.rows if not row.is_header and row.is_shown_to(industry))

    def shown_columns(self, industry: str | None = None) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_shown_to(industry))

    def row_keys(self, values: Values | None = None, industry: str | None = None) -> list[str]:
        """The keys under which this form's values are kept, in printed order."""
        if self.layout == "card":
            return [CARD_ROW]
        if self.layout == "fixed":
            return [row.key for row in self.item_rows(industry)]
        return list(values or ())

    def cells(
        self, industry: str | None = None, values: Values | None = None
    ) -> Iterator[tuple[str, Column]]:
        """Every existing (row key, column) in printed order; a table's rows are those of `values`."""
        columns = self.shown_columns(industry)
        for key in self.row_keys(values, industry):
            for column in columns:
                if self.cell_spec(key, column.key) is not None:
                    yield key, column

    def cell_spec(self, row_key: str, col_key: str) -> CellSpec | None:
        """The cell's specification, or None when there is no such cell (n/a, heading, unknown key)."""
        where = (row_key if self.layout == "fixed" else "", col_key)
        if where not in self._specs:
            self._specs[where] = _spec(self, *where)
        return self._specs[where]

    def empty_values(self) -> Values:
        """All rows this form has by itself, with nothing in them."""
        return {key: {} for key in self.row_keys()}

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, from which `from_dict` makes the same form again."""
        from app.filings.definitions.codec import form_to_dict

        return form_to_dict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Form:
        """The form that `to_dict` wrote; raises KeyError, ValueError or a parse error when it is none."""
        from app.filings.definitions.codec import form_from_dict

        return form_from_dict(data)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A supervisory figure with its limit."""

    id: str
    industry: str
    name_zh: str
    name_en: str
    expr: Node
    text: str
    op: str
    limit: Decimal
    unit: str
    frequency: str
    severity: str
    source: str = ""
    note: str = ""

    def name(self, lang: str) -> str:
        return pick(lang, self.name_zh, self.name_en)


@dataclass(frozen=True, slots=True)
class Named:
    """An industry, a family or an attribute: a key with two names and, for attributes, a type."""

    key: str
    name_zh: str
    name_en: str
    type: str = "text"
    choices: str = ""

    def name(self, lang: str) -> str:
        return pick(lang, self.name_zh, self.name_en)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    version: str
    forms: Mapping[str, Form]
    industries: tuple[Named, ...]
    families: tuple[Named, ...]
    org_attributes: tuple[Named, ...]
    period_attributes: tuple[Named, ...]
    enums: Mapping[str, tuple[Choice, ...]]
    indicators: tuple[Indicator, ...]

    def form(self, code: str) -> Form:
        return self.forms[code]

    def forms_for(
        self, industry: str, family: str | None = None, frequency: str | None = None
    ) -> tuple[Form, ...]:
        """The forms an institution of `industry` files, in the catalogue's order."""
        return tuple(
            form
            for form in self.forms.values()
            if form.industry in (EVERY_INDUSTRY, industry)
            and family in (None, form.family)
            and frequency in (None, form.frequency)
        )


def _spec(form: Form, row_key: str, col_key: str) -> CellSpec | None:
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
