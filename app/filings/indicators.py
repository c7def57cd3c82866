"""Supervisory figures 监管指标: value, limit, breach. Evaluated by the engine that computes and checks the forms."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.filings.definitions.schema import EVERY_INDUSTRY, CellSpec, Form, Indicator, Values
from app.filings.environment import Context, Surroundings
from app.filings.expressions.ast import CellRef
from app.filings.expressions.evaluate import evaluate
from app.filings.expressions.walk import references
from app.filings.values import format_value

LIMIT_COLUMN = "limit"
_LEVELS = {"red": ("监管红线", "regulatory limit"), "yellow": ("预警线", "warning line")}
_RULES = {
    "<=": ("不高于", "at most"),
    ">=": ("不低于", "at least"),
    "<": ("低于", "below"),
    ">": ("高于", "above"),
    "==": ("等于", "exactly"),
    "!=": ("不等于", "other than"),
}
_HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """One figure of one filing.

    `value` is None when it cannot be worked out (not filed, division by 0): then `is_breached` is None too. `limit` is
    the one that holds for this institution, in the indicator's unit.
    """

    indicator: Indicator
    value: Decimal | None
    limit: Decimal
    is_breached: bool | None
    spec: CellSpec | None = None

    @property
    def code(self) -> str:
        return self.indicator.id

    @property
    def severity(self) -> str:
        """'red' or 'yellow'."""
        return self.indicator.severity

    def name(self, lang: str) -> str:
        """The indicator's name in 'zh' or 'en'."""
        return self.indicator.name(lang)

    def shown_value(self, lang: str) -> str:
        """The value as people read it, with its unit; a dash when there is none."""
        return "——" if self.value is None else self._with_unit(self.value, lang)

    def shown_limit(self, lang: str) -> str:
        """'不高于 10 倍', 'at most 10 ×'."""
        rule = _RULES[self.indicator.op][lang == "en"]
        return f"{rule} {self._with_unit(self.limit, lang)}"

    def shown_severity(self, lang: str) -> str:
        """What kind of line the limit is."""
        return _LEVELS.get(self.severity, (self.severity, self.severity))[lang == "en"]

    def _with_unit(self, number: Decimal, lang: str) -> str:
        text = format_value(self.spec, number, lang) if self.spec else f"{number:,.2f}"
        text = text.removesuffix("%")
        if "." in text:
            text = text.rstrip("0").rstrip(".") if number is self.limit else text
        unit = self.indicator.unit
        if unit == "%":
            return f"{text}%"
        english = {"倍": "×", "万元": "× CNY 10,000"}.get(unit, unit)
        return f"{text} {english}" if lang == "en" else f"{text} {unit}"


def indicators_for(
    forms: Mapping[str, Form],
    values: Mapping[str, Values | None],
    context: Context,
    indicators: Iterable[Indicator],
) -> list[IndicatorResult]:
    """Evaluate the indicators whose form is among `forms`, for the industry of `context`.

    `values` hold the computed cells {form code: {row: {column: value}}}; what other forms an indicator looks at comes
    by the context's lookup.
    """
    env = Surroundings(forms, values, context)
    return [
        _result(indicator, env)
        for indicator in indicators
        if indicator.industry in (EVERY_INDUSTRY, context.industry) and _is_home(indicator, forms)
    ]


def _is_home(indicator: Indicator, forms: Mapping[str, Form]) -> bool:
    """The form that the indicator's figure stands on is one of these."""
    codes = [getattr(reference.ref, "form", None) for reference in references(indicator.expr)]
    return bool(codes) and codes[0] in forms


def _result(indicator: Indicator, env: Surroundings) -> IndicatorResult:
    value = evaluate(indicator.expr, env)
    number = value if isinstance(value, Decimal) else None
    limit = _limit(indicator, env)
    breached = None if number is None else not _HOLDS[indicator.op](number, limit)
    spec = env.spec(indicator.expr) if isinstance(indicator.expr, CellRef) else None
    return IndicatorResult(indicator, number, limit, breached, spec)


def _limit(indicator: Indicator, env: Surroundings) -> Decimal:
    """The form's own limit where its line has one: the multiple of a guarantee company mainly for small businesses
    is 15 instead of 10 (683 art. 15; annex 2 of 银保监发〔2018〕1号), which the form works out."""
    if not isinstance(indicator.expr, CellRef):
        return indicator.limit
    cell = CellRef(indicator.expr.form, indicator.expr.row, LIMIT_COLUMN)
    if env.spec(cell) is None:
        return indicator.limit
    found = evaluate(cell, env)
    return found if isinstance(found, Decimal) and found != 0 else indicator.limit
