"""Evaluating a tree. The tree is compiled into closures once; evaluating then is calling them.

Null (None) spreads through arithmetic and comparisons. AND, OR and NOT are Kleene's three-valued logic, null
being "unknown":

    a      b      a AND b   a OR b        a      NOT a
    true   null   null      true          true   false
    false  null   false     null          false  true
    null   null   null      null          null   null

IF with a null condition is null; with any other only the chosen branch is looked at. The tolerance of a check
reaches the comparisons that the check itself consists of, and neither those inside a function's arguments
(the condition of an IF …) nor those with an attribute: "PERIOD.quarter == 1" with a tolerance of 1 must not
hold in the second quarter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from app.filings.expressions import operations as ops
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
from app.filings.expressions.numbers import ZERO, number
from app.filings.expressions.types import Env, Ref, Shift, Value
from app.filings.expressions.walk import column_of, shifted

Compiled = Callable[[Env], Value | None]
_Values = Callable[[Env], Sequence[Value | None] | None]

_ARITHMETIC: Final = {"+": ops.plus, "-": ops.minus, "*": ops.times, "/": ops.over}
AGGREGATES: Final = {"SUM": ops.total, "COUNT": ops.count, "MAX": ops.greatest, "MIN": ops.least}


def evaluate(node: Node, env: Env, tolerance: Decimal = ZERO) -> Value | None:
    """The value of the expression, or None when it has none.

    Numbers come back unrounded (up to 20 decimal places); rounding to a cell's places is the caller's.
    Raises only what env raises.
    """
    return compile_node(node, tolerance)(env)


@lru_cache(maxsize=8192)
def compile_node(node: Node, tolerance: Decimal = ZERO) -> Compiled:
    """The expression as a function of its surroundings. Keep it when evaluating often: finding it again
    costs as much as evaluating a small expression. Raises ValueError for a tolerance below 0 or not finite.
    """
    checked = number(tolerance)
    if checked is None or checked < 0:
        raise ValueError("a tolerance is finite and not negative")
    return _compile(node, checked)


def _compile(node: Node, tolerance: Decimal) -> Compiled:
    match node:
        case Number(value) | Text(value):
            constant = ops.clean(value)
            return lambda env: constant
        case CellRef() | FieldRef() | RowRef():
            return _scalar(node, "current")
        case AttrRef():
            return lambda env: ops.clean(env.attr(node))
        case Negate(operand):
            of = _compile(operand, ZERO)
            return lambda env: ops.opposite(of(env))
        case Binary():
            return _binary(node)
        case Call():
            return _call(node, tolerance)
    return _condition(node, tolerance)


def _condition(node: Node, tolerance: Decimal) -> Compiled:
    match node:
        case Compare():
            return _compare(node, tolerance)
        case Not(operand):
            return _not(_compile(operand, tolerance))
        case And(items):
            return _junction([_compile(item, tolerance) for item in items], decisive=False)
        case Or(items):
            return _junction([_compile(item, tolerance) for item in items], decisive=True)
    raise TypeError(f"not an expression: {type(node).__name__}")


def _scalar(ref: Ref, shift: Shift) -> Compiled:
    clean = ops.clean
    return lambda env: clean(env.scalar(ref, shift))


def _binary(node: Binary) -> Compiled:
    operate = _ARITHMETIC[node.op]
    left, right = _compile(node.left, ZERO), _compile(node.right, ZERO)
    return lambda env: operate(left(env), right(env))


def reaching(node: Compare, tolerance: Decimal) -> Decimal:
    """The tolerance as it reaches this comparison: one with an attribute is exact."""
    return ZERO if isinstance(node.left, AttrRef) or isinstance(node.right, AttrRef) else tolerance


def _compare(node: Compare, tolerance: Decimal) -> Compiled:
    compare = ops.comparer(node.op, reaching(node, tolerance))
    left, right = _compile(node.left, ZERO), _compile(node.right, ZERO)
    return lambda env: compare(left(env), right(env))


def _not(operand: Compiled) -> Compiled:
    def run(env: Env) -> Value | None:
        value = operand(env)
        return not value if isinstance(value, bool) else None

    return run


def _junction(items: list[Compiled], *, decisive: bool) -> Compiled:
    """AND (decided by the first false) or OR (decided by the first true)."""

    def run(env: Env) -> Value | None:
        result: bool | None = not decisive
        for item in items:
            value = item(env)
            if value is decisive:
                return decisive
            if not isinstance(value, bool):
                result = None
        return result

    return run


def _call(node: Call, tolerance: Decimal) -> Compiled:
    name = node.name
    if name in SHIFTS:
        ref, shift = shifted(node)
        return _scalar(ref, shift)  # type: ignore[arg-type]
    if name in AGGREGATES:
        return _aggregate(AGGREGATES[name], node)
    if name in ("SUMIF", "MAXIF", "COUNTIF"):
        return _conditional(node)
    if name == "IF":
        return _if(node, tolerance)
    if name == "EMPTY":
        return _empty(node)
    if name == "UNIQUE":
        return _unique(node)
    return _plain(node)


def _plain(node: Call) -> Compiled:
    first = _compile(node.args[0], ZERO)
    if node.name == "ABS":
        return lambda env: ops.magnitude(first(env))
    places = _compile(node.args[1], ZERO)
    return lambda env: ops.rounding(first(env), places(env))


def _if(node: Call, tolerance: Decimal) -> Compiled:
    condition = _compile(node.args[0], ZERO)
    yes, no = _compile(node.args[1], tolerance), _compile(node.args[2], tolerance)

    def run(env: Env) -> Value | None:
        value = condition(env)
        if not isinstance(value, bool):
            return None
        return yes(env) if value else no(env)

    return run


def _empty(node: Call) -> Compiled:
    ref, shift = shifted(node.args[0])
    if isinstance(ref, AttrRef):
        attribute = ref
        return lambda env: ops.clean(env.attr(attribute)) in (None, "")
    return lambda env: env.is_blank(ref, shift)  # type: ignore[arg-type]


def _column(node: Call, index: int) -> _Values:
    column = column_of(node, index)
    if column is None:
        raise TypeError(f"{node.name} needs a column")
    ref, shift = column

    def run(env: Env) -> Sequence[Value | None] | None:
        values = env.column(ref, shift)  # type: ignore[arg-type]
        return None if values is None else ops.clean_all(values)

    return run


def _unique(node: Call) -> Compiled:
    column = _column(node, 0)

    def run(env: Env) -> Value | None:
        values = column(env)
        return None if values is None else ops.distinct(values)

    return run


def _aggregate(operate: Callable[[Sequence[Value | None]], Value | None], node: Call) -> Compiled:
    parts = [_part(node, index) for index in range(len(node.args))]

    def run(env: Env) -> Value | None:
        values: list[Value | None] = []
        for part in parts:
            more = part(env)
            if more is None:
                return None
            values.extend(more)
        return operate(values)

    return run


def _part(node: Call, index: int) -> _Values:
    if column_of(node, index):
        return _column(node, index)
    value = _compile(node.args[index], ZERO)
    return lambda env: (value(env),)


def _conditional(node: Call) -> Compiled:
    """SUMIF and MAXIF (column, condition column, value); COUNTIF (condition column, value)."""
    conditions = _column(node, len(node.args) - 2)
    column = _column(node, 0)
    wanted = _compile(node.args[-1], ZERO)
    operate = {"SUMIF": ops.total, "MAXIF": ops.greatest, "COUNTIF": ops.count_all}[node.name]

    def run(env: Env) -> Value | None:
        values, by, value = column(env), conditions(env), wanted(env)
        if values is None or by is None or value is None or len(values) != len(by):
            return None
        chosen = ops.matches(by, value)
        return operate([item for item, taken in zip(values, chosen, strict=True) if taken])

    return run
