"""The functions of the language: how many arguments, and of which kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from app.filings.expressions.types import Shift

ArgKind = Literal["value", "condition", "branch", "column", "list", "cell", "blankable"]


@dataclass(frozen=True, slots=True)
class Signature:
    """The kinds of the arguments in order; `many`: the last kind may repeat."""

    kinds: tuple[ArgKind, ...]
    many: bool = False

    def accepts(self, count: int) -> bool:
        """Whether the function can be called with this number of arguments."""
        return count >= len(self.kinds) if self.many else count == len(self.kinds)

    def kind(self, index: int) -> ArgKind:
        """The kind of the argument at this index."""
        return self.kinds[min(index, len(self.kinds) - 1)]


SHIFTS: Final[dict[str, Shift]] = {"PREV": "prev", "PREV_YE": "prev_ye", "SPLY": "sply"}

FUNCTIONS: Final[dict[str, Signature]] = {
    "SUM": Signature(("list",), many=True),
    "COUNT": Signature(("list",), many=True),
    "MAX": Signature(("list",), many=True),
    "MIN": Signature(("list",), many=True),
    "SUMIF": Signature(("column", "column", "value")),
    "MAXIF": Signature(("column", "column", "value")),
    "COUNTIF": Signature(("column", "value")),
    "UNIQUE": Signature(("column",)),
    "ABS": Signature(("value",)),
    "ROUND": Signature(("value", "value")),
    "IF": Signature(("condition", "branch", "branch")),
    "EMPTY": Signature(("blankable",)),
    **{name: Signature(("cell",)) for name in SHIFTS},
}
