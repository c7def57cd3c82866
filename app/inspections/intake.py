"""What is written into the forms of an inspection, read field by field: texts, days, choices, team and list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Invalid
from app.core.parsing import is_number
from app.inspections import rules
from app.inspections.labels import LIMITS


class Incomplete(Invalid):
    """The input cannot be taken, or what is there is not enough; `errors` says why, by field."""

    def __init__(self, errors: dict[str, str], message: str = "") -> None:
        super().__init__(message or _("有 %(n)s 处需要修改，填写的内容没有丢失。", n=len(errors)))
        self.errors = errors


@dataclass
class Reader:
    """What was written (`raw`), what it means (`values`) and what is wrong with it (`errors`), by field."""

    raw: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, key: str = "") -> str:
        """A text, at most as long as its limit; NUL and lone surrogates never come this far."""
        value = self.raw.get(name, "").strip()
        longest = LIMITS.get(key or name, rules.MAX_TEXT)
        if len(value) > longest:
            self.errors[name] = _("最多 %(n)s 个字，现有 %(m)s 个。", n=longest, m=len(value))
        self.values[name] = value
        return value

    def day(self, name: str) -> date | None:
        """A day, also typed as 2026/3/5 or 2026年3月5日; None when empty."""
        value = unicodedata.normalize("NFKC", self.raw.get(name, "")).strip()
        found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", value)
        try:
            day = date(*map(int, found.groups())) if found else None
        except ValueError:
            day = None
        if value and (day is None or not 1990 <= day.year <= 2200):
            self.errors[name] = _("请填写有效的日期，例如 2026-03-05。")
            day = None
        self.values[name] = day
        return day

    def choice(self, name: str, allowed: Collection[str], empty: str = "") -> str:
        """One of these codes; `empty` when nothing was chosen."""
        value = self.raw.get(name, "") or empty
        if value and value not in allowed:
            self.errors[name] = _("请从列表中选择。")
            value = empty
        self.values[name] = value
        return value

    def number(self, name: str, low: int, high: int) -> int | None:
        """A whole number between two bounds."""
        value = unicodedata.normalize("NFKC", self.raw.get(name, "")).strip()
        if not re.fullmatch(r"\d{1,4}", value) or not low <= int(value) <= high:
            self.errors[name] = _("请填写 %(low)s 至 %(high)s 之间的整数。", low=low, high=high)
            return None
        self.values[name] = int(value)
        return int(value)

    def check(self) -> dict[str, Any]:
        """The values; Incomplete when something is wrong with them."""
        if self.errors:
            raise Incomplete(self.errors)
        return self.values


PLAN_TEXTS = (
    "place", "frequency", "legal_basis", "task_source", "scope", "matters", "contact_name", "contact_phone",
)  # fmt: skip
PLAN_DAYS = ("planned_from", "planned_to", "covers_from", "covers_to")


def read_plan(raw: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a plan; what is missing is allowed, what cannot be read is not."""
    reader = Reader(raw)
    reader.choice("kind", rules.KINDS, "routine")
    reader.values["surprise"] = bool(raw.get("surprise"))
    for name in PLAN_TEXTS:
        reader.text(name)
    for name in PLAN_DAYS:
        reader.day(name)
    reader.values["team"] = _team(reader)
    return reader.check()


def _team(reader: Reader) -> list[dict[str, Any]]:
    rows = []
    for at in range(rules.MAX_TEAM):
        account = reader.raw.get(f"member_{at}_account", "")
        row: dict[str, Any] = {
            "account_id": int(account) if is_number(account, 9) else None,
            "name": reader.text(f"member_{at}_name", "name"),
            "certificate_no": reader.text(f"member_{at}_certificate", "certificate_no"),
            "is_leader": reader.raw.get("leader") == str(at),
            "is_recused": bool(reader.raw.get(f"member_{at}_recused")),
            "recusal_reason": reader.text(f"member_{at}_reason", "recusal_reason"),
        }
        if row["account_id"] or row["name"]:
            if row["is_recused"] and not row["recusal_reason"]:
                reader.errors[f"member_{at}_reason"] = _("请写明回避的原因。")
            rows.append(row)
    return rows


def read_items(raw: Mapping[str, str], rows: int) -> list[dict[str, Any]]:
    """The lines of the document list in their order; a line without a name is left out."""
    reader, found = Reader(raw), []
    for at in range(min(rows, rules.MAX_ITEMS)):
        name = reader.text(f"item_{at}_name", "item")
        item = raw.get(f"item_{at}_id", "")
        row = {
            "id": int(item) if is_number(item, 9) else None,
            "category": reader.text(f"item_{at}_category", "category"),
            "name": name,
            "covers": reader.text(f"item_{at}_covers", "covers"),
            "form": reader.choice(f"item_{at}_form", rules.FORMS, "either"),
            "due_on": reader.day(f"item_{at}_due_on"),
        }
        if name and not raw.get(f"item_{at}_drop"):
            found.append(row)
    reader.check()
    return found


FINDING_TEXTS = ("title", "fact", "evidence", "clause", "requirement")


def read_finding(raw: Mapping[str, str]) -> dict[str, Any]:
    """One finding; title, fact, clause and requirement have to be there."""
    reader = Reader(raw)
    for name in FINDING_TEXTS:
        if not reader.text(name) and name != "evidence":
            reader.errors[name] = _("请填写此项。")
    reader.choice("severity", rules.SEVERITIES, "moderate")
    due = reader.day("due_on")
    if due:  # as the opinion's own deadline: nobody is asked to answer on a holiday
        reader.values["due_on"] = rules.rectify_by(due, 0)
    return reader.check()


def read_opinion(raw: Mapping[str, str]) -> dict[str, Any]:
    """The texts of the opinion and the number of days that it gives."""
    reader = Reader(raw)
    for name in ("overview", "evaluation", "requirements"):
        reader.text(name)
    reader.number("rectify_days", 1, 365)
    return reader.check()


def read_measures(raw: Mapping[str, str], keys: Collection[int]) -> dict[str, Any]:
    """The overall statement and, by finding, what the institution says about it."""
    reader = Reader(raw)
    reader.text("statement")
    reader.text("accountability")
    for key in keys:
        reader.text(f"measure_{key}", "measure")
        reader.text(f"owner_{key}", "owner")
        reader.choice(f"progress_{key}", rules.PROGRESS)
        reader.day(f"planned_on_{key}")
        reader.day(f"done_on_{key}")
    return reader.check()


def reason_of(text: str, field_name: str, missing: str) -> str:
    """A reason that has to be given, of at least four and at most a thousand characters."""
    reason = text.strip()
    if len(reason) < rules.MIN_REASON:
        raise Incomplete({field_name: missing}, missing)
    return optional(reason, field_name)


def optional(text: str, field_name: str, longest: int = rules.MAX_REASON) -> str:
    """A text that may be empty."""
    value = text.strip()
    if len(value) > longest:
        words = _("最多 %(n)s 个字，现有 %(m)s 个。", n=longest, m=len(value))
        raise Incomplete({field_name: words}, words)
    return value
