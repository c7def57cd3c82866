"""Words about inspections, in the reader's language, and how long the texts may be."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

KINDS = {"routine": _l("常规检查"), "special": _l("专项检查"), "ad_hoc": _l("临时检查")}
FORMS = {"paper": _l("纸质"), "electronic": _l("电子"), "either": _l("纸质或电子")}
SEVERITIES = {"minor": _l("一般"), "moderate": _l("较重"), "serious": _l("严重")}
SEVERITY_TONES = {"minor": "neutral", "moderate": "attention", "serious": "problem"}
PROGRESS = {"done": _l("已完成"), "in_progress": _l("整改中"), "not_done": _l("未整改")}
STATES = {
    "planned": _l("拟订中"),
    "pending": _l("待批准"),
    "approved": _l("方案已批准"),
    "notified": _l("已送达通知"),
    "on_site": _l("现场检查中"),
    "concluding": _l("待出意见"),
    "signing": _l("意见待签批"),
    "rectifying": _l("整改中"),
    "reported": _l("整改待验收"),
    "returned": _l("整改已退回"),
    "accepted": _l("整改已验收"),
    "closed": _l("已办结"),
    "transferred": _l("已移送处理"),
    "cancelled": _l("已取消"),
}
# What the institution reads: the same states in its own words.
COMPANY_STATES = {
    **STATES,
    "notified": _l("待检查"),
    "concluding": _l("等待检查意见"),
    "signing": _l("等待检查意见"),
    "rectifying": _l("待整改反馈"),
    "reported": _l("整改审核中"),
    "returned": _l("整改反馈已退回"),
}
TONES = {
    "planned": "neutral",
    "pending": "pending",
    "approved": "open",
    "notified": "open",
    "on_site": "open",
    "concluding": "open",
    "signing": "pending",
    "rectifying": "attention",
    "reported": "pending",
    "returned": "attention",
    "accepted": "done",
    "closed": "done",
    "transferred": "problem",
    "cancelled": "neutral",
}
ITEM_STATES = {
    "wanted": _l("待提供"),
    "provided": _l("已提供"),
    "received": _l("已接收"),
    "returned": _l("已退回"),
}
ITEM_TONES = {"wanted": "neutral", "provided": "pending", "received": "done", "returned": "attention"}
FINDING_STATES = {
    "noted": _l("已记录"),
    "open": _l("待整改"),
    "reported": _l("待验收"),
    "accepted": _l("已验收"),
    "returned": _l("已退回"),
}
FINDING_TONES = {
    "noted": "neutral",
    "open": "attention",
    "reported": "pending",
    "accepted": "done",
    "returned": "attention",
}
FIELDS: dict[str, Any] = {
    "institution": _l("被检查机构"),
    "kind": _l("检查类型"),
    "surprise": _l("突击检查（不提前送达）"),
    "planned_from": _l("检查开始日期"),
    "planned_to": _l("检查结束日期"),
    "covers_from": _l("检查期间起"),
    "covers_to": _l("检查期间止"),
    "place": _l("检查地点"),
    "frequency": _l("检查频次"),
    "legal_basis": _l("法律依据"),
    "task_source": _l("任务来源"),
    "scope": _l("检查范围和内容"),
    "matters": _l("需要配合的事项"),
    "contact_name": _l("联系人"),
    "contact_phone": _l("联系电话"),
    "team": _l("检查组"),
    "items": _l("资料清单"),
    "title": _l("问题"),
    "fact": _l("事实"),
    "evidence": _l("证据"),
    "clause": _l("违反的规定"),
    "severity": _l("严重程度"),
    "requirement": _l("整改要求"),
    "due_on": _l("整改期限"),
    "overview": _l("检查概况"),
    "evaluation": _l("总体评价"),
    "requirements": _l("监管要求"),
    "rectify_days": _l("整改期限（天）"),
    "statement": _l("整改总体情况"),
    "accountability": _l("责任追究情况"),
    "measure": _l("整改措施"),
    "owner": _l("责任人"),
    "progress": _l("完成情况"),
    "planned_on": _l("计划完成日期"),
    "done_on": _l("实际完成日期"),
    "files": _l("证明材料"),
    "conclusion": _l("办结说明"),
    "findings": _l("检查发现的问题"),
}
LIMITS = {
    "place": 200,
    "frequency": 60,
    "task_source": 200,
    "contact_name": 60,
    "contact_phone": 40,
    "name": 60,
    "certificate_no": 40,
    "recusal_reason": 300,
    "item": 200,
    "category": 40,
    "covers": 60,
    "title": 120,
    "clause": 300,
    "owner": 60,
}
PLAN_PROBLEMS = {
    "missing": _l("请填写此项。"),
    "before": _l("结束日期不能早于开始日期。"),
    "too_few": _l("检查人员不得少于二人（不含回避人员）。"),
    "certificate": _l("请填写每名检查人员的执法证件号。"),
    "twice": _l("检查人员或执法证件号重复。"),
    "no_items": _l("请先填写资料清单。"),
}
MEASURE_PROBLEMS = {
    ("measure", "missing"): _l("请写明整改措施（至少 4 个字）。"),
    ("owner", "missing"): _l("请填写责任人。"),
    ("progress", "missing"): _l("请选择完成情况。"),
    ("done_on", "missing"): _l("已完成的请填写实际完成日期。"),
    ("done_on", "future"): _l("实际完成日期不能晚于今天。"),
    ("planned_on", "missing"): _l("尚未完成的请填写计划完成日期。"),
    ("files", "missing"): _l("已完成的请上传证明材料。"),
}
VERDICT_PROBLEMS = {
    "undecided": _l("请选择验收或退回。"),
    "reason": _l("退回时请写明原因（至少 4 个字），企业将看到。"),
    "long": _l("原因最多 1000 个字。"),
}
APPROVER_REASONS = {
    "own": _l("不能批准自己拟订或提交的检查方案。"),
    "team": _l("检查组成员不能批准本次检查。"),
}
SIGNER_REASONS = {"team": _l("检查组成员不能签批本次检查的意见书。")}
WORKER_REASONS = {
    "recused": _l("您已回避本次检查，不能办理。"),
    "not_team": _l("只有检查组成员可以办理。"),
}
SERVING_WARNINGS = {
    "short": _l("距检查开始不足 5 个工作日。一般应提前约 5 个工作日送达，突击检查除外。"),
    "begun": _l("计划的检查开始日期已过，请确认日期是否需要调整。"),
    "day_off": _l("检查开始日期不是工作日。"),
}
EVENTS = {
    "InspectionPlanned": _l("拟订检查方案"),
    "InspectionSubmitted": _l("提交检查方案"),
    "InspectionApproved": _l("批准检查方案"),
    "InspectionSentBack": _l("退回检查方案"),
    "InspectionRecalled": _l("撤回检查方案修改"),
    "InspectionCancelled": _l("取消检查"),
    "InspectionServed": _l("送达检查通知书"),
    "InspectionConfirmed": _l("企业确认收到通知"),
    "InspectionDocumentProvided": _l("企业提供资料"),
    "InspectionDocumentWithdrawn": _l("企业撤下资料"),
    "InspectionDocumentReceived": _l("接收资料"),
    "InspectionDocumentReturned": _l("退回资料"),
    "InspectionMemberExcluded": _l("检查人员回避"),
    "InspectionBegun": _l("进场检查"),
    "InspectionDayRecorded": _l("记录现场工作"),
    "InspectionFinished": _l("结束现场工作"),
    "InspectionResumed": _l("恢复现场工作"),
    "InspectionOpinionSubmitted": _l("检查意见书提交签批"),
    "InspectionOpinionRecalled": _l("撤回检查意见书修改"),
    "InspectionOpinionSentBack": _l("退回检查意见书"),
    "InspectionOpinionSigned": _l("签批检查意见书"),
    "InspectionOpinionIssued": _l("发送检查意见书"),
    "InspectionOpinionRead": _l("企业查看检查意见书"),
    "RectificationReported": _l("企业提交整改反馈"),
    "RectificationReturned": _l("退回整改反馈"),
    "RectificationAccepted": _l("整改验收通过"),
    "RectificationReminded": _l("催办整改"),
    "InspectionClosed": _l("检查办结"),
    "InspectionTransferred": _l("移送处理"),
}
# What the institution sees in the course of its inspection.
SHOWN_EVENTS = (
    "InspectionServed", "InspectionConfirmed", "InspectionDocumentProvided", "InspectionDocumentReturned",
    "InspectionDocumentReceived", "InspectionBegun", "InspectionFinished", "InspectionOpinionIssued",
    "RectificationReported", "RectificationReturned", "RectificationAccepted", "RectificationReminded",
    "InspectionClosed", "InspectionTransferred", "InspectionCancelled",
)  # fmt: skip
