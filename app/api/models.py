"""Tokens with which an institution's own systems show themselves."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Moment
from app.core.scope import InstitutionScoped
from app.institutions.models import Institution


class ApiToken(InstitutionScoped, Model):
    """A token that acts for the account which made it. Its text was shown once; only a hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    name: Mapped[str] = mapped_column(String(60), nullable=False)
    prefix: Mapped[str] = mapped_column(String(10), nullable=False, unique=True)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    expires_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    last_used_ip: Mapped[str] = mapped_column(String(45), nullable=False, default="")
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    account: Mapped[Account] = relationship(lazy="select", foreign_keys=[account_id])
    institution: Mapped[Institution] = relationship(lazy="select")

    def __str__(self) -> str:
        return self.name

    def is_live(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at
