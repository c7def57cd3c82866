"""Tree -> formula for Excel 2010 and later, WPS and LibreOffice.

Null is an error inside a formula and "" in a cell: wrap_computed turns the one into the other, and "" as an
operand is an error again, so that null spreads from cell to cell as it does on the server. A blank cell is 0.
Where Excel would quietly go on with "" (comparisons, MAX, SUM) the operand gets "+0". Texts are compared with
EXACT, because "=" ignores case.

Three things Excel cannot know and the server can: that a blank date has no value (Excel sees day 0), that a
null cell of a column makes the column's SUM or MAX null (Excel leaves it out, as it must leave out the unused
rows of a template; #N/A in the range makes it null here too), and the tolerance of a check (comparisons here
are exact).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal

from app.filings.expressions.ast import (
    And,
    AttrRef,
    Binary,
    Call,
    CellRef,
    Compare,
    FieldRef,
    Negate,
    Node,
    Not,
    Number,
    Or,
    RowRef,
    Text,
)
from app.filings.expressions.functions import SHIFTS
from app.filings.expressions.types import Ref, Shift
from app.filings.expressions.walk import column_of, shifted

Locate = Callable[[Ref | AttrRef, Shift], str | None]
Shown = Callable[[Ref | AttrRef, str], str]
Kind = Literal["number", "text", "unknown"]

MAX_FORMULA: Final = 8000
MAX_TEXT: Final = 255
_OPERATORS: Final = {"==": "=", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_SUM, _PRODUCT, _UNARY, _PRIMARY = range(4)
_BINARY: Final = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}
_NUMERIC_CALLS: Final = frozenset({"SUM", "COUNT", "MAX", "MIN", "SUMIF", "MAXIF", "COUNTIF", "ABS", "ROUND"})


class NotRenderable(Exception):
    """The expression cannot be shown as a formula of this workbook; the caller leaves its value out."""


def to_excel(node: Node, locate: Locate, shown: Shown | None = None) -> str:
    """The formula, without "=" and unguarded (see wrap_computed).

    locate(ref, shift) gives the address of a cell ("$C$5", "'DB01'!$C$5") or, for a column, of a range, or an
    Excel constant (for an attribute of the period, say). A cell without a value holds "" or #N/A, the column
    of a filing that does not exist #N/A. None raises NotRenderable, as does a formula longer than Excel takes.
    shown(ref, stored) gives the text that the workbook's cell shows for a stored value, when its dropdown
    shows labels.
    """
    formula = _Renderer(locate, shown or (lambda ref, stored: stored)).value(node)
    if len(formula) > MAX_FORMULA:
        raise NotRenderable("the formula is longer than Excel allows")
    return formula


def wrap_computed(formula: str, decimals: int | None) -> str:
    """The formula of a computed cell: rounded to its decimals (None: not a number), "" when it has no value."""
    rounded = formula if decimals is None else f"ROUND({formula},{decimals})"
    return f'IFERROR({rounded},"")'


class _Renderer:
    def __init__(self, locate: Locate, shown: Shown) -> None:
        self.locate = locate
        self.shown = shown

    def value(self, node: Node, least: int = _SUM) -> str:
        """A number, text or date, bracketed when it binds less than its place asks for."""
        match node:
            case Binary(op, left, right):
                own = _BINARY[op]
                text = f"{self.value(left, own)}{op}{self.value(right, own + 1)}"
                return text if own >= least else f"({text})"
            case Negate(operand):
                text = f"-{self.value(operand, _PRIMARY)}"
                return text if least == _SUM else f"({text})"
            case Number(number):
                return format(number, "f")
            case Text(string):
                return _quoted(string)
            case CellRef() | FieldRef() | RowRef() | AttrRef():
                return self.address(node, "current")
            case Call():
                return self.call(node)
        return self.condition(node)

    def condition(self, node: Node) -> str:
        match node:
            case Compare():
                return self.comparison(node)
            case Not(operand):
                return f"NOT({self.condition(operand)})"
            case And(items):
                return self.junction("AND", items)
            case Or(items):
                return self.junction("OR", items)
        return self.value(node)

    def address(self, ref: Ref | AttrRef, shift: Shift) -> str:
        address = self.locate(ref, shift)
        if address is None:
            raise NotRenderable(f"{ref} ({shift}) has no place in the workbook")
        return address

    def number(self, node: Node) -> str:
        """A value that is an error, not a text, when it is null."""
        return self.value(node) if _kind(node) == "number" else f"({self.value(node)}+0)"

    def junction(self, name: str, items: tuple[Node, ...]) -> str:
        """Excel's AND and OR are errors when any item is; a decisive item must win over an unknown one."""
        parts = [self.condition(item) for item in items]
        plain = f"{name}({','.join(parts)})"
        if all(_always_known(item) for item in items):
            return plain
        decisive, outcome = ("NOT({})", "FALSE") if name == "AND" else ("{}", "TRUE")
        decided = ",".join(f"IFERROR({decisive.format(part)},FALSE)" for part in parts)
        return f"IF(OR({decided}),{outcome},{plain})"

    def comparison(self, node: Compare) -> str:
        kinds = {_kind(node.left), _kind(node.right)}
        if node.op not in ("==", "!=") or "number" in kinds:
            return f"({self.number(node.left)}{_OPERATORS[node.op]}{self.number(node.right)})"
        left, right = self.compared(node.left, node.right), self.compared(node.right, node.left)
        same = f"EXACT({left},{right})"
        if "text" not in kinds:
            # Which of the two they are shows only in the workbook. A number never equals a text, and an empty
            # text is a computed cell without a value (a blank cell is no text).
            sides = (left, right)
            texts, numbers = (
                "+".join(f"{test}({side})" for side in sides) for test in ("ISTEXT", "ISNUMBER")
            )
            nulls = "+".join(f"ISTEXT({side})*(LEN({side})=0)" for side in sides)
            same = f"IF({texts}=0,{left}={right},IF({numbers}+{nulls}=0,{same},NA()))"
        return same if node.op == "==" else f"NOT({same})"

    def compared(self, node: Node, other: Node) -> str:
        """A side of an equation; a literal is written as the other side's cell shows it."""
        ref, _ = shifted(other)
        if isinstance(node, Text) and isinstance(ref, CellRef | FieldRef | RowRef | AttrRef):
            return _quoted(self.shown(ref, node.value))
        return self.value(node)

    def call(self, node: Call) -> str:
        name = node.name
        if name in SHIFTS:
            ref, shift = shifted(node)
            return self.address(ref, shift)  # type: ignore[arg-type]
        if name in ("SUM", "MAX", "MIN"):
            return f"{name}({','.join(self.listed(node))})"
        if name == "COUNT":
            return "(" + "+".join(self.counted(node)) + ")"
        if name in ("SUMIF", "MAXIF", "COUNTIF"):
            return self.conditional(node)
        if name in ("ABS", "ROUND"):
            return f"{name}({','.join(self.number(arg) for arg in node.args)})"
        if name == "IF":
            condition, yes, no = node.args
            return f"IF({self.condition(condition)},{self.value(yes)},{self.value(no)})"
        if name == "EMPTY":
            return f"(LEN({self.value(node.args[0])})=0)"
        return _unique(self.column(node, 0))

    def column(self, node: Call, index: int) -> str:
        column = column_of(node, index)
        if column is None:
            raise NotRenderable(f"{node.name} needs a column")
        return self.address(*column)

    def listed(self, node: Call) -> Iterable[str]:
        for index, arg in enumerate(node.args):
            yield self.column(node, index) if column_of(node, index) else self.number(arg)

    def counted(self, node: Call) -> Iterable[str]:
        for index, arg in enumerate(node.args):
            if column_of(node, index):
                yield f"SUMPRODUCT(--(LEN({self.column(node, index)})>0))"
            else:
                yield f"IF(IFERROR(LEN({self.value(arg)}),0)>0,1,0)"

    def conditional(self, node: Call) -> str:
        at = len(node.args) - 2
        by, wanted = self.column(node, at), node.args[-1]
        ref, _ = shifted(node.args[at])
        if _kind(wanted) == "number":
            taken = f"ISNUMBER({by})*({by}={self.value(wanted, _PRIMARY)})"
        else:
            taken = f"EXACT({by},{self.compared(wanted, ref)})"
        if node.name == "COUNTIF":
            return f"SUMPRODUCT(--({taken}))"
        column = self.column(node, 0)
        if node.name == "SUMIF":
            return f"SUMPRODUCT(--({taken}),{column})"
        # MAXIFS is newer than Excel 2010; dividing by FALSE puts the other rows out.
        return f"IF(SUMPRODUCT(--({taken}))=0,0,_xlfn.AGGREGATE(14,6,{column}/({taken}),1))"


