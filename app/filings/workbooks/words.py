"""The words on a template, in both languages."""

from __future__ import annotations

from app.filings.definitions.schema import CellSpec, pick

_WORDS: dict[str, tuple[str, str]] = {
    "item": ("项　　目", "Item"),
    "line": ("行次", "Line"),
    "unit": ("单位", "Unit"),
    "number": ("序号", "No."),
    "content": ("填写内容", "Value"),
    "how": ("填写说明", "How to fill in"),
    "guide": ("填报说明", "Instructions"),
    "findings": ("校验结果", "Findings"),
    "institution": ("填报单位：{}", "Institution: {}"),
    "period": ("报告期：{}", "Period: {}"),
    "units": ("金额单位：{}", "Unit: {}"),
    "prior": ("上期：{}", "Prior: {}"),
    "legend": (
        "{code}　黄色单元格填写，灰色单元格由公式计算或固定，“——”不填。{extra}",
        "{code}  Fill in the yellow cells; grey ones are calculated or fixed; “——” stays empty. {extra}",
    ),
    "star": ("红色 * 为必填。", "A red * marks what is required."),
    "lines_free": (
        "每行填一条，可在末行之后继续填写。",
        "One record per line; go on below the last line if needed.",
    ),
    "at_most": ("最多 {} 行。", "At most {} lines."),
    "number_error": ("本项只能填写数字", "Only a number can be entered here"),
    "bad_number": ("请填写不小于 0 的数字，不要带单位或文字。", "Enter a number of 0 or more, without unit."),
    "bad_signed": ("请填写数字（可为负数），不要带单位或文字。", "Enter a number (it may be negative)."),
    "bad_integer": ("请填写不小于 0 的整数。", "Enter a whole number of 0 or more."),
    "date_error": ("日期不正确", "Not a date"),
    "bad_date": ("请按 2026-03-05 的格式填写日期。", "Enter a date such as 2026-03-05."),
    "choice_error": ("不在可选范围内", "Not one of the choices"),
    "bad_choice": ("请从下拉列表中选择。", "Choose from the list."),
}

_HOW: dict[str, tuple[str, str]] = {
    "choice": ("从下拉列表中选择", "Choose from the list"),
    "date": ("日期，如 2026-03-05", "A date such as 2026-03-05"),
    "percent": ("百分数，12.34 表示 12.34%", "Per cent; 12.34 means 12.34%"),
    "uscc": ("18 位统一社会信用代码", "Unified social credit code, 18 characters"),
    "phone": ("11 位手机号，或带区号的固定电话", "Mobile number, or landline with area code"),
    "id_number": ("证件上的完整号码", "The complete number of the document"),
    "integer": ("整数", "A whole number"),
    "decimal": ("数字，最多 {} 位小数", "A number with at most {} decimals"),
}


def say(key: str, lang: str, *args: object, **named: object) -> str:
    """The words under `key`, filled in."""
    return pick(lang, *_WORDS[key]).format(*args, **named)


def how_to_fill(spec: CellSpec, lang: str) -> str:
    """A few words on what goes into the cell; '' when that is plain."""
    if spec.computed is not None:
        return pick(lang, "自动计算，无需填写", "Calculated; leave it alone")
    if spec.const is not None:
        return pick(lang, "固定值", "Fixed")
    if spec.format == "email":
        return pick(lang, "邮箱地址，如 name@example.cn", "An e-mail address")
    if spec.type not in _HOW:
        return ""
    text = pick(lang, *_HOW[spec.type]).format(spec.decimals)
    if spec.is_numeric and spec.allow_negative:
        text += pick(lang, "，可为负数", "; may be negative")
    return text


def label_twins(key: str) -> tuple[str, str]:
    """A fixed word in both languages, to recognise it on a sheet."""
    return _WORDS[key]
