"""Cells and expressions in words: names as printed on the form, with the values that stand there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from app.filings.definitions.schema import CellSpec, Form, Row
from app.filings.environment import Surroundings
from app.filings.expressions.ast import (
    AttrRef,
    Binary,
    Call,
    CellRef,
    FieldRef,
    Negate,
    Node,
    Number,
    RowRef,
    Text,
)
from app.filings.expressions.evaluate import evaluate
from app.filings.expressions.numbers import rounded
from app.filings.expressions.types import Ref, Shift
from app.filings.expressions.walk import column_of, references, shifted
from app.filings.values import format_value

SHIFTS = {
    "current": ("", ""),
    "prev": ("上期", "previous period: "),
    "prev_ye": ("上年末", "last year-end: "),
    "sply": ("上年同期", "same period last year: "),
}
ATTRIBUTES = {
    "ORG.org_type": ("机构类型", "institution type"),
    "ORG.industry": ("所属行业", "industry"),
    "ORG.region": ("注册地", "place of registration"),
    "ORG.uscc": ("统一社会信用代码", "unified social credit code"),
    "PERIOD.month": ("期末月份", "month"),
    "PERIOD.quarter": ("季度", "quarter"),
    "PERIOD.year": ("年度", "year"),
    "PERIOD.start": ("期初日期", "the first day of the period"),
    "PERIOD.end": ("期末日期", "the last day of the period"),
    "PERIOD.today": ("填报当日", "the day of filing"),
}
_SIGNS = {"+": "+", "-": "-", "*": "×", "/": "÷"}
# Units that belong to the figure, not to the form: 44.07 times, 27‰.
_UNITS = {"‰": ("‰", "‰"), "倍": (" 倍", " times")}
_CALLS = {
    "SUM": ("{0}合计", "total of {0}"),
    "COUNT": ("{0}已填行数", "number of rows filled in under {0}"),
    "MAX": ("{0}最大值", "largest {0}"),
    "MIN": ("{0}最小值", "smallest {0}"),
    "COUNTIF": ("{0}为“{1}”的行数", "number of rows with “{1}” in {0}"),
    "SUMIF": ("{1}为“{2}”的{0}合计", "total of {0} where {1} is “{2}”"),
    "MAXIF": ("{1}为“{2}”的{0}最大值", "largest {0} where {1} is “{2}”"),
}
Place = tuple[str, str, str]


class Words:
    """Names and values in one language, told from the cell `main`: what is near it is named shortly."""

    def __init__(self, env: Surroundings, lang: str, main: Place | None = None) -> None:
        self.env = env
        self.lang = lang
        self.english = lang == "en"
        self.main = main or ("", "", "")

    def pair(self, zh_en: tuple[str, str]) -> str:
        return zh_en[self.english]

    def reference(self, ref: Ref, shift: Shift = "current") -> str:
        """A cell or column by name, without its value."""
        form, row, col = self.env.place(ref)
        if form is None:
            return ref.form or ""
        if isinstance(ref, FieldRef) and form.layout == "table":
            row = ""
        name = self.cell(form, row, col)
        return name if shift == "current" else self._of_period(name, shift)

    def _of_period(self, name: str, shift: Shift) -> str:
        """ "上期报表第 3 行…", "上期报表的期末数", "上年末 CW11 第 1 行…"."""
        when = self.pair(SHIFTS[shift])
        if self.english:
            return when + name
        if name[0].isascii():
            return f"{when} {name}"
        return f"{when}报表{name}" if name.startswith("第 ") else f"{when}报表的{name}"

    def cell(self, form: Form, row_key: str, col: str) -> str:
        """A cell by name: "DB01 第 12 行“担保笔数”期末数"; from a neighbour only what differs."""
        column = form.column(col)
        name = _short(column.name(self.lang)) if column else col
        here = form.code == self.main[0]
        code = "" if here else form.code
        if form.layout == "fixed":
            row = form.row(row_key)
            if here and row_key == self.main[1]:
                return name
            same_column = here and col == self.main[2]
            return self._fixed(code, row, row_key, "" if same_column else name)
        if form.layout == "card" or not row_key or (here and row_key == self.main[1]):
            return f"{code}“{name}”" if not self.english else f"{code} “{name}”".strip()
        line = self.pair((f"第 {row_key} 行“{name}”", f"row {row_key} “{name}”"))
        return f"{code} {line}".strip()

    def _fixed(self, code: str, row: Row | None, row_key: str, column: str) -> str:
        title = row.name(self.lang).strip() if row else row_key
        number = row.line if row and row.line is not None else row_key
        if self.english:
            return f"{code} line {number} “{title}”{', ' + column if column else ''}".strip()
        return f"{code} 第 {number} 行“{title}”{column}".strip()

    def value(self, value: object, spec: CellSpec | None) -> str:
        """A value as people read it, in the manner of the cell it is about."""
        if value is None or value == "":
            return self.pair(("（空）", "(blank)"))
        if isinstance(value, Decimal):
            unit = _UNITS.get(spec.unit or "") if spec is not None and spec.type != "percent" else None
            return _number(value, spec) + (self.pair(unit) if unit else "")
        if isinstance(value, date):
            return value.isoformat()
        return f"“{format_value(spec, str(value), self.lang) if spec else value}”"

    def told(self, node: Node) -> str:
        """The expression with names and values: "期初数 1,000.00 + 本期增加 300.00"."""
        return self._told(node)[0]

    def _told(self, node: Node) -> tuple[str, int]:
        ref, shift = shifted(node)
        if isinstance(ref, CellRef | FieldRef | RowRef):
            return f"{self.reference(ref, shift)} {self._at(ref, shift)}", 3
        if isinstance(node, Binary):
            return self._binary(node)
        if isinstance(node, Number):
            return _plain_number(node.value), 3
        if isinstance(node, Negate):
            return f"-{self._bracketed(node.operand, 3)}", 2
        if isinstance(node, Text):
            return f"“{node.value}”", 3
        if isinstance(node, AttrRef):
            return f"{self.attribute(node)} {self.value(self.env.attr(node), None)}", 3
        return self._call(node) if isinstance(node, Call) else ("", 3)

    def attribute(self, ref: AttrRef) -> str:
        return self.pair(ATTRIBUTES.get(f"{ref.scope}.{ref.name}", (ref.name, ref.name)))

    def _at(self, ref: Ref, shift: Shift) -> str:
        return self.value(self.env.scalar(ref, shift), self.env.spec(ref))

    def _binary(self, node: Binary) -> tuple[str, int]:
        own = 1 if node.op in "+-" else 2
        if isinstance(node.right, Number) and isinstance(evaluate(node.left, self.env), date):
            day = self.pair((" 天", " day" if node.right.value == 1 else " days"))
            days = f"{_plain_number(node.right.value)}{day}"
            return f"{self._bracketed(node.left, own)} {_SIGNS[node.op]} {days}", own
        left, right = self._bracketed(node.left, own), self._bracketed(node.right, own + 1)
        return f"{left} {_SIGNS[node.op]} {right}", own

    def _bracketed(self, node: Node, least: int) -> str:
        text, binds = self._told(node)
        return text if binds >= least else f"({text})"

    def _call(self, node: Call) -> tuple[str, int]:
        if node.name == "IF":
            chosen = node.args[1] if evaluate(node.args[0], self.env) else node.args[2]
            return self._told(chosen)
        if node.name == "ABS":
            return self._magnitude(node.args[0])
        if node.name == "ROUND":
            return self._told(node.args[0])
        spec = first_spec(node, self.env) if node.name not in ("COUNT", "COUNTIF") else None
        return f"{self.call_name(node)} {self.value(evaluate(node, self.env), spec)}", 3

    def _magnitude(self, node: Node) -> tuple[str, int]:
        """|a - b| is the difference of the two; |a| is a itself as long as a is not negative."""
        if isinstance(node, Binary) and node.op == "-":
            left, right = self.told(node.left), self.told(node.right)
            return self.pair(
                (f"{left} 与{_apart(right)} 之差", f"the difference between {left} and {right}")
            ), 0
        value = evaluate(node, self.env)
        if isinstance(value, Decimal) and value >= 0:
            return self._told(node)
        return self.pair((f"{self.told(node)} 的绝对值", f"the absolute value of {self.told(node)}")), 0

    def call_name(self, node: Call) -> str:
        """A function by name, without its value: "“持股比例”合计"."""
        words = [self._argument(node, index) for index in range(len(node.args))]
        if node.name in ("MAX", "MIN") and len(words) > 1:
            inside = self.pair(("、", ", ")).join(words)
            return self.pair(_CALLS[node.name]).format(self.pair((f"（{inside}）", f"of ({inside})")))
        pattern = _CALLS.get(node.name)
        return self.pair(pattern).format(*words) if pattern else node.name

    def _argument(self, node: Call, index: int) -> str:
        column = column_of(node, index)
        if column is not None:
            return self.reference(column.ref, column.shift)
        argument = node.args[index]
        if isinstance(argument, Text) and index:
            return self._choice(node.args[index - 1], argument.value)
        return self.told(argument)

    def _choice(self, of: Node, stored: str) -> str:
        ref = shifted(of)[0]
        spec = self.env.spec(ref) if isinstance(ref, CellRef | FieldRef | RowRef) else None
        return format_value(spec, stored, self.lang) if spec else stored

    def name(self, node: Node) -> str | None:
        """The name of something that has one (a cell, an aggregate), None for a calculation."""
        ref, shift = shifted(node)
        if isinstance(ref, CellRef | FieldRef | RowRef):
            return self.reference(ref, shift)
        if isinstance(node, AttrRef):
            return self.attribute(node)
        return self.call_name(node) if isinstance(node, Call) and node.name in _CALLS else None


def first_spec(node: Node, env: Surroundings) -> CellSpec | None:
    """The specification of the first cell an expression reads: how its result is best shown."""
    return next((spec for ref, _ in references(node) if (spec := env.spec(ref))), None)


def in_both(say: Callable[[str], str]) -> tuple[str, str]:
    return say("zh"), say("en")


@lru_cache(maxsize=10_000)
def _short(name: str) -> str:
    """A column's name without the explanation in brackets behind it ("Share of (A - B)" needs its own)."""
    short = re.sub(r"[（(][^（）()]*[）)]$", "", name).strip()
    return name if not short or short.endswith((" of", " to", " per")) else short


def _apart(text: str) -> str:
    """Latin letters and digits stand apart from Chinese words."""
    return f" {text}" if text[0].isascii() else text


def _number(value: Decimal, spec: CellSpec | None) -> str:
    if spec is None or not spec.is_numeric:
        return _plain_number(value)
    if spec.decimals == 0 and value != value.to_integral_value():
        return f"{rounded(value, Decimal(2)) or 0:,.2f}"
    return format_value(spec, value)


def _plain_number(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
