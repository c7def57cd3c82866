"""Accounts of staff and of institutions, and their live log-in sessions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Integer,
    String,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.core.db import Moment
from app.core.personal import SealedText
from app.core.scope import NOTHING, InstitutionScoped, Scope
from app.messages.models import Message

STAFF, ENTERPRISE = "staff", "enterprise"


class Account(User):
    """Somebody who can log in: a member of staff or a member of one institution.

    Staff see `industries` (empty: all) × the subtree of `region_code` (empty: the whole province).
    """

    __tablename__ = "ab_user"

    kind: Mapped[str] = mapped_column(String(12), nullable=False, default=STAFF)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    industries: Mapped[list[str]] = mapped_column(JSON, nullable=False, default=list)
    region_prefix: Mapped[str] = mapped_column(String(6), nullable=False, default="")
    sees_filings: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    display_name: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    mobile: Mapped[str] = mapped_column(SealedText, nullable=False, default="")
    failed_logins: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    password_changed_at: Mapped[datetime | None] = mapped_column(Moment)
    avatar_key: Mapped[str | None] = mapped_column(String(80))
    # Of an institution's members: who invites, disables and enables the others. The first one does.
    manages_colleagues: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)

    if TYPE_CHECKING:
        # Added by app.institutions.models: institutions build on accounts, not the other way round.
        institution: Any

    @property
    def is_staff(self) -> bool:
        """True for the regulator's people."""
        return self.kind == STAFF

    @property
    def scope(self) -> Scope:
        """Which rows this account may see; nothing when its kind gives it none."""
        if self.kind == ENTERPRISE and self.institution_id is not None:
            return Scope("institution", institution_id=self.institution_id)
        if self.kind == STAFF and self.sees_filings:
            return Scope("staff", industries=tuple(self.industries or ()), region_prefix=self.region_prefix)
        return NOTHING

    def __str__(self) -> str:
        return self.display_name or self.username


# For the header of every page: counted in the statement that loads the session's account, nowhere else.
Account.unread_messages = column_property(
    select(func.count(Message.id))
    .where(Message.account_id == Account.id, Message.read_at.is_(None))
    .correlate_except(Message)
    .scalar_subquery(),
    deferred=True,
)


class LoginSession(Model):
    """One live log-in. A request whose session is not here, or ended, is anonymous."""

    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    seen_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ip: Mapped[str] = mapped_column(String(45), nullable=False, default="")
    user_agent: Mapped[str] = mapped_column(String(200), nullable=False, default="")

    account: Mapped[Any] = relationship(Account)


class PasswordHistory(Model):
    """A former password of an account, hashed; the last few may not be chosen again."""

    __tablename__ = "password_history"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    password: Mapped[str] = mapped_column(String(256), nullable=False)
    replaced_at: Mapped[datetime] = mapped_column(Moment, nullable=False)


class UnknownLogin(Model):
    """Failures for a name that nobody has: counted like real ones, so that the answers are the same."""

    __tablename__ = "unknown_login"

    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failed_logins: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment, nullable=False, index=True)


class PasswordReset(Model):
    """A one-time link to choose a new password. The link's secret is stored as a hash only."""

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), nullable=False, unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    expires_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    account: Mapped[Any] = relationship(Account)


class SecondFactor(Model):
    """An account's time-based one-time codes (RFC 6238); a row stands only after a first code proved the set-up.

    `last_step` is the newest 30-second step whose code was accepted: no code works twice. Failures are counted here,
    apart from those of the password, which the right password forgets.
    """

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(200), nullable=False)  # sealed: app.core.sealed
    since: Mapped[datetime] = mapped_column(Moment, nullable=False)
    last_step: Mapped[int] = mapped_column(BigInteger, nullable=False)
    failed_logins: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(Model):
    """One way in without the device, once; stored as a hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), nullable=False)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Invitation(InstitutionScoped, Model):
    """A colleague's way to an account of their own institution: a one-time link, stored as a hash only."""

    __tablename__ = "account_invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False, index=True)
    display_name: Mapped[str] = mapped_column(String(60), nullable=False)
    email: Mapped[str] = mapped_column(String(120), nullable=False)
    token_hash: Mapped[str] = mapped_column(String(64), nullable=False, unique=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    expires_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
