"""Form definitions by version, and the report sets that group them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Moment
from app.core.i18n import lang

CHANGE = "change"  # the family of the sets in which the forms of the one-off set are changed


class FormDefinition(Model):
    """One version of one form, in force for periods that end on `effective_from` or later."""

    __tablename__ = "form_definition"
    __table_args__ = (UniqueConstraint("code", "version", name="uq_form_definition_code_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), nullable=False)
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    name_zh: Mapped[str] = mapped_column(String(120), nullable=False)
    name_en: Mapped[str] = mapped_column(String(200), nullable=False)
    industry: Mapped[str] = mapped_column(String(20), nullable=False)
    family: Mapped[str] = mapped_column(String(20), nullable=False)
    frequency: Mapped[str] = mapped_column(String(20), nullable=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    effective_from: Mapped[date] = mapped_column(Date, nullable=False)
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)

    @property
    def shown_name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if lang() == "en" else self.name_zh

    def __str__(self) -> str:
        return f"{self.code} {self.shown_name}"


class IndicatorDefinition(Model):
    """One version of one supervisory figure, in force for periods that end on `effective_from` or later."""

    __tablename__ = "indicator_definition"
    __table_args__ = (UniqueConstraint("code", "version", name="uq_indicator_definition_code_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), nullable=False)
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    industry: Mapped[str] = mapped_column(String(20), nullable=False, index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    effective_from: Mapped[date] = mapped_column(Date, nullable=False)
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)

    def __str__(self) -> str:
        return f"{self.code} {self.content.get(f'name_{lang()}', '')}"


class ReportSet(Model):
    """What one industry files together in one family and frequency, for periods that end on `starts_on` or later."""

    __tablename__ = "report_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), nullable=False, unique=True)
    industry: Mapped[str] = mapped_column(String(20), nullable=False, index=True)
    family: Mapped[str] = mapped_column(String(20), nullable=False)
    frequency: Mapped[str] = mapped_column(String(20), nullable=False)
    name_zh: Mapped[str] = mapped_column(String(120), nullable=False)
    name_en: Mapped[str] = mapped_column(String(200), nullable=False)
    starts_on: Mapped[date] = mapped_column(Date, nullable=False)
    allows_nil: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)

    members: Mapped[list[ReportSetForm]] = relationship(
        back_populates="report_set", order_by="ReportSetForm.position", lazy="selectin"
    )

    @property
    def codes(self) -> list[str]:
        """The codes of all forms that the set has or once had, as printed."""
        return [member.form_code for member in self.members]

    def codes_on(self, day: date) -> list[str]:
        """The codes of the forms that belong to the set for a period that ends on `day`."""
        return [member.form_code for member in self.members if member.holds_on(day)]

    @property
    def is_reviewed(self) -> bool:
        """Whether the regulator decides on each filing (审批中 → 已通过 / 已退回)."""
        return self.family in ("business", CHANGE)

    @property
    def is_change(self) -> bool:
        """重大信息变更: each filing of the set is one form, by itself, at any time."""
        return self.family == CHANGE

    def name(self, lang: str) -> str:
        """The set's name in 'zh' or 'en'."""
        return self.name_en if lang == "en" else self.name_zh

    def __str__(self) -> str:
        return self.name(lang())


class ReportSetForm(Model):
    """A form's place in a set, for periods that end on `starts_on` or later and before `ends_on`; `required` is the
    red star. A form that leaves the catalogue keeps its place for the periods before.
    """

    __tablename__ = "report_set_form"
    __table_args__ = (UniqueConstraint("report_set_id", "form_code", name="uq_report_set_form_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_set_id: Mapped[int] = mapped_column(
        ForeignKey("report_set.id", ondelete="CASCADE"), nullable=False
    )
    form_code: Mapped[str] = mapped_column(String(20), nullable=False)
    position: Mapped[int] = mapped_column(Integer, nullable=False)
    required: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    starts_on: Mapped[date] = mapped_column(Date, nullable=False, default=date(2000, 1, 1))
    ends_on: Mapped[date | None] = mapped_column(Date)

    def holds_on(self, day: date) -> bool:
        """Whether the form belongs to the set for a period that ends on `day`."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    report_set: Mapped[ReportSet] = relationship(back_populates="members")
