"""The parts a form is made of. Import them from `schema`, which has the form itself too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

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
