"""Opening balances: what an empty form can be proposed to begin with, read off the form's own checks.

A check `@open == PREV(@close)` says what an entry must be as soon as the earlier filing is known. So for every
check that sets one entry equal to something made of earlier filings alone, that something is the proposal.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.filings.definitions.schema import Check, Form, Value, Values
from app.filings.environment import Surroundings
from app.filings.expressions.ast import CellRef, Compare, Node, RowRef
from app.filings.expressions.evaluate import compile_node
from app.filings.expressions.walk import references
from app.filings.submissions.data import FilingData

Target = tuple[RowRef | CellRef, Node]


def opening_balances(data: FilingData, code: str) -> Values:
    """Proposed entries of a form that has no draft yet: {row: {column: value}}; empty when none are known.

    Only fixed forms have rows to carry over. Nothing is stored: the entries become the institution's own
    when somebody saves the form.
    """
    form = data.forms[code]
    if code in data.drafts or form.layout != "fixed":
        return {}
    env = Surroundings(data.forms, dict(data.values), data.context)
    env.stand_on(form)
    proposed: Values = {}
    for check, (target, source) in _openings(form):
        run = compile_node(source)
        for row, col in _cells(form, check, target, data.context.industry):
            env.stand_at(row, {}, col)
            value: Value | bool = run(env)
            if value is not None and not isinstance(value, bool):
                proposed.setdefault(row, {})[col] = value
    return proposed


def _openings(form: Form) -> Iterator[tuple[Check, Target]]:
    for check in form.checks:
        target = _target(form, check.expr) if check.level == "error" else None
        if target is not None:
            yield check, target


def _target(form: Form, expr: Node) -> Target | None:
    """The entry and what it must equal, when the check has that shape; either side may be the entry."""
    if not isinstance(expr, Compare) or expr.op != "==":
        return None
    for entry, source in ((expr.left, expr.right), (expr.right, expr.left)):
        if not isinstance(entry, RowRef | CellRef) or entry.form not in (None, form.code):
            continue
        found = references(source)
        if found and all(reference.shift != "current" for reference in found):
            return entry, source
    return None


def _cells(
    form: Form, check: Check, target: RowRef | CellRef, industry: str | None
) -> Iterator[tuple[str, str]]:
    rows = [target.row] if isinstance(target, CellRef) else form.row_keys(None, industry)
    for row in rows:
        spec = form.cell_spec(row, target.col or "")
        if spec is not None and spec.is_input and check.applies_to_row(row):
            yield row, target.col or ""
