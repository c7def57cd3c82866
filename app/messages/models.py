"""What people are told: their inbox, how they want it, and mail that waits to be sent."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Moment


class Message(Model):
    """One message in one account's inbox, in both languages, so that it reads the same later."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_inbox", "account_id", "read_at", "id"),
        # What is told once only: a reminder of this for that. Empty for events, which happen once anyway.
        UniqueConstraint("account_id", "key", name="uq_message_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    kind: Mapped[str] = mapped_column(String(40), nullable=False)
    title_zh: Mapped[str] = mapped_column(String(200), nullable=False)
    title_en: Mapped[str] = mapped_column(String(200), nullable=False)
    body_zh: Mapped[str] = mapped_column(Text, nullable=False)
    body_en: Mapped[str] = mapped_column(Text, nullable=False)
    link: Mapped[str] = mapped_column(String(300), nullable=False, default="")
    key: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    read_at: Mapped[datetime | None] = mapped_column(Moment)

    def title(self, language: str) -> str:
        """The title in `zh` or `en`."""
        return self.title_en if language == "en" else self.title_zh

    def body(self, language: str) -> str:
        """The text in `zh` or `en`."""
        return self.body_en if language == "en" else self.body_zh


class MessageSetting(Model):
    """How an account wants to be told by e-mail. Without a row: in Chinese, of everything."""

    __tablename__ = "message_setting"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    language: Mapped[str] = mapped_column(String(2), nullable=False, default="zh")
    muted: Mapped[list[str]] = mapped_column(JSON, nullable=False, default=list)


class OutboxMail(Model):
    """One message to one address, written in the transaction of what it tells about."""

    __tablename__ = "outbox_mail"
    __table_args__ = (
        Index("ix_outbox_mail_due", "sent_at", "next_try_at"),
        UniqueConstraint("recipient", "key", name="uq_outbox_mail_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(200), nullable=False)
    subject: Mapped[str] = mapped_column(String(200), nullable=False)
    body: Mapped[str] = mapped_column(Text, nullable=False)
    key: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    next_try_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    given_up_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    error: Mapped[str | None] = mapped_column(String(300))
