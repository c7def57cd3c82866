"""Regions and institutions."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    false,
    inspect,
    text,
    true,
)
from sqlalchemy import event as sa_event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core import files  # noqa: F401 - the licence's file
from app.core.db import Moment
from app.core.personal import SealedText
from app.core.scope import InstitutionScoped, Scope
from app.core.workflow import guard
from app.institutions.rules import INSTITUTION_WORKFLOW, REGISTRATION_WORKFLOW


class Region(Model):
    """An administrative division, GB/T 2260; `prefix` is the code without its trailing zero pairs."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(60), nullable=False)
    name_en: Mapped[str] = mapped_column(String(80), nullable=False)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))

    @property
    def prefix(self) -> str:
        """What the codes of all divisions below begin with: 330000 -> 33, 330100 -> 3301."""
        code = self.code
        while len(code) > 2 and code.endswith("00"):
            code = code[:-2]
        return code

    def __str__(self) -> str:
        return self.name_zh


class Institution(InstitutionScoped, Model):
    """A supervised company."""

    __tablename__ = "institution"
    # The first is the order of the public lists with what decides who stands in them: a page of ten thousand
    # reads its rows and no more, and they are counted in the index alone.
    __table_args__ = (
        Index(
            "ix_institution_public_list", "industry", "region_code", "name", "id", "status", "terminated_on"
        ),
        Index("ix_institution_licence_to", "licence_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), nullable=False, index=True)
    uscc: Mapped[str] = mapped_column(String(18), nullable=False, unique=True)
    industry: Mapped[str] = mapped_column(String(20), nullable=False)
    org_type: Mapped[str] = mapped_column(String(30), nullable=False)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), nullable=False)
    address: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    legal_representative: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    contact_name: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    # Deferred: what reads thousands of institutions has no use for it and need not decrypt it.
    mobile: Mapped[str] = mapped_column(SealedText, nullable=False, default="", deferred=True)
    email: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    registered_capital: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    business_scope: Mapped[str] = mapped_column(Text, nullable=False, default="")
    licence_no: Mapped[str | None] = mapped_column(String(60))
    licence_issuer: Mapped[str | None] = mapped_column(String(120))
    licence_from: Mapped[date | None] = mapped_column(Date)
    licence_to: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20), nullable=False, default=INSTITUTION_WORKFLOW.initial)
    admitted_at: Mapped[datetime | None] = mapped_column(Moment)
    terminated_on: Mapped[date | None] = mapped_column(Date)
    # Up to which day the register has been carried into the columns above.
    projected_on: Mapped[date | None] = mapped_column(Date)
    # Since when industry, type and region are what they are now; filings of earlier periods look into the register.
    profile_since: Mapped[date | None] = mapped_column(Date)

    region: Mapped[Region] = relationship(lazy="joined")

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """An institution sees itself; staff their industries and region subtree."""
        if scope.kind == "system":
            return true()
        if scope.kind == "institution" and scope.institution_id is not None:
            return cls.id == scope.institution_id
        return within(cls, scope) if scope.kind == "staff" else false()

    def __str__(self) -> str:
        return self.name


guard(Institution.status, INSTITUTION_WORKFLOW)

# Columns that repeat the register (app.institutions.register) of today; only its service writes them.
PROJECTED = (
    "name",
    "uscc",
    "industry",
    "org_type",
    "region_code",
    "address",
    "legal_representative",
    "registered_capital",
    "business_scope",
    "licence_no",
    "licence_issuer",
    "licence_from",
    "licence_to",
    "terminated_on",
)
projecting: ContextVar[bool] = ContextVar("projecting", default=False)


class OutsideRegister(Exception):
    """A column that follows from the register was to be changed past it."""


def _guard_projection(name: str) -> None:
    @sa_event.listens_for(getattr(Institution, name), "set")
    def _refuse(target: Institution, value: Any, old: Any, _initiator: Any) -> None:
        if projecting.get() or not inspect(target).persistent or value == old:
            return
        raise OutsideRegister(f"institution.{name}: use app.institutions.register.services")


for _name in PROJECTED:
    _guard_projection(_name)
Account.institution = relationship(Institution, lazy="select")


def within(model: Any, scope: Scope) -> ColumnElement[bool]:
    """Staff's industries and region subtree on a model that has both columns itself."""
    condition: ColumnElement[bool] = true()
    if scope.industries:
        condition = condition & model.industry.in_(scope.industries)
    if scope.region_prefix:
        condition = condition & model.region_code.startswith(scope.region_prefix, autoescape=True)
    return condition


_WAITING = text("status = 'submitted'")


class Registration(InstitutionScoped, Model):
    """An institution's request for an account. One waiting request per code, user name and address."""

    __tablename__ = "registration"
    __table_args__ = tuple(
        Index(
            f"uq_registration_{column}", column, unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING
        )
        for column in ("uscc", "username", "email")
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_no: Mapped[str] = mapped_column(String(20), nullable=False, unique=True)
    status: Mapped[str] = mapped_column(String(12), nullable=False, default=REGISTRATION_WORKFLOW.initial)
    version: Mapped[int] = mapped_column(nullable=False, default=1)
    submitted_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    username: Mapped[str] = mapped_column(String(64), nullable=False)
    password: Mapped[str] = mapped_column(String(256), nullable=False)
    name: Mapped[str] = mapped_column(String(120), nullable=False, index=True)
    uscc: Mapped[str] = mapped_column(String(18), nullable=False)
    industry: Mapped[str] = mapped_column(String(20), nullable=False)
    org_type: Mapped[str] = mapped_column(String(30), nullable=False)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), nullable=False)
    address: Mapped[str] = mapped_column(String(200), nullable=False)
    legal_representative: Mapped[str] = mapped_column(String(60), nullable=False)
    contact_name: Mapped[str] = mapped_column(String(60), nullable=False)
    mobile: Mapped[str] = mapped_column(SealedText, nullable=False)
    email: Mapped[str] = mapped_column(String(120), nullable=False)
    has_licence: Mapped[bool] = mapped_column(nullable=False, default=False)
    licence_no: Mapped[str | None] = mapped_column(String(60))
    licence_issuer: Mapped[str | None] = mapped_column(String(120))
    licence_from: Mapped[date | None] = mapped_column(Date)
    licence_to: Mapped[date | None] = mapped_column(Date)
    licence_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    business_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    authorisation_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    consent_version: Mapped[str] = mapped_column(String(20), nullable=False)
    consent_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decision_reason: Mapped[str | None] = mapped_column(Text)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))

    region: Mapped[Region] = relationship(lazy="joined")
    decided_by: Mapped[Any] = relationship(Account, lazy="select", foreign_keys=[decided_by_id])

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff see the registrations of their industries and region; applicants use their receipt."""
        if scope.kind == "system":
            return true()
        return within(cls, scope) if scope.kind == "staff" else false()

    def __str__(self) -> str:
        return f"{self.name}（{self.receipt_no}）"


guard(Registration.status, REGISTRATION_WORKFLOW)
