"""Arithmetic of the language: fixed point, exact, never an exception.

A product or quotient is rounded half away from zero to 20 decimal places, a result beyond 10^18 is null. The
browser does the same (static/js/engine/decimal.js): with this many digits both sides round the very same way
from the exact result, so that they cannot differ in the last place of a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal, Inexact, Overflow, Rounded
from itertools import accumulate, repeat
from typing import Final

PLACES: Final = 20
LIMIT: Final = Decimal(10) ** 18
ZERO: Final = Decimal(0)

# 100 digits hold the product of any two operands (18 + 20 digits each) exactly, and a quotient well past
# the nearest tie; no trap raises.
_CONTEXT: Final = Context(
    prec=100, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX, capitals=1, clamp=0, flags=[], traps=[]
)
_LAST_PLACE: Final = Decimal(1).scaleb(-PLACES)
_LOW: Final = -LIMIT
# Here nothing beyond 10^18 and nothing after the twentieth place stays as it is, and the flags tell.
_LOOK: Final = Context(prec=PLACES + 1, Emin=0, Emax=17, capitals=1, clamp=0, flags=[], traps=[])
_ODD: Final = (Inexact, Rounded, Overflow)


def number(value: Decimal) -> Decimal | None:
    """The number as the language sees it: at most 20 decimal places; null if not finite or beyond 10^18."""
    if not value.is_finite() or not _LOW <= value <= LIMIT:
        return None
    settled = _CONTEXT.quantize(value, _LAST_PLACE)
    # As it was written, if that loses nothing: 5 rather than 5.00000000000000000000.
    return value if settled == value else settled or ZERO


def add(a: Decimal, b: Decimal) -> Decimal | None:
    """a + b."""
    result = _CONTEXT.add(a, b)
    return result if _LOW <= result <= LIMIT else None


def subtract(a: Decimal, b: Decimal) -> Decimal | None:
    """a - b."""
    result = _CONTEXT.subtract(a, b)
    return result if _LOW <= result <= LIMIT else None


def difference(a: Decimal, b: Decimal) -> Decimal:
    """a - b for a comparison, where the limit is of no concern."""
    return _CONTEXT.subtract(a, b)


def multiply(a: Decimal, b: Decimal) -> Decimal | None:
    """a * b."""
    return _settled(_CONTEXT.multiply(a, b))


def divide(a: Decimal, b: Decimal) -> Decimal | None:
    """a / b; null when b is 0."""
    return _settled(_CONTEXT.divide(a, b)) if b else None


def negate(a: Decimal) -> Decimal:
    """-a, and 0 (not -0) of 0."""
    return _CONTEXT.minus(a)


def absolute(a: Decimal) -> Decimal:
    """|a|."""
    return _CONTEXT.abs(a)


def is_whole(a: Decimal) -> bool:
    """Whether a has no fraction."""
    return a == _CONTEXT.to_integral_value(a)


def rounded(a: Decimal, places: Decimal) -> Decimal | None:
    """a rounded half away from zero; places is a whole number from -18 to 20, anything else gives null."""
    if not -18 <= places <= PLACES or not is_whole(places):
        return None
    result = _CONTEXT.quantize(a, Decimal(1).scaleb(-int(places)))
    if places < 0:
        result = _CONTEXT.quantize(result, Decimal(1))
    return _in_range(result)


def _settled(result: Decimal) -> Decimal | None:
    return _in_range(_CONTEXT.quantize(result, _LAST_PLACE))


def _in_range(result: Decimal) -> Decimal | None:
    # "or ZERO": there is no minus zero in this language.
    return (result or ZERO) if _LOW <= result <= LIMIT else None


# The same for whole columns: operations in C, and the range asked once, of the least and the greatest result.


def are_plain(values: Sequence[Decimal]) -> bool:
    """Whether `number` would certainly give back every one of them as it is; False: it has to be asked."""
    look = _LOOK.copy()  # its flags say what happened, so no other thread may share it
    for _ in map(look.plus, values):
        pass
    return not any(look.flags[signal] for signal in _ODD) and all(map(Decimal.is_finite, values))


def total(values: Sequence[Decimal]) -> Decimal | None:
    """One after the other added up; null when a sum on the way is out of range."""
    on_the_way = list(accumulate(values, _CONTEXT.add, initial=ZERO))
    return on_the_way[-1] if min(on_the_way) >= _LOW and max(on_the_way) <= LIMIT else None


def sums(a: Iterable[Decimal], b: Iterable[Decimal]) -> list[Decimal | None]:
    """`add` row by row."""
    return _all_in_range(list(map(_CONTEXT.add, a, b)))


def differences(a: Iterable[Decimal], b: Iterable[Decimal]) -> list[Decimal | None]:
    """`subtract` row by row."""
    return _all_in_range(list(map(_CONTEXT.subtract, a, b)))


def products(a: Iterable[Decimal], b: Iterable[Decimal]) -> list[Decimal | None]:
    """`multiply` row by row."""
    return _all_settled(list(map(_CONTEXT.multiply, a, b)), _LAST_PLACE)


def quotients(a: Iterable[Decimal], b: Iterable[Decimal]) -> list[Decimal | None]:
    """`divide` row by row, where b is never 0."""
    return _all_settled(list(map(_CONTEXT.divide, a, b)), _LAST_PLACE)


def rounded_all(values: Sequence[Decimal], places: Decimal) -> list[Decimal | None]:
    """`rounded` row by row."""
    if not 0 <= places <= PLACES or not is_whole(places):
        return [rounded(value, places) for value in values]
    return _all_settled(values, Decimal(1).scaleb(-int(places)))


def within(op: str, a: Iterable[Decimal], b: Iterable[Decimal], tolerance: Decimal) -> list[bool]:
    """a == b, a != b, a <= b or a >= b within a tolerance, row by row."""
    apart = map(_CONTEXT.subtract, a, b)
    low = -tolerance
    if op == "<=":
        return [value <= tolerance for value in apart]
    if op == ">=":
        return [value >= low for value in apart]
    equal = [low <= value <= tolerance for value in apart]
    return equal if op == "==" else [not value for value in equal]


def _all_settled(values: Sequence[Decimal], step: Decimal) -> list[Decimal | None]:
    return _all_in_range(list(map(_CONTEXT.quantize, values, repeat(step))), is_settled=True)


def _all_in_range(values: list[Decimal], *, is_settled: bool = False) -> list[Decimal | None]:
    if not values:
        return []
    if min(values) >= _LOW and max(values) <= LIMIT:
        return [value or ZERO for value in values] if is_settled else values  # type: ignore[return-value]
    return [_in_range(value) if is_settled else value if _LOW <= value <= LIMIT else None for value in values]
