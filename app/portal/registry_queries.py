"""The public registry: only these columns, only listed institutions, read past the row scope on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.scope import SYSTEM, scoped
from app.institutions.models import Institution, Region
from app.institutions.rules import INDUSTRIES, LISTED_STATES
from app.portal.queries import Found, paged

PER_PAGE = 20
Above = aliased(Region)
PUBLIC_COLUMNS = (
    Institution.id,
    Institution.name,
    Institution.uscc,
    Institution.industry,
    Region.name_zh.label("region_zh"),
    Region.name_en.label("region_en"),
    Above.code.label("above_code"),
    Above.name_zh.label("above_zh"),
    Above.name_en.label("above_en"),
    Institution.licence_no,
    Institution.licence_from,
    Institution.licence_to,
    Institution.status,
)
DETAIL_COLUMNS = (
    *PUBLIC_COLUMNS,
    Institution.address,
    Institution.legal_representative,
    Institution.registered_capital,
    Institution.business_scope,
    Institution.licence_issuer,
)


def _listed(today: date) -> list[ColumnElement[bool]]:
    """Opened, and not gone: a termination takes effect with the first moment of its day."""
    stays = or_(Institution.terminated_on.is_(None), Institution.terminated_on > today)
    return [Institution.status.in_(LISTED_STATES), stays]


def _list_query(
    industry: str | None, words: tuple[str, ...], region_prefix: str, today: date
) -> Select[*tuple[Any, ...]]:
    conditions = _listed(today)
    if industry:
        conditions.append(Institution.industry == industry)
    if region_prefix:
        conditions.append(Institution.region_code.startswith(region_prefix, autoescape=True))
    for word in words:
        columns = (Institution.name, Institution.uscc, Institution.licence_no)
        conditions.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return (
        select(*PUBLIC_COLUMNS)
        .join(Region, Region.code == Institution.region_code)
        .outerjoin(Above, Above.code == Region.parent_code)
        .where(*conditions)
        .order_by(Institution.region_code, Institution.name, Institution.id)
    )


def listed_page(
    industry: str | None,
    today: date,
    *,
    words: tuple[str, ...] = (),
    region_prefix: str = "",
    page: int = 1,
    size: int = PER_PAGE,
) -> Found:
    """One page of a public list; without an industry, of all of them."""
    with scoped(SYSTEM):
        return paged(_list_query(industry, words, region_prefix, today), page, size)


def listed_all(
    industry: str, today: date, *, words: tuple[str, ...] = (), region_prefix: str = ""
) -> Iterator[Row[Any]]:
    """Every row of a public list in its order, in portions, for a download."""
    with scoped(SYSTEM):
        result = db.session.execute(
            _list_query(industry, words, region_prefix, today), execution_options={"yield_per": 500}
        )
    yield from result


def listed_one(industry: str, institution_id: int, today: date) -> Row[Any] | None:
    """The public facts about one institution, while it is listed."""
    query = (
        select(*DETAIL_COLUMNS)
        .join(Region, Region.code == Institution.region_code)
        .outerjoin(Above, Above.code == Region.parent_code)
        .where(Institution.id == institution_id, Institution.industry == industry, *_listed(today))
    )
    with scoped(SYSTEM):
        return db.session.execute(query).first()


def listed_counts(today: date) -> dict[str, int]:
    """How many institutions each public list has."""
    query = select(Institution.industry, func.count()).where(*_listed(today)).group_by(Institution.industry)
    with scoped(SYSTEM):
        found = {industry: count for industry, count in db.session.execute(query)}
    return {industry: found.get(industry, 0) for industry in INDUSTRIES}


def regions() -> list[Region]:
    """All divisions, each followed by those below it."""
    return list(db.session.scalars(select(Region).order_by(Region.code)))
