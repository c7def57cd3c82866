"""What is wrong with a line of the list of institutions: plain values in, problems with their column out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.institutions.rules import ORG_TYPES

Line = Mapping[str, Any]
LICENCE = ("licence_no", "licence_issuer", "licence_from", "licence_to")
REQUIRED = ("name", "uscc", "industry", "region", "address", "legal_representative")
LONGEST = {
    "name": 120,
    "address": 200,
    "legal_representative": 60,
    "contact_name": 60,
    "mobile": 20,
    "email": 120,
    "licence_no": 60,
    "licence_issuer": 120,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one column; `code` is worded by `wording`, with `values`."""

    column: str
    code: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """What the person who imports is responsible for; empty means everything."""

    industries: tuple[str, ...] = ()
    region_prefix: str = ""


class RegionNames:
    """Finds a division by what people write: its code, its name, or the names from the province or city down."""

    def __init__(self, regions: Iterable[tuple[str, str, str]]) -> None:
        """`regions` are (code, Chinese name, English name)."""
        rows = sorted(regions)
        known = {code: (zh, en) for code, zh, en in rows}
        self._codes: dict[str, set[str]] = {}
        for code in known:
            if code.endswith("0000"):
                continue  # no institution is registered in a whole province
            above = [code[:2] + "0000", code[:4] + "00"]
            line = [*(parent for parent in above if parent in known and parent != code), code]
            for start in range(len(line)):
                for language in (0, 1):
                    self._note("".join(known[one][language] for one in line[start:]), code)
            self._note(code, code)

    def _note(self, text: str, code: str) -> None:
        self._codes.setdefault(self._folded(text), set()).add(code)

    @staticmethod
    def _folded(text: str) -> str:
        return "".join(char for char in text.casefold() if char.isalnum())

    def find(self, text: str) -> tuple[str, ...]:
        """The codes that may be meant; one is the answer, none unknown, several ambiguous."""
        return tuple(sorted(self._codes.get(self._folded(text), ())))


def completed(line: Line, regions: RegionNames, today: date) -> dict[str, Any]:
    """The line with what follows from it: kind, region's code, state, first day."""
    found = dict(line)
    codes = regions.find(str(line.get("region") or ""))
    found["region_code"] = codes[0] if len(codes) == 1 else None
    kinds = ORG_TYPES.get(str(line.get("industry") or ""), ())
    if not found.get("org_type") and kinds:
        found["org_type"] = kinds[0]
    if not found.get("status"):
        found["status"] = "operating" if line.get("licence_no") else "preparing"
    if not found.get("since"):
        found["since"] = line.get("licence_from") or today
    return found


def line_faults(line: Line, regions: RegionNames, area: Area, today: date) -> Iterator[Fault]:
    """Everything wrong within one line; `line` is completed."""
    for column in REQUIRED:
        if line.get(column) in (None, ""):
            yield Fault(column, "missing")
    for column, most in LONGEST.items():
        if len(str(line.get(column) or "")) > most:
            yield Fault(column, "too_long", (str(most),))
    yield from _belonging_faults(line, regions, area)
    yield from _licence_faults(line)
    yield from _day_faults(line, today)


def _belonging_faults(line: Line, regions: RegionNames, area: Area) -> Iterator[Fault]:
    industry, kind, text = line.get("industry"), line.get("org_type"), str(line.get("region") or "")
    if industry and kind not in ORG_TYPES[industry]:
        yield Fault("org_type", "kind_of_other_industry")
    if industry and area.industries and industry not in area.industries:
        yield Fault("industry", "outside_industries")
    if not text:
        return
    codes = regions.find(text)
    if not codes:
        yield Fault("region", "unknown_region", (text[:40],))
    elif len(codes) > 1:
        yield Fault("region", "ambiguous_region", (text[:40], "、".join(codes)))
    elif not codes[0].startswith(area.region_prefix):
        yield Fault("region", "outside_region")


