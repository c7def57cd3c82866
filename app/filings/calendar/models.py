"""Reporting periods with their windows, and the extensions that reach beyond them."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Moment
from app.core.i18n import lang
from app.core.scope import InstitutionScoped
from app.core.workflow import guard
from app.filings.calendar.rules import EXTENSION_WORKFLOW, Window
from app.filings.definitions.models import ReportSet
from app.institutions.models import Institution


class ReportingPeriod(Model):
    """One month, quarter or year. `due_at` and `closes_at` are exclusive: the first moment that is too late."""

    __tablename__ = "reporting_period"
    __table_args__ = (
        UniqueConstraint("frequency", "code", name="uq_reporting_period_frequency_code"),
        CheckConstraint("start_date <= end_date", name="dates"),
        CheckConstraint("opens_at < due_at AND due_at <= closes_at", name="window"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frequency: Mapped[str] = mapped_column(String(20), nullable=False)
    code: Mapped[str] = mapped_column(String(20), nullable=False)
    name_zh: Mapped[str] = mapped_column(String(60), nullable=False)
    name_en: Mapped[str] = mapped_column(String(60), nullable=False)
    start_date: Mapped[date] = mapped_column(Date, nullable=False)
    end_date: Mapped[date] = mapped_column(Date, nullable=False, index=True)
    opens_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    due_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    closes_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    allows_late: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)

    @property
    def window(self) -> Window:
        """What the gate judges by."""
        return Window(
            self.name_zh, self.name_en, self.opens_at, self.due_at, self.closes_at, bool(self.allows_late)
        )

    @property
    def late_until(self) -> datetime | None:
        """When late filing ends, where it is allowed."""
        return self.closes_at if self.allows_late else None

    def name(self, lang: str) -> str:
        """The period's name in 'zh' or 'en'."""
        return self.name_en if lang == "en" else self.name_zh

    @property
    def shown_name(self) -> str:
        """The name in the reader's language."""
        return self.name(lang())

    def __str__(self) -> str:
        return self.shown_name


_OPEN = text("status = 'requested'")


class Extension(InstitutionScoped, Model):
    """延期: more time for one institution, report set and period. `requested_until` and `granted_until` are
    exclusive, as all ends. Once decided it is never changed; more time is another extension."""

    __tablename__ = "filing_extension"
    __table_args__ = (
        Index("ix_filing_extension_place", "institution_id", "report_set_id", "period_id"),
        # One request at a time: a double click or a colleague must not ask twice.
        Index(
            "uq_filing_extension_open",
            "institution_id",
            "report_set_id",
            "period_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        CheckConstraint("(status = 'granted') = (granted_until IS NOT NULL)", name="granted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    report_set_id: Mapped[int] = mapped_column(ForeignKey("report_set.id"), nullable=False)
    period_id: Mapped[int] = mapped_column(ForeignKey("reporting_period.id"), nullable=False, index=True)
    status: Mapped[str] = mapped_column(String(12), nullable=False, default=EXTENSION_WORKFLOW.initial)
    version: Mapped[int] = mapped_column(nullable=False, default=1)
    reason: Mapped[str] = mapped_column(Text, nullable=False)
    requested_until: Mapped[datetime] = mapped_column(Moment, nullable=False)
    requested_at: Mapped[datetime] = mapped_column(Moment, nullable=False, index=True)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    granted_until: Mapped[datetime | None] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    opinion: Mapped[str | None] = mapped_column(Text)

    institution: Mapped[Institution] = relationship(lazy="select")
    report_set: Mapped[ReportSet] = relationship(lazy="select")
    period: Mapped[ReportingPeriod] = relationship(lazy="select")
    requested_by: Mapped[Account | None] = relationship(lazy="select", foreign_keys=[requested_by_id])
    decided_by: Mapped[Account | None] = relationship(lazy="select", foreign_keys=[decided_by_id])

    @property
    def is_direct(self) -> bool:
        """Granted by staff without having been asked for."""
        return self.decided_by_id is not None and self.decided_by_id == self.requested_by_id

    def __str__(self) -> str:
        return f"{self.institution} {self.period}"


# For searching the list by where the institution is; loaded only when asked for.
Extension.region_code = column_property(
    select(Institution.region_code).where(Institution.id == Extension.institution_id).scalar_subquery(),
    deferred=True,
)
guard(Extension.status, EXTENSION_WORKFLOW)
