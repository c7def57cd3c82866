"""The gate: may this institution fill or submit this filing now? One rule for page, Excel, API and console.

All bounds are aware moments and exclusive at the end: a window until 10 December has the end
11 December 00:00 Shanghai, so that 23:59:59.999999 of the 10th still counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.clock import local, show_end, show_moment
from app.core.workflow import Workflow

ONE_OFF = "one_off"
EDITABLE_STATES = frozenset({"", "empty", "draft", "returned", "withdrawn"})
_STATES = {
    "submitted": ("审批中", "under review"),
    "in_review": ("审核中", "under review"),
    "cancelled": ("已作废", "cancelled"),
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

EXTENSION_WORKFLOW = Workflow(
    name="extension",
    initial="requested",
    table={
        ("requested", "grant"): "granted",
        ("requested", "refuse"): "refused",
        ("requested", "withdraw"): "withdrawn",
    },
)


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
    """Everything the gate looks at; `window` is None for families without a period.

    `extension_until` is what the regulator granted, `correction_until` the time to correct a returned filing,
    `open_change` the code of another change of the same form that is not decided yet.
    """

    now: datetime
    family: str
    registration_approved: bool
    institution_status: str
    one_off_complete: bool
    state: str = "draft"
    window: Window | None = None
    extension_until: datetime | None = None
    correction_until: datetime | None = None
    terminated_from: date | None = None
    open_change: str = ""


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
    if given.open_change:
        found.append(Reason("change_open", {"change": given.open_change}))
    if given.state not in EDITABLE_STATES:
        state = "in_review" if given.family == "change" and given.state == "submitted" else given.state
        found.append(Reason("not_editable", {"state": state}))
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
    longer = [
        (until, code)
        for until, code in (
            (given.extension_until, "extension_ended"),
            (given.correction_until, "correction_ended"),
        )
        if until is not None
    ]
    if given.now < window.ends_at or any(given.now < until for until, _code in longer):
        return []
    if longer:
        until, code = max(longer)
        return [Reason(code, {**_window_params(window), "extended": until})]
    return [Reason("window_closed", _window_params(window))]


def ask_reasons(given: GateInput, *, has_open_request: bool) -> tuple[Reason, ...]:
    """Every reason why no extension can be asked for now; empty when one can.

    Asking is possible from the opening of the window on, as long as nothing has been handed in. That the one-off
    set is missing does not matter: the time to file it may be what is asked for.
    """
    found = [*_institution_reasons(given)]
    window = given.window
    if window is None:
        found.append(Reason("extension_without_period"))
    elif given.now < window.opens_at:
        found.append(Reason("extension_too_early", _window_params(window)))
    if given.state not in EDITABLE_STATES:
        found.append(Reason("not_editable", {"state": given.state}))
    if has_open_request:
        found.append(Reason("extension_pending"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class OwesInput:
    """What decides whether an institution owes a report set for a period (or, without dates, at all).

    `admitted_on`, `licence_from`, `licence_to` and `terminated_on` are Shanghai days; `due_day` is the last day
    that counts. `status` is the institution's present state in the gate's words.
    """

    today: date
    industry: str
    status: str
    set_industry: str
    set_starts_on: date
    admitted_on: date | None = None
    licence_from: date | None = None
    licence_to: date | None = None
    terminated_on: date | None = None
    start: date | None = None
    end: date | None = None
    due_day: date | None = None


def owes(given: OwesInput) -> Reason | None:
    """None when the institution owes the filing, else why it does not.

    It owes the periods that end after its admission and in its licence, of sets that have begun, as long as the
    filing came due before it was terminated: from that day on the gate takes nothing any more.
    """
    if given.industry != given.set_industry:
        return Reason("owes_other_industry")
    if given.admitted_on is None:
        return Reason("registration_not_approved")
    ended = given.terminated_on
    if given.status != "active" and not (given.status == "terminated" and ended is not None):
        return Reason("institution_not_active", {"status": given.status})
    if given.start is None or given.end is None:
        return Reason("institution_terminated", {"from": ended}) if ended and given.today >= ended else None
    return _owes_period(given, given.start, given.end)


def _owes_period(given: OwesInput, start: date, end: date) -> Reason | None:
    checks = (
        ("owes_set_later", given.set_starts_on, end < given.set_starts_on),
        ("owes_admitted_later", given.admitted_on, given.admitted_on is not None and end < given.admitted_on),
        (
            "owes_licence_later",
            given.licence_from,
            given.licence_from is not None and end < given.licence_from,
        ),
        ("owes_licence_ended", given.licence_to, given.licence_to is not None and start > given.licence_to),
        (
            "owes_terminated",
            given.terminated_on,
            given.terminated_on is not None and (given.due_day or end) >= given.terminated_on,
        ),
    )
    for code, day, applies in checks:
        if applies:
            return Reason(code, {"from": day})
    return None


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
    "correction_ended": (
        _WINDOW_ZH + "退回后的补正期限也已于 {extended} 截止。如需补报，请申请延期。",
        _WINDOW_EN
        + "The time to correct the returned filing ended on {extended} too. Ask for an extension if "
        "you still have to file.",
    ),
    "change_open": (
        "这张报表已有一项变更（{change}）尚未办结，不能同时再提一项。请先完成或作废该项变更。",
        "A change of this form ({change}) is still open. Finish or cancel it before you begin another one.",
    ),
    "extension_without_period": (
        "这项报送没有报告期，不需要延期。",
        "This filing has no reporting period and needs no extension.",
    ),
    "extension_too_early": (
        "{name}的报送窗口自 {opens} 起开放，开放后才能申请延期。",
        "The filing window of {name} opens on {opens}. An extension can be asked for from then on.",
    ),
    "extension_pending": (
        "已有一份延期申请正在审批，请等待审批结果，或撤回后重新申请。",
        "An extension has been asked for and awaits its decision. Wait for it, or withdraw it and ask again.",
    ),
    "owes_other_industry": (
        "不属于本行业的报送内容。",
        "The report set is that of another industry.",
    ),
    "owes_set_later": (
        "该报表集自 {day} 起的报告期开始报送。",
        "The report set begins with periods that end on {day} or later.",
    ),
    "owes_admitted_later": (
        "机构于 {day} 准入，此前结束的报告期不需报送。",
        "The institution was admitted on {day}; periods that ended before are not owed.",
    ),
    "owes_licence_later": (
        "经营许可证自 {day} 起有效，此前结束的报告期不需报送。",
        "The licence is valid from {day}; periods that ended before are not owed.",
    ),
    "owes_licence_ended": (
        "经营许可证已于 {day} 到期，此后开始的报告期不需报送。",
        "The licence ended on {day}; periods that begin later are not owed.",
    ),
    "owes_terminated": (
        "机构已自 {day} 起终止，此后到期的报送不再需要。",
        "The institution was terminated as of {day}; what comes due from then on is not owed.",
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
