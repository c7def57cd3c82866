"""Conditions and values are two sorts: AND takes conditions, + takes values. Wrong ones are told at once."""

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
    Negate,
    Node,
    Not,
    Or,
    RowRef,
)
from app.filings.expressions.errors import ExpressionError
from app.filings.expressions.functions import FUNCTIONS, ArgKind
from app.filings.expressions.walk import children, nodes, shifted

_CONDITION_CALLS: Final = frozenset({"EMPTY", "UNIQUE"})

_WRONG: Final[dict[str, tuple[str, str]]] = {
    "value": (
        "此处需要数值、文本或日期，而不是条件",
        "A value is needed here, not a condition",
    ),
    "condition": ("此处需要条件（比较、EMPTY、UNIQUE、AND/OR/NOT）", "A condition is needed here"),
    "column": ("此处需要表格的列：表.列", "A column of a table is needed here: FORM.col"),
    "cell": (
        "此处需要引用：表.rN.列、表.字段、@列 等",
        "A reference is needed here: FORM.rN.col, FORM.field, @col …",
    ),
    "branch": ("IF 的两个结果须同为条件或同为数值", "Both results of IF must be conditions, or neither"),
}


def is_condition(node: Node) -> bool:
    """Whether the expression is true or false, rather than a number, text or date."""
    while isinstance(node, Call) and node.name == "IF":
        node = node.args[1]
    if isinstance(node, Call):
        return node.name in _CONDITION_CALLS
    return isinstance(node, Compare | And | Or | Not)


def check_sorts(root: Node, text: str) -> None:
    """Raises ExpressionError where a condition stands in place of a value, or the reverse, and so on."""
    for node in nodes(root):
        if isinstance(node, And | Or | Not):
            for child in children(node):
                _check(is_condition(child), "condition", child, text)
        elif isinstance(node, Binary | Compare | Negate):
            for child in children(node):
                _check(not is_condition(child), "value", child, text)
        elif isinstance(node, Call):
            for index, arg in enumerate(node.args):
                _check_argument(FUNCTIONS[node.name].kind(index), node, arg, text)


def _check_argument(kind: ArgKind, call: Call, arg: Node, text: str) -> None:
    ref, _ = shifted(arg)
    if kind == "condition":
        _check(is_condition(arg), "condition", arg, text)
    elif kind == "branch":
        _check(is_condition(arg) == is_condition(call.args[1]), "branch", arg, text)
    elif kind == "column":
        _check(isinstance(ref, FieldRef), "column", arg, text)
    elif kind == "blankable":
        _check(isinstance(ref, CellRef | FieldRef | RowRef | AttrRef), "cell", arg, text)
    elif kind == "cell":
        _check(isinstance(arg, CellRef | FieldRef | RowRef), "cell", arg, text)
    else:
        _check(not is_condition(arg), "value", arg, text)


def _check(good: bool, wrong: str, node: Node, text: str) -> None:
    if not good:
        zh, en = _WRONG[wrong]
        raise ExpressionError(zh, en, node.pos, text)
