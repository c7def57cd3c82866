"""The console's list and calendar of inspections: filters, counts, pages, rows. Inside the reader's row scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from app.core.db import db
from app.core.parsing import number_of
from app.inspections import rules
from app.inspections.models import Inspection, Member
from app.institutions.models import Institution, Region

ORDERS: dict[str, tuple[Any, ...]] = {
    "planned-desc": (Inspection.planned_from.desc(), Inspection.id.desc()),
    "planned-asc": (Inspection.planned_from, Inspection.id),
    "name-asc": (Institution.name, Inspection.id),
    "name-desc": (Institution.name.desc(), Inspection.id),
    "due-asc": (Inspection.rectify_by.is_(None), Inspection.rectify_by, Inspection.id),
    "due-desc": (Inspection.rectify_by.is_(None), Inspection.rectify_by.desc(), Inspection.id),
}


@dataclass(frozen=True)
class InspectionFilter:
    """What the list was asked for; every field empty means all."""

    state: str = ""
    name: str = ""
    kind: str = ""
    industry: str = ""
    region: str = ""
    inspector: str = ""
    overdue: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> InspectionFilter:
        """From the arguments of an address; unknown states are none."""
        found = {one.name: arguments.get(one.name, "").strip()[:60] for one in fields(cls)}
        if found["state"] not in rules.STATES:
            found["state"] = ""
        return cls(**found)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are on, without the state, which is a tab."""
        pairs = ((one.name, getattr(self, one.name)) for one in fields(self) if one.name != "state")
        return {name: value for name, value in pairs if value}


@dataclass(frozen=True)
class Page:
    """One page of the list; `counts` by state, with all filters but the state."""

    rows: list[Inspection]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


def list_page(asked: InspectionFilter, order: str, page: int, size: int, today: date) -> Page:
    """The rows that were asked for; three statements."""
    counting: Any = select(Inspection.status, func.count())
    counting = _filtered(counting, asked, today, whatever_state=True)
    counts = {state: int(n) for state, n in db.session.execute(counting.group_by(Inspection.status))}
    total = counts.get(asked.state, 0) if asked.state else sum(counts.values())
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    rows = _rows(asked, order, today).limit(size).offset((page - 1) * size)
    return Page(list(db.session.scalars(rows)), counts, total, page, pages)


def all_rows(asked: InspectionFilter, order: str, today: date) -> list[Inspection]:
    """The same rows, all of them, for the workbook."""
    return list(db.session.scalars(_rows(asked, order, today)))


def _rows(asked: InspectionFilter, order: str, today: date) -> Select[Any]:
    query = _filtered(select(Inspection), asked, today)
    query = query.options(contains_eager(Inspection.institution), selectinload(Inspection.team))
    return query.order_by(*ORDERS.get(order, ORDERS["planned-desc"]))


def _filtered(
    query: Select[Any], asked: InspectionFilter, today: date, *, whatever_state: bool = False
) -> Select[Any]:
    query = query.join(Institution, Institution.id == Inspection.institution_id)
    if asked.state and not whatever_state:
        query = query.where(Inspection.status == asked.state)
    if asked.name:
        texts = (Institution.name, Institution.uscc, Inspection.number, Inspection.notice_no)
        query = query.where(or_(*(one.icontains(asked.name, autoescape=True) for one in texts)))
    if asked.kind:
        query = query.where(Inspection.kind == asked.kind)
    if asked.industry:
        query = query.where(Institution.industry == asked.industry)
    if asked.region:
        query = query.where(_within(asked.region))
    if asked.inspector:
        query = query.where(Inspection.id.in_(_of_inspector(asked.inspector)))
    if asked.overdue:
        query = query.where(Inspection.status.in_(rules.TAKES_FEEDBACK), Inspection.rectify_by < today)
    if (first := _day(asked.since)) is not None:
        query = query.where(Inspection.planned_to >= first)
    if (last := _day(asked.until)) is not None:
        query = query.where(Inspection.planned_from <= last)
    return query


def _within(code: str) -> ColumnElement[bool]:
    region = db.session.get(Region, code[:6])
    if region is None:
        return false()
    return Institution.region_code.startswith(region.prefix, autoescape=True)


def _of_inspector(key: str) -> Select[Any]:
    number = number_of(key, 9)
    return select(Member.inspection_id).where(Member.account_id == number, Member.is_recused.is_(False))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def inspectors_seen() -> list[tuple[int, str]]:
    """(account, name) of everybody who is in a team that the reader may see."""
    query = select(Member.account_id, func.max(Member.name)).where(Member.account_id.is_not(None))
    rows = db.session.execute(query.group_by(Member.account_id).order_by(func.max(Member.name)))
    return [(int(key), name) for key, name in rows]


def between(first: date, last: date, asked: InspectionFilter, today: date) -> list[Inspection]:
    """Inspections that touch these days, and those whose rectification is due in them."""
    on_site = (Inspection.planned_from <= last) & (Inspection.planned_to >= first)
    query = _rows(asked, "planned-asc", today).where(
        Inspection.status != "cancelled", or_(on_site, Inspection.rectify_by.between(first, last))
    )
    return list(db.session.scalars(query.limit(500)))
