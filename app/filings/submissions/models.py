"""Filings: drafts by form, immutable versions, explanations, review marks and staged imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    event,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.accounts.models import Account
from app.core.append_only import protect
from app.core.db import Moment
from app.core.events import AppendOnlyError
from app.core.files import StoredFile
from app.core.personal import SealedBytes, SealedJson
from app.core.scope import InstitutionScoped
from app.core.workflow import guard
from app.filings.calendar.models import ReportingPeriod
from app.filings.definitions.models import ReportSet
from app.filings.submissions.rules import FILING_WORKFLOW
from app.institutions.models import Institution

_OPEN_CHANGE = text("change_form IS NOT NULL AND status IN ('draft', 'submitted', 'returned')")


class Filing(InstitutionScoped, Model):
    """The one obligation institution × report set × period, from the first saved cell on.

    `version` counts changes of the row; `number` the submitted versions. `accepted_version_id` points to
    what is in force since `accepted_at`, which stays while a later version is being reviewed. A change of a
    one-off form has the form and a number in place of the period (GG01-02), and the form in `change_form`.
    `is_nil`: the last version handed in declares that there is nothing to report.
    """

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("institution_id", "report_set_id", "period_code", name="uq_filing_obligation"),
        Index("ix_filing_status_set", "status", "report_set_id"),
        # One open change per form: a colleague must not begin a second one beside it.
        Index(
            "uq_filing_open_change",
            "institution_id",
            "report_set_id",
            "change_form",
            unique=True,
            sqlite_where=_OPEN_CHANGE,
            postgresql_where=_OPEN_CHANGE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    report_set_id: Mapped[int] = mapped_column(ForeignKey("report_set.id"), nullable=False)
    period_id: Mapped[int | None] = mapped_column(ForeignKey("reporting_period.id"), index=True)
    period_code: Mapped[str] = mapped_column(String(20), nullable=False)
    status: Mapped[str] = mapped_column(String(20), nullable=False, default=FILING_WORKFLOW.initial)
    version: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    number: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    receipt_no: Mapped[str | None] = mapped_column(String(40))
    submitted_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    is_late: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    errors: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    warnings: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    picked_up_at: Mapped[datetime | None] = mapped_column(Moment)
    correct_until: Mapped[datetime | None] = mapped_column(Moment)
    return_reason: Mapped[str | None] = mapped_column(Text)
    accepted_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("filing_version.id", use_alter=True, name="fk_filing_accepted_version")
    )
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    change_form: Mapped[str | None] = mapped_column(String(20))
    is_nil: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)

    institution: Mapped[Institution] = relationship(lazy="select")
    report_set: Mapped[ReportSet] = relationship(lazy="select")
    period: Mapped[ReportingPeriod | None] = relationship(lazy="select")
    reviewer: Mapped[Account | None] = relationship(lazy="select", foreign_keys=[reviewer_id])

    def __str__(self) -> str:
        return f"{self.institution} {self.change_form or ''} {self.period or self.report_set}".replace(
            "  ", " "
        )


# For searching and ordering lists by the name; loaded only when asked for.
Filing.institution_name = column_property(
    select(Institution.name).where(Institution.id == Filing.institution_id).scalar_subquery(), deferred=True
)
guard(Filing.status, FILING_WORKFLOW)


class FilingForm(InstitutionScoped, Model):
    """The draft of one form. `rejects` keeps input that could not be read, so that nothing typed is lost:
    {row: {column: {"raw", "zh", "en"}}}. `version` is what an editor must have seen to save over it."""

    __tablename__ = "filing_form"
    __table_args__ = (UniqueConstraint("filing_id", "form_code", name="uq_filing_form_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), nullable=False)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    form_code: Mapped[str] = mapped_column(String(20), nullable=False)
    definition_id: Mapped[int] = mapped_column(ForeignKey("form_definition.id"), nullable=False)
    content: Mapped[dict[str, Any]] = mapped_column(SealedJson, nullable=False, default=dict)
    rejects: Mapped[dict[str, Any]] = mapped_column(SealedJson, nullable=False, default=dict)
    version: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    updated_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


class FilingVersion(InstitutionScoped, Model):
    """What was handed in: frozen, hashed, with its receipt. Never changed."""

    __tablename__ = "filing_version"
    __table_args__ = (
        UniqueConstraint("filing_id", "number", name="uq_filing_version_number"),
        UniqueConstraint("filing_id", "request_key", name="uq_filing_version_request"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), nullable=False)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    request_key: Mapped[str] = mapped_column(String(64), nullable=False)
    receipt_no: Mapped[str] = mapped_column(String(40), nullable=False, unique=True)
    submitted_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    is_late: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    payload: Mapped[dict[str, Any]] = mapped_column(SealedJson, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    values_sha256: Mapped[str] = mapped_column(String(64), nullable=False)

    submitted_by: Mapped[Account | None] = relationship(lazy="select")

    @property
    def nil(self) -> dict[str, str] | None:
        """Who declared in which words that there is nothing to report; None for an ordinary filing."""
        found: dict[str, str] | None = self.payload.get("nil")
        return found

    @property
    def attachments(self) -> dict[str, list[dict[str, Any]]]:
        """The files handed in with each form: {form code: [{key, file, name, size, sha256}]}."""
        found: dict[str, list[dict[str, Any]]] = self.payload.get("attachments", {})
        return found


protect(FilingVersion)


@event.listens_for(FilingVersion, "before_update")
@event.listens_for(FilingVersion, "before_delete")
def _refuse_rewriting(_mapper: Any, _connection: Any, target: FilingVersion) -> None:
    raise AppendOnlyError(f"filing version {target.id} is frozen")


class FilingAttachment(InstitutionScoped, Model):
    """A file that goes with a form of the draft. `frozen`: a version names the file, so it outlives this row."""

    __tablename__ = "filing_attachment"
    __table_args__ = (
        UniqueConstraint("filing_id", "form_code", "key", "file_id", name="uq_filing_attachment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), nullable=False)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    form_code: Mapped[str] = mapped_column(String(20), nullable=False)
    key: Mapped[str] = mapped_column(String(40), nullable=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), nullable=False)
    frozen: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    added_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    file: Mapped[StoredFile] = relationship(lazy="joined")


class Explanation(InstitutionScoped, Model):
    """A company's word on a warning, bound by `key` to the finding and the values that it explains."""

    __tablename__ = "filing_explanation"
    __table_args__ = (UniqueConstraint("filing_id", "key", name="uq_filing_explanation_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), nullable=False)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    key: Mapped[str] = mapped_column(String(200), nullable=False)
    text: Mapped[str] = mapped_column(Text, nullable=False)
    written_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


class ReviewMark(InstitutionScoped, Model):
    """A reviewer's mark on one cell of one version; `row` and `col` are empty for a remark on the form."""

    __tablename__ = "review_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), nullable=False, index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("filing_version.id"), nullable=False)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    form_code: Mapped[str] = mapped_column(String(20), nullable=False)
    row: Mapped[str] = mapped_column(String(20), nullable=False, default="")
    col: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    comment: Mapped[str] = mapped_column(Text, nullable=False)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    marked_at: Mapped[datetime] = mapped_column(Moment, nullable=False)


class StagedImport(InstitutionScoped, Model):
    """A workbook that was read and checked, waiting for somebody to look at the preview and take it."""

    __tablename__ = "staged_import"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), nullable=False, index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    file_name: Mapped[str] = mapped_column(String(200), nullable=False)
    original: Mapped[bytes] = mapped_column(SealedBytes, nullable=False, deferred=True)
    result: Mapped[dict[str, Any]] = mapped_column(SealedJson(whole=True), nullable=False)
    seen_versions: Mapped[dict[str, int]] = mapped_column(JSON, nullable=False)
    staged_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    staged_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
