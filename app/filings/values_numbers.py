"""Numbers as people write them: full-width digits, separators, brackets, units. Decimal, never float."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal

from app.filings.definitions.schema import CellSpec
from app.filings.expressions.numbers import number
from app.filings.values_problem import Problem, shown

MAX_DIGITS = 18
# Spreadsheets keep binary floats: 0.1+0.2 is 0.30000000000000004. Ten decimals hold every real figure.
_FLOAT_STEP = Decimal(1).scaleb(-10)
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
PLAIN = re.compile(r"-?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_SIMPLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_PARTS = re.compile(r"(?P<number>[+\-.,\d]*)(?P<suffix>\D*)", re.ASCII)
_CURRENCY = re.compile(r"^([+-]?)(¥|cny|rmb|人民币)", re.IGNORECASE)
_DASHES = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-", "‐": "-", "‑": "-"})
_YUAN = {"元": 1, "千元": 1_000, "万": 10_000, "万元": 10_000, "百万元": 10**6, "亿": 10**8, "亿元": 10**8}


def parse_number(spec: CellSpec, raw: object, strict: bool) -> Decimal | Problem | None:
    """The number in `raw`, in the cell's unit and quantised to its decimals; None for a blank."""
    value = _read(spec, raw, strict)
    if not isinstance(value, Decimal):
        return value
    return _within_limits(spec, value, raw)


def stored_number(text: str) -> Decimal | None:
    """A number as `plain` writes it, within the limits of the expression language; None for anything else.

    The cell's own limits are not asked for: an earlier version of the form may have had others.
    """
    return number(Decimal(text)) if PLAIN.fullmatch(text) else None


def _read(spec: CellSpec, raw: object, strict: bool) -> Decimal | Problem | None:
    if isinstance(raw, str):
        return _read_text(spec, raw, strict)
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return _not_a_number(raw)
    if isinstance(raw, int):
        # str() of a huge int is refused by Python itself; nothing that long is a figure.
        return Decimal(raw) if abs(raw) < 10**40 else _too_long("…")
    value = raw if isinstance(raw, Decimal) else Decimal(repr(raw))
    if not value.is_finite() or abs(value.adjusted()) > 40:
        return _not_a_number(raw)
    return value if isinstance(raw, Decimal) else value.quantize(_FLOAT_STEP, context=_WIDE)


def _read_text(spec: CellSpec, raw: str, strict: bool) -> Decimal | Problem | None:
    if strict:
        if not raw:
            return None
        return Decimal(raw) if PLAIN.fullmatch(raw) else _not_a_number(raw)
    text = re.sub(r"[\s\u200b\ufeff]", "", unicodedata.normalize("NFKC", raw)).translate(_DASHES)
    if not text.strip("-"):
        return None  # accountants write a dash where nothing happened
    if len(text) > 60:
        return _too_long(raw)
    negative, text = _brackets(text)
    text = _CURRENCY.sub(r"\1", text)
    parts = _PARTS.fullmatch(text)
    if parts is None or not _is_number(parts["number"]):
        return _not_a_number(raw)
    factor = _factor(spec.unit, parts["suffix"])
    if factor is None:
        return _wrong_unit(spec, raw, parts["suffix"])
    value = _WIDE.multiply(Decimal(parts["number"].replace(",", "")), factor)
    if negative and value < 0:
        return _not_a_number(raw)
    return -value if negative else value


def _brackets(text: str) -> tuple[bool, str]:
    """(1,234) is minus 1,234; the unit may stand behind the bracket."""
    found = re.fullmatch(r"\(([^()]+)\)(\D*)", text)
    return (True, found[1] + found[2]) if found else (False, text)


def _is_number(text: str) -> bool:
    return bool(_SIMPLE.fullmatch(text) or _GROUPED.fullmatch(text))


def _factor(unit: str, suffix: str) -> Decimal | None:
    """What the written number must be multiplied with to stand in `unit`; None: the suffix is wrong here."""
    if not suffix or suffix == unit:
        return Decimal(1)
    if unit in ("元", "万元"):
        yuan = _YUAN.get(suffix)
        return None if yuan is None else Decimal(yuan) / _YUAN[unit]
    if unit in ("%", "‰", "倍", "年", "元/股"):
        return None
    scale = {"万": Decimal(10_000), "亿": Decimal(10**8)}
    return scale.get(suffix[:1]) if suffix[1:] in ("", unit) else None


def _within_limits(spec: CellSpec, value: Decimal, raw: object) -> Decimal | Problem:
    step = Decimal(1).scaleb(-spec.decimals)
    rounded = value.quantize(step, context=_WIDE)
    if len(rounded.as_tuple().digits) > MAX_DIGITS:
        return _too_long(raw)
    if rounded != value:
        return _too_precise(spec, value)
    if rounded < 0 and not spec.allow_negative:
        return _negative(spec, rounded)
    return rounded + 0  # +0: there is no minus zero


def _not_a_number(raw: object) -> Problem:
    return Problem(
        "not_a_number",
        f"“{shown(raw)}”不是数字。请填写数字，例如 1234.50；没有发生额请填 0。",
        f"“{shown(raw)}” is not a number. Write a number such as 1234.50, or 0 when there is nothing.",
    )


def _too_long(raw: object) -> Problem:
    return Problem(
        "too_many_digits",
        f"“{shown(raw)}”超过 {MAX_DIGITS} 位数字。请检查数值和计量单位。",
        f"“{shown(raw)}” has more than {MAX_DIGITS} digits. Check the figure and its unit.",
    )


def _wrong_unit(spec: CellSpec, raw: object, suffix: str) -> Problem:
    unit = spec.unit or "1"
    return Problem(
        "wrong_unit",
        f"“{shown(raw)}”中的“{suffix}”不能用于本项。本项的单位是“{unit}”，请只填写数字。",
        f"“{suffix}” in “{shown(raw)}” cannot be used here. The unit of this cell is “{unit}"
        "”; write the number only.",
    )


def _too_precise(spec: CellSpec, value: Decimal) -> Problem:
    text = format(value.normalize(), "f")
    if spec.decimals == 0:
        return Problem(
            "not_an_integer",
            f"“{text}”有小数，本项须填整数。",
            f"“{text}” has decimals; this cell takes a whole number.",
        )
    return Problem(
        "too_many_decimals",
        f"“{text}”的小数超过 {spec.decimals} 位。请四舍五入到 {spec.decimals} 位小数。",
        f"“{text}” has more than {spec.decimals} decimals. Round it to {spec.decimals} decimals.",
    )


def _negative(spec: CellSpec, value: Decimal) -> Problem:
    return Problem(
        "negative",
        f"“{value:,f}”是负数，本项不能为负。请填写 0 或正数。",
        f"“{value:,f}” is negative, which this cell does not allow. Write 0 or a positive number.",
    )
