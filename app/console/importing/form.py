"""The list of existing institutions as a form: one line an institution, read and written like any filed table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from app.filings.definitions.parts import Choice, Column
from app.filings.definitions.schema import Form
from app.filings.workbooks.identity import Identity, identify
from app.institutions.rules import INDUSTRIES, ORG_TYPES

CODE = "JG01"
Words = tuple[str, str]  # Chinese, English

_INDUSTRIES: dict[str, Words] = {
    "microloan": ("小额贷款公司", "Microloan company"),
    "guarantee": ("融资担保公司", "Financing guarantee company"),
    "pawn": ("典当行", "Pawnbroker"),
    "leasing": ("融资租赁公司", "Financial leasing company"),
}
_ORG_TYPES = _INDUSTRIES | {
    "reguarantee": ("融资再担保公司", "Financing re-guarantee company"),
    "online_microloan": ("网络小额贷款公司", "Online microloan company"),
}
_STATES: dict[str, Words] = {
    "operating": ("正常营业", "Operating"),
    "preparing": ("筹备", "Preparing"),
    "suspended": ("停业", "Suspended"),
    "risk_handling": ("风险处置", "Risk handling"),
    "deregistered": ("已注销", "Deregistered"),
}


def _choices(words: dict[str, Words]) -> tuple[Choice, ...]:
    return tuple(Choice(value, *pair) for value, pair in words.items())


def _master() -> tuple[Column, ...]:
    """What the institution is."""
    kinds = [kind for industry in INDUSTRIES for kind in ORG_TYPES[industry]]
    return (
        Column("name", "机构名称", "Institution", "text", required=True),
        Column("uscc", "统一社会信用代码", "Unified social credit code", "uscc", required=True),
        Column(
            "industry", "行业", "Industry", "choice", required=True,
            choices=_choices({key: _INDUSTRIES[key] for key in INDUSTRIES}),
        ),
        Column(
            "org_type", "机构类型", "Kind of institution", "choice",
            choices=_choices({kind: _ORG_TYPES[kind] for kind in kinds}),
            note_zh="不填时按行业取默认类型。", note_en="Left empty: the usual kind of the industry.",
        ),
        Column(
            "region", "所属地区", "Region", "text", required=True,
            note_zh="从列表选择，或填行政区划代码（如 330106）、“杭州市西湖区”。",
            note_en="Choose from the list, or write the division's code such as 330106.",
        ),
        Column("address", "住所", "Address", "text", required=True),
        Column("legal_representative", "法定代表人", "Legal representative", "text", required=True),
        Column("registered_capital", "注册资本", "Registered capital", "decimal", unit="万元"),
        Column("business_scope", "经营范围", "Business scope", "text"),
    )  # fmt: skip


def _standing() -> tuple[Column, ...]:
    """Licence, state and contact."""
    return (
        Column("licence_no", "许可证编号", "Licence number", "text"),
        Column("licence_issuer", "发证机关", "Issuing authority", "text"),
        Column("licence_from", "有效期起", "Valid from", "date"),
        Column("licence_to", "有效期止", "Valid until", "date"),
        Column(
            "status", "机构状态", "State", "choice", choices=_choices(_STATES),
            note_zh="不填时：有许可证为正常营业，没有为筹备。",
            note_en="Left empty: operating with a licence, preparing without one.",
        ),
        Column(
            "since", "在册日期", "On the register since", "date",
            note_zh="名册从哪一天起有这家机构；不填时取许可证有效期起，没有许可证时取导入当天。",
            note_en="The day from which the register knows it; left empty: the licence's first day, else today.",
        ),
        Column(
            "terminated_on", "注销日期", "Deregistered on", "date",
            note_zh="只在状态为已注销时填写。", note_en="Only for a deregistered institution.",
        ),
        Column("contact_name", "联系人", "Contact", "text"),
        Column("mobile", "联系电话", "Telephone", "phone"),
        Column("email", "邮箱", "E-mail", "text", format="email"),
    )  # fmt: skip


def _columns() -> tuple[Column, ...]:
    return (*_master(), *_standing())


@cache
def import_form() -> Form:
    """The form that uploads are read with; the region is any text, so that people's ways of writing it pass."""
    return _form(_columns())


def template_form(regions: Sequence[Choice]) -> Form:
    """The same with the regions as a list to choose from."""
    columns = [
        replace(column, type="choice", choices=tuple(regions)) if column.key == "region" else column
        for column in _columns()
    ]
    return _form(tuple(columns))


def import_identity() -> Identity:
    """What the template carries: no institution, no period; a new region must not make templates old ones."""
    return identify([import_form()], "", "register", "institutions")


def _form(columns: tuple[Column, ...]) -> Form:
    return Form(
        code=CODE,
        name_zh="机构名册导入表",
        name_en="List of institutions to import",
        industry="all",
        family="one_off",
        frequency="once",
        layout="table",
        unit="万元",
        columns=columns,
        notes_zh="每行一家机构。统一社会信用代码不能重复，也不能与名册中已有的机构相同。",
        notes_en="One institution a line. A code may occur once, and not be on the register already.",
    )
