"""Inspections of the demonstration in every state, told through the services: one overdue, one returned, one closed
with a follow-up. Everything lies at fixed distances from today."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.accounts.models import ENTERPRISE, Account
from app.core import clock
from app.core.db import db
from app.demo.attachments import pdf
from app.inspections import feedback, opinions, planning, rules, services
from app.inspections.defaults import load_checklist
from app.inspections.models import Inspection
from app.institutions.models import Institution

HOURS = timedelta(hours=10)
ORDER = (
    "planned",
    "pending",
    "approved",
    "notified",
    "on_site",
    "concluding",
    "signing",
    "rectifying",
    "reported",
)
SCOPES = {
    "guarantee": "融资担保业务合规性、准备金计提、项目保后管理和关联担保情况",
    "microloan": "贷款集中度、综合实际利率、资金来源和催收管理情况",
    "pawn": "当票管理、息费收取、绝当物品处置和财务管理情况",
    "leasing": "租赁物真实性、集中度指标、关联交易和资产分类情况",
}
FINDINGS_FILE = Path(__file__).resolve().parent.parent / "data" / "demonstration" / "inspection_findings.yaml"


@functools.cache
def findings() -> dict[str, list[dict[str, str]]]:
    """What was found, by industry: title, fact, evidence, clause, severity, requirement."""
    found: dict[str, list[dict[str, str]]] = yaml.safe_load(FINDINGS_FILE.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class Told:
    """place: which institution of its industry; days: from today to the first day on site; became: its state."""

    industry: str
    place: int
    days: int
    became: str
    kind: str = "routine"
    more: Mapping[str, bool] = field(default_factory=dict)


STORY = (
    Told("guarantee", 1, -210, "closed", more={"follow_up": True}),
    Told("guarantee", 0, -40, "returned"),
    Told("guarantee", 2, -70, "rectifying"),  # overdue
    Told("guarantee", 3, -36, "rectifying", "special"),  # due soon
    Told("guarantee", 4, -42, "reported"),
    Told("microloan", 0, 8, "notified"),
    Told("microloan", 1, -1, "on_site", "special"),
    Told("microloan", 2, -12, "concluding"),
    Told("leasing", 3, -16, "signing"),
    Told("microloan", 3, -120, "transferred", "ad_hoc"),
    Told("pawn", 0, -30, "rectifying", "ad_hoc"),
    Told("pawn", 1, 24, "pending"),
    Told("leasing", 0, 16, "approved"),
    Told("leasing", 1, 30, "planned"),
    Told("leasing", 2, 12, "cancelled", "special"),
)


@dataclass
class Desk:
    """Who acts, and a clock that is set to each step's day."""

    inspectors: list[Account]
    approver: Account
    now: datetime

    @property
    def lead(self) -> Account:
        """Who leads the teams."""
        return self.inspectors[0]

    def at(self, days: int) -> datetime:
        """Ten o'clock so many days from today, never in the future."""
        day = clock.local(self.now).date() + timedelta(days=days)
        return min(clock.start_of(day) + HOURS, self.now)

    def day(self, days: int) -> date:
        """So many days from today."""
        return clock.local(self.now).date() + timedelta(days=days)


def tell_inspections(staff: Mapping[str, list[Account]], now: datetime) -> int:
    """Put the inspections in; returns how many. The caller commits."""
    load_checklist()
    desk = Desk(staff["Inspector"], staff["Approver"][0], now)
    number = 0
    for told in STORY:
        institution = _institution(told)
        company = institution and _company(institution)
        if institution is None or company is None:
            continue
        found = _plan(told, institution, desk)
        _advance(told, found, company, desk)
        number += 1
        if told.more.get("follow_up"):
            _follow_up(found, desk)
            number += 1
    return number


def _institution(told: Told) -> Institution | None:
    query = select(Institution).where(
        Institution.industry == told.industry, Institution.status == "operating"
    )
    return db.session.scalars(query.order_by(Institution.id).offset(told.place).limit(1)).first()


def _company(institution: Institution) -> Account | None:
    query = select(Account).where(Account.institution_id == institution.id, Account.kind == ENTERPRISE)
    return db.session.scalars(query).first()


