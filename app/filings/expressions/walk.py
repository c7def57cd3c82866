"""Walking a tree: what it refers to, so that formulas can be ordered and filings fetched beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

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
from app.filings.expressions.functions import FUNCTIONS, SHIFTS
from app.filings.expressions.types import Ref, Shift

T = TypeVar("T")
_MOST_KEPT = 20_000


def kept_by_node(find: Callable[[Node], T]) -> Callable[[Node], T]:
    """What `find` tells of a node, once: the definitions' trees never change, and each finding asks again.

    By identity, as equal nodes differ in where they were written; the node is held, so that no other can have it.
    """
    known: dict[int, tuple[Node, T]] = {}

    def found(node: Node) -> T:
        former = known.get(id(node))
        if former is None or former[0] is not node:
            if len(known) >= _MOST_KEPT:
                known.clear()
            former = known[id(node)] = node, find(node)
        return former[1]

    return found


class Reference(NamedTuple):
    """A cell, field, row cell or column, and the filing it is read from."""

    ref: Ref
    shift: Shift


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    if isinstance(node, Binary | Compare):
        return node.left, node.right
    if isinstance(node, And | Or):
        return node.items
    if isinstance(node, Negate | Not):
        return (node.operand,)
    if isinstance(node, Call):
        return node.args
    return ()


def nodes(node: Node) -> Iterator[Node]:
    """The node and every node below it, in reading order."""
    yield node
    for child in children(node):
        yield from nodes(child)


def shifted(node: Node) -> tuple[Node, Shift]:
    """What is referred to and in which filing: PREV(x) is (x, "prev"), anything else is itself, current."""
    if isinstance(node, Call) and node.name in SHIFTS and node.args:
        return node.args[0], SHIFTS[node.name]
    return node, "current"


def references(node: Node) -> list[Reference]:
    """Every cell, field and column the expression reads, in reading order, each once."""
    return list(_each_reference(node))


def column_references(node: Node) -> list[Reference]:
    """Those of the references that are read as whole columns (arguments of aggregate functions)."""
    return list(_each_column_reference(node))


def attributes(node: Node) -> list[AttrRef]:
    """Every ORG and PERIOD attribute the expression reads, in reading order, each once."""
    return list(dict.fromkeys(item for item in nodes(node) if isinstance(item, AttrRef)))


def column_of(call: Call, index: int) -> Reference | None:
    """The column that this argument of a function stands for, or None when it stands for one value."""
    if FUNCTIONS[call.name].kind(index) not in ("column", "list"):
        return None
    ref, shift = shifted(call.args[index])
    return Reference(ref, shift) if isinstance(ref, FieldRef) else None


@kept_by_node
def _each_reference(node: Node) -> tuple[Reference, ...]:
    return tuple(dict.fromkeys(_references(node)))


@kept_by_node
def _each_column_reference(node: Node) -> tuple[Reference, ...]:
    return tuple(dict.fromkeys(_column_references(node)))


def _references(node: Node) -> Iterator[Reference]:
    ref, shift = shifted(node)
    if isinstance(ref, CellRef | FieldRef | RowRef):
        yield Reference(ref, shift)
        return
    for child in children(node):
        yield from _references(child)


def _column_references(node: Node) -> Iterator[Reference]:
    for item in nodes(node):
        if isinstance(item, Call):
            for index in range(len(item.args)):
                column = column_of(item, index)
                if column:
                    yield column
