"""Templates in versions, the counter of numbers, and issued letters. Nothing here but the counter is ever changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.append_only import protect
from app.core.db import Moment
from app.core.files import StoredFile
from app.core.personal import SealedJson
from app.core.scope import InstitutionScoped


class LetterTemplate(Model):
    """One version of how letters of a kind read. A change adds a version; issued letters keep theirs."""

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("kind", "version", name="uq_letter_template_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), nullable=False)
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    layout: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    note: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    made_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    made_by: Mapped[Account | None] = relationship()


class LetterCounter(Model):
    """The last number given to letters of a kind in a year. Raised in the transaction that issues the letter, so
    that whoever issues at the same time waits, and a letter that is not issued after all leaves no gap."""

    __tablename__ = "letter_counter"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer, nullable=False)


class Letter(InstitutionScoped, Model):
    """An issued letter: what it says, how it was laid out, and both files exactly as they were made then."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("kind", "number", name="uq_letter_number"),
        Index("ix_letter_subject", "subject_type", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), nullable=False)
    number: Mapped[str] = mapped_column(String(80), nullable=False)
    title: Mapped[str] = mapped_column(String(200), nullable=False)
    subject_type: Mapped[str] = mapped_column(String(40), nullable=False)
    subject_id: Mapped[int] = mapped_column(Integer, nullable=False)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    template_version: Mapped[int] = mapped_column(Integer, nullable=False)
    layout: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    payload: Mapped[dict[str, Any]] = mapped_column(SealedJson, nullable=False)
    authority: Mapped[str] = mapped_column(String(100), nullable=False)
    issued_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    pdf_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), nullable=False)
    docx_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), nullable=False)
    pdf_sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    docx_sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    content_hash: Mapped[str] = mapped_column(String(64), nullable=False)

    # Only through the letter: the files belong to no institution, so no other way leads to them.
    pdf: Mapped[StoredFile] = relationship(foreign_keys=[pdf_id], viewonly=True)
    docx: Mapped[StoredFile] = relationship(foreign_keys=[docx_id], viewonly=True)
    issued_by: Mapped[Account | None] = relationship()

    def __str__(self) -> str:
        return self.number


protect(LetterTemplate)
protect(Letter)