def _workday(day: date) -> date:
    return rules.next_workday(day)[0]


def _fields(told: Told, desk: Desk) -> dict[str, str]:
    first = _workday(desk.day(told.days))
    year = first.year - 1
    fields = {
        "kind": told.kind,
        "planned_from": str(first),
        "planned_to": str(_workday(first + timedelta(days=3))),
        "covers_from": f"{year}-01-01",
        "covers_to": f"{year}-12-31",
        "place": "公司住所",
        "frequency": "每年一次" if told.kind == "routine" else "",
        "legal_basis": "《地方金融监督管理条例》和本行业监督管理办法",
        "task_source": f"{first.year}年度现场检查计划",
        "scope": SCOPES[told.industry],
        "matters": "请安排熟悉业务的人员配合检查，提供独立的办公场所",
        "contact_name": str(desk.lead),
        "contact_phone": "0571-00000000",
        "leader": "0",
    }
    for at, one in enumerate(desk.inspectors[:2]):
        fields |= {f"member_{at}_account": str(one.id), f"member_{at}_certificate": f"浙执法示{at + 1:04d}"}
    return fields


def _plan(told: Told, institution: Institution, desk: Desk) -> Inspection:
    moment = desk.at(min(told.days - 24, -2))
    found = planning.plan_inspection(institution, told.kind, desk.lead, moment)
    fields = _fields(told, desk)
    fields["legal_basis"], fields["place"] = found.legal_basis, institution.address
    planning.save_plan(found.id, found.version, fields, desk.lead)
    return found


def _advance(told: Told, found: Inspection, company: Account, desk: Desk) -> None:
    """As far as its story goes."""
    far = {"returned": "reported", "closed": "reported", "transferred": "rectifying", "cancelled": "notified"}
    last = ORDER.index(far.get(told.became, told.became))
    steps = (_submit, _approve, _serve, _begin, _finish, _propose, _issue, _report)
    for step in steps[:last]:
        step(told, found, company, desk)
    if told.became == "returned":
        _decide(found, desk, desk.at(-3), returned=1)
    elif told.became == "closed":
        _decide(found, desk, desk.at(told.days + 50))
        feedback.close_inspection(
            found.id, found.version, "整改到位，予以办结。", desk.lead, desk.at(told.days + 52)
        )
    elif told.became == "transferred":
        reason = "逾期未整改，移送行政处罚程序处理。"
        feedback.transfer(found.id, found.version, reason, desk.lead, desk.at(told.days + 60))
    elif told.became == "cancelled":
        reason = "与上级部门的联合检查安排重复，另行通知。"
        planning.cancel_inspection(found.id, found.version, reason, desk.lead, desk.at(-1))


def _submit(told: Told, found: Inspection, company: Account, desk: Desk) -> None:
    planning.submit_plan(found.id, found.version, desk.lead, desk.at(min(told.days - 23, -2)))


def _approve(told: Told, found: Inspection, company: Account, desk: Desk) -> None:
    moment = desk.at(min(told.days - 21, -1))
    planning.decide_plan(found.id, found.version, "approve", "同意按方案开展检查。", desk.approver, moment)


def _serve(told: Told, found: Inspection, company: Account, desk: Desk) -> None:
    moment = desk.at(min(told.days - 12, -1))
    services.serve_notice(found.id, found.version, desk.lead, moment)
    if told.became == "cancelled":
        return
    later = min(moment + timedelta(hours=5), desk.now)
    services.confirm_notice(found.id, "", company, later)
    for at, item in enumerate(found.items[:5]):
        paper = FileStorage(io.BytesIO(pdf(f"DEMONSTRATION  document {at + 1}")), f"{item.name}.pdf")
        services.provide(found.id, item.id, [paper], "", company, later)
        verdict = "return" if at == 3 else "receive"
        remark = "请补充加盖公章的版本。" if at == 3 else ""
        if at < 4:
            services.decide_item(found.id, item.id, "provided", verdict, remark, desk.lead, later)


