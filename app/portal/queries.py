"""What the public may read: released announcements, pages, and how often things were opened.

Searching is a LIKE over title and words; it lives only in `_matching`, so that a full-text index can take its
place without any view knowing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.engine import Row

from app.core.clock import end_of, start_of
from app.core.db import db
from app.portal.models import Announcement, Page, Suggestion, ViewCount
from app.portal.rules import CATEGORIES, RELEASED_STATES

PER_PAGE = 15


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list: rows, the page that was really taken (from 1), number of pages and of all rows."""

    rows: Sequence[Any]
    page: int
    pages: int
    total: int


def paged(query: Select[*tuple[Any, ...]], page: int, size: int, total: int | None = None) -> Found:
    """Cut one page out of an ordered query; a page beyond the end gives the last one.

    `total` is given by those who can count with less than the whole query.
    """
    if total is None:
        total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    rows = db.session.execute(query.limit(size).offset((page - 1) * size)).all() if total else []
    return Found(rows, page, pages, total)


def _released(now: datetime) -> ColumnElement[bool]:
    """The one condition on which an announcement is public; `rules.is_public` says the same for one item."""
    return and_(Announcement.status.in_(RELEASED_STATES), Announcement.publish_at <= now)


def _matching(words: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [
        or_(
            Announcement.title.icontains(word, autoescape=True),
            Announcement.body_text.icontains(word, autoescape=True),
        )
        for word in words
    ]


def newest_by_category(now: datetime, size: int = 6) -> dict[str, list[Row[Any]]]:
    """The first `size` of each category (pinned ones first) as (id, title, publish_at, pinned): one statement."""
    place = func.row_number().over(
        partition_by=Announcement.category,
        order_by=(Announcement.pinned.desc(), Announcement.publish_at.desc(), Announcement.id.desc()),
    )
    ranked = (
        select(
            Announcement.id,
            Announcement.title,
            Announcement.category,
            Announcement.publish_at,
            Announcement.pinned,
            place.label("place"),
        )
        .where(_released(now))
        .subquery()
    )
    found: dict[str, list[Row[Any]]] = {category: [] for category in CATEGORIES}
    query = select(ranked).where(ranked.c.place <= size).order_by(ranked.c.category, ranked.c.place)
    for row in db.session.execute(query):
        found.setdefault(row.category, []).append(row)
    return found


def announcements(
    now: datetime,
    *,
    category: str | None = None,
    words: tuple[str, ...] = (),
    since: date | None = None,
    until: date | None = None,
    page: int = 1,
    size: int = PER_PAGE,
) -> Found:
    """Released announcements, newest first, as rows with id, title, summary, category, body_text …"""
    conditions = [_released(now), *_matching(words)]
    if category:
        conditions.append(Announcement.category == category)
    if since:
        conditions.append(Announcement.publish_at >= start_of(since))
    if until:
        conditions.append(Announcement.publish_at < end_of(until))
    query = (
        select(
            Announcement.id,
            Announcement.title,
            Announcement.summary,
            Announcement.category,
            Announcement.body_text,
            Announcement.source,
            Announcement.publish_at,
            Announcement.pinned,
        )
        .where(*conditions)
        .order_by(Announcement.pinned.desc(), Announcement.publish_at.desc(), Announcement.id.desc())
    )
    return paged(query, page, size)


def announcement(item_id: int, now: datetime) -> Announcement | None:
    """One released announcement."""
    return db.session.scalars(select(Announcement).where(Announcement.id == item_id, _released(now))).first()


def neighbours(item: Announcement, now: datetime) -> tuple[Row[Any] | None, Row[Any] | None]:
    """(previous, next) in time within the category, as (id, title)."""
    here = (item.publish_at, item.id)
    moment = tuple_(Announcement.publish_at, Announcement.id)
    base = select(Announcement.id, Announcement.title).where(
        _released(now), Announcement.category == item.category
    )
    older = base.where(moment < here).order_by(Announcement.publish_at.desc(), Announcement.id.desc())
    newer = base.where(moment > here).order_by(Announcement.publish_at, Announcement.id)
    return db.session.execute(older.limit(1)).first(), db.session.execute(newer.limit(1)).first()


def views(subject: str, keys: Sequence[str]) -> dict[str, int]:
    """How often each of these things was opened; 0 for what never was."""
    query = select(ViewCount.key, ViewCount.views).where(
        ViewCount.subject == subject, ViewCount.key.in_(keys)
    )
    return {**dict.fromkeys(keys, 0), **{key: count for key, count in db.session.execute(query)}}


def page_by_slug(slug: str) -> Page | None:
    """An editable page."""
    return db.session.scalars(select(Page).where(Page.slug == slug)).first()


def suggestion_by_receipt(receipt: str) -> Row[Any] | None:
    """State and reply of one suggestion, without the sender's name and contact."""
    query = select(
        Suggestion.receipt,
        Suggestion.topic,
        Suggestion.text,
        Suggestion.status,
        Suggestion.reply,
        Suggestion.received_at,
        Suggestion.replied_at,
    ).where(Suggestion.receipt == receipt)
    return db.session.execute(query).first()


def waiting_suggestions() -> int:
    """Suggestions without a reply."""
    query = select(func.count()).select_from(Suggestion).where(Suggestion.replied_at.is_(None))
    return int(db.session.scalar(query) or 0)
