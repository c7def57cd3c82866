"""The demonstration's accounts: one per role and one per company, all with the password on screen."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from app.accounts.models import ENTERPRISE, STAFF, Account
from app.accounts.roles import ENTERPRISE_ROLE, ROLES_BY_NAME
from app.core.db import db
from app.demo.companies import Company
from app.institutions.models import Institution

# The first company of each industry carries the account that the log-in page shows.
SHOWN = {
    "guarantee": "demo-danbao",
    "microloan": "demo-xiaodai",
    "pawn": "demo-diandang",
    "leasing": "demo-zulin",
}
STAFF_NAMES = {
    "Supervisor": "监管示例",
    "Approver": "审批示例",
    "Inspector": "检查示例",
    "ContentEditor": "编辑示例",
    "SystemAdministrator": "系统示例",
    "SecurityAdministrator": "安全示例",
    "Auditor": "审计示例",
}
_hashes: dict[str, str] = {}


def demo_password_hash() -> str:
    """The hash of the password on screen."""
    method = current_app.config["FAB_PASSWORD_HASH_METHOD"]
    # Hashed once: forty scrypt hashes would cost the newcomer six seconds for the same known word.
    if method not in _hashes:
        _hashes[method] = generate_password_hash(DEMO_PASSWORD, method=method)
    return _hashes[method]


def _role(name: str) -> Role:
    return db.session.scalars(select(Role).where(Role.name == name)).one()


def staff_accounts(now: datetime) -> dict[str, Account]:
    """Create the accounts of staff, two of those who take turns; returns the first of each role."""
    found: dict[str, Account] = {}
    for shown in DEMO_ACCOUNTS:
        if shown.role == ENTERPRISE_ROLE:
            continue
        name = STAFF_NAMES[shown.role] + ("乙" if shown.role in found else "")
        account = _account(shown.username, name, f"{shown.username}@example.invalid", shown.role, now)
        account.kind = STAFF
        account.sees_filings = ROLES_BY_NAME[shown.role].sees_filings
        found.setdefault(shown.role, account)
    db.session.flush()
    return found


def colleagues(role: str) -> list[Account]:
    """Everybody of a role, in the order in which they were made."""
    query = select(Account).join(Account.roles).where(Role.name == role).order_by(Account.id)
    return list(db.session.scalars(query))


def enterprise_account(company: Company, institution: Institution, now: datetime) -> Account:
    """The account of a company's accountant."""
    db.session.flush()
    first = not db.session.scalars(
        select(Account.id).where(Account.username == SHOWN[company.industry])
    ).first()
    username = SHOWN[company.industry] if first else f"company{company.number:03d}"
    account = _account(username, company.contact, company.email, ENTERPRISE_ROLE, now)
    account.kind, account.institution_id, account.mobile = ENTERPRISE, institution.id, company.mobile
    account.manages_colleagues = True
    db.session.flush()
    return account


def _account(username: str, name: str, email: str, role: str, now: datetime) -> Account:
    account = Account(
        username=username,
        first_name=name[:1],
        last_name=name[1:],
        display_name=name,
        email=email,
        active=True,
        password=demo_password_hash(),
        password_changed_at=now,
        kind=ENTERPRISE if role == ENTERPRISE_ROLE else STAFF,
    )
    account.roles = [_role(role)]
    db.session.add(account)
    return account
