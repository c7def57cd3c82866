"""`flask demo`: fill an empty platform with the demonstration; does nothing where there is data already."""

from __future__ import annotations

import click
from flask import current_app
from sqlalchemy import func, select

from app.core import clock
from app.core.db import commits, db
from app.core.scope import SYSTEM, scoped
from app.demo.accounts import colleagues, staff_accounts
from app.demo.admission import tell_admission, tell_set_up
from app.demo.editing import tell_editing
from app.demo.inspections import tell_inspections
from app.demo.messages import tell_messages
from app.demo.registrations import register_applicants
from app.demo.scenario import tell
from app.filings.definitions.services import load_into_database
from app.institutions.models import Institution
from app.institutions.regions import load_regions
from app.portal.seed import seed_portal


def fill_once() -> str:
    """Create demonstration institutions, accounts, filings and announcements relative to today, unless there
    are data already; says what was done. Raises ClickException where demonstration data are refused."""
    if current_app.config["PRODUCTION"] or not current_app.config["DEMONSTRATION"]:
        raise click.ClickException(
            "demonstration data are refused here: PLATFORM_ENV=production or DEMONSTRATION=0"
        )
    with scoped(SYSTEM):
        if db.session.scalar(select(func.count()).select_from(Institution)):
            return "demonstration: data are there already, nothing changed"
        number = commits(fill)()
    return f"demonstration: {number} institutions created"


def fill() -> int:
    """Everything in one transaction: a half-told story is worse than none."""
    now = clock.now()
    load_regions()
    load_into_database(now)
    staff = staff_accounts(now)
    seed_portal(now)
    tell_editing(staff["ContentEditor"], now)
    number = tell(now, staff["Supervisor"])
    newcomer = register_applicants(staff["Approver"], now)
    deciders = {role: colleagues(role) for role in ("Supervisor", "Approver")}
    tell_admission(deciders, now)
    tell_set_up(newcomer, deciders, now)
    tell_inspections({role: colleagues(role) for role in ("Inspector", "Approver")}, now)
    tell_messages(now)
    return number
