"""Demonstration announcements and the portal's first pages: the same for the same moment."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.portal.models import Announcement, Page, ViewCount
from app.portal.richtext import sanitise
from app.portal.services import clean_announcement, clean_page, publish_announcement
from config import BASE_DIR

PAGES = BASE_DIR / "app" / "data" / "pages.yaml"
FOLDER = BASE_DIR / "app" / "data" / "demonstration"
SHOWN_VIEWS = {"microloan": 1286, "guarantee": 2417, "pawn": 864, "leasing": 953}


def seed_portal(now: datetime) -> dict[str, int]:
    """Add what is missing and leave alone what is there; returns how many of each were added."""
    added = {"pages": load_pages(now), "announcements": 0}
    if db.session.scalars(select(Announcement.id).limit(1)).first() is None:
        added["announcements"] = _seed_announcements(now)
        _seed_views()
    return added


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def load_pages(now: datetime) -> int:
    """Add the fixed pages that menu and footer lead to, where they lack; the regulator changes them in the console."""
    known = set(db.session.scalars(select(Page.slug)))
    fresh = [Page(**values) for values in _read(PAGES) if values["slug"] not in known]
    for page in fresh:
        clean_page(page, now)
    db.session.add_all(fresh)
    db.session.flush()
    return len(fresh)


def _seed_announcements(now: datetime) -> int:
    today = clock.local(now).date()
    count = 0
    for category, items in _read(FOLDER / "announcements.yaml").items():
        for index, values in enumerate(items):
            day = today - timedelta(days=values["days"])
            moment = datetime.combine(day, time(9 + index % 8, index * 7 % 60), clock.SHANGHAI)
            item = Announcement(
                title=values["title"].replace("{year}", str(day.year)),
                summary=values["body"][0][:120],
                category=category,
                body=sanitise("\n\n".join(values["body"])),
                source=values["source"],
                publish_at=moment,
                pinned=values.get("pinned", False),
            )
            clean_announcement(item, moment)
            db.session.add(item)
            publish_announcement(item, actor=None, now=moment)
            count += 1
    _seed_unreleased(now)
    return count


def _seed_unreleased(now: datetime) -> None:
    """One draft and one scheduled item, so that the console shows every state."""
    text = "本通知正在起草，内容以正式发布为准。"
    draft = Announcement(
        title="关于开展年度数据质量评比的通知（草稿）", category="work-updates", body=sanitise(text)
    )
    later = Announcement(
        title="关于下一季度报送窗口安排的预告",
        category="local-policy",
        body=sanitise("下一季度报送窗口将按规定日期开放，请各机构提前做好准备。"),
        source="监管信息处",
        publish_at=now + timedelta(days=7),
    )
    for item in (draft, later):
        clean_announcement(item, now)
        db.session.add(item)
    publish_announcement(later, actor=None, now=now)


def _seed_views() -> None:
    """Plausible counters: the older an announcement, the more often it was read."""
    db.session.flush()
    rows = [ViewCount(subject="list", key=industry, views=views) for industry, views in SHOWN_VIEWS.items()]
    released = select(Announcement.id).where(Announcement.status == "published").order_by(Announcement.id)
    for item_id in db.session.scalars(released):
        rows.append(ViewCount(subject="announcement", key=str(item_id), views=37 + item_id * 53 % 400))
    for row in rows:
        db.session.merge(row)
    db.session.flush()
