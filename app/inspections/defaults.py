"""What a new inspection begins with: the usual legal basis of an industry and the usual document list.

The list follows the models of the inspection rules named in `rules`; the regulator edits it in the console.
"""

from __future__ import annotations

from sqlalchemy import func, select

from app.core.db import db
from app.inspections.models import ChecklistEntry

LEGAL_BASIS = {
    "guarantee": "《融资担保公司监督管理条例》（国务院令第683号）第二十八条",
    "microloan": "《小额贷款公司监督管理暂行办法》（金规〔2024〕26号）",
    "pawn": "《典当管理办法》（商务部、公安部令2005年第8号）",
    "leasing": "《融资租赁公司监督管理暂行办法》（银保监发〔2020〕22号）",
}
MATTERS = "请安排熟悉业务的人员配合检查，提供独立的办公场所，并开放业务系统查询权限"
CHECKLIST: tuple[tuple[str, str, str, str], ...] = (
    ("", "证照", "经营许可证、营业执照正副本", "paper"),
    ("", "治理", "公司章程及历次修改", "electronic"),
    ("", "治理", "股东会、董事会决议和会议记录", "electronic"),
    ("", "制度", "业务、风险控制和内部审计制度汇编", "electronic"),
    ("", "财务", "年度审计报告和会计报表", "electronic"),
    ("", "财务", "总账、明细账和会计凭证", "paper"),
    ("", "财务", "全部银行账户开户清单和对账单", "electronic"),
    ("", "业务", "业务台账（逐笔）", "electronic"),
    ("", "业务", "抽查项目的合同和业务档案", "paper"),
    ("", "风险", "资产风险分类资料", "electronic"),
    ("", "风险", "关联方名单和关联交易明细", "electronic"),
    ("", "合规", "投诉举报登记和处理记录", "electronic"),
    ("", "合规", "上次检查的整改情况", "electronic"),
    ("guarantee", "风险", "各项准备金计提计算表", "electronic"),
    ("guarantee", "业务", "代偿和追偿明细", "electronic"),
    ("microloan", "业务", "贷款综合实际利率测算表", "electronic"),
    ("pawn", "业务", "当票存根、续当凭证和绝当处置记录", "paper"),
    ("leasing", "业务", "租赁物权属和登记公示证明", "electronic"),
)


def load_checklist() -> int:
    """The usual list, once: what the regulator has changed or deleted since stays as it is. Returns how many."""
    if db.session.scalar(select(func.count()).select_from(ChecklistEntry)):
        return 0
    db.session.add_all(
        ChecklistEntry(position=10 * number, industry=industry, category=category, name=name, form=form)
        for number, (industry, category, name, form) in enumerate(CHECKLIST, start=1)
    )
    db.session.flush()
    return len(CHECKLIST)


def usual_items(industry: str) -> list[ChecklistEntry]:
    """What is asked for of an industry, in order."""
    query = select(ChecklistEntry).where(ChecklistEntry.industry.in_(["", industry]))
    return list(db.session.scalars(query.order_by(ChecklistEntry.position, ChecklistEntry.id)))
