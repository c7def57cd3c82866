"""From a condition that does not hold to findings that say which cell, what stands there and what should."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from app.filings.checks.finding import CellAddress, Finding, finding_key
from app.filings.checks.wording import Words, first_spec, in_both
from app.filings.definitions.schema import CellSpec, Check, Form, Value
from app.filings.environment import Surroundings
from app.filings.expressions.ast import (
    And,
    AttrRef,
    Call,
    Compare,
    CompareOp,
    FieldRef,
    Node,
    Not,
    Number,
    Or,
    Text,
)
from app.filings.expressions.evaluate import evaluate
from app.filings.expressions.numbers import rounded
from app.filings.expressions.walk import column_references, references, shifted

EVERY_ROW = "*"
_MIRRORED: dict[CompareOp, CompareOp] = {
    "==": "==",
    "!=": "!=",
    "<=": ">=",
    ">=": "<=",
    "<": ">",
    ">": "<",
}
_OPS = {
    "==": ("应等于", "must equal"),
    "!=": ("应不同于", "must differ from"),
    "<=": ("应不大于", "must not exceed"),
    ">=": ("应不小于", "must not be less than"),
    "<": ("应小于", "must be less than"),
    ">": ("应大于", "must be greater than"),
}
_DATE_OPS = {
    "<=": ("应不晚于", "must not be after"),
    ">=": ("应不早于", "must not be before"),
    "<": ("应早于", "must be before"),
    ">": ("应晚于", "must be after"),
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
    if not isinstance(part, Compare) or _reads(part.left, form, env) or not _reads(part.right, form, env):
        return part
    if Words(env, "zh").name(part.right) is None:
        return part
    return Compare(_MIRRORED[part.op], part.right, part.left, part.pos)


def _reads(node: Node, form: Form, env: Surroundings) -> bool:
    return any(env.place(ref)[0] is form for ref, _ in references(node))


def _finding(check: Check, form: Form, env: Surroundings, part: Node) -> Finding:
    cells = involved(part, form, env)
    at = _main([*cells, *involved(check.expr, form, env)], form)
    spec = form.cell_spec(at[1], at[2])
    value, expected = (_rounded(item, spec) for item in _values(part, env))
    row = "" if at[1] == EVERY_ROW else at[1]
    label = in_both(lambda lang: _label(form, row, at[2], env, lang))
    message = in_both(lambda lang: _message(check, part, form, env, at, lang))
    remedy = in_both(lambda lang: _remedy(check, spec is not None and spec.computed is not None, lang))
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
        return [(form.code, row, col) for row, col in _repeated(part, env)]
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


def _values(part: Node, env: Surroundings) -> tuple[Value, Value]:
    if isinstance(part, Compare):
        return _plain(evaluate(part.left, env)), _plain(evaluate(part.right, env))
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


def _repeated(part: Call, env: Surroundings) -> list[tuple[str, str]]:
    """The cells whose value occurs more than once in a column."""
    ref, shift = shifted(part.args[0])
    if not isinstance(ref, FieldRef):
        return []
    values = env.filing(ref.form, shift) or {}
    rows: dict[Value, list[str]] = {}
    for key, cells in values.items():
        value = cells.get(ref.field)
        if value not in (None, ""):
            rows.setdefault(value, []).append(key)
    return [(key, ref.field) for keys in rows.values() if len(keys) > 1 for key in keys]


def _message(check: Check, part: Node, form: Form, env: Surroundings, at: CellAddress, lang: str) -> str:
    if isinstance(part, Compare):
        told = _comparison(part, env, at, lang)
        if _reads(part, form, env):
            return told
        joint = ": " if lang == "en" else "："
        return f"{form.code} {check.message(lang)}{joint}{told}"
    if isinstance(part, Call) and part.name == "UNIQUE":
        return _duplicates(part, form, env, lang)
    start = Words(env, lang).cell(form, "" if at[1] == EVERY_ROW else at[1], at[2]) if at[2] else form.code
    if isinstance(part, Not) and isinstance(part.operand, Call) and part.operand.name == "EMPTY":
        return f"{start} is not filled in" if lang == "en" else f"{start}未填写"
    return f"{start}: {check.message_en}" if lang == "en" else f"{start}：{check.message_zh}"


def _duplicates(part: Call, form: Form, env: Surroundings, lang: str) -> str:
    cells = _repeated(part, env)
    ref = shifted(part.args[0])[0]
    column = form.column(ref.field) if isinstance(ref, FieldRef) else None
    name = column.name(lang) if column else ""
    shown = [row for row, _ in cells[:20]]
    filed = env.filing(form.code, "current") or {}
    value = filed[cells[0][0]].get(cells[0][1]) if cells else ""
    if lang == "en":
        return f"{form.code} rows {', '.join(shown)}: “{name}” occurs more than once, e.g. {value}"
    return f"{form.code} 第 {'、'.join(shown)} 行“{name}”重复，例如 {value}"


def _comparison(part: Compare, env: Surroundings, at: CellAddress, lang: str) -> str:
    left_name = Words(env, lang).name(part.left)
    words = Words(env, lang, at if left_name else (at[0], "", ""))
    start = f"{at[0]} "
    spec = _side_spec(part.left, env) or _side_spec(part.right, env)
    left, right = evaluate(part.left, env), evaluate(part.right, env)
    text = _shown(words, left, spec, part.left), _shown(words, right, spec, part.left)
    if left_name and part.op == "==":
        why = _why(words, part.right)
        if lang == "en":
            return f"{left_name} should be {text[1]}{why}, but is {text[0]}"
        return f"{left_name}应为 {text[1]}{why}，现为 {text[0]}"
    op = _DATE_OPS.get(part.op) if spec is not None and spec.type == "date" else None
    rule = words.pair(op or _OPS[part.op])
    if left_name:
        if lang == "en":
            return f"{left_name} is {text[0]} and {rule} {text[1]}{_why(words, part.right)}"
        return f"{left_name}为 {text[0]}，{rule} {text[1]}{_why(words, part.right)}"
    told = words.told(part.left)
    total = "" if isinstance(part.left, AttrRef | Number | Text) else f" = {text[0]}"
    joint = "; it " if lang == "en" else "，"
    return f"{start}{told}{total}{joint}{rule} {text[1]}{_why(words, part.right)}"


def _side_spec(node: Node, env: Surroundings) -> CellSpec | None:
    """How the values of this side are shown; counts of rows are plain numbers."""
    return None if _counts_rows(node) else first_spec(node, env)


def _counts_rows(node: Node) -> bool:
    return isinstance(node, Call) and node.name in ("COUNT", "COUNTIF")


def _shown(words: Words, value: object, spec: CellSpec | None, left: Node) -> str:
    return words.value(value, None if _counts_rows(left) else spec)


def _why(words: Words, right: Node) -> str:
    """Where the right side comes from, in brackets; nothing for a plain number or text."""
    while isinstance(right, Call) and right.name == "IF":
        right = right.args[1] if evaluate(right.args[0], words.env) else right.args[2]
    if isinstance(right, Number | Text):
        return ""
    told = words.told(right)
    return f" ({told})" if words.english else f"（{told}）"


def _remedy(check: Check, is_computed: bool, lang: str) -> str:
    if lang == "en":
        act = (
            "Check the figures it is calculated from" if is_computed else "Check the figures and correct them"
        )
        if check.level == "warning":
            act = "Check the figures; if they are right, write an explanation"
        return f"{check.message_en}. {act}."
    act = "该数由系统计算，请核对并更正构成它的数据" if is_computed else "请核对并更正上述数据"
    if check.level == "warning":
        act = "请核实；数据无误的，请填写说明"
    return f"{check.message_zh}。{act}。"
