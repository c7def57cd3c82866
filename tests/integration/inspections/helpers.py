"""Inspections brought to any stage through the services, and the people who act in them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.core import clock
from app.core.db import db
from app.inspections import feedback, opinions, planning, services
from app.inspections.models import Inspection, Item
from tests.factories import make_account, make_institution

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
STAGES = (
    "planned", "pending", "approved", "notified", "on_site", "concluding", "signing", "rectifying", "reported",
    "accepted", "closed",
)  # fmt: skip
FINDING = {
    "title": "准备金少计提",
    "fact": "2025年末未到期责任准备金少计提120万元",
    "evidence": "准备金计算表",
    "clause": "第683号令第十七条",
    "severity": "serious",
    "requirement": "补提准备金并调整账务",
}
OPINION = {
    "overview": "检查组查阅了资料",
    "evaluation": "基本规范",
    "requirements": "逐项整改",
    "rectify_days": "30",
}


def paper(name: str = "资料.pdf", data: bytes = PDF) -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


@dataclass
class Desk:
    """A company with its account, two inspectors and an approver of its area."""

    institution: Any
    company: Any
    inspector: Any
    second: Any
    approver: Any

    def plan_fields(self, **changed: str) -> dict[str, str]:
        first = clock.today() + timedelta(days=14)
        fields = {
            "kind": "routine",
            "planned_from": first.isoformat(),
            "planned_to": (first + timedelta(days=4)).isoformat(),
            "covers_from": "2025-01-01",
            "covers_to": "2025-12-31",
            "place": "示例市示例路1号",
            "legal_basis": "《融资担保公司监督管理条例》第二十八条",
            "task_source": "2026年度现场检查计划",
            "scope": "业务合规性",
            "matters": "请安排专人配合",
            "contact_name": "测试甲",
            "contact_phone": "0571-00000000",
            "leader": "0",
        }
        for at, one in enumerate((self.inspector, self.second)):
            fields[f"member_{at}_account"] = str(one.id)
            fields[f"member_{at}_certificate"] = f"检00{at + 1}"
        return {**fields, **changed}

    def item_fields(self, names: tuple[str, ...] = ("业务台账", "审计报告")) -> dict[str, str]:
        fields = {}
        for at, name in enumerate(names):
            fields |= {
                f"item_{at}_name": name,
                f"item_{at}_category": "业务",
                f"item_{at}_form": "electronic",
            }
        return fields


def make_desk(**more: Any) -> Desk:
    institution = make_institution(**more)
    area = {"industries": [institution.industry], "region_prefix": institution.region_code[:2]}
    return Desk(
        institution,
        make_account("Enterprise", institution=institution),
        make_account("Inspector", **area),
        make_account("Inspector", **area),
        make_account("Approver", **area),
    )


def inspected(institution: Any, company: Any, word: str) -> Inspection:
    """An inspection of this company under rectification, with `word` in everything that is written in it."""
    people = (make_account(role, display_name=f"{word}员") for role in ("Inspector", "Inspector", "Approver"))
    desk = Desk(institution, company, *people)
    found = bring(desk, "on_site")
    now, item = clock.now(), first_item(found)
    found.scope = found.place = item.name = word
    services.confirm_notice(found.id, word, company, now)
    services.provide(found.id, item.id, [paper(f"{word}.pdf")], word, company, now)
    day = {"day": clock.today().isoformat(), "note": word}
    services.add_day(found.id, day, [paper(f"{word}底稿.pdf")], desk.inspector, now)
    services.finish_work(found.id, found.version, desk.inspector, now)
    texts = {name: word for name in ("title", "fact", "evidence", "clause", "requirement")}
    opinions.save_finding(found.id, found.version, None, texts, desk.inspector)
    opinions.save_opinion(
        found.id, found.version, OPINION | {"overview": word, "evaluation": word}, desk.inspector
    )
    opinions.submit_opinion(found.id, found.version, desk.inspector, now)
    opinions.decide_opinion(found.id, found.version, "approve", word, desk.approver, now)
    db.session.commit()
    return found


def begin_plan(desk: Desk, now: Any = None) -> Inspection:
    now = now or clock.now()
    found = planning.plan_inspection(desk.institution, "routine", desk.inspector, now)
    planning.save_plan(found.id, found.version, desk.plan_fields(), desk.inspector)
    planning.save_items(found.id, found.version, desk.item_fields(), desk.inspector)
    return found


def measures(found: Inspection, **changed: str) -> dict[str, str]:
    fields = {"statement": "已成立整改小组，逐项落实", "accountability": "已批评教育"}
    for one in feedback.open_findings(found):
        fields |= {
            f"measure_{one.id}": "已补提准备金",
            f"owner_{one.id}": "测试丙",
            f"progress_{one.id}": "in_progress",
            f"planned_on_{one.id}": (clock.today() + timedelta(days=20)).isoformat(),
        }
    return {**fields, **changed}


def bring(desk: Desk, stage: str, *, findings: int = 2, now: Any = None) -> Inspection:
    """An inspection at this stage, committed."""
    now = now or clock.now()
    found = begin_plan(desk, now)
    who = desk.inspector

    def conclude() -> None:
        services.finish_work(found.id, found.version, who, now)
        for number in range(findings):
            opinions.save_finding(
                found.id, found.version, None, {**FINDING, "title": f"问题{number + 1}"}, who
            )
        opinions.save_opinion(found.id, found.version, OPINION, who)

    def report() -> None:
        feedback.save_feedback(found.id, found.feedback_version, measures(found), desk.company)
        feedback.hand_in(found.id, desk.company, now)

    def accept() -> None:
        feedback.decide_feedback(found.id, found.version, verdicts(found, "accept"), who, now)

    steps = {
        "planned": lambda: None,
        "pending": lambda: planning.submit_plan(found.id, found.version, who, now),
        "approved": lambda: planning.decide_plan(found.id, found.version, "approve", "", desk.approver, now),
        "notified": lambda: services.serve_notice(found.id, found.version, who, now),
        "on_site": lambda: services.begin_work(found.id, found.version, who, now),
        "concluding": conclude,
        "signing": lambda: opinions.submit_opinion(found.id, found.version, who, now),
        "rectifying": lambda: opinions.decide_opinion(
            found.id, found.version, "approve", "", desk.approver, now
        ),
        "reported": report,
        "accepted": accept,
        "closed": lambda: feedback.close_inspection(found.id, found.version, "", who, now),
    }
    for name in STAGES[: STAGES.index(stage) + 1]:
        steps[name]()
    db.session.commit()
    return found


def verdicts(found: Inspection, verdict: str, reason: str = "") -> dict[str, str]:
    fields = {}
    for one in found.findings:
        if one.status == "reported":
            fields |= {f"verdict_{one.id}": verdict, f"reason_{one.id}": reason}
    return fields


def first_item(found: Inspection) -> Item:
    query = select(Item).where(Item.inspection_id == found.id).order_by(Item.position)
    return db.session.scalars(query).first()
