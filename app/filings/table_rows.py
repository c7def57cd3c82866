"""The rows of one table as columns, for expressions that are evaluated over all of them at once."""

from __future__ import annotations

from collections.abc import Sequence

from app.filings.definitions.schema import Form, Value
from app.filings.environment import Surroundings
from app.filings.expressions import vectors
from app.filings.expressions.ast import RowRef
from app.filings.expressions.vectors import Vector


class TableRows:
    """`Rows` of the expression language over `keys` and their cells; `col` is the column being computed.

    The cells may be changed while this is in use; call `forget` after changing a column.
    """

    def __init__(
        self,
        env: Surroundings,
        form: Form,
        keys: Sequence[str],
        rows: list[dict[str, Value]],
        col: str = "",
    ) -> None:
        self.env, self.form, self.keys, self.rows, self.col = env, form, keys, rows, col
        self._columns: dict[str, Vector] = {}

    def __len__(self) -> int:
        return len(self.keys)

    def at(self, index: int) -> Surroundings:
        """The surroundings, moved to a row."""
        self.env.stand_at(self.keys[index], self.rows[index], self.col)
        return self.env

    def own(self, ref: RowRef) -> Vector | None:
        """A column of these rows, None for another form's."""
        if ref.form and self.env.forms.get(ref.form) is not self.form:
            return None
        if ref.col not in self._columns:
            self._columns[ref.col] = vectors.cleaned(
                self.env.table_column(self.form, ref.col, self.keys, self.rows)
            )
        return self._columns[ref.col]

    def blanks(self, ref: RowRef) -> list[bool | None]:
        """Which cells of a column are blank; something unreadable is not."""
        unreadable = self.env.unreadable_rows(self.form, ref.col)
        found: list[bool | None] = [cells.get(ref.col) in (None, "") for cells in self.rows]
        if unreadable:
            found = [
                False if key in unreadable else blank for key, blank in zip(self.keys, found, strict=True)
            ]
        return found

    def part(self, places: Sequence[int]) -> TableRows:
        """Some of these rows."""
        keys, rows = [self.keys[at] for at in places], [self.rows[at] for at in places]
        return TableRows(self.env, self.form, keys, rows, self.col)

    def forget(self, col: str) -> None:
        """A column has changed."""
        self._columns.pop(col, None)
        self.env.forget(self.form.code, col)
