"""Accounts of the demonstration, with the password that the log-in page shows. Refused in production."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.accounts.models import Account
from app.accounts.roles import ENTERPRISE_ROLE
from app.core.db import db
from app.core.startup import UnsafeSettings

DEMO_PASSWORD = "Yanshi-2468"  # noqa: S105 - public on purpose; startup refuses it in production


@dataclass(frozen=True)
class DemoAccount:
    """username and role as stored; who it is, in both languages; password as shown."""

    username: str
    role: str
    title_zh: str
    title_en: str
    password: str = DEMO_PASSWORD


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount("demo-danbao", ENTERPRISE_ROLE, "融资担保公司（企业用户）", "Guarantee company (enterprise)"),
    DemoAccount(
        "demo-xiaodai", ENTERPRISE_ROLE, "小额贷款公司（企业用户）", "Microloan company (enterprise)"
    ),
    DemoAccount("demo-diandang", ENTERPRISE_ROLE, "典当行（企业用户）", "Pawnbroker (enterprise)"),
    DemoAccount("demo-zulin", ENTERPRISE_ROLE, "融资租赁公司（企业用户）", "Leasing company (enterprise)"),
    DemoAccount("demo-jianguan", "Supervisor", "监管人员", "Supervisor"),
    DemoAccount("demo-shenpi", "Approver", "审批人员", "Approver"),
    DemoAccount("demo-jianguan2", "Supervisor", "监管人员（第二人）", "Supervisor (second person)"),
    DemoAccount("demo-shenpi2", "Approver", "审批人员（第二人）", "Approver (second person)"),
    DemoAccount("demo-jiancha", "Inspector", "检查人员", "Inspector"),
    DemoAccount("demo-jiancha2", "Inspector", "检查人员（第二人）", "Inspector (second person)"),
    DemoAccount("demo-neirong", "ContentEditor", "内容编辑", "Content editor"),
    DemoAccount("demo-xitong", "SystemAdministrator", "系统管理员", "System administrator"),
    DemoAccount("demo-anquan", "SecurityAdministrator", "安全管理员", "Security administrator"),
    DemoAccount("demo-shenji", "Auditor", "审计员", "Auditor"),
)


def refuse_demonstration_accounts() -> None:
    """Raise in production when this database holds accounts whose passwords everybody knows."""
    names = [account.username for account in DEMO_ACCOUNTS]
    try:
        found = sorted(db.session.scalars(select(Account.username).where(Account.username.in_(names))))
    except (OperationalError, ProgrammingError):  # no tables yet, or no database: requests will tell
        found = []
    finally:
        db.session.rollback()
    if found:
        raise UnsafeSettings(
            f"demonstration accounts are in this database: {', '.join(found)}; use one without them"
        )


def shown_accounts() -> list[DemoAccount]:
    """The demonstration accounts that exist here; none unless demonstration mode is on."""
    if not current_app.config["DEMONSTRATION"] or current_app.config["PRODUCTION"]:
        return []
    names = [account.username for account in DEMO_ACCOUNTS]
    there = set(db.session.scalars(select(Account.username).where(Account.username.in_(names))))
    return [account for account in DEMO_ACCOUNTS if account.username in there]
