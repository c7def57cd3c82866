"""From a condition that does not hold to findings that say which cell, what stands there and what should."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from app.filings.checks.finding import CellAddress, Finding, finding_key
from app.filings.checks.sentences import Sides, message_of, reads_form, remedy_of, repeated
from app.filings.checks.wording import Words, in_both
from app.filings.definitions.schema import CellSpec, Check, Form, Value
from app.filings.environment import Surroundings
from app.filings.expressions.ast import (
    And,
    Call,
    Compare,
    CompareOp,
    FieldRef,
    Node,
    Or,
)
from app.filings.expressions.evaluate import evaluate
from app.filings.expressions.numbers import rounded
from app.filings.expressions.walk import column_references, kept_by_node, references

EVERY_ROW = "*"
_MIRRORED: dict[CompareOp, CompareOp] = {
    "==": "==",
    "!=": "!=",
    "<=": ">=",
    ">=": "<=",
    "<": ">",
    ">": "<",
}


def findings_of(check: Check, form: Form, env: Surroundings) -> Iterator[Finding]:
    """One finding per part of the check that fails. `env` stands at the row being checked."""
    for part in failing_parts(check.expr, env, check.tol):
        yield _finding(check, form, env, _turned(part, form, env))


def failing_parts(node: Node, env: Surroundings, tol: Decimal) -> list[Node]:
    """Of a AND b those that fail; of "a does not apply, or b" the b; of an IF the branch that counts."""
    if isinstance(node, And):
        failing = [item for item in node.items if evaluate(item, env, tol) is False]
        return [part for item in failing for part in failing_parts(item, env, tol)]
    if isinstance(node, Or):
        return failing_parts(node.items[-1], env, tol)
    if isinstance(node, Call) and node.name == "IF":
        chosen = node.args[1] if evaluate(node.args[0], env) else node.args[2]
        return failing_parts(chosen, env, tol)
    return [node]


def _turned(part: Node, form: Form, env: Surroundings) -> Node:
    """A comparison with the checked form's own cell on the left, where the reader looks for it."""
    if (
        not isinstance(part, Compare)
        or reads_form(part.left, form, env)
        or not reads_form(part.right, form, env)
    ):
        return part
    if Words(env, "zh").name(part.right) is None:
        return part
    return _mirrored(part)


@kept_by_node
def _mirrored(part: Node) -> Node:
    assert isinstance(part, Compare)
    return Compare(_MIRRORED[part.op], part.right, part.left, part.pos)


def _finding(check: Check, form: Form, env: Surroundings, part: Node) -> Finding:
    cells = involved(part, form, env)
    at = _main([*cells, *involved(check.expr, form, env)], form)
    spec = form.cell_spec(at[1], at[2])
    sides = (evaluate(part.left, env), evaluate(part.right, env)) if isinstance(part, Compare) else None
    value, expected = (_rounded(item, spec) for item in _values(part, env, sides))
    row = "" if at[1] == EVERY_ROW else at[1]
    label = in_both(lambda lang: _label(form, row, at[2], env, lang))
    message = in_both(lambda lang: message_of(check, part, form, env, at, lang, sides))
    remedy = in_both(lambda lang: remedy_of(check, spec is not None and spec.computed is not None, lang))
    return Finding(
        check_id=check.id,
        level=check.level,
        kind=check.kind,
        form=form.code,
        row=row,
        col=at[2],
        label_zh=label[0],
        label_en=label[1],
        value=value,
        expected=expected,
        message_zh=message[0],
        message_en=message[1],
        remedy_zh=remedy[0],
        remedy_en=remedy[1],
        key=finding_key([check.id, *_identity(form, at, env), *_concerned(part, env)]),
        cells=tuple(cells),
    )


def involved(part: Node, form: Form, env: Surroundings) -> list[CellAddress]:
    """The cells of this period that the condition reads, the left side's first."""
    if isinstance(part, Call) and part.name == "UNIQUE":
        return [(form.code, row, col) for row, col, _ in repeated(part, env)]
    columns = set(column_references(part))
    found: list[CellAddress] = []
    for reference in references(part):
        target, row, col = env.place(reference.ref)
        if target is not None and reference.shift == "current":
            whole = reference in columns and target.layout == "table"
            found.append((target.code, EVERY_ROW if whole else row, col))
    return list(dict.fromkeys(found))


def _main(cells: list[CellAddress], form: Form) -> CellAddress:
    """The first cell that lies in the form that is being checked; the form as a whole when there is none."""
    return next((cell for cell in cells if cell[0] == form.code), (form.code, "", ""))


def _label(form: Form, row: str, col: str, env: Surroundings, lang: str) -> str:
    return Words(env, lang, (form.code, "", "")).cell(form, row, col).strip() if col else form.name(lang)


def _values(part: Node, env: Surroundings, sides: Sides | None) -> tuple[Value, Value]:
    if sides is not None:
        return _plain(sides[0]), _plain(sides[1])
    if isinstance(part, Call) and part.name == "UNIQUE":
        return next((value for _, _, value in repeated(part, env)), None), None
    for ref, shift in references(part):
        if not (isinstance(ref, FieldRef) and isinstance(part, Call)):
            return _plain(env.scalar(ref, shift)), None
    return None, None


def _rounded(value: Value, spec: CellSpec | None) -> Value:
    """A calculated value to the places of the cell, as it would have to be entered."""
    if isinstance(value, Decimal) and spec is not None and spec.is_numeric:
        return rounded(value, Decimal(spec.decimals))
    return value


def _plain(value: object) -> Value:
    return None if isinstance(value, bool) else value  # type: ignore[return-value]


def _identity(form: Form, at: CellAddress, env: Surroundings) -> Iterator[Value]:
    """Which row: its key, or in a table what stands in its first text column (rows move on re-upload)."""
    yield at[2]
    if form.layout != "table" or at[1] == EVERY_ROW:
        yield at[1]
        return
    first = next((column.key for column in form.columns if column.type == "text"), None)
    cells = (env.filing(form.code, "current") or {}).get(at[1], {})
    yield cells.get(first) if first else at[1]


def _concerned(part: Node, env: Surroundings) -> Iterator[Value]:
    columns = set(column_references(part))
    for reference in references(part):
        ref, shift = reference
        if reference in columns and isinstance(ref, FieldRef):
            yield from env.column(ref, shift) or ()
        else:
            yield env.scalar(ref, shift)
