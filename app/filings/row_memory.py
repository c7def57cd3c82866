"""What came of the rows of a large table, so that the next time only those that changed are looked at.

A row is the same as before when it is the same object: whoever changes one puts another in its place (see
`submissions.known`). What an expression gives in such a row is the same as before when everything else that it
reads is: other forms, other periods, whole columns, ORG and PERIOD. That follows from the expression itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app.filings.definitions.schema import Form, Value, Values
from app.filings.expressions import vectors
from app.filings.expressions.ast import FieldRef, Node, RowRef
from app.filings.expressions.rows import ByColumn
from app.filings.expressions.types import Ref, Shift
from app.filings.expressions.vectors import Vector
from app.filings.expressions.walk import attributes, column_references, references
from app.filings.table_rows import TableRows

if TYPE_CHECKING:
    from app.filings.environment import Surroundings

Row = Mapping[str, Value]
Around = tuple[Any, ...]
_NEW: Final = object()


@dataclass(frozen=True)
class Computed:
    """Each entered row with its computed cells, by identity; the rows are held, so that no other can have it."""

    around: Mapping[str, Around]  # by column
    by_row: Mapping[int, dict[str, Value]]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Found:
    """Something that each of the rows is by itself."""

    by_row: Mapping[int, Any]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Judged:
    """Whether a check holds in each of the rows, and what was said where it does not."""

    around: Around | None
    by_row: Mapping[int, Any]
    rows: Sequence[Row]
    vector: Vector
    told: dict[tuple[str, int], tuple[Row, tuple[Any, ...]]] = field(default_factory=dict)

    def tell(self, key: str, row: Row, explain: Callable[[], Iterable[Any]]) -> tuple[Any, ...]:
        """The findings in a row: those of the last time when it is still the same row."""
        name = key, id(row)
        if name not in self.told:
            self.told[name] = row, tuple(explain())
        return self.told[name][1]


@dataclass
class RowMemory:
    """Of one table. Several requests may use it at once: what is kept is only ever replaced as a whole."""

    computed: Computed = field(default_factory=lambda: Computed({}, {}, ()))
    judged: dict[str, Judged] = field(default_factory=dict)  # by check
    found: dict[str, Found] = field(default_factory=dict)

    def each(
        self, name: str, rows: Sequence[Row], find: Callable[[Sequence[Row]], Sequence[Any]]
    ) -> list[Any]:
        """What `find` gives for each row and reads off nothing but the row."""
        former = self.found.get(name)
        known = {} if former is None else former.by_row
        found = [known.get(id(row), _NEW) for row in rows]
        places = [at for at, value in enumerate(found) if value is _NEW]
        for at, value in zip(places, find([rows[at] for at in places]), strict=True):
            found[at] = value
        self.found[name] = Found(dict(zip(map(id, rows), found, strict=True)), rows)
        return found

    def judge(self, name: str, expr: Node, run: ByColumn, table: TableRows) -> Judged:
        """`run` over the table's rows, in those that are known from the last time not again."""
        around = read_around(expr, table.env, table.form)
        if around is None:
            return Judged(None, {}, table.rows, run(table))
        former = self.judged.get(name)
        if former is not None and former.around != around:
            former = None
        known = {} if former is None else former.by_row
        found = [known.get(id(row), _NEW) for row in table.rows]
        _run_where([at for at, value in enumerate(found) if value is _NEW], run, table, found)
        by_row = dict(zip(map(id, table.rows), found, strict=True))
        told = {} if former is None else {key: one for key, one in former.told.items() if key[1] in by_row}
        judged = Judged(around, by_row, table.rows, vectors.vector(found), told)
        self.judged[name] = judged
        return judged


def _run_where(places: Sequence[int], run: ByColumn, table: TableRows, into: list[Any]) -> None:
    """Put what `run` gives in these rows where it belongs."""
    if not places:
        return
    for at, value in zip(places, run(table.part(places)).each(), strict=False):
        into[at] = value


