"""What checking a set of forms brings to light."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app.filings.definitions.schema import Value
from app.filings.values import plain

Level = Literal["error", "warning"]
CellAddress = tuple[str, str, str]  # form code, row key, column key ("*" for a whole column of a table)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right (error) or to explain (warning).

    `form`, `row`, `col` name the best cell to show it at ('' for the form as a whole), `cells` all cells
    concerned. `value` stands there, `expected` should (None: no single value does). `key` stays the same
    over re-uploads as long as every value concerned does: explanations are kept under it.
    """

    check_id: str
    level: Level
    kind: str
    form: str
    row: str
    col: str
    label_zh: str
    label_en: str
    value: Value
    expected: Value
    message_zh: str
    message_en: str
    remedy_zh: str
    remedy_en: str
    key: str
    cells: tuple[CellAddress, ...] = ()

    def message(self, lang: str) -> str:
        return self.message_en if lang == "en" else self.message_zh

    def remedy(self, lang: str) -> str:
        return self.remedy_en if lang == "en" else self.remedy_zh

    def label(self, lang: str) -> str:
        return self.label_en if lang == "en" else self.label_zh

    @property
    def is_error(self) -> bool:
        return self.level == "error"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A check that could not be evaluated, the rows it concerns, and what was missing."""

    check_id: str
    form: str
    rows: tuple[str, ...]
    missing_zh: tuple[str, ...]
    missing_en: tuple[str, ...]
    rule_zh: str
    rule_en: str

    def message(self, lang: str) -> str:
        if lang == "en":
            return f"“{self.rule_en}” was not checked: there is no {', '.join(self.missing_en)}."
        return f"“{self.rule_zh}”未能校验：缺少{'、'.join(self.missing_zh)}。"


@dataclass(frozen=True, slots=True)
class CheckResult:
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)

    def of_form(self, code: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.form == code)


def finding_key(parts: Iterable[Value]) -> str:
    """A short name made of everything that must stay the same."""
    text = "\x1f".join("" if part is None else _plain(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(part: Value) -> str:
    # 5 and 5.00 are one value: an explanation must not be lost over trailing zeros.
    return format(part.normalize(), "f") if isinstance(part, Decimal) else plain(part) or ""
