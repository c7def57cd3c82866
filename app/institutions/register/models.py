"""The register: entries that are only ever added, and the periods of time that follow from them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Numeric, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.append_only import protect
from app.core.db import Moment
from app.core.events import AppendOnlyError
from app.core.scope import InstitutionScoped
from app.institutions.models import Institution, Region


class RegisterEntry(InstitutionScoped, Model):
    """From `effective_from` on, these `values` of this subject hold; or, with `ends`, there is no such subject."""

    __tablename__ = "register_entry"
    __table_args__ = (Index("ix_register_entry_course", "institution_id", "effective_from", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    subject_kind: Mapped[str] = mapped_column(String(12), nullable=False)
    subject_key: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    values: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    ends: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    effective_from: Mapped[date] = mapped_column(Date, nullable=False, index=True)
    recorded_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    source: Mapped[str] = mapped_column(String(12), nullable=False)
    source_id: Mapped[int | None] = mapped_column()
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    actor_name: Mapped[str] = mapped_column(String(130), nullable=False, default="")


protect(RegisterEntry)


@event.listens_for(RegisterEntry, "before_update")
@event.listens_for(RegisterEntry, "before_delete")
def _refuse_rewriting(_mapper: Any, _connection: Any, target: RegisterEntry) -> None:
    raise AppendOnlyError(f"register entry {target.id} cannot be changed")


class InstitutionVersion(InstitutionScoped, Model):
    """How the register stood from `valid_from` until before `valid_to` (none: still). Follows from the entries and
    is written anew with each of them; lists of a past day read it as they read the present in `institution`."""

    __tablename__ = "institution_version"
    __table_args__ = (
        Index("uq_institution_version_start", "institution_id", "valid_from", unique=True),
        # The order of a past day's public list, with what decides who stands in it.
        Index(
            "ix_institution_version_list",
            "industry",
            "region_code",
            "name",
            "institution_id",
            "valid_from",
            "valid_to",
            "status",
            "terminated_on",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    valid_from: Mapped[date] = mapped_column(Date, nullable=False, index=True)
    valid_to: Mapped[date | None] = mapped_column(Date)
    name: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    uscc: Mapped[str] = mapped_column(String(18), nullable=False, default="")
    industry: Mapped[str] = mapped_column(String(20), nullable=False, default="")
    org_type: Mapped[str] = mapped_column(String(30), nullable=False, default="")
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    address: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    legal_representative: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    registered_capital: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    business_scope: Mapped[str] = mapped_column(Text, nullable=False, default="")
    licence_no: Mapped[str | None] = mapped_column(String(60))
    licence_issuer: Mapped[str | None] = mapped_column(String(120))
    licence_from: Mapped[date | None] = mapped_column(Date)
    licence_to: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20), nullable=False, default="")
    terminated_on: Mapped[date | None] = mapped_column(Date)

    institution: Mapped[Institution] = relationship(lazy="select")
    region: Mapped[Region | None] = relationship(lazy="select")


VERSION_COLUMNS = tuple(
    column.name
    for column in InstitutionVersion.__table__.columns
    if column.name not in ("id", "institution_id", "valid_from", "valid_to")
)
