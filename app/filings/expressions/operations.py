"""What operators and functions do with values of any type. None is null; nothing here raises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from app.filings.expressions import numbers
from app.filings.expressions.types import Value

Maybe = Value | None


def clean(value: object) -> Maybe:
    """A value handed in from outside, made safe: no NaN, no infinity, no huge number, no time zone."""
    if isinstance(value, Decimal):  # first, because nearly everything is
        return numbers.number(value)
    if value is None or isinstance(value, (str, bool)):  # a union would be made anew at every call
        return value
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int):
        return numbers.number(Decimal(value))
    return None


_SAFE: Final = frozenset({str, bool, dt.date, type(None)})


def clean_all(values: Sequence[object]) -> Sequence[Maybe]:
    """Each of the values made safe; a column of plain ones is given back itself."""
    types = set(map(type, values))
    if types <= _SAFE or (types == {Decimal} and numbers.are_plain(values)):  # type: ignore[arg-type]
        return values  # type: ignore[return-value]
    return [clean(value) for value in values]


def plus(a: Maybe, b: Maybe) -> Maybe:
    """Numbers add up; a date and a whole number give the date so many days later."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return numbers.add(a, b)
    if isinstance(a, dt.date) and isinstance(b, Decimal):
        return _days_later(a, b)
    if isinstance(a, Decimal) and isinstance(b, dt.date):
        return _days_later(b, a)
    return None


def minus(a: Maybe, b: Maybe) -> Maybe:
    """Numbers subtract; a date less a whole number is the date so many days earlier."""
    if isinstance(b, Decimal):
        if isinstance(a, Decimal):
            return numbers.subtract(a, b)
        if isinstance(a, dt.date):
            return _days_later(a, numbers.negate(b))
    return None


def times(a: Maybe, b: Maybe) -> Maybe:
    """The product of two numbers."""
    return numbers.multiply(a, b) if isinstance(a, Decimal) and isinstance(b, Decimal) else None


def over(a: Maybe, b: Maybe) -> Maybe:
    """The quotient of two numbers, null when dividing by 0."""
    return numbers.divide(a, b) if isinstance(a, Decimal) and isinstance(b, Decimal) else None


def opposite(a: Maybe) -> Maybe:
    """Minus a number."""
    return numbers.negate(a) if isinstance(a, Decimal) else None


def magnitude(a: Maybe) -> Maybe:
    """ABS of a number."""
    return numbers.absolute(a) if isinstance(a, Decimal) else None


def rounding(a: Maybe, places: Maybe) -> Maybe:
    """ROUND of a number, half away from zero."""
    return numbers.rounded(a, places) if isinstance(a, Decimal) and isinstance(places, Decimal) else None


def _days_later(day: dt.date, days: Decimal) -> dt.date | None:
    if not numbers.is_whole(days):
        return None
    try:
        return day + dt.timedelta(days=int(days))
    except OverflowError:
        return None


def _equal(a: Decimal, b: Decimal, tolerance: Decimal) -> bool:
    return -tolerance <= numbers.difference(a, b) <= tolerance


_NUMBERS: Final[dict[str, Callable[[Decimal, Decimal, Decimal], bool]]] = {
    "==": _equal,
    "!=": lambda a, b, tolerance: not _equal(a, b, tolerance),
    "<=": lambda a, b, tolerance: numbers.difference(a, b) <= tolerance,
    ">=": lambda a, b, tolerance: numbers.difference(b, a) <= tolerance,
    "<": lambda a, b, tolerance: a < b,
    ">": lambda a, b, tolerance: a > b,
}
_DATES: Final[dict[str, Callable[[dt.date, dt.date], bool]]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}


def comparer(op: str, tolerance: Decimal) -> Callable[[Maybe, Maybe], bool | None]:
    """The comparison as a function; null for null operands and for operands of different types.

    Numbers: == != <= >= hold within the tolerance, < and > are exact (so that "x > 0" is not failed by a
    small x). Texts: == and != only. A date with a time, compared with one without, counts as its day.
    """
    on_numbers, on_dates = _NUMBERS[op], _DATES[op]
    on_texts = op in ("==", "!=")

    def compare(a: Maybe, b: Maybe) -> bool | None:
        if isinstance(a, Decimal):
            return on_numbers(a, b, tolerance) if isinstance(b, Decimal) else None
        if isinstance(a, str):
            return (a == b) is (op == "==") if on_texts and isinstance(b, str) else None
        if isinstance(a, dt.date) and isinstance(b, dt.date):
            return on_dates(*_same_precision(a, b))
        return None

    return compare


def _same_precision(a: dt.date, b: dt.date) -> tuple[dt.date, dt.date]:
    if isinstance(a, dt.datetime) == isinstance(b, dt.datetime):
        return a, b
    return tuple(day.date() if isinstance(day, dt.datetime) else day for day in (a, b))  # type: ignore


def total(values: Sequence[Maybe]) -> Maybe:
    """SUM: 0 of nothing, null when any of them is null or no number."""
    if set(map(type, values)) == {Decimal}:
        return numbers.total(values)  # type: ignore[arg-type]
    result: Decimal | None = numbers.ZERO
    for value in values:
        if not isinstance(value, Decimal) or result is None:
            return None
        result = numbers.add(result, value)
    return result


def count(values: Sequence[Maybe]) -> Maybe:
    """COUNT: how many are neither null nor an empty text."""
    return Decimal(sum(value is not None and value != "" for value in values))


def greatest(values: Sequence[Maybe]) -> Maybe:
    """MAX of numbers, or of dates; 0 of nothing, null when any of them is null."""
    return _extreme(values, largest=True)


def least(values: Sequence[Maybe]) -> Maybe:
    """MIN of numbers, or of dates; 0 of nothing, null when any of them is null."""
    return _extreme(values, largest=False)


def _extreme(values: Sequence[Maybe], *, largest: bool) -> Maybe:
    if not values:
        return numbers.ZERO
    types = set(map(type, values))
    if types in ({Decimal}, {dt.date}):
        return max(values) if largest else min(values)  # type: ignore[type-var]
    is_later = comparer(">" if largest else "<", numbers.ZERO)
    best = values[0]
    for value in values:
        better = is_later(value, best)
        if better is None:
            return None
        if better:
            best = value
    return best


def distinct(values: Sequence[Maybe]) -> bool:
    """UNIQUE: no value occurs twice; blanks do not count."""
    filled = [(type(value), value) for value in values if value is not None and value != ""]
    return len(set(filled)) == len(filled)


def matches(values: Sequence[Maybe], wanted: Maybe) -> list[bool]:
    """Which of the values equal the wanted one, exactly; values of another type do not."""
    same = comparer("==", numbers.ZERO)
    return [same(value, wanted) is True for value in values]


def count_all(values: Sequence[Maybe]) -> Maybe:
    """How many there are."""
    return Decimal(len(values))
