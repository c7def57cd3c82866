"""Words for states, kinds and events of filings, on all three faces."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

FILING_STATES: dict[str, Any] = {
    "blank": _l("未填报"),
    "upcoming": _l("未到报送期"),
    "overdue": _l("逾期未报"),
    "draft": _l("填报中"),
    "submitted": _l("审批中"),
    "returned": _l("已退回"),
    "approved": _l("已通过"),
    "reported": _l("已上报"),
    "nil": _l("零申报"),
    "withdrawn": _l("已撤回"),
    "in_review": _l("审核中"),
    "in_force": _l("现行有效"),
    "cancelled": _l("已作废"),
}
FORM_STATES: dict[str, Any] = {
    "empty": _l("空白"),
    "draft": _l("草稿"),
    "errors": _l("有错误"),
    "warnings": _l("有提示"),
    "ready": _l("就绪"),
    "nil": _l("零申报"),
}
FORM_TONES = {
    "empty": "neutral",
    "draft": "open",
    "errors": "problem",
    "warnings": "attention",
    "ready": "done",
    "nil": "done",
}
EVENTS: dict[str, Any] = {
    "FilingStarted": _l("开始填报"),
    "FilingImported": _l("导入报表"),
    "FilingSubmitted": _l("上报完成"),
    "FilingWithdrawn": _l("撤回"),
    "FilingPickedUp": _l("监管人员领取审核"),
    "FilingReleased": _l("监管人员放回待领"),
    "FilingTakenOver": _l("由其他监管人员接手"),
    "FilingApproved": _l("审核通过"),
    "FilingReturned": _l("退回"),
    "FilingCancelled": _l("作废"),
}
EXTENSION_STATES: dict[str, Any] = {
    "requested": _l("待审批"),
    "granted": _l("已批准"),
    "refused": _l("未批准"),
    "withdrawn": _l("已撤回"),
}
EXTENSION_TONES = {"requested": "pending", "granted": "done", "refused": "problem", "withdrawn": "neutral"}
FAMILIES: dict[str, Any] = {
    "one_off": _l("一次性报送"),
    "change": _l("重大信息变更"),
    "periodic": _l("定期更新"),
    "business": _l("业务数据报送"),
}
FREQUENCIES: dict[str, Any] = {
    "once": _l("一次"),
    "monthly": _l("月报"),
    "quarterly": _l("季报"),
    "annual": _l("年报"),
}
INDUSTRIES: dict[str, Any] = {
    "microloan": _l("小额贷款公司"),
    "guarantee": _l("融资担保公司"),
    "pawn": _l("典当行"),
    "leasing": _l("融资租赁公司"),
    "all": _l("全部行业"),
}


def filing_word(filing: Any) -> Any:
    """A filing's state in the manual's words: changes are 审核中 where business data are 审批中."""
    return FILING_STATES.get(shown_state(filing), filing.status)


def shown_state(filing: Any) -> str:
    """The state as people see it; a draft that was handed in and taken back is 已撤回."""
    if filing.change_form and filing.status == "submitted":
        return "in_review"
    if filing.status == "draft" and filing.number:
        return "withdrawn"
    return str(filing.status)


def word(table: dict[str, Any], key: str | None) -> str:
    """The word for a key; the key itself when there is none."""
    return str(table.get(key or "", key or ""))
