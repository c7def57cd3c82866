"""Announcements, pages, suggestions, and how often public things were opened."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, Text, cast, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core import clock
from app.core.db import Moment
from app.core.personal import SealedText
from app.core.row_versions import watch
from app.core.workflow import guard
from app.portal.rules import ANNOUNCEMENT_WORKFLOW, SUGGESTION_WORKFLOW, shown_state


class ViewCount(Model):
    """How often one public thing was opened since ever. `subject` is 'list', 'institution' or 'announcement'."""

    __tablename__ = "portal_view_count"

    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    views: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0)


class DailyVisit(Model):
    """Openings and different visitors of one public thing on one Shanghai day."""

    __tablename__ = "portal_daily_visit"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    views: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    visitors: Mapped[int] = mapped_column(Integer, nullable=False, default=0)


class VisitorMark(Model):
    """Who was already counted today, as a hash with the day's salt; both are gone the day after."""

    __tablename__ = "portal_visitor_mark"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    mark: Mapped[str] = mapped_column(String(32), primary_key=True)


class VisitSalt(Model):
    """The random salt of one day. Without it nobody can go back from a mark to an address."""

    __tablename__ = "portal_visit_salt"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    salt: Mapped[str] = mapped_column(String(64), nullable=False)


class Announcement(Model):
    """One item of news. `body` is cleaned HTML; `body_text` its words, for searching."""

    __tablename__ = "portal_announcement"
    __table_args__ = (Index("ix_portal_announcement_public", "category", "status", "publish_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), nullable=False)
    summary: Mapped[str] = mapped_column(String(300), nullable=False, default="")
    category: Mapped[str] = mapped_column(String(20), nullable=False)
    body: Mapped[str] = mapped_column(Text, nullable=False, default="")
    body_text: Mapped[str] = mapped_column(Text, nullable=False, default="")
    source: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    status: Mapped[str] = mapped_column(String(12), nullable=False, default=ANNOUNCEMENT_WORKFLOW.initial)
    publish_at: Mapped[datetime | None] = mapped_column(Moment)
    pinned: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=clock.now)

    views: Mapped[int] = column_property(
        select(func.coalesce(func.max(ViewCount.views), 0))
        .where(ViewCount.subject == "announcement", ViewCount.key == cast(id, String))
        .correlate_except(ViewCount)
        .scalar_subquery()
    )

    @property
    def shown_state(self) -> str:
        """The state as people should read it now."""
        return shown_state(self.status or ANNOUNCEMENT_WORKFLOW.initial, self.publish_at, clock.now())

    def __str__(self) -> str:
        return self.title


class SearchEntry(Model):
    """What lists filter and sort announcements by, beside the tokens in `fts_announcement` with the same id.

    Written by `portal.search` alone. Ids are never used twice, also not after a delete.
    """

    __tablename__ = "portal_search"
    __table_args__ = (
        Index("ix_portal_search_order", "pinned", "publish_at", "announcement_id", "status", "category"),
        Index("ix_portal_search_category", "category", "pinned", "publish_at", "announcement_id", "status"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("portal_announcement.id", ondelete="CASCADE"), nullable=False, unique=True
    )
    category: Mapped[str] = mapped_column(String(20), nullable=False)
    status: Mapped[str] = mapped_column(String(12), nullable=False)
    publish_at: Mapped[datetime | None] = mapped_column(Moment)
    pinned: Mapped[bool] = mapped_column(Boolean, nullable=False)


class Page(Model):
    """A text of its own under a fixed address, such as the director's mailbox; in both languages."""

    __tablename__ = "portal_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), nullable=False, unique=True)
    title_zh: Mapped[str] = mapped_column(String(80), nullable=False)
    title_en: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    body_zh: Mapped[str] = mapped_column(Text, nullable=False, default="")
    body_en: Mapped[str] = mapped_column(Text, nullable=False, default="")
    changed_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=clock.now)

    def __str__(self) -> str:
        return self.title_zh


class Suggestion(Model):
    """What a member of the public wrote to the regulator, and the answer."""

    __tablename__ = "portal_suggestion"
    __table_args__ = (Index("ix_portal_suggestion_status_received", "status", "received_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt: Mapped[str] = mapped_column(String(24), nullable=False, unique=True)
    name: Mapped[str] = mapped_column(String(40), nullable=False)
    contact: Mapped[str] = mapped_column(SealedText, nullable=False)
    topic: Mapped[str] = mapped_column(String(20), nullable=False)
    text: Mapped[str] = mapped_column(Text, nullable=False)
    status: Mapped[str] = mapped_column(String(12), nullable=False, default=SUGGESTION_WORKFLOW.initial)
    reply: Mapped[str] = mapped_column(Text, nullable=False, default="")
    received_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=clock.now)
    replied_at: Mapped[datetime | None] = mapped_column(Moment)
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    def __str__(self) -> str:
        return self.receipt


class Picture(Model):
    """A picture in a text, served under /pictures/<key>.<kind>; `file` holds what we made of the upload."""

    __tablename__ = "portal_picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), nullable=False, unique=True)
    kind: Mapped[str] = mapped_column(String(4), nullable=False)
    width: Mapped[int] = mapped_column(Integer, nullable=False)
    height: Mapped[int] = mapped_column(Integer, nullable=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), nullable=False)
    at: Mapped[datetime] = mapped_column(Moment, nullable=False)


class PictureUse(Model):
    """Which text shows which picture: `subject` is 'announcement' or 'page'. Renewed whenever a text is saved."""

    __tablename__ = "portal_picture_use"

    picture_id: Mapped[int] = mapped_column(
        ForeignKey("portal_picture.id", ondelete="CASCADE"), primary_key=True
    )
    subject: Mapped[str] = mapped_column(String(12), primary_key=True)
    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True)


class AnnouncementFile(Model):
    """An attachment of an announcement, in the order of `id`."""

    __tablename__ = "portal_announcement_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("portal_announcement.id", ondelete="CASCADE"), nullable=False, index=True
    )
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), nullable=False, unique=True)


watch("news", Announcement, AnnouncementFile, Page)
guard(Announcement.status, ANNOUNCEMENT_WORKFLOW)
guard(Suggestion.status, SUGGESTION_WORKFLOW)
