"""A word for everything that the history records: events, what they are about, and states. Nothing is shown as a code."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.accounts.labels import EVENT_LABELS, STATE_LABELS, SUBJECT_LABELS
from app.inspections.labels import EVENTS as INSPECTION_EVENTS
from app.inspections.labels import FINDING_STATES, ITEM_STATES
from app.inspections.labels import STATES as INSPECTION_STATES
from app.institutions.labels import EVENT_LABELS as INSTITUTION_EVENTS

EVENT_WORDS: dict[str, Any] = {
    **INSTITUTION_EVENTS,
    **INSPECTION_EVENTS,
    **EVENT_LABELS,
    "InstitutionChanged": _l("机构信息变更"),
    "ApplicationBegun": _l("开始填写准入申请"),
    "ApplicationSubmitted": _l("提交准入申请"),
    "ApplicationResubmitted": _l("补正后重新提交准入申请"),
    "ApplicationStepPassed": _l("同意准入申请的一个步骤"),
    "ApplicationApproved": _l("准入申请办结（通过、备案或已阅）"),
    "ApplicationReturned": _l("退回准入申请"),
    "ApplicationRejected": _l("驳回准入申请"),
    "ApplicationWithdrawn": _l("撤回准入申请"),
    "StepPlanLaidDown": _l("制定审批步骤"),
    "ApprovalModeChanged": _l("修改变更办理方式"),
    "FilingCancelled": _l("作废报送"),
    "LetterIssued": _l("文书编号定稿"),
    "LetterTemplateChanged": _l("修改文书模板"),
    "ChecklistEntryAdded": _l("增加常用资料"),
    "ChecklistEntryChanged": _l("修改常用资料"),
    "ChecklistEntryRemoved": _l("删除常用资料"),
    "MailRequeued": _l("重新发送邮件"),
    "AnnouncementPinned": _l("置顶公告"),
    "AnnouncementUnpinned": _l("取消置顶公告"),
    "AnnouncementFilesChanged": _l("修改公告附件"),
}
SUBJECT_WORDS: dict[str, Any] = {
    **SUBJECT_LABELS,
    "admission_application": _l("准入申请"),
    "step_plan": _l("审批步骤"),
    "approval_mode": _l("变更办理方式"),
    "inspection": _l("现场检查"),
    "inspection_checklist": _l("常用资料清单"),
    "letter": _l("文书"),
    "letter_template": _l("文书模板"),
    "outbox_mail": _l("邮件"),
    "api_token": _l("接口令牌"),
    "register_import": _l("机构名单"),
}
# The first that knows a code counts: states of inspections only where nothing else has the same.
STATE_WORDS: dict[str, Any] = {**FINDING_STATES, **ITEM_STATES, **INSPECTION_STATES, **STATE_LABELS}
