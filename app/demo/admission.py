"""Applications of the demonstration in every state, and the steps that an invented regulator of Zhejiang laid down."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.accounts.models import ENTERPRISE, Account
from app.core import clock
from app.core.db import db
from app.institutions.admission import decisions, plans, rules, services
from app.institutions.admission.models import Application
from app.institutions.admission.rules import Step
from app.institutions.models import Institution

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ACCEPT = Step("受理", "Acceptance", "Supervisor")
CITY = Step("市级初审", "City review", "Supervisor")
REVIEW = Step("复审", "Second review", "Approver")
FINAL = Step("终审", "Final decision", "Approver")
# Kind, industry, region: Ningbo reviews changes in the city first.
PLANS: tuple[tuple[str, str, str, tuple[Step, ...]], ...] = (
    ("set_up", "", "", (ACCEPT, Step("初审", "First review", "Supervisor"), REVIEW, FINAL)),
    ("branch", "", "", (ACCEPT, REVIEW, FINAL)),
    ("change", "", "", (ACCEPT, FINAL)),
    ("change", "guarantee", "3302", (ACCEPT, CITY, FINAL)),
    ("termination", "", "", (ACCEPT, REVIEW, FINAL)),
)


@dataclass(frozen=True)
class Told:
    """An application: of which company (by its place in the list), how long ago, and what has become of it."""

    place: int
    kind: str
    days: int
    became: str
    fields: Mapping[str, str] = field(default_factory=dict)
    opinion: str = "材料齐全，同意。"
    steps: int = 0


def _change(kind: str, value: str, reason: str = "股东会决议") -> dict[str, str]:
    return {"change_type": kind, "new_value": value, "reason": reason}


_BRANCH = {"branch_address": "浙江省示范路18号", "branch_head": "孙演示", "branch_capital": "5000000.00"}
STORY = (
    Told(0, "branch", 60, "approved", {**_BRANCH, "branch_name": "宁波分公司", "branch_region": "330212"}),
    Told(0, "change", 3, "draft", _change("scope", "融资担保业务；与担保业务有关的咨询服务")),
    Told(1, "change", 40, "approved", _change("legal_rep", "李示例（演示）")),
    Told(
        2,
        "change",
        12,
        "submitted",
        _change("articles", "章程第十二条修改为：董事会由五名董事组成。"),
        steps=0,
    ),
    Told(3, "change", 9, "returned", _change("address", "示范路200号"), "请补充新住所的产权或租赁证明。"),
    Told(
        4,
        "branch",
        20,
        "submitted",
        {**_BRANCH, "branch_name": "台州分公司", "branch_region": "331002"},
        steps=1,
    ),
    Told(
        5, "change", 30, "rejected", _change("org_form", "合伙企业"), "融资担保公司应为公司制，不符合规定。"
    ),
    Told(6, "change", 15, "withdrawn", _change("controller", "测试丙（演示）")),
    Told(
        7,
        "termination",
        6,
        "submitted",
        {"reason": "股东会决议解散", "disposal": "在保余额已全部解除，无未了结业务。"},
    ),
)


# A company that has an account and no licence yet: accepted and reviewed once, the second review is waited for.
SET_UP = Told(
    -1,
    "set_up",
    8,
    "submitted",
    {"licence_no": "浙金小贷〔2026〕904号", "licence_issuer": "浙江省地方金融管理局"},
    steps=2,
)


def tell_set_up(newcomer: Account, staff: Mapping[str, list[Account]], now: datetime) -> None:
    """新设 in course; after `tell_admission`, which lays the steps down."""
    _tell(SET_UP, db.session.get_one(Institution, newcomer.institution_id), staff, now)


def tell_admission(staff: Mapping[str, list[Account]], now: datetime) -> int:
    """Lay the steps down and put the applications in; returns how many. The caller commits."""
    plans.load_modes()
    begun = now - timedelta(days=400)
    for kind, industry, prefix, steps in PLANS:
        plans.lay_down(kind, industry, prefix, steps, actor=None, now=begun)
    institutions = list(db.session.scalars(select(Institution).order_by(Institution.id).limit(8)))
    told = [one for one in STORY if one.place < len(institutions)]
    for one in told:
        _tell(one, institutions[one.place], staff, now)
    return len(told)


def _tell(told: Told, institution: Institution, staff: Mapping[str, list[Account]], now: datetime) -> None:
    query = select(Account).where(Account.institution_id == institution.id, Account.kind == ENTERPRISE)
    actor = db.session.scalars(query).first()
    if actor is None:
        return
    moment = now - timedelta(days=told.days)
    application = services.begin(institution, told.kind, actor, moment)
    services.save_draft(application, application.version, _fields(told, now), actor, moment)
    db.session.flush()
    for key in rules.ATTACHMENTS[told.kind]:
        services.attach(application, key, FileStorage(io.BytesIO(PDF), f"{key}.pdf"), actor, moment)
    if told.became == "draft":
        return
    services.submit(application, actor, moment)
    _decide(told, application, actor, staff, moment)


def _fields(told: Told, now: datetime) -> dict[str, str]:
    day = clock.local(now).date()
    if told.kind == "change":
        return {**told.fields, "effective_from": (day - timedelta(days=told.days)).isoformat()}
    if told.kind == "set_up":
        start = day - timedelta(days=told.days + 5)
        until = start + timedelta(days=3 * 365)
        return {**told.fields, "licence_from": start.isoformat(), "licence_to": until.isoformat()}
    if told.kind == "termination":
        return {**told.fields, "terminate_on": (day + timedelta(days=45)).isoformat()}
    return dict(told.fields)


def _decide(
    told: Told, application: Application, actor: Account, staff: Mapping[str, list[Account]], moment: datetime
) -> None:
    if told.became == "withdrawn":
        services.withdraw(application, application.version, actor, moment + timedelta(hours=5))
        return
    number = {"approved": len(application.steps), "submitted": told.steps}.get(told.became, 0)
    for step in range(number):
        _take(application, "pass", "材料齐全，同意。", staff, moment + timedelta(days=step + 1))
    if told.became in ("returned", "rejected"):
        verb = {"returned": "return", "rejected": "reject"}[told.became]
        _take(application, verb, told.opinion, staff, moment + timedelta(days=1))


def _take(
    application: Application, verb: str, opinion: str, staff: Mapping[str, list[Account]], when: datetime
) -> None:
    """Somebody of the step's role who has not had another one."""
    step = application.current_step
    if step is None:
        return
    had = {one.actor_id for one in application.decisions}
    db.session.expire(application, ["decisions"])
    had |= {one.actor_id for one in application.decisions}
    actor = next(one for one in staff[step.role] if one.id not in had)
    decisions.decide(application.id, application.version, verb, opinion, actor, when)
    db.session.expire(application, ["decisions"])
