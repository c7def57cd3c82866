"""Words for the codes of the portal, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.i18n import lang

CATEGORY_LABELS = {
    "work-updates": _l("工作动态"),
    "risk-alerts": _l("风险揭示"),
    "national-policy": _l("国家政策"),
    "local-policy": _l("地方政策"),
    "training": _l("行业培训"),
    "guides": _l("办事指南"),
}
CATEGORY_LEADS = {
    "work-updates": _l("本局及各地监管工作的最新进展"),
    "risk-alerts": _l("识别风险、守护财产的提示与案例"),
    "national-policy": _l("国家层面的法规、规章与规范性文件"),
    "local-policy": _l("本省发布的监管制度与实施细则"),
    "training": _l("面向地方金融组织的培训通知与课件"),
    "guides": _l("机构准入、变更与数据报送的办理说明"),
}
CATEGORY_ICONS = {
    "work-updates": "news",
    "risk-alerts": "alert-triangle",
    "national-policy": "gavel",
    "local-policy": "building-bank",
    "training": "school",
    "guides": "book",
}
LIST_LABELS = {
    "microloan": _l("小额贷款公司名单"),
    "guarantee": _l("融资担保公司名单"),
    "pawn": _l("典当行名单"),
    "leasing": _l("融资租赁公司名单"),
}
INDUSTRY_LABELS = {
    "microloan": _l("小额贷款公司"),
    "guarantee": _l("融资担保公司"),
    "pawn": _l("典当行"),
    "leasing": _l("融资租赁公司"),
}
INDUSTRY_ICONS = {
    "microloan": "coins",
    "guarantee": "shield-check",
    "pawn": "scale",
    "leasing": "building-skyscraper",
}
INSTITUTION_STATE_LABELS = {
    "operating": _l("正常营业"),
    "suspended": _l("停业"),
    "risk_handling": _l("风险处置"),
}
ANNOUNCEMENT_STATE_LABELS = {
    "draft": _l("草稿"),
    "scheduled": _l("定时发布"),
    "published": _l("已发布"),
    "withdrawn": _l("已撤回"),
}
SUGGESTION_STATE_LABELS = {
    "received": _l("已收到"),
    "processing": _l("办理中"),
    "replied": _l("已答复"),
}
TOPIC_LABELS = {
    "service": _l("监管服务"),
    "institution": _l("机构经营"),
    "policy": _l("政策制度"),
    "website": _l("网站与系统"),
    "other": _l("其他"),
}


def region_name(row: Any) -> str:
    """Where an institution is: county with its city, since county names alone are not unique to the ear."""
    english = lang() == "en"
    own = row.region_en if english else row.region_zh
    if not row.above_code or row.above_code.endswith("0000"):
        return str(own)
    return f"{own}, {row.above_en}" if english else f"{row.above_zh}{own}"
