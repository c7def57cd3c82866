"""Texts, choices, dates and identity numbers as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from app.filings.definitions.schema import CellSpec
from app.filings.values_problem import Problem, shown

MAX_TEXT = 2000
MAX_TABLE_TEXT = 500
FIRST_YEAR, LAST_YEAR = 1900, 2199
# Control characters, zero-width and direction marks, lone surrogates: invisible and never meant.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_UNCLEAN = re.compile(f"[\t\r\u00a0{_INVISIBLE.pattern[1:-1]}]")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|[48]00-?\d{3}-?\d{4}", re.ASCII)
# Travel permits of Hong Kong, Macao and Taiwan residents, and passports: legal representatives hold them.
_OTHER_ID = re.compile(r"[HM]\d{8,10}|\d{8,9}|[A-Z]{1,2}[0-9]{6,9}", re.ASCII)
_DATES = (
    re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})(年)(\d{1,2})月(\d{1,2})[日号]", re.ASCII),
    re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII),
)
_MIDNIGHT = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?Z?$", re.ASCII)


def clean_text(raw: object) -> str | None:
    """The text without what nobody can see, trimmed; None when nothing is left."""
    if raw is None:
        return None
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = raw.isoformat() if isinstance(raw, date) else str(raw)
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return text.strip().replace("\u00a0", " ") or None


def half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def parse_text(spec: CellSpec, raw: object) -> str | Problem | None:
    if isinstance(raw, float) and abs(raw) >= 1e15:
        return _digits_lost(raw)
    text = clean_text(raw)
    if text is None:
        return None
    limit = MAX_TABLE_TEXT if spec.in_table else MAX_TEXT
    if len(text) > limit:
        return Problem(
            "text_too_long",
            f"文字有 {len(text)} 个字，超过 {limit} 个字的上限。请精简后再填。",
            f"The text has {len(text)} characters; the limit is {limit}. Shorten it.",
        )
    if spec.format == "email":
        return _email(half_width(text))
    if spec.pattern:
        return _by_pattern(spec.pattern, half_width(text))
    return text


def is_clean_column(spec: CellSpec, texts: Sequence[str], marks: Collection[str]) -> bool:
    """Whether `parse_text` would certainly give back every one of these texts as it is, and none is a mark."""
    if spec.type != "text" or spec.format or spec.pattern:
        return False
    together = "".join(texts)
    # Nearly always it is plain to see: only what can be printed, and no space at all.
    is_plain = together.isprintable() and " " not in together
    if not is_plain and (_UNCLEAN.search(together) or list(map(str.strip, texts)) != list(texts)):
        return False
    return (
        all(texts)
        and max(map(len, texts), default=0) <= (MAX_TABLE_TEXT if spec.in_table else MAX_TEXT)
        and not any(mark in texts for mark in marks)
    )


def parse_choice(spec: CellSpec, raw: object, strict: bool) -> str | Problem | None:
    """The stored value for a stored value, a Chinese or an English label."""
    if isinstance(raw, bool):
        raw = "Y" if raw else "N"
    text = clean_text(raw)
    if text is None:
        return None
    wanted = text if strict else _fold(text)
    for choice in spec.choices:
        if strict and choice.v == wanted:
            return choice.v
        if not strict and wanted in (_fold(choice.v), _fold(choice.zh), _fold(choice.en)):
            return choice.v
    zh = "、".join(choice.zh for choice in spec.choices[:20])
    en = ", ".join(choice.en for choice in spec.choices[:20])
    return Problem(
        "not_a_choice",
        f"“{shown(raw)}”不在可选范围内。请从以下选项中选择：{zh}。",
        f"“{shown(raw)}” is not one of the choices. Choose from: {en}.",
    )


def parse_uscc(raw: object) -> str | Problem | None:
    text = _compact(raw)
    if text is None:
        return None
    try:
        return uscc.validate(text)
    except ValidationError:
        return Problem(
            "bad_uscc",
            f"“{shown(raw)}”不是有效的统一社会信用代码。"
            "应为 18 位数字和大写字母且校验位正确，请对照营业执照填写。",
            f"“{shown(raw)}” is not a valid unified social credit code: 18 digits and capital letters with a "
            "correct check digit. Copy it from the business licence.",
        )


def parse_id_number(raw: object) -> str | Problem | None:
    if isinstance(raw, float) and abs(raw) >= 1e15:
        return _digits_lost(raw)
    text = _compact(raw)
    if text is None or _OTHER_ID.fullmatch(text):
        return text
    try:
        # Not ric.validate: its list of birth places lags behind the divisions that exist.
        valid = re.fullmatch(r"\d{17}[\dX]", text, re.ASCII) and ric.calc_check_digit(text) == text[-1]
        if valid and ric.get_birth_date(text):
            return text
    except ValidationError:
        pass
    return Problem(
        "bad_id_number",
        f"“{shown(raw)}”不是有效的证件号码。居民身份证为 18 位且末位校验正确；"
        "港澳台居民通行证、护照请填写证件上的完整号码。",
        f"“{shown(raw)}” is not a valid ID number. A resident ID has 18 characters with a correct "
        "check digit; for travel permits and passports write the complete number.",
    )


def parse_phone(raw: object) -> str | Problem | None:
    text = _compact(raw)
    if text is None:
        return None
    text = re.sub(r"^(\+|00)86-?", "", text).replace("(", "").replace(")", "-")
    if re.fullmatch(r"1\d{2}-\d{4}-\d{4}", text, re.ASCII):
        text = text.replace("-", "")
    if _PHONE.fullmatch(text):
        return text
    return Problem(
        "bad_phone",
        f"“{shown(raw)}”不是有效的电话号码。请填写 11 位手机号，或带区号的固定电话，例如 0571-88880000。",
        f"“{shown(raw)}” is not a valid telephone number. Write an 11-digit mobile number, or a landline "
        "with area code such as 0571-88880000.",
    )


def parse_date(raw: object, strict: bool, date_mode: str | None) -> date | Problem | None:
    """`date_mode` '1900' or '1904': plain numbers are the day counts of that kind of workbook."""
    if isinstance(raw, datetime):
        return _in_range(raw.date(), raw)
    if isinstance(raw, date):
        return _in_range(raw, raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _date_from_number(raw, date_mode)
    text = clean_text(raw)
    if text is None:
        return None
    if strict:
        return _strict_date(text)
    text = _MIDNIGHT.sub("", half_width(text))
    text = re.sub(r"\s", "", text)
    for pattern in _DATES:
        found = pattern.fullmatch(text)
        if found:
            return _make_date(int(found[1]), int(found[3]), int(found[4]), raw)
    return _not_a_date(raw)


def _strict_date(text: str) -> date | Problem:
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII)
    return _make_date(int(found[1]), int(found[2]), int(found[3]), text) if found else _not_a_date(text)


def _date_from_number(raw: float, date_mode: str | None) -> date | Problem:
    if raw != raw or abs(raw) > 10**8 or (date_mode is None and raw != int(raw)):
        return _not_a_date(raw)
    number = int(raw)
    if FIRST_YEAR * 10_000 < number < (LAST_YEAR + 1) * 10_000:
        return _make_date(number // 10_000, number // 100 % 100, number % 100, raw)
    if date_mode is None or number < 1:
        return _not_a_date(raw)
    # Day 60 of the 1900 system is 29 February 1900, which never was: later days count from 30 December.
    start = date(1904, 1, 1) if date_mode == "1904" else date(1899, 12, 31 if number < 60 else 30)
    try:
        return _in_range(start + timedelta(days=number), raw)
    except OverflowError:
        return _not_a_date(raw)


def _make_date(year: int, month: int, day: int, raw: object) -> date | Problem:
    try:
        return _in_range(date(year, month, day), raw)
    except ValueError:
        return _not_a_date(raw)


def _in_range(value: date, raw: object) -> date | Problem:
    return value if FIRST_YEAR <= value.year <= LAST_YEAR else _not_a_date(raw)


def _compact(raw: object) -> str | None:
    text = clean_text(raw)
    return re.sub(r"\s", "", half_width(text)).upper() or None if text else None


def _fold(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def _email(text: str) -> str | Problem:
    if _EMAIL.fullmatch(text) and ".." not in text:
        return text
    return Problem(
        "bad_email",
        f"“{shown(text)}”不是有效的邮箱地址。请按 name@example.cn 的格式填写。",
        f"“{shown(text)}” is not a valid e-mail address. Write it like name@example.cn.",
    )


def _by_pattern(pattern: str, text: str) -> str | Problem:
    if re.fullmatch(pattern, text, re.ASCII):
        return text
    digits = re.fullmatch(r"\^?\\d\{(\d+)\}\$?", pattern)
    zh = f"应为 {digits[1]} 位数字" if digits else f"应符合格式 {pattern}"
    en = f"{digits[1]} digits are expected" if digits else f"it must match {pattern}"
    return Problem(
        "bad_pattern", f"“{shown(text)}”格式不对，{zh}。", f"“{shown(text)}” has the wrong form: {en}."
    )


def _digits_lost(raw: object) -> Problem:
    return Problem(
        "digits_lost",
        f"“{shown(raw)}”被表格软件存成了数字，末尾几位已丢失。"
        "请先将单元格设为“文本”格式，再重新输入完整号码。",
        f"“{shown(raw)}” was stored as a number and has lost its last digits. "
        "Set the cell to text and enter it again.",
    )


def _not_a_date(raw: object) -> Problem:
    return Problem(
        "not_a_date",
        f"“{shown(raw)}”不是有效日期。请按 2026-03-05 的格式填写年、月、日。",
        f"“{shown(raw)}” is not a valid date. Write year, month and day like 2026-03-05.",
    )
