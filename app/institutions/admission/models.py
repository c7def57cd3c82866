"""Applications of institutions, their decisions, and what the regulator has laid down about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.append_only import protect
from app.core.db import Moment
from app.core.files import StoredFile
from app.core.personal import SealedJson
from app.core.scope import InstitutionScoped
from app.core.workflow import guard
from app.institutions.admission.rules import APPLICATION_WORKFLOW, Step, steps_from
from app.institutions.models import Institution, Region

_LIVE = text("status IN ('draft', 'submitted', 'returned') AND kind <> 'branch'")


class StepPlan(Model):
    """The steps of approval for a kind, of one industry and region or of all. Never changed: a new one replaces it,
    and applications keep the steps that they were handed in with."""

    __tablename__ = "step_plan"
    __table_args__ = (
        UniqueConstraint("kind", "industry", "region_prefix", "version", name="uq_step_plan_version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), nullable=False)
    industry: Mapped[str] = mapped_column(String(20), nullable=False, default="")
    region_prefix: Mapped[str] = mapped_column(String(6), nullable=False, default="")
    version: Mapped[int] = mapped_column(nullable=False)
    steps: Mapped[list[dict[str, str]]] = mapped_column(JSON, nullable=False)
    made_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    made_by: Mapped[Account | None] = relationship(lazy="select")

    @property
    def parsed(self) -> tuple[Step, ...]:
        """The steps."""
        return steps_from(self.steps)

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class ApprovalMode(Model):
    """Approval, filing or report: by industry, kind of change and region, with the legal basis."""

    __tablename__ = "approval_mode"
    __table_args__ = (
        UniqueConstraint("industry", "change_type", "region_prefix", name="uq_approval_mode_place"),
        CheckConstraint("mode IN ('approve', 'file', 'report')", name="mode"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    industry: Mapped[str] = mapped_column(String(20), nullable=False)
    change_type: Mapped[str] = mapped_column(String(20), nullable=False)
    region_prefix: Mapped[str] = mapped_column(String(6), nullable=False, default="")
    mode: Mapped[str] = mapped_column(String(10), nullable=False)
    basis_zh: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    basis_en: Mapped[str] = mapped_column(String(300), nullable=False, default="")

    def __str__(self) -> str:
        return f"{self.industry} {self.change_type}"


class Application(InstitutionScoped, Model):
    """One application 新设, 跨区设立分支机构, 变更 or 终止, with what was asked for."""

    __tablename__ = "admission_application"
    __table_args__ = (
        # One at a time, also for a double click; branches excepted.
        Index(
            "uq_admission_application_live",
            "institution_id",
            "kind",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), nullable=False, unique=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    kind: Mapped[str] = mapped_column(String(12), nullable=False)
    # Where the institution stood when it applied: what the queue is searched by.
    industry: Mapped[str] = mapped_column(String(20), nullable=False)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), nullable=False)
    status: Mapped[str] = mapped_column(String(12), nullable=False, default=APPLICATION_WORKFLOW.initial)
    version: Mapped[int] = mapped_column(nullable=False, default=1)
    payload: Mapped[dict[str, Any]] = mapped_column(SealedJson, nullable=False, default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(SealedJson, nullable=False, default=dict)
    steps: Mapped[list[dict[str, str]]] = mapped_column(JSON, nullable=False, default=list)
    step: Mapped[int] = mapped_column(nullable=False, default=0)
    step_role: Mapped[str] = mapped_column(String(20), nullable=False, default="")
    round: Mapped[int] = mapped_column(nullable=False, default=0)
    mode: Mapped[str] = mapped_column(String(10), nullable=False, default="approve")
    effective_from: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    institution: Mapped[Institution] = relationship(lazy="select")
    region: Mapped[Region] = relationship(lazy="select")
    files: Mapped[list[ApplicationFile]] = relationship(
        lazy="select", order_by="ApplicationFile.id", back_populates="application"
    )
    decisions: Mapped[list[StepDecision]] = relationship(lazy="select", order_by="StepDecision.id")

    @hybrid_property
    def standing(self) -> Any:
        """State and mode together: what the state is called goes by both. Sorted by the state."""
        return self.status, self.mode

    @standing.inplace.expression
    @classmethod
    def _standing_sorts(cls) -> Any:
        return cls.status

    @property
    def parsed_steps(self) -> tuple[Step, ...]:
        """The steps that this application goes through."""
        return steps_from(self.steps)

    @property
    def current_step(self) -> Step | None:
        """The step that is waited for."""
        steps = self.parsed_steps
        return steps[self.step] if self.status == "submitted" and self.step < len(steps) else None

    def __str__(self) -> str:
        return self.number


guard(Application.status, APPLICATION_WORKFLOW)


class ApplicationFile(InstitutionScoped, Model):
    """An attachment of an application under its key."""

    __tablename__ = "admission_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("admission_application.id"), nullable=False, index=True
    )
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), nullable=False)
    key: Mapped[str] = mapped_column(String(20), nullable=False)

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)
    application: Mapped[Application] = relationship(back_populates="files")


class StepDecision(InstitutionScoped, Model):
    """What somebody decided on a step. Never changed."""

    __tablename__ = "admission_decision"
    __table_args__ = (UniqueConstraint("application_id", "round", "step", name="uq_admission_decision_step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    application_id: Mapped[int] = mapped_column(ForeignKey("admission_application.id"), nullable=False)
    round: Mapped[int] = mapped_column(nullable=False)
    step: Mapped[int] = mapped_column(nullable=False)
    decision: Mapped[str] = mapped_column(String(10), nullable=False)
    opinion: Mapped[str] = mapped_column(Text, nullable=False, default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    actor_name: Mapped[str] = mapped_column(String(130), nullable=False)
    at: Mapped[datetime] = mapped_column(Moment, nullable=False)


protect(StepDecision)
