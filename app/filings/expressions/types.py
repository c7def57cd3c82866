"""The values of the expression language and what an expression asks of its surroundings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, Protocol

from app.filings.expressions.ast import AttrRef, CellRef, FieldRef, RowRef

Value = Decimal | str | dt.date | bool
"""A number, a text, a date (or date and time), or the truth of a condition. Null is None."""

Shift = Literal["current", "prev", "prev_ye", "sply"]
"""Which filing a reference reads: this period's, the previous period's, that of the last period of the
previous calendar year, or that of the same period last year."""

Ref = CellRef | FieldRef | RowRef


class Env(Protocol):
    """Where an expression gets its values from.

    A blank number of a filed form is Decimal 0, a blank text is "", a blank date is None. A cell of a filing
    that does not exist is None, and so is a computed cell whose formula has no value.
    """

    def scalar(self, ref: Ref, shift: Shift) -> Value | None:
        """The value of one cell or field."""
        ...

    def column(self, ref: FieldRef, shift: Shift) -> Sequence[Value | None] | None:
        """The values of a table column, one per row; of a card field, that one value.

        None: the filing does not exist.
        """
        ...

    def attr(self, ref: AttrRef) -> Value | None:
        """An attribute of the institution (ORG) or of the reporting period (PERIOD)."""
        ...

    def is_blank(self, ref: Ref, shift: Shift) -> bool | None:
        """Whether nothing is filled in there. None: the filing does not exist."""
        ...
