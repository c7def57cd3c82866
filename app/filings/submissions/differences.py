"""What differs between two versions of a form, cell by cell. Plain stored values in, plain values out.

Rows of a table have no name, only a number, so that one inserted row would move all others. They are paired by what
stands in them: the same beginning, the same end, equal rows between, and the rest in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.filings.definitions.schema import Form

Stored = Mapping[str, Mapping[str, Any]]  # {row: {column: text}}


@dataclass
class Differences:
    """`pairs` names for each row of the newer version the row it was (None: new); `removed` the rows that went."""

    pairs: dict[str, str | None] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    changed: set[tuple[str, str]] = field(default_factory=set)

    @property
    def count(self) -> int:
        """Changed cells, and rows that went."""
        return len(self.changed) + len(self.removed)


def differences(form: Form, now: Stored, before: Stored) -> Differences:
    """Between the newer and the older values of one form."""
    found = Differences()
    if form.layout == "table":
        found.pairs, found.removed = pair_rows(now, before)
    else:
        found.pairs = {row: row for row in now.keys() | before.keys()}
    for row, pair in found.pairs.items():
        cells, former = now.get(row, {}), before.get(pair or "") or {}
        columns = [col for col in cells.keys() | former.keys() if form.cell_spec(row, col) is not None]
        found.changed |= {(row, col) for col in columns if _text(cells, col) != _text(former, col)}
    return found


def _text(cells: Mapping[str, Any], col: str) -> str:
    return str(cells.get(col) or "")


def pair_rows(now: Stored, before: Stored) -> tuple[dict[str, str | None], list[str]]:
    """(row of now -> row of before or None, rows of before that have no partner)."""
    mine, theirs = list(now), list(before)
    start = _same(zip(mine, theirs, strict=False), now, before)
    pairs: dict[str, str | None] = dict(zip(mine[:start], theirs[:start], strict=True))
    mine, theirs = mine[start:], theirs[start:]
    end = _same(zip(reversed(mine), reversed(theirs), strict=False), now, before)
    pairs.update(zip(mine[len(mine) - end :], theirs[len(theirs) - end :], strict=True))
    mine, theirs = mine[: len(mine) - end], theirs[: len(theirs) - end]
    rest, left = _pair_equal(mine, theirs, now, before, pairs)
    for position, row in enumerate(rest):
        pairs[row] = left[position] if position < len(left) else None
    return pairs, left[len(rest) :]


def _same(couples: Iterator[tuple[str, str]], now: Stored, before: Stored) -> int:
    number = 0
    for mine, their in couples:
        if now[mine] != before[their]:
            break
        number += 1
    return number


def _pair_equal(
    mine: list[str], theirs: list[str], now: Stored, before: Stored, pairs: dict[str, str | None]
) -> tuple[list[str], list[str]]:
    """Pair the equal rows wherever they stand; returns what is left on both sides, in order."""
    places: dict[tuple[Any, ...], list[str]] = {}
    for row in reversed(theirs):
        places.setdefault(_content(before[row]), []).append(row)
    rest, used = [], set()
    for row in mine:
        held = places.get(_content(now[row]))
        if held:
            pairs[row] = held.pop()
            used.add(pairs[row])
        else:
            rest.append(row)
    return rest, [row for row in theirs if row not in used]


def _content(cells: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted(cells.items()))