def _licence_faults(line: Line) -> Iterator[Fault]:
    given = [column for column in LICENCE if line.get(column)]
    if given:
        for column in ("licence_no", "licence_from", "licence_to"):
            if not line.get(column):
                yield Fault(column, "licence_incomplete")
    start, end, status = line.get("licence_from"), line.get("licence_to"), line.get("status")
    if start and end and end <= start:
        yield Fault("licence_to", "licence_order")
    if not given and status in ("operating", "suspended", "risk_handling"):
        yield Fault("licence_no", "needs_licence")
    if given and status == "preparing":
        yield Fault("status", "preparing_with_licence")


def _day_faults(line: Line, today: date) -> Iterator[Fault]:
    gone, since = line.get("terminated_on"), line["since"]
    if since > today:
        yield Fault("since", "in_future")
    if line.get("status") == "deregistered":
        if gone is None:
            yield Fault("terminated_on", "missing")
        elif gone > today:
            yield Fault("terminated_on", "in_future")
        elif gone <= since:
            yield Fault("terminated_on", "gone_before")
    elif gone is not None:
        yield Fault("terminated_on", "not_gone")


def repeated(codes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of (line's key, code) those that repeat an earlier line: {line's key: the first line's key}."""
    first: dict[str, str] = {}
    return {key: first[code] for key, code in codes if first.setdefault(code, key) != key}


# Chinese, English; {0} and {1} are the fault's values. What is wrong and how to mend it.
_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("此项必填，请填写。", "This is required: fill it in."),
    "too_long": ("超过 {0} 个字，请缩短。", "More than {0} characters: shorten it."),
    "kind_of_other_industry": (
        "机构类型与行业不符，请从该行业的类型中选择，或留空。",
        "This kind does not belong to the industry: choose one that does, or leave it empty.",
    ),
    "outside_industries": (
        "不在您负责的行业内，请由负责该行业的人员导入。",
        "Outside your industries: let those responsible for it import it.",
    ),
    "unknown_region": (
        "没有“{0}”这个地区，请从模板的列表选择，或填六位行政区划代码。",
        "There is no region “{0}”: choose from the template's list, or write the six-digit code.",
    ),
    "ambiguous_region": (
        "“{0}”可能是 {1}，请写明所在的市，或填六位行政区划代码。",
        "“{0}” may be {1}: name its city too, or write the six-digit code.",
    ),
    "outside_region": (
        "不在您负责的地区内，请由负责该地区的人员导入。",
        "Outside your region: let those responsible for it import it.",
    ),
    "licence_incomplete": (
        "许可证的编号和有效期起止应一并填写。",
        "A licence needs its number, its first and its last day.",
    ),
    "licence_order": ("有效期止应晚于有效期起。", "The last day must come after the first."),
    "needs_licence": (
        "该状态的机构应有许可证，请填写许可证，或将状态改为筹备。",
        "An institution in this state has a licence: fill it in, or change the state to preparing.",
    ),
    "preparing_with_licence": (
        "已有许可证的机构不是筹备状态，请更正状态或许可证。",
        "An institution with a licence is not preparing: correct the state or the licence.",
    ),
    "in_future": ("日期不能晚于今天。", "The day cannot lie in the future."),
    "gone_before": ("注销日期应晚于在册日期。", "Deregistration must come after the day of entry."),
    "not_gone": (
        "填了注销日期，状态应为已注销；否则请清空注销日期。",
        "With a day of deregistration the state is deregistered; otherwise clear the day.",
    ),
    "repeated": (
        "与第 {0} 行的统一社会信用代码相同，请删去重复的一行。",
        "The same code as on line {0}: delete one of the two.",
    ),
    "on_register": (
        "名册中已有此统一社会信用代码的机构，请删去此行；信息变动请走变更申请。",
        "The register has this code already: delete the line; what has changed goes through a change.",
    ),
}


def wording(fault: Fault) -> tuple[str, str]:
    """The fault in Chinese and English."""
    zh, en = _WORDS[fault.code]
    return zh.format(*fault.values), en.format(*fault.values)
