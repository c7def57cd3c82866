"""Words for the codes about institutions, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

INDUSTRY_LABELS = {
    "microloan": _l("小额贷款公司"),
    "guarantee": _l("融资担保公司"),
    "pawn": _l("典当行"),
    "leasing": _l("融资租赁公司"),
}
ORG_TYPE_LABELS = {
    "guarantee": _l("融资担保公司"),
    "reguarantee": _l("融资再担保公司"),
    "microloan": _l("小额贷款公司"),
    "online_microloan": _l("网络小额贷款公司"),
    "pawn": _l("典当行"),
    "leasing": _l("融资租赁公司"),
}
# As the filing catalogue's choices have them (forms GG02 and GG03); a test compares both.
HOLDER_TYPE_LABELS = {
    "legal": _l("企业法人"),
    "natural": _l("自然人"),
    "gov": _l("政府及事业单位"),
    "other": _l("其他组织"),
}
POSITION_LABELS = {
    "chairman": _l("董事长/执行董事"),
    "director": _l("董事"),
    "indep_director": _l("独立董事"),
    "supervisor_chair": _l("监事会主席"),
    "supervisor": _l("监事"),
    "gm": _l("总经理"),
    "dgm": _l("副总经理"),
    "cfo": _l("财务负责人"),
    "cro": _l("风控负责人"),
    "compliance": _l("合规负责人"),
    "other": _l("其他高级管理人员"),
}
YES_NO_LABELS = {"Y": _l("是"), "N": _l("否")}
INSTITUTION_STATE_LABELS = {
    "preparing": _l("筹备"),
    "operating": _l("正常营业"),
    "suspended": _l("停业"),
    "risk_handling": _l("风险处置"),
    "deregistered": _l("已注销"),
}
REGISTRATION_STATE_LABELS = {
    "submitted": _l("审核中"),
    "approved": _l("已通过"),
    "rejected": _l("已驳回"),
}
EVENT_LABELS = {
    "RegistrationSubmitted": _l("提交注册"),
    "InstitutionLinked": _l("注册账号关联到名册中的机构"),
    "InstitutionsImported": _l("导入机构名单"),
    "PersonalDataRevealed": _l("查看完整联系方式"),
    "RegistrationResubmitted": _l("修改后重新提交"),
    "RegistrationApproved": _l("审核通过"),
    "RegistrationRejected": _l("审核驳回"),
    "InstitutionRegistered": _l("机构登记"),
    "InstitutionOpened": _l("机构开业"),
    "InstitutionAdmitted": _l("机构准入"),
    "InstitutionTerminated": _l("机构终止"),
    "InstitutionStateChanged": _l("机构状态变化"),
    "RegisterOpened": _l("载入名册"),
    "RegisterChanged": _l("名册变更"),
}
FIELD_LABELS = {
    "receipt_no": _l("回执编号"),
    "submitted_at": _l("提交时间"),
    "username": _l("账号"),
    "name": _l("机构名称"),
    "uscc": _l("统一社会信用代码"),
    "industry": _l("行业"),
    "org_type": _l("机构类型"),
    "region": _l("注册地"),
    "region_code": _l("注册地"),
    "region_number": _l("地区代码"),
    "head": _l("负责人"),
    "capital": _l("营运资金（元）"),
    "opened_on": _l("开业日期"),
    "holder_type": _l("股东类型"),
    "amount": _l("认缴出资额（元）"),
    "paid": _l("实缴出资额（元）"),
    "share": _l("持股比例（%）"),
    "is_controller": _l("是否控股股东"),
    "position": _l("职务"),
    "is_legal_rep": _l("是否法定代表人"),
    "appointed_on": _l("任职日期"),
    "term_end": _l("任期届满日"),
    "controller": _l("实际控制人"),
    "articles": _l("公司章程"),
    "org_form": _l("组织形式"),
    "shareholding": _l("股权结构"),
    "managers": _l("董事、监事和高级管理人员"),
    "merger": _l("合并"),
    "division": _l("分立"),
    "remark": _l("备注"),
    "address": _l("注册地址"),
    "legal_representative": _l("法定代表人"),
    "contact_name": _l("联系人"),
    "mobile": _l("手机"),
    "email": _l("邮箱"),
    "has_licence": _l("是否有经营许可证"),
    "licence_no": _l("许可证编号"),
    "licence_issuer": _l("发证机关"),
    "licence_from": _l("有效期起"),
    "licence_to": _l("有效期止"),
    "licence_file": _l("许可证附件"),
    "business_file": _l("营业执照"),
    "authorisation_file": _l("授权书"),
    "status": _l("状态"),
    "decided_at": _l("审核时间"),
    "decided_by": _l("审核人"),
    "decision_reason": _l("驳回原因"),
    "registered_capital": _l("注册资本（元）"),
    "business_scope": _l("经营范围"),
    "admitted_at": _l("准入时间"),
    "terminated_on": _l("终止日期"),
    "consent_version": _l("同意书版本"),
}
# Of branches, shareholders and managers.
PERSON_LABELS: dict[str, Any] = {**FIELD_LABELS, "name": _l("名称")}
# Words of a register value by its field; a field that is not here is shown as it stands.
VALUE_WORDS: dict[str, dict[str, Any]] = {
    "industry": INDUSTRY_LABELS,
    "org_type": ORG_TYPE_LABELS,
    "status": INSTITUTION_STATE_LABELS,
    "holder_type": HOLDER_TYPE_LABELS,
    "position": POSITION_LABELS,
    "is_controller": YES_NO_LABELS,
    "is_legal_rep": YES_NO_LABELS,
}
