"""Tree -> plain dictionaries and lists for the evaluator in the browser (static/js/engine/evaluate.js).

What the server knows about a tree (which argument is a column, which comparison is exact, what a shift applies
to) is written out, so that the browser needs no rules of its own.
"""

from __future__ import annotations

from typing import Any, Final

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
from app.filings.expressions.types import Shift
from app.filings.expressions.walk import column_of, shifted

Tree = dict[str, Any]

_CONDITIONAL: Final = {"SUMIF": "SUM", "MAXIF": "MAX", "COUNTIF": "ALL"}


def to_browser(node: Node) -> Tree:
    """The expression as {"op": …} dictionaries that JSON can carry; numbers are texts."""
    match node:
        case Number(value):
            return {"op": "number", "value": format(value, "f")}
        case Text(value):
            return {"op": "text", "value": value}
        case CellRef() | FieldRef() | RowRef() | AttrRef():
            return _reference(node, "current")
        case Negate(operand):
            return {"op": "negate", "args": [to_browser(operand)]}
        case Binary(op, left, right):
            return {"op": op, "left": to_browser(left), "right": to_browser(right)}
        case Call():
            return _call(node)
    return _condition(node)


def _condition(node: Node) -> Tree:
    match node:
        case Compare(op, left, right):
            exact = isinstance(left, AttrRef) or isinstance(right, AttrRef)
            return {"op": op, "left": to_browser(left), "right": to_browser(right), "exact": exact}
        case Not(operand):
            return {"op": "not", "operand": to_browser(operand)}
        case And(items):
            return {"op": "and", "items": [to_browser(item) for item in items]}
        case Or(items):
            return {"op": "or", "items": [to_browser(item) for item in items]}
    raise TypeError(f"not an expression: {type(node).__name__}")


def _reference(ref: Node, shift: Shift) -> Tree:
    match ref:
        case CellRef(form, row, col):
            return {"op": "cell", "form": form, "row": row, "col": col, "shift": shift}
        case FieldRef(form, field):
            return {"op": "field", "form": form, "field": field, "shift": shift}
        case RowRef(col, form):
            return {"op": "row", "form": form, "col": col, "shift": shift}
        case AttrRef(scope, name):
            return {"op": "attr", "scope": scope, "name": name}
    raise TypeError(f"not a reference: {type(ref).__name__}")


def _column(node: Call, index: int) -> Tree:
    column = column_of(node, index)
    if column is None:
        raise TypeError(f"{node.name} needs a column")
    return {**_reference(*column), "op": "column"}


def _call(node: Call) -> Tree:
    name = node.name
    if name in SHIFTS:
        return _reference(*shifted(node))
    if name == "EMPTY":
        return {"op": "empty", "ref": _reference(*shifted(node.args[0]))}
    if name == "UNIQUE":
        return {"op": "unique", "column": _column(node, 0)}
    if name in _CONDITIONAL:
        return {
            "op": "conditional",
            "name": _CONDITIONAL[name],
            "column": _column(node, 0),
            "by": _column(node, len(node.args) - 2),
            "value": to_browser(node.args[-1]),
        }
    if name in ("ABS", "ROUND"):
        return {"op": name.lower(), "args": [to_browser(arg) for arg in node.args]}
    if name == "IF":
        condition, yes, no = (to_browser(arg) for arg in node.args)
        return {"op": "if", "condition": condition, "yes": yes, "no": no}
    columns = range(len(node.args))
    args = [_column(node, at) if column_of(node, at) else to_browser(node.args[at]) for at in columns]
    return {"op": "aggregate", "name": name, "args": args}