class Recalled:
    """The rows of one table while they are computed: those that were computed before and those that are new.

    A row in which something unreadable stands (`shaky`) is new each time: it does not depend on its values alone.
    """

    def __init__(self, memory: RowMemory, entered: Values, shaky: Collection[str]) -> None:
        self.memory, self.entered, self.shaky = memory, entered, shaky
        self.former = memory.computed
        known = self.former.by_row
        self.filed: Values = {}
        self.fresh: set[int] = set()
        for at, (key, row) in enumerate(entered.items()):
            former = None if key in shaky else known.get(id(row))
            if former is None:
                self.fresh.add(at)
            self.filed[key] = dict(row) if former is None else former
        self.around: dict[str, Around | None] = {}

    def compute(self, col: str, expr: Node, run: ByColumn, table: TableRows) -> None:
        """Fill one computed column. Where anything that it reads has changed it is calculated anew in every row, and
        a row in which it then differs counts as new from there on."""
        around = self.around[col] = read_around(expr, table.env, table.form, col)
        known = around is not None and self.former.around.get(col) == around
        places = sorted(self.fresh) if known else range(len(table))
        if not places:
            return
        part = table.part(places) if known else table
        for at, value in zip(places, run(part).each(), strict=False):
            self._put(at, col, None if isinstance(value, bool) else value, table)
        table.forget(col)

    def _put(self, at: int, col: str, value: Value, table: TableRows) -> None:
        row = table.rows[at]
        if at not in self.fresh:
            former = row.get(col)
            if type(former) is type(value) and str(former) == str(value):
                return
            self.fresh.add(at)
            row = self.filed[table.keys[at]] = table.rows[at] = dict(row)
        row[col] = value

    def keep(self) -> None:
        """For the next time."""
        rows = [row for key, row in self.entered.items() if key not in self.shaky]
        filed = (row for key, row in self.filed.items() if key not in self.shaky)
        by_row = dict(zip(map(id, rows), filed, strict=True))
        around = {col: read for col, read in self.around.items() if read is not None}
        self.memory.computed = Computed(around, by_row, rows)


def read_around(expr: Node, env: Surroundings, form: Form, col: str = "") -> Around | None:
    """Everything that an expression over the rows of a table reads beside its own row, as it is now; None when that
    cannot be told once for all rows."""
    found: list[Any] = []
    env.stand_at("", {}, col)
    singles, columns, asked = _reads(expr, form)
    for ref, shift in singles:
        if isinstance(ref, RowRef) or _is_of(ref, env, form):
            return None
        value = env.scalar(ref, shift)
        found += (type(value), value, env.is_blank(ref, shift), env.is_unreadable(ref))
    for ref, shift in columns:
        if not isinstance(ref, FieldRef) or (shift == "current" and _is_computed(ref, env, form)):
            return None
        found.append(env.column(ref, shift))
    found += (env.attr(ref) for ref in asked)
    return tuple(found)


def _reads(expr: Node, form: Form) -> tuple[list[tuple[Ref, Shift]], list[tuple[Ref, Shift]], list[Any]]:
    """Single values, whole columns and attributes that the expression reads beside its own row."""
    key = ("reads around", expr)
    if key not in form.derived:
        columns = column_references(expr)
        own = [
            (ref, shift)
            for ref, shift in references(expr)
            if not (isinstance(ref, RowRef) and ref.form in (None, form.code) and shift == "current")
        ]
        singles = [reference for reference in own if reference not in columns]
        form.derived[key] = singles, [tuple(column) for column in columns], attributes(expr)
    found: tuple[list[tuple[Ref, Shift]], list[tuple[Ref, Shift]], list[Any]] = form.derived[key]
    return found


def _is_of(ref: Ref, env: Surroundings, form: Form) -> bool:
    """A single cell of the table itself: of a row that may be any."""
    return env.place(ref)[0] is form


def _is_computed(ref: FieldRef, env: Surroundings, form: Form) -> bool:
    """A column of the table itself that is calculated as well, in an order that is not known here."""
    spec = form.cell_spec("", ref.field) if env.forms.get(ref.form) is form else None
    return spec is not None and not spec.is_input
