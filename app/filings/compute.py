"""Constants and computed cells, in the order in which they depend on one another.

The order is worked out once per set of forms, cell by cell over the whole set: two forms may refer to each
other as long as no cell depends on itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from app.filings.definitions.schema import CARD_ROW, CellSpec, Form, Value, Values
from app.filings.environment import Context, Surroundings
from app.filings.expressions import vectors
from app.filings.expressions.ast import CellRef, FieldRef, Formula, Node
from app.filings.expressions.evaluate import Compiled, compile_node
from app.filings.expressions.numbers import rounded
from app.filings.expressions.rows import ByColumn, Rows, compile_rows
from app.filings.expressions.types import Ref
from app.filings.expressions.vectors import Vector
from app.filings.expressions.walk import references
from app.filings.row_memory import Recalled
from app.filings.table_rows import TableRows

EVERY_ROW = "*"
Cell = tuple[str, str, str]  # form code, row key ("*": the column of a table), column key


class CircularError(ValueError):
    """Computed cells that depend on themselves; `cells` is the circle."""

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        super().__init__(" -> ".join(".".join(cell) for cell in cells))
        self.cells = cells


@dataclass(frozen=True, slots=True)
class Step:
    """One computed cell, or one computed column of a table."""

    form: Form
    row: str
    col: str
    expr: Node
    run: Compiled
    run_rows: ByColumn
    places: Decimal


def compute(form: Form, values: Values, context: Context) -> Values:
    """New values of one form, with constants and computed cells filled; other forms come by lookup."""
    result = compute_set({form.code: form}, {form.code: values}, context)[form.code]
    return {} if result is None else result


def compute_set(
    forms: Mapping[str, Form], values_by_form: Mapping[str, Values | None], context: Context
) -> dict[str, Values | None]:
    """New values of every form of a set; a form without values (None) stays without, unless automatic."""
    recalled = _recalled(forms, values_by_form, context)
    result = {
        code: recalled[code].filed if code in recalled else _prepared(form, values_by_form.get(code), context)
        for code, form in forms.items()
    }
    # An optional table nobody filled in has no rows; any other form without values is not filed.
    seen = {
        code: {} if filed is None and forms[code].layout == "table" and not forms[code].required else filed
        for code, filed in result.items()
    }
    env = Surroundings(forms, seen, context)
    tables: dict[str, TableRows] = {}
    for step in plan(tuple(forms.values()), context.industry):
        filed = result[step.form.code]
        if not filed:
            continue
        env.stand_on(step.form)
        if step.row != EVERY_ROW:
            _run(step, filed, env)
            continue
        code = step.form.code
        if code not in tables:
            tables[code] = TableRows(env, step.form, list(filed), list(filed.values()))
        _run_column(step, tables[code], recalled.get(code))
    for table in recalled.values():
        table.keep()
    return result


def _recalled(
    forms: Mapping[str, Form], values_by_form: Mapping[str, Values | None], context: Context
) -> dict[str, Recalled]:
    """The large tables of which it is known what came of their rows the last time."""
    found = {}
    for code, memory in context.memory.items():
        values = values_by_form.get(code)
        if code in forms and values:
            shaky = {row for form, row, _ in context.unreadable if form == code}
            found[code] = Recalled(memory, values, shaky)
    return found


def _prepared(form: Form, values: Values | None, context: Context) -> Values | None:
    """A copy that has every row and every constant, and nothing yet in the computed cells."""
    if values is None:
        if not form.is_automatic:
            return None
        values = {}
    if form.layout == "table":
        return {key: dict(cells) for key, cells in values.items()}
    if form.layout == "card":
        return {CARD_ROW: dict(values.get(CARD_ROW) or {})}
    return {row.key: {**(values.get(row.key) or {}), **row.const} for row in form.item_rows(context.industry)}


def _run(step: Step, filed: Values, env: Surroundings) -> None:
    cells = filed[step.row]
    env.stand_at(step.row, cells, step.col)
    cells[step.col] = _rounded(step, env)


def _run_column(step: Step, table: TableRows, recalled: Recalled | None) -> None:
    """A computed column of a table, all rows at once."""
    table.col = step.col
    if recalled is not None:
        recalled.compute(step.col, step.expr, lambda rows: _rounded_rows(step, rows), table)
        return
    found = _rounded_rows(step, table)
    for cells, value in zip(table.rows, found.each(), strict=False):
        # A condition is no value of a cell.
        cells[step.col] = None if isinstance(value, bool) else value
    table.forget(step.col)


def _rounded_rows(step: Step, rows: Rows) -> Vector:
    return vectors.rounded(step.run_rows(rows), step.places)


def _rounded(step: Step, env: Surroundings) -> Value:
    value = step.run(env)
    if isinstance(value, bool):
        return None
    return rounded(value, step.places) if isinstance(value, Decimal) else value


@lru_cache(maxsize=256)
def plan(forms: tuple[Form, ...], industry: str | None) -> tuple[Step, ...]:
    """The computed cells of these forms in order. Raises CircularError."""
    by_code = {form.code: form for form in forms}
    computed = dict(computed_cells(forms, industry))
    sorter: TopologicalSorter[Cell] = TopologicalSorter()
    for cell, (form, spec) in computed.items():
        needed = (target for target in dependencies(form, cell, spec, by_code) if target in computed)
        sorter.add(cell, *needed)
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        raise CircularError(tuple(error.args[1])) from None
    return tuple(_step(cell, *computed[cell]) for cell in order)


def computed_cells(
    forms: tuple[Form, ...], industry: str | None = None
) -> Iterator[tuple[Cell, tuple[Form, CellSpec]]]:
    """Every computed cell that `industry` sees; a table's column counts once."""
    for form in forms:
        rows = [EVERY_ROW] if form.layout == "table" else form.row_keys(None, industry)
        for row in rows:
            for column in form.shown_columns(industry):
                spec = form.cell_spec(row, column.key)
                if spec is not None and spec.computed is not None:
                    yield (form.code, row, column.key), (form, spec)


def dependencies(form: Form, cell: Cell, spec: CellSpec, forms: Mapping[str, Form]) -> Iterator[Cell]:
    """The cells of the same period that the computed cell is made from."""
    formula: Formula | None = spec.computed
    if formula is None:
        return
    for ref, shift in references(formula.expr):
        if shift == "current":
            target = forms.get(ref.form) if ref.form else form
            if target is not None:
                yield _target(ref, target, cell)


def _target(ref: Ref, form: Form, cell: Cell) -> Cell:
    if isinstance(ref, CellRef):
        return form.code, ref.row, ref.col or cell[2]
    if isinstance(ref, FieldRef):
        return form.code, CARD_ROW if form.layout == "card" else EVERY_ROW, ref.field
    return form.code, cell[1], ref.col


def _step(cell: Cell, form: Form, spec: CellSpec) -> Step:
    if spec.computed is None:
        raise ValueError(f"{'.'.join(cell)} is not computed")
    expr = spec.computed.expr
    return Step(form, cell[1], cell[2], expr, compile_node(expr), compile_rows(expr), Decimal(spec.decimals))
