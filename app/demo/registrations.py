"""Companies that ask for an account: two wait for the regulator, one was turned down, one has its account and
applies for its licence to be entered (新设)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.models import Account
from app.demo.accounts import demo_password_hash
from app.demo.companies import credit_code_of
from app.institutions.services import approve_registration, reject_registration, submit_registration


@dataclass(frozen=True)
class Applicant:
    """An invented applicant; how many days ago it applied, and why it was rejected."""

    number: int
    name: str
    industry: str
    region: str
    address: str
    person: str
    days: int
    reason: str = ""
    approved: bool = False


APPLICANTS = (
    Applicant(901, "宁波远桥融资租赁有限公司", "leasing", "330212", "浙江省宁波市示范路901号", "吴示例", 2),
    Applicant(
        902, "台州惠田小额贷款股份有限公司", "microloan", "331002", "浙江省台州市示范路902号", "郑示例", 1
    ),
    Applicant(
        903,
        "金华同舟典当有限责任公司",
        "pawn",
        "330702",
        "浙江省金华市示范路903号",
        "冯示例",
        6,
        "营业执照所载名称与填报名称不一致，请核对后重新提交。",
    ),
    Applicant(
        904,
        "绍兴鉴湖小额贷款有限公司",
        "microloan",
        "330602",
        "浙江省绍兴市示范路904号",
        "褚示例",
        20,
        approved=True,
    ),
)


def register_applicants(approver: Account, now: datetime) -> Account:
    """Hand the registrations in, and decide on those that were decided; returns the account that was opened."""
    opened: Account | None = None
    for applicant in APPLICANTS:
        moment = now - timedelta(days=applicant.days)
        registration = submit_registration(
            _details(applicant), password_hash=demo_password_hash(), files={}, now=moment
        )
        if applicant.approved:
            decided = moment + timedelta(days=1)
            version = registration.version
            opened = approve_registration(registration, version=version, actor=approver, now=decided)
        if applicant.reason:
            reject_registration(
                registration,
                version=registration.version,
                reason=applicant.reason,
                actor=approver,
                now=moment + timedelta(days=1),
            )
    assert opened is not None
    return opened


def _details(applicant: Applicant) -> dict[str, object]:
    return {
        "username": f"applicant{applicant.number}",
        "name": applicant.name,
        "uscc": credit_code_of(applicant.region, applicant.number),
        "industry": applicant.industry,
        "org_type": applicant.industry,
        "region_code": applicant.region,
        "address": applicant.address,
        "legal_representative": applicant.person,
        "contact_name": applicant.person,
        "mobile": f"1380000{applicant.number:04d}",
        "email": f"applicant{applicant.number}@example.invalid",
        "has_licence": False,
    }
