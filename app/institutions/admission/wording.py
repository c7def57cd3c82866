"""What an application is called in each state and at each turn. 审批 is approved, 备案 recorded, 报告 read: only here.

Pages, lists, the history and mail all ask this module, so that none says "approved" of what needs no approval.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.institutions.admission.labels import DECISIONS, EVENTS, STATES

APPROVE, FILE, REPORT = "approve", "file", "report"

_STATES: dict[str, dict[str, Any]] = {
    FILE: {"submitted": _l("备案审核中"), "approved": _l("已备案"), "rejected": _l("不予备案")},
    REPORT: {"submitted": _l("已报告"), "approved": _l("已阅"), "rejected": _l("不予接收")},
}
_EVENTS: dict[str, dict[str, Any]] = {
    FILE: {
        "ApplicationSubmitted": _l("提交备案"),
        "ApplicationApproved": _l("备案完成"),
        "ApplicationRejected": _l("不予备案"),
        "ApplicationWithdrawn": _l("撤回备案"),
    },
    REPORT: {
        "ApplicationSubmitted": _l("提交报告"),
        "ApplicationApproved": _l("报告已阅"),
        "ApplicationRejected": _l("不予接收"),
        "ApplicationWithdrawn": _l("撤回报告"),
    },
}
# The same in lists that hold events of everything, where it must be said what it is about.
_IN_HISTORY: dict[str, dict[str, Any]] = {
    APPROVE: {"ApplicationApproved": _l("准入申请审批通过")},
    FILE: {
        "ApplicationSubmitted": _l("提交变更备案"),
        "ApplicationResubmitted": _l("补正后重新提交变更备案"),
        "ApplicationStepPassed": _l("同意变更备案的一个步骤"),
        "ApplicationApproved": _l("变更备案完成"),
        "ApplicationReturned": _l("退回变更备案"),
        "ApplicationRejected": _l("变更不予备案"),
        "ApplicationWithdrawn": _l("撤回变更备案"),
    },
    REPORT: {
        "ApplicationSubmitted": _l("提交变更报告"),
        "ApplicationResubmitted": _l("补正后重新提交变更报告"),
        "ApplicationStepPassed": _l("阅过变更报告的一个步骤"),
        "ApplicationApproved": _l("变更报告已阅"),
        "ApplicationReturned": _l("退回变更报告"),
        "ApplicationRejected": _l("变更报告不予接收"),
        "ApplicationWithdrawn": _l("撤回变更报告"),
    },
}
_BUTTONS: dict[str, dict[str, Any]] = {
    FILE: {"pass": _l("准予备案"), "reject": _l("不予备案")},
    REPORT: {"pass": _l("已阅"), "reject": _l("不予接收")},
}
# (Chinese, English), as messages.yaml puts them in behind "申请", "备案申请" or "报告".
_TOLD: dict[str, dict[str, tuple[str, str]]] = {
    APPROVE: {
        "approve": ("已通过", "approved"),
        "return": ("已退回，请补正后重新提交", "returned for correction"),
        "reject": ("已驳回", "rejected"),
    },
    FILE: {"approve": ("已备案", "recorded"), "reject": ("不予备案", "not recorded")},
    REPORT: {"approve": ("已阅", "read and noted"), "reject": ("不予接收", "not accepted")},
}
MESSAGES = {APPROVE: "application_decided", FILE: "application_filed", REPORT: "application_reported"}

# For the filter of lists that hold applications of every mode.
STATE_CHOICES: dict[str, Any] = {
    **STATES,
    "submitted": _l("审批中（含备案审核中、已报告）"),
    "approved": _l("已通过（含已备案、已阅）"),
    "rejected": _l("已驳回（含不予备案、不予接收）"),
}


def state_word(mode: str, state: str) -> Any:
    """The state of an application that goes by this mode."""
    return _STATES.get(mode, {}).get(state) or STATES.get(state, state)


def event_word(mode: str, kind: str) -> Any:
    """What happened, in the course of one application."""
    return _EVENTS.get(mode, {}).get(kind) or EVENTS.get(kind, kind)


def history_word(mode: str, kind: str) -> Any | None:
    """What happened, among events of everything; none where the usual word is true."""
    return _IN_HISTORY.get(mode, {}).get(kind)


def decision_words(mode: str) -> dict[str, Any]:
    """The decisions that there are, as their buttons say them."""
    return {**DECISIONS, **_BUTTONS.get(mode, {})}


def told(mode: str, verb: str) -> tuple[str, tuple[str, str]]:
    """Which message tells of a decision, and its word in both languages."""
    return MESSAGES[mode], _TOLD[mode].get(verb) or _TOLD[APPROVE][verb]
