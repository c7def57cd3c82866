"""The sentences of a finding: what is wrong, with names and figures, and what to do about it."""

from __future__ import annotations

import re

from app.filings.checks.finding import CellAddress
from app.filings.checks.wording import Words, first_spec
from app.filings.definitions.schema import CellSpec, Check, Form, Value
from app.filings.environment import Surroundings
from app.filings.expressions.ast import AttrRef, Call, Compare, FieldRef, Node, Not, Number, Text
from app.filings.expressions.evaluate import evaluate
from app.filings.expressions.walk import references, shifted

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
# What the two sides of a comparison give.
Sides = tuple[object, object]
# What a warning asks for is said once, at its end: not "…, please check. Please check …".
_ASKS_ZH = re.compile(r"，请(核实|说明|关注)$")
_ASKS_EN = re.compile(r"; (check|explain|please confirm)$")


def message_of(
    check: Check,
    part: Node,
    form: Form,
    env: Surroundings,
    at: CellAddress,
    lang: str,
    sides: Sides | None = None,
) -> str:
    """What is wrong, as one sentence beginning with the form and the place; `sides` of a comparison."""
    if isinstance(part, Compare) and sides is not None:
        told = _Comparison(part, env, at, lang, sides).told()
        if reads_form(part, form, env):
            return told
        joint = ": " if lang == "en" else "："
        return f"{form.code} {check.message(lang)}{joint}{told}"
    if isinstance(part, Call) and part.name == "UNIQUE":
        return _duplicates(part, form, env, lang)
    start = Words(env, lang).cell(form, "" if at[1] == "*" else at[1], at[2]) if at[2] else form.code
    if isinstance(part, Not) and isinstance(part.operand, Call) and part.operand.name == "EMPTY":
        return f"{start} is not filled in" if lang == "en" else f"{start}未填写"
    return f"{start}: {check.message_en}" if lang == "en" else f"{start}：{check.message_zh}"


def remedy_of(check: Check, is_computed: bool, lang: str) -> str:
    """The rule, and what to do."""
    if lang == "en":
        act = "Check the figures it is calculated from" if is_computed else "Check and correct the entries"
        if check.level == "warning":
            act = "Check the entries; if they are right, write an explanation"
        return f"{_ASKS_EN.sub('', check.message_en)}. {act}."
    act = "该数由系统计算，请核对并更正构成它的数据" if is_computed else "请核对并更正上述数据"
    if check.level == "warning":
        act = "请核实；数据无误的，请填写说明"
    return f"{_ASKS_ZH.sub('', check.message_zh)}。{act}。"


def reads_form(node: Node, form: Form, env: Surroundings) -> bool:
    """Whether the condition looks at a cell of this form."""
    return any(env.place(ref)[0] is form for ref, _ in references(node))


def repeated(part: Call, env: Surroundings) -> list[tuple[str, str, Value]]:
    """The cells whose value occurs more than once in a column: row, column, value."""
    ref, shift = shifted(part.args[0])
    if not isinstance(ref, FieldRef):
        return []
    rows: dict[Value, list[str]] = {}
    for key, cells in (env.filing(ref.form, shift) or {}).items():
        value = cells.get(ref.field)
        if value not in (None, ""):
            rows.setdefault(value, []).append(key)
    return [(key, ref.field, value) for value, keys in rows.items() if len(keys) > 1 for key in keys]


def _duplicates(part: Call, form: Form, env: Surroundings, lang: str) -> str:
    cells = repeated(part, env)
    ref = shifted(part.args[0])[0]
    column = form.column(ref.field) if isinstance(ref, FieldRef) else None
    name = column.name(lang) if column else ""
    shown = [row for row, _, _ in cells[:20]]
    value = Words(env, lang).value(cells[0][2] if cells else None, None)
    if lang == "en":
        return f"{form.code} rows {', '.join(shown)}: “{name}” occurs more than once, e.g. {value}"
    return f"{form.code} 第 {'、'.join(shown)} 行“{name}”重复，例如{_spaced(value)}"


