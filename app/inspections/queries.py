"""Reads about inspections. Who may see which rows is added by the row scope."""

from __future__ import annotations

from datetime import date

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import STAFF, Account
from app.core.db import db
from app.core.files import StoredFile
from app.core.scope import SYSTEM, scoped
from app.inspections import rules
from app.inspections.models import Finding, Inspection, InspectionFile, Item, Member, SiteDay
from app.institutions.models import Institution

INSPECTOR = "Inspector"
LARGEST = 2**31 - 1


def inspection_by_id(inspection_id: int) -> Inspection | None:
    """One inspection with everything that its pages show; none outside the reader's scope."""
    if inspection_id > LARGEST:
        return None
    query = (
        select(Inspection)
        .where(Inspection.id == inspection_id)
        .options(
            joinedload(Inspection.institution),
            joinedload(Inspection.created_by),
            joinedload(Inspection.previous),
            selectinload(Inspection.team),
            selectinload(Inspection.items).selectinload(Item.files),
            selectinload(Inspection.findings).selectinload(Finding.files),
        )
    )
    return db.session.scalars(query).first()


def company_inspection(institution_id: int, inspection_id: int) -> Inspection | None:
    """One of the institution's own, once the notice was served."""
    found = inspection_by_id(inspection_id)
    if found is None or found.institution_id != institution_id or found.served_at is None:
        return None
    return found


def company_inspections(institution_id: int) -> list[Inspection]:
    """Everything that an institution was told of, newest first."""
    query = select(Inspection).where(
        Inspection.institution_id == institution_id, Inspection.served_at.is_not(None)
    )
    return list(db.session.scalars(query.order_by(Inspection.served_at.desc(), Inspection.id.desc())))


def days_of(inspection_id: int) -> list[SiteDay]:
    """The record of the work on site in the order of days."""
    query = select(SiteDay).where(SiteDay.inspection_id == inspection_id).options(selectinload(SiteDay.files))
    return list(db.session.scalars(query.order_by(SiteDay.day, SiteDay.id)))


def internal_file(inspection_id: int, file_id: int) -> StoredFile | None:
    """A file of the work on site, for staff who see the inspection."""
    if max(inspection_id, file_id) > LARGEST:
        return None
    query = select(InspectionFile).where(
        InspectionFile.id == file_id, InspectionFile.inspection_id == inspection_id
    )
    found = db.session.scalars(query).first()
    if found is None:
        return None
    with scoped(
        SYSTEM
    ):  # it has no institution; the row that belongs to the inspection has been found in scope
        return db.session.get(StoredFile, found.file_id)


def follow_ups(inspection_id: int) -> list[Inspection]:
    """Inspections that look after this one."""
    query = select(Inspection).where(Inspection.previous_id == inspection_id)
    return list(db.session.scalars(query.order_by(Inspection.id)))


def may_inspect(account: Account, institution: Institution) -> bool:
    """Whether the account is an inspector whose area holds the institution."""
    is_inspector = any(role.name == INSPECTOR for role in account.roles)
    return account.kind == STAFF and is_inspector and _covers(account, institution)


def _covers(account: Account, institution: Institution) -> bool:
    industries = account.industries or []
    fits = not industries or institution.industry in industries
    return fits and institution.region_code.startswith(account.region_prefix or "")


def possible_inspectors(institution: Institution) -> list[Account]:
    """Inspectors who may be in the team, by name."""
    return _staff_for(INSPECTOR, institution)


def possible_approvers(institution: Institution) -> list[Account]:
    """Who may approve a plan to inspect it, by name."""
    return _staff_for("Approver", institution)


def _staff_for(role: str, institution: Institution) -> list[Account]:
    query = (
        select(Account)
        .join(Account.roles)
        .where(Account.kind == STAFF, Account.active.is_(True), Role.name == role)
        .order_by(Account.display_name, Account.id)
    )
    return [one for one in db.session.scalars(query).unique() if _covers(one, institution)]


def last_certificate(account_id: int) -> str:
    """The certificate number that an inspector had last time."""
    return last_certificates([account_id]).get(account_id, "")


def last_certificates(account_ids: list[int]) -> dict[int, str]:
    """By account; in one statement, whatever the area of the earlier inspection was."""
    query = select(Member.account_id, Member.certificate_no).where(
        Member.account_id.in_(account_ids), Member.certificate_no != ""
    )
    with scoped(SYSTEM):
        rows = db.session.execute(query.order_by(Member.id)).all()
    return {int(key): number for key, number in rows}


def _count(*conditions: object) -> int:
    query = select(func.count()).select_from(Inspection).where(*conditions)  # type: ignore[arg-type]
    return int(db.session.scalar(query) or 0)


def waiting_plans(actor_id: int) -> int:
    """Plans that wait for approval by somebody like this: neither planned nor handed in by them."""
    return _count(Inspection.status == "pending", Inspection.created_by_id != actor_id)


def waiting_opinions(actor_id: int) -> int:
    """Opinions that wait for the signature of somebody like this, who was not of the team."""
    mine = select(Member.inspection_id).where(Member.account_id == actor_id)
    return _count(Inspection.status == "signing", Inspection.id.not_in(mine))


def overdue_number(today: date) -> int:
    """Inspections whose rectification should have been reported."""
    return _count(Inspection.status.in_(rules.TAKES_FEEDBACK), Inspection.rectify_by < today)


def work_of(actor_id: int) -> int:
    """Inspections in which this inspector has something to do."""
    mine = select(Member.inspection_id).where(Member.account_id == actor_id, Member.is_recused.is_(False))
    return _count(Inspection.status.in_(rules.WORKING), Inspection.id.in_(mine))
