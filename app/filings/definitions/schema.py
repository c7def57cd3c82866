"""What a form is: rows, columns, cells, checks and attachments, as plain immutable values.

The definitions come from the catalogue (YAML) or from the database (JSON, `Form.from_dict`); both carry
formulas as text, which is parsed once here. Nothing in this module knows a database or a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.filings.definitions.cells import resolve
from app.filings.definitions.parts import (
    CARD_ROW,
    DEFAULT_TOLERANCE,
    EVERY_INDUSTRY,
    LAYOUTS,
    NUMERIC,
    TYPES,
    Attachment,
    CellSpec,
    Check,
    Choice,
    Column,
    Due,
    FieldType,
    Layout,
    Row,
    Value,
    Values,
    pick,
)
from app.filings.expressions.ast import Node

__all__ = [
    "CARD_ROW",
    "DEFAULT_TOLERANCE",
    "EVERY_INDUSTRY",
    "LAYOUTS",
    "NUMERIC",
    "TYPES",
    "Attachment",
    "Catalogue",
    "CellSpec",
    "Check",
    "Choice",
    "Column",
    "Due",
    "FieldType",
    "Form",
    "Indicator",
    "Layout",
    "Named",
    "Row",
    "Value",
    "Values",
    "pick",
]


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
            self._specs[where] = resolve(self, *where)
        return self._specs[where]

    @property
    def is_automatic(self) -> bool:
        """Everything a person would have to fill in is calculated: the form is there without a filing."""
        if "automatic" not in self.derived:
            specs = (self.cell_spec(row, column.key) for row, column in self.cells(values={"1": {}}))
            self.derived["automatic"] = not any(spec and spec.is_input and spec.required for spec in specs)
        return bool(self.derived["automatic"])

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
    nil: tuple[str, ...] = ()  # of a family: the frequencies that may be declared nil

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