def _begin(told: Told, found: Inspection, company: Account, desk: Desk) -> None:
    services.begin_work(found.id, found.version, desk.lead, desk.at(told.days))
    for at, note in enumerate(
        ("出示证件和通知书，召开进点会议，查阅制度和台账。", "抽查业务档案，与业务负责人谈话。")
    ):
        if told.days + at <= 0:
            fields = {"day": str(desk.day(told.days + at)), "note": note}
            paper = FileStorage(
                io.BytesIO(pdf(f"DEMONSTRATION  working paper {at + 1}")), f"工作底稿{at + 1}.pdf"
            )
            services.add_day(found.id, fields, [paper], desk.inspectors[at], desk.at(told.days + at))


def _finish(told: Told, found: Inspection, company: Account, desk: Desk) -> None:
    services.finish_work(found.id, found.version, desk.lead, desk.at(told.days + 4))
    for fields in findings()[told.industry]:
        opinions.save_finding(found.id, found.version, None, fields, desk.lead)
    if told.became == "concluding":
        return
    texts = {
        "overview": "检查组查阅了公司治理、财务和业务资料，抽查业务档案，与有关人员进行了谈话。",
        "evaluation": "公司治理基本健全，业务总体合规，内部控制和档案管理存在不足。",
        "requirements": "请逐项制定整改措施，明确责任人和完成时限，按期反馈整改情况。",
        "rectify_days": "30",
    }
    opinions.save_opinion(found.id, found.version, texts, desk.lead)


def _propose(told: Told, found: Inspection, company: Account, desk: Desk) -> None:
    opinions.submit_opinion(found.id, found.version, desk.lead, desk.at(told.days + 10))


def _issue(told: Told, found: Inspection, company: Account, desk: Desk) -> None:
    moment = desk.at(told.days + 12)
    opinions.decide_opinion(found.id, found.version, "approve", "同意。", desk.approver, moment)
    if told.days != STORY[2].days:
        feedback.note_read(found.id, company, min(moment + timedelta(hours=3), desk.now))


def _report(told: Told, found: Inspection, company: Account, desk: Desk) -> None:
    moment = desk.at(told.days + 36)
    today = clock.local(moment).date()
    fields = {
        "statement": "公司成立整改工作组，由总经理负责，对检查发现的问题逐项整改。",
        "accountability": "对相关责任人进行了批评教育。",
    }
    for at, one in enumerate(feedback.open_findings(found)):
        done = at != 1
        fields |= {
            f"measure_{one.id}": f"已对照要求整改：{one.requirement}",
            f"owner_{one.id}": "整改负责人（演示）",
            f"progress_{one.id}": "done" if done else "in_progress",
            f"done_on_{one.id}": str(today - timedelta(days=2)) if done else "",
            f"planned_on_{one.id}": "" if done else str(today + timedelta(days=25)),
        }
        paper = FileStorage(io.BytesIO(pdf(f"DEMONSTRATION  evidence {at + 1}")), f"整改证明{at + 1}.pdf")
        services.attach_evidence(found, one, [paper], company, moment)
    feedback.save_feedback(found.id, found.feedback_version, fields, company)
    feedback.hand_in(found.id, company, moment)


def _decide(found: Inspection, desk: Desk, moment: datetime, returned: int | None = None) -> None:
    fields = {}
    for at, one in enumerate(found.findings):
        back = at == returned
        fields[f"verdict_{one.id}"] = "return" if back else "accept"
        fields[f"reason_{one.id}"] = "请补充保后检查报告和责任落实的证明材料。" if back else ""
    feedback.decide_feedback(found.id, found.version, fields, desk.lead, moment)


def _follow_up(found: Inspection, desk: Desk) -> None:
    told = Told("guarantee", 1, 20, "approved", "special")
    after = feedback.follow_up(found.id, desk.lead, desk.at(-6))
    fields = {**_fields(told, desk), "scope": "对上次检查发现问题整改情况的后续检查", "place": found.place}
    planning.save_plan(after.id, after.version, fields, desk.lead)
    planning.submit_plan(after.id, after.version, desk.lead, desk.at(-5))
    planning.decide_plan(after.id, after.version, "approve", "同意。", desk.approver, desk.at(-4))
