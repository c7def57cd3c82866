"""Columns of values: the same operation on every row of a table in one go.

A vector knows when all its values are of one type. Then the operation itself runs over the columns in C and
what could go wrong with one value is asked once for all of them; otherwise every row takes the long way
through `operations`. Both give the very same values.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from typing import Any, Final, Literal

from app.filings.expressions import numbers
from app.filings.expressions import operations as ops
from app.filings.expressions.types import Value

Maybe = Value | None
# Every value is a Decimal, a text, a date without time, a truth value; "": anything, null included.
Kind = Literal["number", "text", "day", "truth", ""]
_KINDS: Final[dict[type, Kind]] = {Decimal: "number", str: "text", dt.date: "day", bool: "truth"}


@dataclass(frozen=True, slots=True)
class Vector:
    """The values of the rows in order; a constant one holds the single value of them all."""

    values: Sequence[Maybe]
    kind: Kind
    is_constant: bool = False

    def each(self) -> Iterable[Any]:
        """The value of every row; endless for a constant one."""
        return repeat(self.values[0]) if self.is_constant else self.values


def vector(values: Sequence[Maybe]) -> Vector:
    """A vector of values that are clean already."""
    types = set(map(type, values))
    return Vector(values, _KINDS.get(types.pop(), "") if len(types) == 1 else "")


def constant(value: Maybe) -> Vector:
    """The same value in every row."""
    return Vector((value,), _KINDS.get(type(value), ""), True)


def cleaned(values: Sequence[object]) -> Vector:
    """A vector of values handed in from outside, made safe as `operations.clean` makes each of them."""
    return vector(ops.clean_all(values))


def mapped(operate: Callable[..., Maybe], *parts: Vector) -> Vector:
    """`operate` on the values of each row."""
    if all(part.is_constant for part in parts):
        return constant(operate(*(part.values[0] for part in parts)))
    return vector(list(map(operate, *(part.each() for part in parts))))


_LONG: Final = {"+": ops.plus, "-": ops.minus, "*": ops.times, "/": ops.over}
_SHORT: Final = {
    "+": numbers.sums,
    "-": numbers.differences,
    "*": numbers.products,
    "/": numbers.quotients,
}


def arithmetic(op: str, a: Vector, b: Vector) -> Vector:
    """a + b, a - b, a * b or a / b."""
    is_short = a.kind == b.kind == "number" and (op != "/" or all(b.values))
    if is_short and not (a.is_constant and b.is_constant):
        return vector(_SHORT[op](a.each(), b.each()))
    return mapped(_LONG[op], a, b)


def rounded(values: Vector, places: Decimal) -> Vector:
    """ROUND of each number, and everything else as it is."""
    if values.kind == "number" and not values.is_constant:
        return vector(numbers.rounded_all(values.values, places))  # type: ignore[arg-type]
    return mapped(
        lambda value: numbers.rounded(value, places) if isinstance(value, Decimal) else value, values
    )


_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


def comparison(op: str, tolerance: Decimal) -> Callable[[Vector, Vector], Vector]:
    """The comparison as a function of two vectors; see `operations.comparer`."""
    long, plain, on_texts = ops.comparer(op, tolerance), _OPERATORS[op], op in ("==", "!=")
    is_exact = not tolerance or op in ("<", ">")

    def compare(a: Vector, b: Vector) -> Vector:
        if a.kind != b.kind or (a.is_constant and b.is_constant):
            return mapped(long, a, b)
        if a.kind == "day" or (a.kind == "number" and is_exact) or (a.kind == "text" and on_texts):
            return Vector(list(map(plain, a.each(), b.each())), "truth")
        if a.kind == "number":
            return Vector(numbers.within(op, a.each(), b.each(), tolerance), "truth")
        return mapped(long, a, b)

    return compare


def opposite(a: Vector) -> Vector:
    """NOT of each condition; null of what is none."""
    if a.kind == "truth" and not a.is_constant:
        return Vector(list(map(operator.not_, a.values)), "truth")
    return mapped(lambda value: not value if isinstance(value, bool) else None, a)


def junction(parts: Sequence[Vector], *, decisive: bool) -> Vector:
    """AND (decided by the first false) or OR (decided by the first true) of each row."""
    if all(part.kind == "truth" for part in parts) and not all(part.is_constant for part in parts):
        both = operator.or_ if decisive else operator.and_
        # A constant part is endless, so the others say how many rows there are.
        varying = sorted(parts, key=lambda part: part.is_constant)
        found: Iterable[bool] = varying[0].each()
        for part in varying[1:]:
            found = map(both, found, part.each())
        return Vector(list(found), "truth")

    def decide(*values: Maybe) -> Maybe:
        result: bool | None = not decisive
        for value in values:
            if value is decisive:
                return decisive
            if not isinstance(value, bool):
                result = None
        return result

    return mapped(decide, *parts)


def choice(condition: Vector, yes: Vector, no: Vector) -> Vector:
    """IF of each row; null where the condition is."""

    def choose(value: Maybe, one: Maybe, other: Maybe) -> Maybe:
        if not isinstance(value, bool):
            return None
        return one if value else other

    return mapped(choose, condition, yes, no)
