"""Words for the codes about institutions, in the reader's language."""

from __future__ import annotations

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
