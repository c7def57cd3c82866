"""Words about applications, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

KINDS = {
    "set_up": _l("新设"),
    "branch": _l("跨区设立分支机构"),
    "change": _l("变更"),
    "termination": _l("终止"),
}
STATES = {
    "draft": _l("草稿"),
    "submitted": _l("审批中"),
    "approved": _l("已通过"),
    "returned": _l("已退回"),
    "rejected": _l("已驳回"),
    "withdrawn": _l("已撤回"),
}
ROLES = {"Supervisor": _l("监管人员"), "Approver": _l("审批人员"), "Inspector": _l("检查人员")}
MODES = {"approve": _l("审批"), "file": _l("备案"), "report": _l("报告")}
DECISIONS = {"pass": _l("同意"), "return": _l("退回补正"), "reject": _l("驳回")}
CHANGE_TYPES = {
    "name": _l("变更名称"),
    "capital_inc": _l("增加注册资本"),
    "capital_dec": _l("减少注册资本"),
    "legal_rep": _l("变更法定代表人"),
    "address": _l("变更住所/营业场所"),
    "scope": _l("变更业务范围"),
    "equity": _l("变更股东/股权结构"),
    "controller": _l("变更实际控制人"),
    "senior": _l("变更董事监事高级管理人员"),
    "articles": _l("修改公司章程"),
    "org_form": _l("变更组织形式"),
    "org_type": _l("变更机构类型"),
    "merge": _l("合并"),
    "split": _l("分立"),
    "other": _l("其他事项"),
}
FILE_KEYS = {
    "licence": _l("经营许可证附件"),
    "request": _l("申请书"),
    "resolution": _l("股东会/董事会决议"),
    "proof": _l("变更证明材料"),
    "audit": _l("审计报告"),
    "settlement": _l("未了结业务处置方案"),
}
FIELDS: dict[str, Any] = {
    "licence_no": _l("许可证编号"),
    "licence_issuer": _l("发证机关"),
    "licence_from": _l("有效期起"),
    "licence_to": _l("有效期止"),
    "branch_name": _l("分支机构名称"),
    "branch_region": _l("所在地区"),
    "branch_address": _l("分支机构地址"),
    "branch_head": _l("负责人"),
    "branch_capital": _l("营运资金（元）"),
    "change_type": _l("变更类型"),
    "new_value": _l("变更后"),
    "new_region": _l("变更后所在地区"),
    "effective_from": _l("生效日期"),
    "reason": _l("原因"),
    "disposal": _l("未了结业务的处置"),
    "terminate_on": _l("终止日期"),
}
OPENING_REASONS = {
    "has_licence": _l("已有经营许可附件，无需新设"),
    "no_licence": _l("尚无经营许可证，只能办理新设。"),
    "licence_ahead": _l("新设申请已通过，许可证等待生效，生效后再办理。"),
    "terminated": _l("机构已终止，账号只读，不能再办理。"),
    "terminating": _l("终止申请已通过，等待生效，不能再办理。"),
    "open_already": _l("已有一份同类申请未办结，请先办完或撤回。"),
}
DECIDER_REASONS = {
    "role": _l("这一步由其他岗位办理。"),
    "twice": _l("您已办理过这份申请的一个步骤，不能再办理另一个步骤。"),
    "own": _l("不能办理自己提交的申请。"),
}
STEP_PROBLEMS = {
    "none": _l("至少要有一个步骤。"),
    "many": _l("最多 6 个步骤。"),
    "name": _l("每个步骤都要有中文名称（不超过 20 字）。"),
    "role": _l("请为每个步骤选择岗位。"),
    "same": _l("步骤名称不能重复。"),
}
EVENTS = {
    "ApplicationBegun": _l("开始填写"),
    "ApplicationSubmitted": _l("提交申请"),
    "ApplicationResubmitted": _l("补正后重新提交"),
    "ApplicationStepPassed": _l("同意"),
    "ApplicationApproved": _l("审批通过"),
    "ApplicationReturned": _l("退回补正"),
    "ApplicationRejected": _l("驳回"),
    "ApplicationWithdrawn": _l("撤回申请"),
}