class _Comparison:
    """A comparison that does not hold, told from the cell `at`."""

    def __init__(self, part: Compare, env: Surroundings, at: CellAddress, lang: str, sides: Sides) -> None:
        self.part = part
        self.english = lang == "en"
        self.name = Words(env, lang).name(part.left)
        self.form = at[0]
        self.words = Words(env, lang, at if self.name else (at[0], "", ""))
        spec = _side_spec(part.left, env) or _side_spec(part.right, env)
        self.is_date = spec is not None and spec.type == "date"
        self.left, self.right = (self._shown(side, spec) for side in sides)

    def told(self) -> str:
        subject = self._subject()
        if subject is None:
            return self._calculation()
        if self.part.op == "==":
            return self._should_be(subject)
        if self.part.op == "!=":
            return self._should_differ(subject)
        if self.english:
            return f"{subject} is {self.left} and {self._rule()}"
        return f"{subject}为{_spaced(self.left)}，{self._rule()}"

    def _subject(self) -> str | None:
        """The left side's name; with an attribute the form's code in front."""
        if self.name is None:
            return None
        if isinstance(self.part.left, AttrRef):
            return f"{self.form}: {self.name}" if self.english else f"{self.form} {self.name}"
        return self.name[0].upper() + self.name[1:]

    def _should_be(self, subject: str) -> str:
        blank = self.left == self.words.value(None, None)
        if self.english:
            now = "is blank" if blank else f"is {self.left}"
            return f"{subject} should be {self.right}{self._why()}, but {now}"
        now = "现未填写" if blank else f"现为{_spaced(self.left)}"
        return f"{subject}应为{_spaced(self.right)}{self._why()}，{now}"

    def _should_differ(self, subject: str) -> str:
        other = self.words.name(self.part.right)
        if self.english:
            return (
                f"{subject} must differ from {other}; both are {self.left}"
                if other
                else (f"{subject} must not be {self.right}")
            )
        return (
            f"{subject}不得与{other}相同，现均为{_spaced(self.left)}"
            if other
            else (f"{subject}不应为{_spaced(self.right)}")
        )

    def _calculation(self) -> str:
        """ "A 9 + B 14 = 23, …": every figure by name, then what they come to."""
        told = self.words.told(self.part.left)
        is_difference = isinstance(self.part.left, Call) and self.part.left.name == "ABS"
        if self.english:
            joint, then = ("is", " and") if is_difference else ("=", "; it")
            return (
                f"{self.form}{':' if is_difference else ''} {told} {joint} {self.left}{then} {self._rule()}"
            )
        joint = "为" if is_difference else " ="
        return f"{self.form} {told}{joint} {self.left}，{self._rule()}"

    def _rule(self) -> str:
        """ "must not exceed 26,500.00 (GG01 “Paid-in capital”)"."""
        rule = self.words.pair((_DATE_OPS if self.is_date else _OPS).get(self.part.op) or _OPS[self.part.op])
        gap = " " if self.english else ""
        return f"{rule}{gap}{self.right if self.english else _spaced(self.right)}{self._why()}"

    def _why(self) -> str:
        """Where the right side comes from, in brackets; nothing for a plain number or text."""
        right = self.part.right
        while isinstance(right, Call) and right.name == "IF":
            right = right.args[1] if evaluate(right.args[0], self.words.env) else right.args[2]
        if isinstance(right, Number | Text):
            return ""
        told = self.words.name(right) or self.words.told(right)
        return f" ({told})" if self.english else f"（{told}）"

    def _shown(self, value: object, spec: CellSpec | None) -> str:
        return self.words.value(value, None if _counts_rows(self.part.left) else spec)


def _side_spec(node: Node, env: Surroundings) -> CellSpec | None:
    """How the values of this side are shown; counts of rows are plain numbers."""
    return None if _counts_rows(node) else first_spec(node, env)


def _counts_rows(node: Node) -> bool:
    return isinstance(node, Call) and node.name in ("COUNT", "COUNTIF")


def _spaced(text: str) -> str:
    """Figures stand apart from Chinese words, quotation marks do not."""
    return text if text[0] in "“（" else f" {text}"
