"""Inspections with team, document list, work on site, findings and files.

What an institution may see of its own inspections is part of the row scope: nothing before the notice was served,
no finding before the opinion was issued, never the regulator's notes and files on the work on site.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Moment
from app.core.files import StoredFile
from app.core.personal import SealedText
from app.core.scope import InstitutionScoped, Scope
from app.core.workflow import guard
from app.inspections.rules import FINDING_WORKFLOW, INSPECTION_WORKFLOW, ITEM_WORKFLOW, RECTIFY_DAYS, Person
from app.institutions.models import Institution


class Inspection(InstitutionScoped, Model):
    """One inspection of one institution, from the plan to its closing."""

    __tablename__ = "inspection"
    __table_args__ = (
        Index("ix_inspection_status", "status", "rectify_by"),
        Index("ix_inspection_planned", "planned_from", "planned_to"),
        CheckConstraint("kind IN ('routine', 'special', 'ad_hoc')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), nullable=False, unique=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    kind: Mapped[str] = mapped_column(String(10), nullable=False, default="routine")
    surprise: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    planned_from: Mapped[date | None] = mapped_column(Date)
    planned_to: Mapped[date | None] = mapped_column(Date)
    covers_from: Mapped[date | None] = mapped_column(Date)
    covers_to: Mapped[date | None] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    frequency: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    legal_basis: Mapped[str] = mapped_column(Text, nullable=False, default="")
    task_source: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    scope: Mapped[str] = mapped_column(Text, nullable=False, default="")
    matters: Mapped[str] = mapped_column(Text, nullable=False, default="")
    contact_name: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    contact_phone: Mapped[str] = mapped_column(SealedText, nullable=False, default="")
    status: Mapped[str] = mapped_column(String(12), nullable=False, default=INSPECTION_WORKFLOW.initial)
    version: Mapped[int] = mapped_column(nullable=False, default=1)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"), index=True)

    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    notice_no: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    served_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_by: Mapped[str] = mapped_column(String(130), nullable=False, default="")
    recusal_request: Mapped[str] = mapped_column(Text, nullable=False, default="")
    begun_on: Mapped[date | None] = mapped_column(Date)
    finished_on: Mapped[date | None] = mapped_column(Date)

    opinion_no: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    overview: Mapped[str] = mapped_column(Text, nullable=False, default="")
    evaluation: Mapped[str] = mapped_column(Text, nullable=False, default="")
    requirements: Mapped[str] = mapped_column(Text, nullable=False, default="")
    rectify_days: Mapped[int] = mapped_column(Integer, nullable=False, default=RECTIFY_DAYS)
    rectify_by: Mapped[date | None] = mapped_column(Date)
    issued_at: Mapped[datetime | None] = mapped_column(Moment)
    opinion_read_at: Mapped[datetime | None] = mapped_column(Moment)

    statement: Mapped[str] = mapped_column(Text, nullable=False, default="")
    accountability: Mapped[str] = mapped_column(Text, nullable=False, default="")
    feedback_round: Mapped[int] = mapped_column(nullable=False, default=0)
    feedback_version: Mapped[int] = mapped_column(nullable=False, default=1)
    feedback_at: Mapped[datetime | None] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    conclusion: Mapped[str] = mapped_column(Text, nullable=False, default="")
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    institution: Mapped[Institution] = relationship(lazy="select")
    created_by: Mapped[Account] = relationship(lazy="select", foreign_keys=[created_by_id])
    previous: Mapped[Inspection | None] = relationship(lazy="select", remote_side=[id])
    team: Mapped[list[Member]] = relationship(
        lazy="select", order_by="Member.id", back_populates="inspection"
    )
    items: Mapped[list[Item]] = relationship(
        lazy="select", order_by="Item.position, Item.id", back_populates="inspection"
    )
    findings: Mapped[list[Finding]] = relationship(
        lazy="select", order_by="Finding.position, Finding.id", back_populates="inspection"
    )

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """An institution sees its own from the moment the notice was served."""
        found = super().scope_condition(scope)
        return found & cls.served_at.is_not(None) if scope.kind == "institution" else found

    @property
    def people(self) -> list[Person]:
        """The team for the rules."""
        return [Person(one.account_id, one.name, one.certificate_no, one.is_recused) for one in self.team]

    @property
    def active_team(self) -> list[Member]:
        """The team without those who were excluded."""
        return [one for one in self.team if not one.is_recused]

    def __str__(self) -> str:
        return self.number


guard(Inspection.status, INSPECTION_WORKFLOW)


def _of_shown(model: Any, scope: Scope, found: ColumnElement[bool], column: str) -> ColumnElement[bool]:
    """For an institution only rows of inspections in which this moment has come."""
    if scope.kind != "institution":
        return found
    table = Inspection.__table__
    shown = select(table.c.id).where(table.c[column].is_not(None))
    return found & model.inspection_id.in_(shown)


class Member(InstitutionScoped, Model):
    """One of the inspectors, with or without an account; `is_recused` when excluded 回避."""

    __tablename__ = "inspection_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), nullable=False, index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    name: Mapped[str] = mapped_column(String(60), nullable=False)
    certificate_no: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    is_leader: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    is_recused: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    recusal_reason: Mapped[str] = mapped_column(String(300), nullable=False, default="")

    inspection: Mapped[Inspection] = relationship(back_populates="team")

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """As the inspection."""
        return _of_shown(cls, scope, super().scope_condition(scope), "served_at")


class Item(InstitutionScoped, Model):
    """One line of the document list 资料清单."""

    __tablename__ = "inspection_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), nullable=False, index=True)
    position: Mapped[int] = mapped_column(nullable=False)
    category: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    name: Mapped[str] = mapped_column(String(200), nullable=False)
    covers: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    form: Mapped[str] = mapped_column(String(10), nullable=False, default="either")
    due_on: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(10), nullable=False, default=ITEM_WORKFLOW.initial)
    note: Mapped[str] = mapped_column(String(500), nullable=False, default="")  # of the institution
    provider: Mapped[str] = mapped_column(String(130), nullable=False, default="")
    remark: Mapped[str] = mapped_column(String(500), nullable=False, default="")  # of the inspectors
    receiver: Mapped[str] = mapped_column(String(130), nullable=False, default="")
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    inspection: Mapped[Inspection] = relationship(back_populates="items")
    files: Mapped[list[InspectionFile]] = relationship(lazy="select", order_by="InspectionFile.id")

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """As the inspection."""
        return _of_shown(cls, scope, super().scope_condition(scope), "served_at")


guard(Item.status, ITEM_WORKFLOW)


class SiteDay(InstitutionScoped, Model):
    """What was done on one day of work on site. The regulator's own; no institution ever sees it."""

    __tablename__ = "inspection_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), nullable=False, index=True)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    note: Mapped[str] = mapped_column(Text, nullable=False)
    written_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    written_by: Mapped[str] = mapped_column(String(130), nullable=False)

    files: Mapped[list[InspectionFile]] = relationship(lazy="select", order_by="InspectionFile.id")

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff only."""
        return false() if scope.kind == "institution" else super().scope_condition(scope)


class Finding(InstitutionScoped, Model):
    """One thing that was found wrong, and what the institution says it did about it."""

    __tablename__ = "inspection_finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), nullable=False, index=True)
    position: Mapped[int] = mapped_column(nullable=False)
    title: Mapped[str] = mapped_column(String(120), nullable=False)
    fact: Mapped[str] = mapped_column(Text, nullable=False, default="")
    evidence: Mapped[str] = mapped_column(Text, nullable=False, default="")
    clause: Mapped[str] = mapped_column(String(300), nullable=False, default="")
    severity: Mapped[str] = mapped_column(String(10), nullable=False, default="moderate")
    requirement: Mapped[str] = mapped_column(Text, nullable=False, default="")
    due_on: Mapped[date | None] = mapped_column(Date)  # empty: the opinion's deadline
    status: Mapped[str] = mapped_column(String(10), nullable=False, default=FINDING_WORKFLOW.initial)
    measure: Mapped[str] = mapped_column(Text, nullable=False, default="")
    owner: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    progress: Mapped[str] = mapped_column(String(12), nullable=False, default="")
    planned_on: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    verdict_reason: Mapped[str] = mapped_column(Text, nullable=False, default="")

    inspection: Mapped[Inspection] = relationship(back_populates="findings")
    files: Mapped[list[InspectionFile]] = relationship(lazy="select", order_by="InspectionFile.id")

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """For the institution from the moment the opinion was issued."""
        return _of_shown(cls, scope, super().scope_condition(scope), "issued_at")


guard(Finding.status, FINDING_WORKFLOW)


class InspectionFile(InstitutionScoped, Model):
    """A file of a document, a finding's rectification, or a day on site. An internal one has a stored file without
    institution, so that the ordinary download does not know it."""

    __tablename__ = "inspection_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), nullable=False, index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_item.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_finding.id"), index=True)
    day_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_day.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), nullable=False)
    name: Mapped[str] = mapped_column(String(160), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    key: Mapped[str] = mapped_column(String(64), nullable=False)
    is_internal: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    # The round of feedback that it was handed in with; empty while it may still be taken away.
    round: Mapped[int | None] = mapped_column(Integer)

    file: Mapped[StoredFile] = relationship(lazy="select")

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """An institution sees no internal ones."""
        found = super().scope_condition(scope)
        if scope.kind == "institution":
            found = found & cls.is_internal.is_(False)
        return _of_shown(cls, scope, found, "served_at")


class ChecklistEntry(Model):
    """One line of the reusable document list: what is usually asked for, of all industries or one."""

    __tablename__ = "inspection_checklist"
    __table_args__ = (UniqueConstraint("industry", "name", name="uq_inspection_checklist_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(nullable=False, default=0)
    industry: Mapped[str] = mapped_column(String(20), nullable=False, default="")
    category: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    name: Mapped[str] = mapped_column(String(200), nullable=False)
    form: Mapped[str] = mapped_column(String(10), nullable=False, default="either")

    def __str__(self) -> str:
        return self.name
