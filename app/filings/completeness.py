"""Who owes what in one period and how far it is: the completeness list of the console.

The rules are those of the institutions' own list (`calendar.rules.owes`, `obligations.Obligation`); only the reading is
set-based: so many statements, whether there are ten institutions or two thousand. Everything stays inside the
reader's scope, because every statement does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from app.core import clock
from app.core.db import db
from app.filings.calendar.gate import owes_input
from app.filings.calendar.models import Extension, ReportingPeriod
from app.filings.calendar.rules import owes
from app.filings.definitions.models import ReportSet
from app.filings.obligations import Obligation
from app.filings.reminders import last_reminders
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import ACCEPTED_STATES, ONCE
from app.institutions.models import Institution, Region

# In the order in which a reader looks for trouble.
STATES = ("overdue", "blank", "draft", "returned", "submitted", "approved", "reported", "nil")
MISSING = ("overdue", "blank", "draft", "returned")
OFFERED_PERIODS = 60


@dataclass(frozen=True)
class Due:
    """One institution's obligation in the period, with what the list shows of it."""

    institution: Row[Any]
    obligation: Obligation
    filing: Row[Any] | None
    reminded_at: datetime | None

    @property
    def state(self) -> str:
        """As the institution itself sees it; what was accepted as a nil return is `nil`."""
        state = self.obligation.state
        state = "draft" if state == "withdrawn" else state
        is_nil = self.filing is not None and self.filing.is_nil
        return "nil" if is_nil and state in ACCEPTED_STATES else state

    @property
    def set_key(self) -> str:
        """The report set's key."""
        return self.obligation.report_set.key

    @property
    def is_missing(self) -> bool:
        """Whether something is still to come from the institution."""
        return self.state in MISSING


@dataclass(frozen=True)
class CompletenessFilter:
    """What is asked for; empty texts mean everything."""

    report_set: str = ""
    industry: str = ""
    region: str = ""
    state: str = ""
    name: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> CompletenessFilter:
        """From the address."""
        texts = {name: arguments.get(name, "").strip()[:80] for name in cls.__dataclass_fields__}
        if texts["state"] not in (*STATES, "missing"):
            texts["state"] = ""
        return cls(**texts)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are on."""
        return {name: value for name in self.__dataclass_fields__ if (value := getattr(self, name))}

    def takes(self, due: Due, *, whatever_state: bool = False) -> bool:
        """Whether an obligation is among what is asked for."""
        institution = due.institution
        if self.report_set and due.set_key != self.report_set:
            return False
        if self.industry and institution.industry != self.industry:
            return False
        if self.region and not institution.region_code.startswith(region_prefix(self.region)):
            return False
        if self.name and self.name not in institution.name and self.name != institution.uscc:
            return False
        if whatever_state or not self.state:
            return True
        return due.is_missing if self.state == "missing" else due.state == self.state


def region_prefix(code: str) -> str:
    """What the codes of a region and all below begin with."""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def periods_begun(now: datetime) -> list[ReportingPeriod]:
    """The periods whose window has opened, newest first."""
    query = select(ReportingPeriod).where(ReportingPeriod.opens_at <= now)
    newest = query.order_by(ReportingPeriod.end_date.desc(), ReportingPeriod.id).limit(OFFERED_PERIODS)
    return list(db.session.scalars(newest))


def dues(period: ReportingPeriod | None, now: datetime) -> list[Due]:
    """What the institutions of the reader's scope owe for a period (None: the one-off set); six statements."""
    sets = _sets(period)
    filings = _filings(period)
    extended = _extended(period)
    reminded = last_reminders(period.code if period else ONCE)
    by_industry: dict[str, list[ReportSet]] = {}
    for report_set in sets:
        by_industry.setdefault(report_set.industry, []).append(report_set)
    found = []
    for institution in _institutions():
        for report_set in by_industry.get(institution.industry, ()):
            if owes(owes_input(institution, report_set, period, now)) is not None:
                continue
            place = (institution.id, report_set.id)
            filing: Any = filings.get(place)
            obligation = Obligation(
                report_set, period, filing, (), 0, now, extended_until=extended.get(place)
            )
            told = reminded.get((institution.id, report_set.key))
            found.append(Due(institution, obligation, filing, told))
    return found


def _sets(period: ReportingPeriod | None) -> list[ReportSet]:
    query = select(ReportSet)
    if period is None:
        query = query.where(ReportSet.family == "one_off")
    else:
        query = query.where(ReportSet.frequency == period.frequency, ReportSet.starts_on <= period.end_date)
    return list(db.session.scalars(query.order_by(ReportSet.id)))


def _institutions() -> list[Row[Any]]:
    query = select(
        Institution.id,
        Institution.name,
        Institution.uscc,
        Institution.industry,
        Institution.region_code,
        Institution.status,
        Institution.admitted_at,
        Institution.licence_from,
        Institution.licence_to,
        Institution.terminated_on,
        Institution.email,
        Region.name_zh.label("region_zh"),
        Region.name_en.label("region_en"),
    ).join(Region, Region.code == Institution.region_code)
    return list(db.session.execute(query.order_by(Institution.region_code, Institution.name, Institution.id)))


def _filings(period: ReportingPeriod | None) -> dict[tuple[int, int], Row[Any]]:
    query = select(
        Filing.id,
        Filing.institution_id,
        Filing.report_set_id,
        Filing.status,
        Filing.submitted_at,
        Filing.is_late,
        Filing.correct_until,
        Filing.return_reason,
        Filing.is_nil,
        Filing.change_form,
        Filing.number,
    )
    of_period = Filing.period_code == ONCE if period is None else Filing.period_id == period.id
    query = query.where(of_period)
    return {(row.institution_id, row.report_set_id): row for row in db.session.execute(query)}


def _extended(period: ReportingPeriod | None) -> dict[tuple[int, int], datetime]:
    if period is None:
        return {}
    query = (
        select(Extension.institution_id, Extension.report_set_id, func.max(Extension.granted_until))
        .where(Extension.period_id == period.id, Extension.status == "granted")
        .group_by(Extension.institution_id, Extension.report_set_id)
    )
    return {(institution, key): until for institution, key, until in db.session.execute(query)}


@dataclass(frozen=True)
class Line:
    """One line of a summary: how many obligations are in which state."""

    code: str
    states: Counter[str]

    @property
    def total(self) -> int:
        """How many are owed."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """How many the regulator has."""
        return sum(number for state, number in self.states.items() if state not in MISSING)

    @property
    def share(self) -> int:
        """Per cent handed in, rounded down: 100 only when everything is in."""
        return self.done * 100 // self.total if self.total else 100


def summary(found: Iterable[Due], by: str) -> list[Line]:
    """Counts by 'industry' or by 'region' (the city)."""
    lines: dict[str, Counter[str]] = {}
    for due in found:
        code = due.institution.industry if by == "industry" else f"{due.institution.region_code[:4]}00"
        lines.setdefault(code, Counter())[due.state] += 1
    return [Line(code, lines[code]) for code in sorted(lines)]


def now_and_period(period_id: str) -> tuple[datetime, list[ReportingPeriod], ReportingPeriod | None]:
    """The moment, the periods on offer, and the chosen one: by id, `once` for none, else the one that ended last."""
    now = clock.now()
    periods = periods_begun(now)
    if period_id == ONCE:
        return now, periods, None
    chosen = next((one for one in periods if str(one.id) == period_id), None)
    ended = [one for one in periods if one.end_date < clock.local(now).date()]
    return now, periods, chosen or next(iter(ended or periods), None)
