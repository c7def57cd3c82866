"""The gate: may this institution fill or submit this filing now? One rule for page, Excel, API and console.

All bounds are aware moments and exclusive at the end: a window until 10 December has the end
11 December 00:00 Shanghai, so that 23:59:59.999999 of the 10th still counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.clock import local, show_end, show_moment

ONE_OFF = "one_off"
EDITABLE_STATES = frozenset({"", "empty", "draft", "returned", "withdrawn"})
_STATES = {
    "submitted": ("审批中", "under review"),
    "reported": ("已上报", "reported"),
    "approved": ("已通过", "approved"),
}
_INSTITUTION_STATES = {
    "preparing": ("筹备", "being set up"),
    "pending": ("待审核", "awaiting approval"),
    "rejected": ("未通过审核", "rejected"),
    "suspended": ("停业", "suspended"),
    "terminating": ("拟终止", "about to be terminated"),
    "liquidation": ("清算", "in liquidation"),
    "terminated": ("已终止", "terminated"),
}


@dataclass(frozen=True, slots=True)
class Window:
    """When a filing may be handed in.

    On time is opens_at <= now < due_at. Late, until `closes_at`, only when `allows_late`; an extension
    reaches beyond both.
    """

    name_zh: str
    name_en: str
    opens_at: datetime
    due_at: datetime
    closes_at: datetime
    allows_late: bool = False

    @property
    def ends_at(self) -> datetime:
        return self.closes_at if self.allows_late else self.due_at


@dataclass(frozen=True, slots=True)
class GateInput:
    """Everything the gate looks at; `window` is None for families without a period."""

    now: datetime
    family: str
    registration_approved: bool
    institution_status: str
    one_off_complete: bool
    state: str = "draft"
    window: Window | None = None
    extension_until: datetime | None = None
    terminated_from: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the gate is shut: a code for programs and what `describe` needs for people."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


def gate(given: GateInput) -> tuple[Reason, ...]:
    """Every reason why nothing may be changed or submitted now; empty when the gate is open."""
    found = [*_institution_reasons(given)]
    if given.family != ONE_OFF and not given.one_off_complete:
        found.append(Reason("one_off_incomplete"))
    found += _window_reasons(given)
    if given.state not in EDITABLE_STATES:
        found.append(Reason("not_editable", {"state": given.state}))
    return tuple(found)


def is_late(window: Window | None, now: datetime) -> bool:
    """Past the due moment; stays on the filing's record even where late filing is allowed."""
    return window is not None and now >= window.due_at


def _institution_reasons(given: GateInput) -> list[Reason]:
    if not given.registration_approved:
        return [Reason("registration_not_approved")]
    ended = given.terminated_from
    if ended is not None and local(given.now).date() >= ended:
        return [Reason("institution_terminated", {"from": ended})]
    if given.institution_status == "active":
        return []
    if given.institution_status == "terminated" and ended is not None:
        return []  # decided, but not in effect before that day
    return [Reason("institution_not_active", {"status": given.institution_status})]


def _window_reasons(given: GateInput) -> list[Reason]:
    window = given.window
    if window is None:
        return []
    if given.now < window.opens_at:
        return [Reason("window_not_open", _window_params(window))]
    extended = given.extension_until is not None and given.now < given.extension_until
    if given.now < window.ends_at or extended:
        return []
    if given.extension_until is not None:
        return [Reason("extension_ended", {**_window_params(window), "extended": given.extension_until})]
    return [Reason("window_closed", _window_params(window))]


def _window_params(window: Window) -> dict[str, object]:
    return {
        "name_zh": window.name_zh,
        "name_en": window.name_en,
        "opens": window.opens_at,
        "ends": window.ends_at,
    }


_WINDOW_ZH = "{name}的报送窗口为 {opens} 至 {ends}，"
_WINDOW_EN = "The filing window of {name} runs from {opens} to {ends}. "
_TEXTS: dict[str, tuple[str, str]] = {
    "registration_not_approved": (
        "机构注册尚未通过审核，暂不能报送。审核通过后即可填报。",
        "The registration has not been approved yet. Filing opens once it is approved.",
    ),
    "institution_terminated": (
        "机构已自 {day} 起终止，不再报送；历史报送仍可查看。",
        "The institution was terminated as of {day} and files no more; earlier filings remain readable.",
    ),
    "institution_not_active": (
        "机构当前状态为“{status}”，不能报送。如有疑问请联系监管部门。",
        "The institution is {status} and cannot file. Contact the regulator if you have questions.",
    ),
    "one_off_incomplete": (
        "一次性报送尚未完成。请先完成一次性报送，再填报其他报表。",
        "The one-off filing is not complete. Complete it first, then file the other forms.",
    ),
    "window_not_open": (
        _WINDOW_ZH + "现在尚未开放。请在窗口内填报。",
        _WINDOW_EN + "It is not open yet. File within the window.",
    ),
    "window_closed": (
        _WINDOW_ZH + "现在已经截止。如需补报，请联系监管部门申请延期。",
        _WINDOW_EN + "It has closed. Ask the regulator for an extension if you still have to file.",
    ),
    "extension_ended": (
        _WINDOW_ZH + "批准的延期也已于 {extended} 截止。如需补报，请联系监管部门再次申请延期。",
        _WINDOW_EN + "The extension granted until {extended} has ended too. Ask the regulator for another "
        "one if you still have to file.",
    ),
    "not_editable": (
        "本次报送的状态为“{state}”，不能修改。如需修改，请联系监管部门退回；尚未开始审核的可以先撤回。",
        "This filing is {state} and cannot be changed. Ask the regulator to return it, or withdraw it before review "
        "starts.",
    ),
}


def describe(reason: Reason, lang: str = "zh") -> str:
    """The reason as a sentence for people, moments in Shanghai time."""
    english = lang == "en"
    words: dict[str, object] = dict(reason.params)
    words["name"] = words.get("name_en" if english else "name_zh", "")
    for key, show in (("opens", show_moment), ("ends", show_end), ("extended", show_end)):
        moment = words.get(key)
        if isinstance(moment, datetime):
            words[key] = show(moment)
    words["day"] = words.get("from", "")
    for key, table in (("state", _STATES), ("status", _INSTITUTION_STATES)):
        value = str(words.get(key, ""))
        words[key] = table.get(value, (value, value))[english]
    return _TEXTS[reason.code][english].format(**words)
