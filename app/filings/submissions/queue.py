"""The review queue: what institutions have handed in, filtered, counted and searched in the database.

Every statement goes through the reader's scope. Columns are named one by one: entities would load their relations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, select

from app.accounts.models import Account
from app.core.db import db
from app.core.parsing import is_number
from app.core.scope import current_scope
from app.filings.calendar.models import ReportingPeriod
from app.filings.definitions.models import ReportSet
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark
from app.institutions.models import Institution, Region

# The tabs of the queue, in this order. Drafts are the institutions' own business.
STATES = ("submitted", "returned", "approved", "reported")
MINE, NOBODY = "me", "nobody"


@dataclass(frozen=True)
class QueueFilter:
    """What is asked for; empty texts mean everything. `who`: MINE, NOBODY or the id of a reviewer."""

    state: str = ""
    name: str = ""
    industry: str = ""
    region: str = ""
    family: str = ""
    report_set: str = ""
    period: str = ""
    late: str = ""
    warnings: str = ""
    who: str = ""
    me: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, str], me: int) -> QueueFilter:
        """From the address; what cannot be is left out."""
        texts = {
            name: arguments.get(name, "").strip()[:80] for name in cls.__dataclass_fields__ if name != "me"
        }
        if texts["state"] not in (*STATES, ""):
            texts["state"] = ""
        for name in ("late", "warnings"):
            texts[name] = texts[name] if texts[name] in ("0", "1") else ""
        if texts["who"] not in (MINE, NOBODY) and not _is_id(texts["who"]):
            texts["who"] = ""
        return cls(**texts, me=me)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are on, by name; the state is a tab and not among them."""
        names = (name for name in self.__dataclass_fields__ if name not in ("me", "state"))
        return {name: value for name in names if (value := getattr(self, name))}


def _is_id(text: str) -> bool:
    return is_number(text, 9)


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue; `counts` are those of each state under the same filters."""

    rows: list[Row[Any]]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


def queue_page(asked: QueueFilter, order: str, page: int, size: int) -> QueuePage:
    """Two statements, however many rows there are."""
    counts = _counts(asked)
    total = counts.get(asked.state, 0) if asked.state else sum(counts.values())
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    rows = db.session.execute(_rows(asked, order).offset((page - 1) * size).limit(size))
    return QueuePage(list(rows), counts, total, page, pages)


def queue_rows(asked: QueueFilter, order: str) -> Iterable[Row[Any]]:
    """All rows, for the export."""
    return db.session.execute(_rows(asked, order).execution_options(yield_per=500))


def rows_by_id(ids: Iterable[int]) -> list[Row[Any]]:
    """Certain rows in the reader's scope, oldest first; ids of others are simply not there."""
    return list(db.session.execute(_rows(QueueFilter(), "").where(Filing.id.in_(list(ids)))))


def _counts(asked: QueueFilter) -> dict[str, int]:
    query = _joined(select(Filing.status, func.count())).where(*_conditions(asked)).group_by(Filing.status)
    return {status: number for status, number in db.session.execute(query)}


def _joined(query: Any) -> Any:
    return (
        query.select_from(Filing)
        .join(Institution, Institution.id == Filing.institution_id)
        .join(ReportSet, ReportSet.id == Filing.report_set_id)
        .outerjoin(ReportingPeriod, ReportingPeriod.id == Filing.period_id)
    )


MARKS = (
    select(ReviewMark.id)
    .join(FilingVersion, FilingVersion.id == ReviewMark.version_id)
    .where(FilingVersion.filing_id == Filing.id, FilingVersion.number == Filing.number)
    .correlate(Filing)
    .exists()
)
_SORTED = {
    "name": Institution.name,
    "set": ReportSet.id,
    "submitted": Filing.submitted_at,
    "warnings": Filing.warnings,
    "late": Filing.is_late,
}
ORDERS = tuple(f"{name}-{way}" for name in _SORTED for way in ("asc", "desc"))


