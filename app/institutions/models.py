"""Regions and institutions."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, Date, ForeignKey, Index, Numeric, String, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Moment
from app.core.scope import InstitutionScoped, Scope
from app.core.workflow import guard
from app.institutions.rules import INSTITUTION_WORKFLOW


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
    __table_args__ = (Index("ix_institution_industry_region", "industry", "region_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), nullable=False, index=True)
    uscc: Mapped[str] = mapped_column(String(18), nullable=False, unique=True)
    industry: Mapped[str] = mapped_column(String(20), nullable=False)
    org_type: Mapped[str] = mapped_column(String(30), nullable=False)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), nullable=False)
    address: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    legal_representative: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    contact_name: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    mobile: Mapped[str] = mapped_column(String(20), nullable=False, default="")
    email: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    registered_capital: Mapped[float | None] = mapped_column(Numeric(18, 2))
    business_scope: Mapped[str] = mapped_column(Text, nullable=False, default="")
    licence_no: Mapped[str | None] = mapped_column(String(60))
    licence_issuer: Mapped[str | None] = mapped_column(String(120))
    licence_from: Mapped[date | None] = mapped_column(Date)
    licence_to: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20), nullable=False, default=INSTITUTION_WORKFLOW.initial)
    admitted_at: Mapped[datetime | None] = mapped_column(Moment)
    terminated_on: Mapped[date | None] = mapped_column(Date)

    region: Mapped[Region] = relationship(lazy="joined")

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """An institution sees itself; staff their industries and region subtree."""
        if scope.kind == "system":
            return true()
        if scope.kind == "institution" and scope.institution_id is not None:
            return cls.id == scope.institution_id
        if scope.kind != "staff":
            return false()
        condition: ColumnElement[bool] = true()
        if scope.industries:
            condition = condition & cls.industry.in_(scope.industries)
        if scope.region_prefix:
            condition = condition & cls.region_code.startswith(scope.region_prefix, autoescape=True)
        return condition

    def __str__(self) -> str:
        return self.name


guard(Institution.status, INSTITUTION_WORKFLOW)
Account.institution = relationship(Institution, lazy="select")