def _kind(node: Node) -> Kind:
    match node:
        case Number() | Negate() | Binary():
            return "number"
        case Text():
            return "text"
        case Call("IF", (_, yes, no)):
            return _kind(yes) if _kind(yes) == _kind(no) else "unknown"
        case Call(name):
            return "number" if name in _NUMERIC_CALLS else "unknown"
    return "unknown"


def _always_known(node: Node) -> bool:
    """Whether a condition is never null, so that Excel's plain AND and OR do."""
    match node:
        case Not(operand):
            return _always_known(operand)
        case And(items) | Or(items):
            return all(_always_known(item) for item in items)
        case Compare(_, left, right):
            return _is_text_test(left, right) or _is_text_test(right, left)
        case Call(name):
            return name in ("EMPTY", "UNIQUE")
    return False


def _is_text_test(literal: Node, ref: Node) -> bool:
    return isinstance(literal, Text) and isinstance(ref, CellRef | FieldRef | RowRef | AttrRef)


def _unique(cells: str) -> str:
    # Not COUNTIF, which reads an 18-digit number as one of 15 digits and finds false duplicates.
    found = f'MATCH({cells}&"",{cells}&"",0)'
    return f"(SUMPRODUCT((LEN({cells})>0)*({found}<>ROW({cells})-MIN(ROW({cells}))+1))=0)"


def _quoted(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise NotRenderable("a text in a formula has at most 255 characters")
    return '"' + text.replace('"', '""') + '"'
