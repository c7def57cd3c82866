"""The tree of an expression. Every node knows where in the text it began (`pos`), which equality ignores."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from decimal import Decimal
from typing import Literal

CompareOp = Literal["==", "!=", "<=", ">=", "<", ">"]
BinaryOp = Literal["+", "-", "*", "/"]
Scope = Literal["ORG", "PERIOD"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: finite and not negative (a minus sign is a Negate)."""

    value: Decimal
    pos: int = attribute(default=0, compare=False)

    def __post_init__(self) -> None:
        if not self.value.is_finite() or self.value.is_signed():
            raise ValueError("a number literal is finite and has no sign")


@dataclass(frozen=True, slots=True)
class Text:
    """A text literal, without its quotes."""

    value: str
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CellRef:
    """`FORM.rN.col`; `rN.col` (form None); `rN` (form and col None: the column being computed)."""

    form: str | None
    row: str
    col: str | None
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FieldRef:
    """`FORM.name`: a field of a card, or as an aggregate's argument the whole column of a table."""

    form: str
    field: str
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RowRef:
    """`@col`, the cell in this row; `FORM.@col`, the cell in the row with the same key of another form."""

    col: str
    form: str | None = None
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AttrRef:
    """`ORG.name` or `PERIOD.name`."""

    scope: Scope
    name: str
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    """`-operand`."""

    operand: Node
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right` with + - * /."""

    op: BinaryOp
    left: Node
    right: Node
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right` with == != <= >= < >."""

    op: CompareOp
    left: Node
    right: Node
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT operand`."""

    operand: Node
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """`a AND b AND …`, two items or more."""

    items: tuple[Node, ...]
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """`a OR b OR …`, two items or more."""

    items: tuple[Node, ...]
    pos: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`NAME(arg, …)`."""

    name: str
    args: tuple[Node, ...]
    pos: int = attribute(default=0, compare=False)


Node = (
    Number | Text | CellRef | FieldRef | RowRef | AttrRef | Negate | Binary | Compare | Not | And | Or | Call
)


@dataclass(frozen=True, slots=True)
class Formula:
    """`r3 = …` (col None: every numeric column), `r3.ytd = …` (one cell), `close = …` (row None)."""

    row: str | None
    col: str | None
    expr: Node
    pos: int = attribute(default=0, compare=False)
