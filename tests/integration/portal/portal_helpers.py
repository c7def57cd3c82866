"""What the portal's tests share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.portal.models import Announcement, ViewCount
from app.portal.services import clean_announcement, publish_announcement, withdraw_announcement

PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"}
BODY = "这是一段正文，说明监管要求。\n\n这是第二段。"


def announce(
    title: str, *, category: str = "work-updates", state: str = "published", **more: Any
) -> Announcement:
    """An announcement in a state: draft, scheduled, published or withdrawn."""
    now = clock.now()
    values: dict[str, Any] = {"title": title, "category": category, "body": BODY, "source": "示例处", **more}
    if state == "scheduled":
        values.setdefault("publish_at", now + timedelta(days=1))
    item = Announcement(**values)
    clean_announcement(item, now)
    db.session.add(item)
    db.session.flush()
    if state != "draft":
        publish_announcement(item, actor=None, now=now)
    if state == "withdrawn":
        withdraw_announcement(item, actor=None, now=now)
    db.session.commit()
    return item


def counted(subject: str, key: object) -> int:
    """The stored number of openings."""
    query = select(func.coalesce(func.sum(ViewCount.views), 0)).where(
        ViewCount.subject == subject, ViewCount.key == str(key)
    )
    db.session.rollback()
    return int(db.session.scalar(query) or 0)
