"""Small arithmetic of the simulation: cents, shares that add up exactly, entries as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, TypeVar

from app.demo.companies import Company

Key = TypeVar("Key")
Rows = dict[str, dict[str, Any]]
Forms = dict[str, Rows]
ZERO = Decimal(0)
CENT = Decimal("0.01")
ONE = Decimal(1)
WAN = Decimal(10_000)


def cents(amount: Decimal) -> Decimal:
    """Rounded as the forms do."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def whole(amount: Decimal) -> Decimal:
    """Rounded to a count."""
    return amount.quantize(ONE, ROUND_HALF_UP)


def in_wan(yuan: Decimal) -> Decimal:
    """元 as 万元 with two decimals."""
    return cents(yuan / WAN)


def split(total: Decimal, weights: Mapping[Key, Decimal | int], unit: Decimal = CENT) -> dict[Key, Decimal]:
    """Shares of `total` in proportion to `weights`, in units, that add up to it exactly; none negative."""
    whole_weight = Decimal(sum(weights.values(), ZERO))
    parts: dict[Key, Decimal] = {}
    given = running = ZERO
    for key, weight in weights.items():
        running += weight
        upto = (total * running / whole_weight).quantize(unit, ROUND_HALF_UP) if whole_weight else ZERO
        parts[key] = upto - given
        given = upto
    if parts and given != total:
        parts[key] += total - given
    return parts


def counts(total: Decimal | int, weights: Mapping[Key, Decimal | int]) -> dict[Key, Decimal]:
    """The same for whole things."""
    return split(Decimal(total), weights, ONE)


def column(rows: Mapping[str, Mapping[str, Decimal]], keys: Iterable[str], col: str) -> Decimal:
    """The sum of one column over some rows."""
    return sum((rows[key].get(col, ZERO) for key in keys), ZERO)


def between(chance: Random, low: int, high: int, per: int = 1000) -> Decimal:
    """A number from low to high thousandths (or another part)."""
    return Decimal(chance.randrange(low, high + 1)) / per


def chance_of(company: Company, *of: object) -> Random:
    """The source of chance for one thing about one company: the same in every run."""
    return Random("-".join(str(part) for part in (company.uscc, *of)))  # noqa: S311 - figures, not secrets


def numbered(rows: Sequence[dict[str, Any]]) -> Rows:
    """The rows of a table form."""
    return {str(number): row for number, row in enumerate(rows, start=1)}


def by_column(rows: Iterable[str], **columns: Mapping[str, Any]) -> Rows:
    """Rows from columns: by_column(("r1",), bal={"r1": 1}) is {"r1": {"bal": 1}}."""
    return {row: {name: cells[row] for name, cells in columns.items() if row in cells} for row in rows}


def as_text(forms: Forms) -> Forms:
    """Entries as somebody types them: plain numbers, ISO dates."""
    return {
        code: {row: {name: _text(cell) for name, cell in cells.items()} for row, cells in rows.items()}
        for code, rows in forms.items()
    }


def _text(cell: Any) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
