"""Making reporting periods by rule, planning before making, and changing them with what changed on record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events import record
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import DEFAULT_RULES, PeriodDates, PeriodRule, periods


def generate_periods(year: int, rules: dict[str, PeriodRule] | None = None) -> list[ReportingPeriod]:
    """Create the year's months, quarters and the year itself where they are missing; existing ones stay."""
    known = {(p.frequency, p.code) for p in db.session.scalars(select(ReportingPeriod))}
    created = []
    for frequency, rule in (rules or DEFAULT_RULES).items():
        for dates in periods(frequency, year, rule):
            if (frequency, dates.code) not in known:
                created.append(_period(dates))
    db.session.add_all(created)
    db.session.flush()
    return created


def _period(dates: PeriodDates) -> ReportingPeriod:
    return ReportingPeriod(
        frequency=dates.frequency,
        code=dates.code,
        name_zh=dates.name_zh,
        name_en=dates.name_en,
        start_date=dates.start,
        end_date=dates.end,
        opens_at=dates.opens_at,
        due_at=dates.due_at,
        closes_at=dates.closes_at,
        allows_late=dates.closes_at > dates.due_at,
    )


@dataclass(frozen=True)
class PlannedPeriod:
    """What a rule says of one period, beside what is stored.

    state: 'new', 'same', 'differs' (stored otherwise, not open yet) or 'opened' (stored otherwise and open already:
    the rule does not change it).
    """

    dates: PeriodDates
    stored: ReportingPeriod | None
    state: str


def plan_periods(
    frequency: str, year: int, rule: PeriodRule, now: datetime, *, lock: bool = False
) -> list[PlannedPeriod]:
    """Compare the rule's periods of the year with the stored ones; stores nothing."""
    wanted = periods(frequency, year, rule)
    query = select(ReportingPeriod).where(
        ReportingPeriod.frequency == frequency, ReportingPeriod.code.in_([dates.code for dates in wanted])
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    stored = {period.code: period for period in db.session.scalars(query)}
    return [_planned(dates, stored.get(dates.code), now) for dates in wanted]


def _planned(dates: PeriodDates, stored: ReportingPeriod | None, now: datetime) -> PlannedPeriod:
    if stored is None:
        return PlannedPeriod(dates, None, "new")
    window = (dates.opens_at, dates.due_at, dates.closes_at, dates.closes_at > dates.due_at)
    if window == (stored.opens_at, stored.due_at, stored.closes_at, bool(stored.allows_late)):
        return PlannedPeriod(dates, stored, "same")
    return PlannedPeriod(dates, stored, "opened" if stored.opens_at <= now else "differs")


def fingerprint(plan: list[PlannedPeriod]) -> str:
    """Stands for everything the preview showed, so that storing anything else is noticed."""
    told = [(one.dates, one.state, snapshot(one.stored) if one.stored else None) for one in plan]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def apply_plan(
    plan: list[PlannedPeriod], actor: Account, now: datetime, *, seen: str, change: bool
) -> tuple[int, int]:
    """Store the missing periods, and with `change` those that differ and are not open yet: (created, changed).

    `plan` was made with `lock`. Raises Conflict when it is not what the preview (`seen`) showed.
    """
    if fingerprint(plan) != seen:
        raise Conflict(_("预览之后报告期已被其他人修改，没有保存。请核对新的预览后再保存。"))
    created, changed = 0, 0
    for one in plan:
        if one.stored is None:
            _add(_period(one.dates), actor, now)
            created += 1
        elif one.state == "differs" and change:
            _set_window(one.stored, one.dates, actor, now)
            changed += 1
    return created, changed


def _add(period: ReportingPeriod, actor: Account, now: datetime) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(period)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(_("预览之后报告期已被其他人修改，没有保存。请核对新的预览后再保存。")) from error
    record("PeriodAdded", period, actor=actor, now=now, data={"after": snapshot(period)})


def _set_window(period: ReportingPeriod, dates: PeriodDates, actor: Account, now: datetime) -> None:
    before = snapshot(period)
    period.opens_at, period.due_at, period.closes_at = dates.opens_at, dates.due_at, dates.closes_at
    period.allows_late = dates.closes_at > dates.due_at
    _record_change(period, before, actor, now)


@dataclass(frozen=True)
class PeriodChange:
    """What a person entered about a period: days, the last ones inclusive; `closes_on` only with `allows_late`."""

    name_zh: str
    name_en: str
    opens_on: date
    due_on: date
    allows_late: bool
    closes_on: date | None


def change_period(
    period_id: int, given: PeriodChange, actor: Account, now: datetime, *, seen: str
) -> ReportingPeriod:
    """Change names and window. Raises Invalid with `field`, Conflict when somebody changed it since `seen`."""
    query = select(ReportingPeriod).where(ReportingPeriod.id == period_id).with_for_update()
    period = db.session.scalars(query.execution_options(populate_existing=True)).one()
    before = snapshot(period)
    if seen_key(period) != seen:
        raise Conflict(_("这个报告期刚被其他人修改过，您的修改没有保存。请核对后重新提交。"))
    _require_order(given, period)
    closes_on = given.closes_on if given.allows_late and given.closes_on else given.due_on
    period.name_zh, period.name_en = given.name_zh, given.name_en
    # A moment that is not at midnight stays what it is as long as its day does.
    if clock.local(period.opens_at).date() != given.opens_on:
        period.opens_at = clock.start_of(given.opens_on)
    period.due_at = _end_on(period.due_at, given.due_on)
    period.closes_at = _end_on(period.closes_at, closes_on) if given.allows_late else period.due_at
    period.allows_late = given.allows_late
    db.session.flush()
    if snapshot(period) != before:
        _record_change(period, before, actor, now)
    return period


def _end_on(stored: datetime, day: date) -> datetime:
    return stored if clock.last_day(stored) == day else clock.end_of(day)


def _require_order(given: PeriodChange, period: ReportingPeriod) -> None:
    if given.opens_on <= period.start_date:
        raise Invalid(
            _("开放日应晚于报告期首日 %(day)s。", day=period.start_date.isoformat()), field="opens_on"
        )
    if given.due_on < given.opens_on:
        raise Invalid(_("截止日不得早于开放日。"), field="due_on")
    if given.allows_late and (given.closes_on is None or given.closes_on <= given.due_on):
        raise Invalid(_("允许逾期补报时，补报截止日应晚于截止日。"), field="closes_on")


def _record_change(period: ReportingPeriod, before: dict[str, Any], actor: Account, now: datetime) -> None:
    after = snapshot(period)
    changed = [key for key in after if after[key] != before[key]]
    data = {
        "before": {key: before[key] for key in changed},
        "after": {key: after[key] for key in changed},
    }
    record("PeriodChanged", period, actor=actor, now=now, data=data)


def snapshot(period: ReportingPeriod) -> dict[str, Any]:
    """A period as the audit keeps it: ends as the last minute that counts."""
    return {
        "name_zh": period.name_zh,
        "name_en": period.name_en,
        "opens": clock.show_moment(period.opens_at),
        "due": clock.show_end(period.due_at),
        "closes": clock.show_end(period.closes_at),
        "allows_late": bool(period.allows_late),
    }


def seen_key(period: ReportingPeriod) -> str:
    """Stands for what an edit form showed."""
    return hashlib.sha256(repr(snapshot(period)).encode()).hexdigest()[:32]