def _rows(asked: QueueFilter, order: str) -> Any:
    query = _joined(
        select(
            Filing.id,
            Filing.version,
            Filing.status,
            Filing.number,
            Filing.receipt_no,
            Filing.submitted_at,
            Filing.is_late,
            Filing.is_nil,
            Filing.change_form,
            Filing.errors,
            Filing.warnings,
            Filing.reviewer_id,
            Filing.period_code,
            Institution.id.label("institution_id"),
            Institution.name,
            Institution.uscc,
            Institution.industry,
            Region.name_zh.label("region_zh"),
            Region.name_en.label("region_en"),
            ReportSet.family,
            ReportSet.name_zh.label("set_zh"),
            ReportSet.name_en.label("set_en"),
            ReportingPeriod.name_zh.label("period_zh"),
            ReportingPeriod.name_en.label("period_en"),
            Account.display_name.label("reviewer"),
            MARKS.label("has_marks"),
        )
    )
    query = query.join(Region, Region.code == Institution.region_code)
    query = query.outerjoin(Account, Account.id == Filing.reviewer_id)
    column, _, way = order.partition("-") if order in ORDERS else ("submitted", "-", _usual_way(asked))
    sorted_by = _SORTED[column].desc() if way == "desc" else _SORTED[column].asc()
    return query.where(*_conditions(asked), *_state(asked)).order_by(sorted_by, Filing.id)


def _usual_way(asked: QueueFilter) -> str:
    """What waits longest comes first; of what is settled, the latest."""
    return "asc" if asked.state in ("submitted", "") else "desc"


def _state(asked: QueueFilter) -> list[ColumnElement[bool]]:
    return [Filing.status == asked.state] if asked.state else []


def _conditions(asked: QueueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Filing.status.in_(STATES)]
    if asked.name:
        found.append(
            Institution.name.contains(asked.name, autoescape=True) | (Institution.uscc == asked.name)
        )
    if asked.region:
        found.append(Institution.region_code.startswith(_prefix(asked.region), autoescape=True))
    for column, text in (
        (Institution.industry, asked.industry),
        (ReportSet.family, asked.family),
        (ReportSet.key, asked.report_set),
        (Filing.period_code, asked.period),
    ):
        if text:
            found.append(column == text)
    if asked.late:
        found.append(Filing.is_late.is_(asked.late == "1"))
    if asked.warnings:
        found.append(Filing.warnings > 0 if asked.warnings == "1" else Filing.warnings == 0)
    return found + _by_reviewer(asked)


def _by_reviewer(asked: QueueFilter) -> list[ColumnElement[bool]]:
    if asked.who == NOBODY:
        return [Filing.reviewer_id.is_(None)]
    if asked.who:
        return [Filing.reviewer_id == (asked.me if asked.who == MINE else int(asked.who))]
    return []


def _prefix(code: str) -> str:
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


@dataclass(frozen=True)
class Choices:
    """What the filters offer, within the reader's scope; (value, Chinese, English)."""

    regions: list[Row[Any]]
    sets: list[Row[Any]]
    periods: list[Row[Any]]
    reviewers: list[Row[Any]]


def choices() -> Choices:
    """Four statements."""
    places = offered_places()
    return Choices(places.regions, places.sets, *_periods_and_reviewers())


class Places(NamedTuple):
    """Regions and report sets within the reader's scope; `names` has every region, for what stands above it."""

    regions: list[Row[Any]]
    sets: list[Row[Any]]
    names: dict[str, Row[Any]]


def offered_places() -> Places:
    """Two statements."""
    scope = current_scope()
    every = db.session.execute(
        select(Region.code, Region.name_zh, Region.name_en).order_by(Region.code)
    ).all()
    sets = select(ReportSet.key, ReportSet.industry, ReportSet.name_zh, ReportSet.name_en)
    if scope.industries:
        sets = sets.where(ReportSet.industry.in_(scope.industries))
    return Places(
        [row for row in every if row.code.startswith(scope.region_prefix or "")],
        list(db.session.execute(sets.order_by(ReportSet.id))),
        {row.code: row for row in every},
    )


def _periods_and_reviewers() -> tuple[list[Row[Any]], list[Row[Any]]]:
    periods = (
        select(ReportingPeriod.code, ReportingPeriod.name_zh, ReportingPeriod.name_en)
        .where(select(Filing.id).where(Filing.period_id == ReportingPeriod.id).exists())
        .order_by(ReportingPeriod.end_date.desc(), ReportingPeriod.id)
    )
    reviewers = (
        select(Account.id, Account.display_name)
        .where(select(Filing.id).where(Filing.reviewer_id == Account.id).exists())
        .order_by(Account.display_name)
    )
    return list(db.session.execute(periods)), list(db.session.execute(reviewers))
