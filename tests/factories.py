"""Small makers of plausible things. Names of people are obviously invented."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.accounts.models import ENTERPRISE, STAFF, Account, LoginSession
from app.accounts.roles import ENTERPRISE_ROLE, ROLES_BY_NAME
from app.core import clock
from app.core.db import db, write_intent
from app.core.workflow import transition
from app.institutions.models import Institution, Region
from app.institutions.register.services import Change, Origin, change_register, open_register
from app.institutions.rules import INSTITUTION_WORKFLOW, ORG_TYPES

_numbers = itertools.count(1)
PASSWORD = "Ceshi-Mima-2468"
P = ParamSpec("P")
R = TypeVar("R")


def writes(make: Callable[P, R]) -> Callable[P, R]:
    """Make something in a transaction that begins as a writer.

    One that reads first is refused by SQLite when a page that a browser has asked for writes in between.
    """

    @wraps(make)
    def made(*arguments: P.args, **named: P.kwargs) -> R:
        db.session.commit()
        intent = write_intent.set(True)
        try:
            return make(*arguments, **named)
        finally:
            write_intent.reset(intent)

    return made


def uscc(number: int, area: str = "330100") -> str:
    """A unified social credit code with a right check digit (GB 32100)."""
    from stdnum.cn import uscc as standard

    base = f"91{area}MA{number:07X}".replace("I", "1").replace("O", "0").replace("S", "5")
    base = base.replace("Z", "2").replace("V", "U")
    return base + standard.calc_check_digit(base)


def make_region(code: str = "330100", name: str = "示例市", parent: str | None = None) -> Region:
    """A region, or the one that is there."""
    region = db.session.get(Region, code)
    if region is None:
        region = Region(code=code, name_zh=name, name_en=f"Region {code}", parent_code=parent)
        db.session.add(region)
        db.session.flush()
    return region


def make_institution(
    industry: str = "guarantee", *, region: str = "330100", opened: bool = True, **more: Any
) -> Institution:
    """A company, operating unless told otherwise."""
    number = next(_numbers)
    make_region(region)
    values: dict[str, Any] = {
        "name": f"示例{number}号融资担保有限公司",
        "uscc": uscc(number),
        "industry": industry,
        "org_type": ORG_TYPES[industry][0],
        "region_code": region,
        "address": f"示例市示例路{number}号",
        "legal_representative": "测试甲",
        "contact_name": "测试乙",
        "mobile": "13800000000",
        "email": f"company{number}@example.invalid",
        "licence_no": f"示例A{number:05d}",
        "licence_from": date(2020, 1, 1),
        "licence_to": date(2030, 12, 31),
    }
    values.update(more)
    institution = Institution(**values)
    if opened:
        transition(institution, INSTITUTION_WORKFLOW, "open")
        institution.admitted_at = clock.now()
    since = more.get("licence_from", date(2020, 1, 1)) or date(2020, 1, 1)
    open_register(institution, since=since, origin=Origin("registration"), now=clock.now())
    db.session.commit()
    return institution


def end_institution(institution: Institution, day: date) -> None:
    """It was terminated on a day that has come."""
    values = {"status": "deregistered", "terminated_on": day}
    change_register(
        institution,
        [Change("institution", values)],
        effective_from=day,
        origin=Origin("application"),
        now=max(clock.now(), clock.start_of(day)),
    )


@writes
def make_account(role: str = "Supervisor", *, institution: Institution | None = None, **more: Any) -> Account:
    """An account with one role; Enterprise accounts need their institution."""
    number = next(_numbers)
    staff = role != ENTERPRISE_ROLE
    values: dict[str, Any] = {
        "username": f"user{number}",
        "first_name": "测试",
        "last_name": f"用户{number}",
        "display_name": f"测试用户{number}",
        "email": f"user{number}@example.invalid",
        "active": True,
        "kind": STAFF if staff else ENTERPRISE,
        "institution_id": institution.id if institution else None,
        "sees_filings": ROLES_BY_NAME[role].sees_filings,
        "password": generate_password_hash(PASSWORD, method="pbkdf2:sha256:1"),
        "password_changed_at": clock.now(),
    }
    values.update(more)
    account = Account(**values)
    account.roles = [db.session.scalars(select(Role).where(Role.name == role)).one()]
    db.session.add(account)
    db.session.commit()
    return account


@writes
def open_session(client: FlaskClient, account: Account) -> None:
    """Log an account in behind the log-in page's back."""
    from app.accounts.security import SESSION_KEY

    key = secrets.token_hex(32)
    moment = clock.now()
    db.session.add(LoginSession(id=key, account_id=account.id, created_at=moment, seen_at=moment))
    db.session.commit()
    with client.session_transaction() as session:
        session["_user_id"] = str(account.id)
        session["_fresh"] = True
        session[SESSION_KEY] = key


def make_registration(**more: Any) -> Any:
    """A registration that waits for its decision."""
    from app.institutions.models import Registration

    number = next(_numbers)
    make_region(more.get("region_code", "330100"))
    values: dict[str, Any] = {
        "receipt_no": f"ZC20260305{number:08d}",
        "username": f"danbao{number}",
        "password": generate_password_hash(PASSWORD, method="pbkdf2:sha256:1"),
        "name": f"示例{number}号融资担保有限公司",
        "uscc": uscc(number),
        "industry": "guarantee",
        "org_type": "guarantee",
        "region_code": "330100",
        "address": f"示例市示例路{number}号",
        "legal_representative": "测试甲",
        "contact_name": "测试乙",
        "mobile": "13800000000",
        "email": f"danbao{number}@example.invalid",
        "has_licence": True,
        "licence_no": f"示例A{number:05d}",
        "licence_issuer": "示例监管局",
        "licence_from": date(2020, 1, 1),
        "licence_to": date(2090, 12, 31),
        "consent_version": "2026-01",
        "submitted_at": clock.now(),
        "consent_at": clock.now(),
    }
    registration = Registration(**{**values, **more})
    db.session.add(registration)
    db.session.commit()
    return registration
