"""What the public may read: released announcements, pages, and how often things were opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true, tuple_, union_all
from sqlalchemy.engine import Row

from app.core.clock import end_of, local, start_of
from app.core.db import db
from app.portal.models import Announcement, Page, SearchEntry, Suggestion, ViewCount
from app.portal.rules import CATEGORIES, RELEASED_STATES
from app.portal.search import matching_entries, reading_hits

PER_PAGE = 15
MOST_HITS = 1000
_ORDER = (SearchEntry.pinned.desc(), SearchEntry.publish_at.desc(), SearchEntry.announcement_id.desc())


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list: rows, the page that was really taken (from 1), number of pages and of all rows.

    `cut`: there may be more than `total`, which nobody has counted.
    """

    rows: Sequence[Any]
    page: int
    pages: int
    total: int
    cut: bool = False


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


def released(now: datetime, source: Any = Announcement) -> ColumnElement[bool]:
    """The one condition on which an announcement is public; `rules.is_public` says the same for one item.

    `source` is whatever has its state and moment: the announcement or its entry in the index.
    """
    return and_(source.status.in_(RELEASED_STATES), source.publish_at <= now)


def in_shown_state(state: str, now: datetime) -> ColumnElement[bool]:
    """Announcements that people read as being in this state at `now`; the same as `rules.shown_state`."""
    if state not in RELEASED_STATES:
        return Announcement.status == state
    if state == "published":
        return released(now)
    return and_(Announcement.status.in_(RELEASED_STATES), Announcement.publish_at > now)


def newest_by_category(now: datetime, size: int = 6) -> dict[str, list[Row[Any]]]:
    """The first `size` of each category (pinned ones first) as (id, title, publish_at, pinned): one statement."""
    first = [
        select(SearchEntry.announcement_id)
        .where(released(now, SearchEntry), SearchEntry.category == category)
        .order_by(*_ORDER)
        .limit(size)
        .subquery()
        for category in CATEGORIES
    ]
    ids = union_all(*(select(part.c.announcement_id) for part in first)).subquery()
    found: dict[str, list[Row[Any]]] = {category: [] for category in CATEGORIES}
    columns = [getattr(Announcement, name) for name in ("id", "title", "category", "publish_at", "pinned")]
    query = (
        select(*columns)
        .where(Announcement.id.in_(select(ids.c.announcement_id)))
        .order_by(Announcement.pinned.desc(), Announcement.publish_at.desc(), Announcement.id.desc())
    )
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
    """Released announcements, newest first, as rows with id, title, summary, category, body_text …

    Found, counted and ordered in the narrow `portal_search`; only the rows of one page are read whole.
    """
    conditions = _listed(now, category, since, until)
    if not words:
        query = select(SearchEntry.announcement_id).where(*conditions).order_by(*_ORDER)
        found = paged(query, page, size)
    elif (hits := matching_entries(words)) is None:
        return Found([], 1, 1, 0)
    else:
        with reading_hits():
            found = _among(conditions, hits, page, size)
    rows = _rows_of([row.announcement_id for row in found.rows])
    return replace(found, rows=rows, cut=bool(words) and found.total >= MOST_HITS)


def _among(conditions: Sequence[ColumnElement[bool]], hits: Any, page: int, size: int) -> Found:
    """One page of the entries among the hits, and how many, at most MOST_HITS: nobody reads on.

    Few hits are fetched and sorted. Many lie close together in the order of the list, so that is walked; "IS TRUE"
    keeps databases from taking the hits one by one instead.
    """
    columns = (SearchEntry.announcement_id, SearchEntry.publish_at, SearchEntry.pinned)
    few = select(*columns).where(*conditions).join(hits, hits.c.entry_id == SearchEntry.id)
    rows = db.session.execute(few.limit(MOST_HITS)).all()
    if len(rows) == MOST_HITS:
        among = SearchEntry.id.in_(select(hits.c.entry_id)).is_(true())
        return paged(select(*columns).where(*conditions, among).order_by(*_ORDER), page, size, MOST_HITS)
    rows = sorted(rows, key=lambda row: (row.pinned, row.publish_at, row.announcement_id), reverse=True)
    pages = max(1, -(-len(rows) // size))
    page = min(max(1, page), pages)
    return Found(rows[(page - 1) * size : page * size], page, pages, len(rows))


def _listed(
    now: datetime, category: str | None, since: date | None, until: date | None
) -> list[ColumnElement[bool]]:
    conditions = [released(now, SearchEntry)]
    if category:
        conditions.append(SearchEntry.category == category)
    if since:
        conditions.append(SearchEntry.publish_at >= start_of(since))
    if until:
        conditions.append(SearchEntry.publish_at < end_of(until))
    return conditions


def _rows_of(ids: Sequence[int]) -> list[Row[Any]]:
    """What lists show of announcements, in the order of the ids."""
    query = select(
        Announcement.id,
        Announcement.title,
        Announcement.summary,
        Announcement.category,
        Announcement.body_text,
        Announcement.source,
        Announcement.publish_at,
        Announcement.changed_at,
        Announcement.pinned,
    ).where(Announcement.id.in_(ids))
    rows = {row.id: row for row in db.session.execute(query)} if ids else {}
    return [rows[item_id] for item_id in ids if item_id in rows]


def announcement(item_id: int, now: datetime) -> Announcement | None:
    """One released announcement."""
    return db.session.scalars(select(Announcement).where(Announcement.id == item_id, released(now))).first()


def next_change(now: datetime) -> datetime:
    """When the public pages change by themselves: the next scheduled moment, at the latest the day's end."""
    ahead = [
        select(func.min(SearchEntry.publish_at))
        .where(
            SearchEntry.pinned == pinned,
            SearchEntry.publish_at > now,
            SearchEntry.status.in_(RELEASED_STATES),
        )
        .scalar_subquery()
        for pinned in (False, True)
    ]
    tonight = end_of(local(now).date())
    moments = db.session.execute(select(*ahead)).one()
    return min([moment for moment in moments if moment] + [tonight])


def neighbours(item: Any, now: datetime) -> tuple[Row[Any] | None, Row[Any] | None]:
    """(previous, next) of an announcement in time within its category, as (id, title)."""
    moment = tuple_(Announcement.publish_at, Announcement.id)
    here = (item.publish_at, item.id)
    released_in = [
        select(Announcement.id, Announcement.title, Announcement.publish_at).where(
            Announcement.category == item.category,
            Announcement.status == state,
            Announcement.publish_at <= now,
        )
        for state in RELEASED_STATES
    ]
    older, newer = [], []
    for part in released_in:  # each state by itself: the index then gives the neighbour without sorting
        before = part.where(moment < here, Announcement.publish_at <= item.publish_at)
        after = part.where(moment > here, Announcement.publish_at >= item.publish_at)
        order = (Announcement.publish_at, Announcement.id)
        older += db.session.execute(before.order_by(*(c.desc() for c in order)).limit(1)).all()
        newer += db.session.execute(after.order_by(*order).limit(1)).all()

    def place(row: Row[Any]) -> tuple[datetime, int]:
        return row.publish_at, row.id

    return max(older, key=place, default=None), min(newer, key=place, default=None)


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
