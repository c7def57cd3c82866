"""What an institution writes into an application, checked field by field for its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.core.db import db
from app.institutions.admission import rules
from app.institutions.admission.parsing import read_day, read_number
from app.institutions.admission.people import check_people
from app.institutions.models import Institution, Region
from app.institutions.register.people import list_changes
from app.institutions.register.rules import State
from app.institutions.rules import LICENCE_NUMBER, ORG_TYPES

FAR = timedelta(days=366)
LONGEST = 2000

FIELDS = {
    rules.SET_UP: ("licence_no", "licence_issuer", "licence_from", "licence_to"),
    rules.BRANCH: ("branch_name", "branch_region", "branch_address", "branch_head", "branch_capital"),
    rules.CHANGE: ("change_type", "new_value", "new_region", "effective_from", "reason"),
    rules.TERMINATION: ("reason", "terminate_on", "disposal"),
}


@dataclass
class Intake:
    """What was written (`raw`), what it means (`values`) and what is wrong with it, by field."""

    kind: str
    institution: Institution
    state: State
    today: date
    raw: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, missing: str, longest: int = 200) -> str:
        """A text that may not be empty."""
        value = str(self.raw.get(name, "")).strip()
        if not value:
            self.errors[name] = missing
        elif len(value) > longest:
            self.errors[name] = _("最多 %(n)s 个字，现有 %(m)s 个。", n=longest, m=len(value))
        self.values[name] = value
        return value

    def day(self, name: str, missing: str) -> date | None:
        """A day, in one of the usual ways of writing it."""
        written = str(self.raw.get(name, ""))
        day = read_day(written)
        if not written.strip():
            self.errors[name] = missing
        elif day is None:
            self.errors[name] = _("请填写有效的日期，例如 2026-03-05。")
        else:
            self.values[name] = day
        return day

    def money(self, name: str, missing: str) -> Decimal | None:
        """An amount in yuan, greater than nothing, at most two decimals."""
        written = str(self.raw.get(name, ""))
        amount = read_number(written)
        if not written.strip():
            self.errors[name] = missing
        elif amount is None:
            self.errors[name] = _("请填写金额（元），最多两位小数，例如 20000000.00。")
        elif amount <= 0:
            self.errors[name] = _("金额应大于 0。")
        else:
            self.values[name] = amount
            return amount
        return None


def check(kind: str, raw: Mapping[str, Any], institution: Institution, state: State, today: date) -> Intake:
    """Read and judge all fields of a kind."""
    intake = Intake(kind, institution, state, today, raw)
    {
        rules.SET_UP: _check_set_up,
        rules.BRANCH: _check_branch,
        rules.CHANGE: _check_change,
        rules.TERMINATION: _check_termination,
    }[kind](intake)
    return intake


def _check_set_up(intake: Intake) -> None:
    number = intake.text("licence_no", _("请填写许可证编号。"), 60)
    if number and "licence_no" not in intake.errors and not LICENCE_NUMBER.fullmatch(number):
        intake.errors["licence_no"] = _("许可证编号应为 4 至 60 个字，不含特殊符号。")
    intake.text("licence_issuer", _("请填写发证机关。"), 120)
    start = intake.day("licence_from", _("请填写有效期起。"))
    end = intake.day("licence_to", _("请填写有效期止。"))
    if start and end and end <= start:
        intake.errors["licence_to"] = _("有效期止应晚于有效期起。")
    elif end and end < intake.today:
        intake.errors["licence_to"] = _("许可证已过期，请先换发许可证。")


def _check_branch(intake: Intake) -> None:
    name = intake.text("branch_name", _("请填写分支机构名称。"), 120)
    if any(one.get("name") == name for one in intake.state.all_of("branch").values()):
        intake.errors["branch_name"] = _("已有同名的分支机构。")
    code = intake.text("branch_region", _("请选择所在地区。"), 6)
    if code and (db.session.get(Region, code) is None):
        intake.errors["branch_region"] = _("请从列表中选择所在地区。")
    elif code and code[:4] == intake.institution.region_code[:4]:
        intake.errors["branch_region"] = _("与本机构同属一市，不是跨区设立。请选择其他市的地区。")
    intake.text("branch_address", _("请填写分支机构地址。"))
    intake.text("branch_head", _("请填写负责人。"), 60)
    intake.money("branch_capital", _("请填写营运资金。"))


def _check_change(intake: Intake) -> None:
    kind = intake.raw.get("change_type", "")
    intake.values["change_type"] = kind
    if kind not in rules.CHANGE_FIELDS:
        intake.errors["change_type"] = _("请选择变更类型。")
    else:
        _check_new_value(intake, kind)
    effective = intake.day("effective_from", _("请填写生效日期。"))
    if effective and abs(effective - intake.today) > FAR:
        intake.errors["effective_from"] = _("生效日期应在前后一年之内，请检查年份。")
    intake.text("reason", _("请填写变更原因。"), 1000)


def _check_new_value(intake: Intake, kind: str) -> None:
    name, sort = rules.CHANGE_FIELDS[kind]
    if sort == "people":
        _check_list(intake, name)
        return
    missing = _("请填写变更后的内容。")
    former = intake.state.institution.get(name)
    new: Any
    if sort == "money":
        new = intake.money("new_value", missing)
        if new is not None and isinstance(former, Decimal):
            _check_direction(intake, kind, former, new)
    else:
        new = intake.text("new_value", missing, rules.LENGTHS.get(name, LONGEST))
    if sort == "choice" and new and new not in ORG_TYPES[intake.institution.industry]:
        intake.errors["new_value"] = _("请选择本行业的机构类型。")
    moved = sort == "place" and _check_region(intake)
    if new and new == former and not moved:
        intake.errors["new_value"] = _("变更前后内容相同，无需变更。")


def _check_direction(intake: Intake, kind: str, former: Decimal, new: Decimal) -> None:
    old = f"{former:,.2f}"
    if kind == "capital_inc" and new < former:
        intake.errors["new_value"] = _("增加后的注册资本应大于现在的 %(old)s 元。", old=old)
    if kind == "capital_dec" and new > former:
        intake.errors["new_value"] = _("减少后的注册资本应小于现在的 %(old)s 元。", old=old)


def _check_region(intake: Intake) -> bool:
    """Whether the address is in another region than before; a draft from before there was the field stays in its."""
    former = intake.state.institution.get("region_code") or intake.institution.region_code
    code = str(intake.raw.get("new_region", "")) or former
    if db.session.get(Region, code[:6]) is None:
        intake.errors["new_region"] = _("请从列表中选择所在地区。")
    intake.values["new_region"] = code
    return bool(code != former)


def _check_list(intake: Intake, kind: str) -> None:
    people, errors = check_people(kind, intake.raw.get("people") or [])
    intake.values["people"] = people
    intake.errors |= errors
    if not errors and not list_changes(kind, intake.state.all_of(kind), people):
        intake.errors["people"] = _("变更前后内容相同，无需变更。")


def _check_termination(intake: Intake) -> None:
    intake.text("reason", _("请填写终止原因。"), 1000)
    day = intake.day("terminate_on", _("请填写终止日期。"))
    if day and day < intake.today:
        intake.errors["terminate_on"] = _("终止日期不能早于今天。")
    elif day and day - intake.today > FAR:
        intake.errors["terminate_on"] = _("终止日期应在一年之内，请检查年份。")
    intake.text("disposal", _("请说明未了结业务如何处置；没有未了结业务的也请写明。"), LONGEST)
