"""An expression over all rows of a table at once, with the same values as `evaluate` has row by row.

What does not depend on the row is evaluated once; cells of the row come as columns; what is left (cells of
other forms' rows, functions over columns with arguments of the row) is evaluated row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Protocol

from app.filings.expressions import operations as ops
from app.filings.expressions import vectors
from app.filings.expressions.ast import And, Binary, Call, Compare, Negate, Node, Not, Or, RowRef
from app.filings.expressions.evaluate import AGGREGATES, Compiled, compile_node, reaching
from app.filings.expressions.numbers import ZERO
from app.filings.expressions.types import Env, Value
from app.filings.expressions.vectors import Vector
from app.filings.expressions.walk import column_of, nodes, shifted


class Rows(Protocol):
    """The rows of a table, one after another; at least one."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def at(self, index: int) -> Env:
        """The surroundings at one of the rows."""
        ...

    def own(self, ref: RowRef) -> Vector | None:
        """The cells of a column, in order; None: it is not a column of these rows."""
        ...

    def blanks(self, ref: RowRef) -> Sequence[bool | None]:
        """Which of these cells (a column that `own` knows) are blank."""
        ...


ByColumn = Callable[[Rows], Vector]


@lru_cache(maxsize=4096)
def compile_rows(node: Node, tolerance: Decimal = ZERO) -> ByColumn:
    """The expression as a function of rows. Raises ValueError as `compile_node` does."""
    run = compile_node(node, tolerance)
    if not any(isinstance(item, RowRef) for item in nodes(node)):
        return lambda rows: vectors.constant(run(rows.at(0)))
    return _varying(node, tolerance) or partial(_one_by_one, run)


def _one_by_one(run: Compiled, rows: Rows) -> Vector:
    return vectors.vector([run(rows.at(index)) for index in range(len(rows))])


def _varying(node: Node, tolerance: Decimal) -> ByColumn | None:
    match node:
        case RowRef():
            return _cells(node)
        case Negate(operand):
            return _mapped(ops.opposite, operand)
        case Binary():
            left, right = compile_rows(node.left), compile_rows(node.right)
            return lambda rows: vectors.arithmetic(node.op, left(rows), right(rows))
        case Call():
            return _call(node, tolerance)
        case Compare():
            return _compare(node, tolerance)
        case Not(operand):
            condition = compile_rows(operand, tolerance)
            return lambda rows: vectors.opposite(condition(rows))
        case And(items) | Or(items):
            parts = [compile_rows(item, tolerance) for item in items]
            decisive = isinstance(node, Or)
            return lambda rows: vectors.junction([part(rows) for part in parts], decisive=decisive)
    return None


def _cells(ref: RowRef) -> ByColumn:
    run = compile_node(ref)

    def cells(rows: Rows) -> Vector:
        own = rows.own(ref)
        return _one_by_one(run, rows) if own is None else own

    return cells


def _compare(node: Compare, tolerance: Decimal) -> ByColumn:
    compare = vectors.comparison(node.op, reaching(node, tolerance))
    left, right = compile_rows(node.left), compile_rows(node.right)
    return lambda rows: compare(left(rows), right(rows))


def _call(node: Call, tolerance: Decimal) -> ByColumn | None:
    if node.name == "IF":
        condition = compile_rows(node.args[0])
        yes, no = compile_rows(node.args[1], tolerance), compile_rows(node.args[2], tolerance)
        return lambda rows: vectors.choice(condition(rows), yes(rows), no(rows))
    if node.name == "EMPTY":
        return _empty(node)
    if node.name == "ABS":
        return _mapped(ops.magnitude, *node.args)
    if node.name == "ROUND":
        return _mapped(ops.rounding, *node.args)
    if node.name in AGGREGATES and not any(column_of(node, index) for index in range(len(node.args))):
        operate = AGGREGATES[node.name]
        return _mapped(lambda *values: operate(values), *node.args)
    return None


def _mapped(operate: Callable[..., Value | None], *nodes_of_arguments: Node) -> ByColumn:
    parts = [compile_rows(node) for node in nodes_of_arguments]
    return lambda rows: vectors.mapped(operate, *(part(rows) for part in parts))


def _empty(node: Call) -> ByColumn | None:
    ref, shift = shifted(node.args[0])
    if not isinstance(ref, RowRef) or shift != "current":
        return None
    run, own = compile_node(node), ref

    def blank(rows: Rows) -> Vector:
        if rows.own(own) is None:
            return _one_by_one(run, rows)
        return vectors.vector(rows.blanks(own))

    return blank
