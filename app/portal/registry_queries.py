"""The public registry: only these columns, only listed institutions, read past the row scope on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.db import db
from app.core.row_versions import watch
from app.core.scope import SYSTEM, scoped
from app.institutions.models import Institution, Region
from app.institutions.register.models import InstitutionVersion
from app.institutions.register.queries import versions_on
from app.institutions.rules import INDUSTRIES, LISTED_STATES
from app.portal.queries import Found, paged

watch("registry", Institution, InstitutionVersion, Region)  # all that public lists show
PER_PAGE = 20
Above = aliased(Region)
Source = type[Institution] | type[InstitutionVersion]


def _source(day: date) -> Source:
    """The institutions as they are, or for a past day as the register remembers them."""
    return Institution if day >= clock.today() else InstitutionVersion


def _id(source: Source) -> Any:
    return Institution.id if source is Institution else InstitutionVersion.institution_id


def _columns(source: Source) -> list[Any]:
    return [
        _id(source).label("id"),
        source.name,
        source.uscc,
        source.industry,
        Region.name_zh.label("region_zh"),
        Region.name_en.label("region_en"),
        Above.code.label("above_code"),
        Above.name_zh.label("above_zh"),
        Above.name_en.label("above_en"),
        source.licence_no,
        source.licence_from,
        source.licence_to,
        source.status,
    ]


def _detail_columns(source: Source) -> list[Any]:
    return [
        *_columns(source),
        source.address,
        source.legal_representative,
        source.registered_capital,
        source.business_scope,
        source.licence_issuer,
    ]


def _listed(source: Source, day: date) -> list[ColumnElement[bool]]:
    """Opened, and not gone: a termination takes effect with the first moment of its day."""
    stays = or_(source.terminated_on.is_(None), source.terminated_on > day)
    held = versions_on(day) if source is InstitutionVersion else []
    return [source.status.in_(LISTED_STATES), stays, *held]


def _conditions(
    source: Source, industry: str | None, words: tuple[str, ...], region_prefix: str, day: date
) -> list[ColumnElement[bool]]:
    conditions = _listed(source, day)
    if industry:
        conditions.append(source.industry == industry)
    if region_prefix:
        conditions.append(source.region_code.startswith(region_prefix, autoescape=True))
    for word in words:
        columns = (source.name, source.uscc, source.licence_no)
        conditions.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return conditions


def _list_query(
    industry: str | None, words: tuple[str, ...], region_prefix: str, day: date
) -> Select[*tuple[Any, ...]]:
    source = _source(day)
    conditions = _conditions(source, industry, words, region_prefix, day)
    return (
        select(*_columns(source))
        .join(Region, Region.code == source.region_code)
        .outerjoin(Above, Above.code == Region.parent_code)
        .where(*conditions)
        .order_by(source.region_code, source.name, _id(source))
    )


def listed_page(
    industry: str | None,
    day: date,
    *,
    words: tuple[str, ...] = (),
    region_prefix: str = "",
    page: int = 1,
    size: int = PER_PAGE,
) -> Found:
    """One page of a public list; without an industry, of all of them."""
    with scoped(SYSTEM):
        source = _source(day)
        conditions = _conditions(source, industry, words, region_prefix, day)
        total = db.session.scalar(select(func.count()).select_from(source).where(*conditions)) or 0
        return paged(_list_query(industry, words, region_prefix, day), page, size, total)


def listed_all(
    industry: str, day: date, *, words: tuple[str, ...] = (), region_prefix: str = ""
) -> Iterator[Row[Any]]:
    """Every row of a public list in its order, in portions, for a download."""
    with scoped(SYSTEM):
        result = db.session.execute(
            _list_query(industry, words, region_prefix, day), execution_options={"yield_per": 500}
        )
    yield from result


def listed_one(industry: str, institution_id: int, day: date) -> Row[Any] | None:
    """The public facts about one institution, while it is listed."""
    source = _source(day)
    query = (
        select(*_detail_columns(source))
        .join(Region, Region.code == source.region_code)
        .outerjoin(Above, Above.code == Region.parent_code)
        .where(_id(source) == institution_id, source.industry == industry, *_listed(source, day))
    )
    with scoped(SYSTEM):
        return db.session.execute(query).first()


def listed_counts(today: date) -> dict[str, int]:
    """How many institutions each public list has."""
    query = (
        select(Institution.industry, func.count())
        .where(*_listed(Institution, today))
        .group_by(Institution.industry)
    )
    with scoped(SYSTEM):
        found = {industry: count for industry, count in db.session.execute(query)}
    return {industry: found.get(industry, 0) for industry in INDUSTRIES}


def regions() -> list[Region]:
    """All divisions, each followed by those below it."""
    return list(db.session.scalars(select(Region).order_by(Region.code)))
