"""The only source of time. Stored in UTC, shown and judged in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day it is in Shanghai now."""
    return now().astimezone(SHANGHAI).date()


def local(moment: datetime) -> datetime:
    """A stored moment as people here read it."""
    return moment.astimezone(SHANGHAI)


def start_of(day: date) -> datetime:
    """The first moment of a Shanghai day, in UTC."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment after a Shanghai day, in UTC: an exclusive bound, so 23:59:59.999 still counts."""
    return start_of(day + timedelta(days=1))


def last_day(end: datetime) -> date:
    """The last Shanghai day before an exclusive end."""
    return local(end - timedelta(microseconds=1)).date()


def show_moment(moment: datetime) -> str:
    """A stored moment as people here read it, to the minute."""
    return local(moment).strftime("%Y-%m-%d %H:%M")


def show_end(moment: datetime) -> str:
    """An exclusive end as people say it: the last minute that still counts."""
    return show_moment(moment - timedelta(microseconds=1))
