"""Tree -> text, with no bracket more than needed. Parsing the text gives an equal tree."""

from __future__ import annotations

from typing import Final

from app.filings.expressions.ast import (
    And,
    AttrRef,
    Binary,
    Call,
    CellRef,
    Compare,
    FieldRef,
    Formula,
    Negate,
    Node,
    Not,
    Number,
    Or,
    RowRef,
    Text,
)

# How tightly each kind binds; an operand that binds less than its place asks for is bracketed.
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _UNARY, _PRIMARY = range(1, 9)
_BINARY: Final = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}


def to_text(node: Node | Formula) -> str:
    """The expression (or formula) in the language of the catalogue."""
    if isinstance(node, Formula):
        target = ".".join(part for part in (node.row, node.col) if part)
        return f"{target} = {_print(node.expr, _OR)}"
    return _print(node, _OR)


def _print(node: Node, least: int) -> str:
    text, binds = _operator(node)
    return text if binds >= least else f"({text})"


def _operator(node: Node) -> tuple[str, int]:
    if isinstance(node, Or):
        return " OR ".join(_print(item, _AND) for item in node.items), _OR
    if isinstance(node, And):
        return " AND ".join(_print(item, _NOT) for item in node.items), _AND
    if isinstance(node, Not):
        return f"NOT {_print(node.operand, _COMPARE)}", _NOT
    if isinstance(node, Compare):
        return f"{_print(node.left, _SUM)} {node.op} {_print(node.right, _SUM)}", _COMPARE
    if isinstance(node, Binary):
        own = _BINARY[node.op]
        return f"{_print(node.left, own)} {node.op} {_print(node.right, own + 1)}", own
    if isinstance(node, Negate):
        return f"-{_print(node.operand, _PRIMARY)}", _UNARY
    return _leaf(node), _PRIMARY


def _leaf(node: Node) -> str:
    match node:
        case Number(value):
            return format(value, "f")
        case Text(value):
            return "'" + value.replace("'", "''") + "'"
        case CellRef(form, row, col):
            return ".".join(part for part in (form, row, col) if part)
        case FieldRef(form, field):
            return f"{form}.{field}"
        case RowRef(col, form):
            return f"{form}.@{col}" if form else f"@{col}"
        case AttrRef(scope, name):
            return f"{scope}.{name}"
        case Call(name, args):
            return f"{name}({', '.join(_print(arg, _OR) for arg in args)})"
    raise TypeError(f"not a leaf: {type(node).__name__}")
