"""More time (延期) in the demonstration: asked for, granted, and used for a filing after the due day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.accounts.models import Account
from app.core import clock
from app.demo.filing import Forms, Told, carry_out
from app.filings.calendar.extensions import grant_directly, grant_extension, request_extension
from app.filings.submissions.place import Place

DELAYS = frozenset(("asked", "granted", "late"))
REASON = "业务系统升级，数据正在核对，申请延期上报。"
PROMISED_DAYS = 5


def delay(place: Place, entries: Forms, course: str, reviewer: Account, now: datetime) -> None:
    """Tell a delay: 'asked' and waiting, 'granted' and still open, or 'late': handed in within the time granted."""
    if course == "late":
        _file_late(place, entries, reviewer, now)
        return
    until = clock.local(now).date() + timedelta(days=PROMISED_DAYS)
    extension = request_extension(replace(place, now=now - timedelta(days=1)), until, REASON)
    if course == "granted":
        grant_extension(
            extension.id, extension.version, reviewer, now - timedelta(hours=20), until, "同意延期。"
        )


def _file_late(place: Place, entries: Forms, reviewer: Account, now: datetime) -> None:
    period = place.period
    assert period is not None
    due = period.due_at
    day = clock.local(due).date() + timedelta(days=PROMISED_DAYS)
    moment = due - timedelta(days=1)
    grant_directly(
        place.institution, place.report_set, period, reviewer, moment, day, "机构搬迁，统一给予延期。"
    )
    handed_in = min(due + timedelta(days=2), now)
    carry_out(Told(replace(place, now=handed_in), entries, "approved"), reviewer, now)
