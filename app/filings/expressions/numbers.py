"""Arithmetic of the language: fixed point, exact, never an exception.

A product or quotient is rounded half away from zero to 20 decimal places, a result beyond 10^18 is null. The
browser does the same (static/js/engine/decimal.js): with this many digits both sides round the very same way
from the exact result, so that they cannot differ in the last place of a cell.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
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
