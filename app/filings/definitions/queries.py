"""Reading definitions and sets. Parsed forms are kept per process: a version never changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from app.core.db import db, prepared
from app.filings.definitions.codec import indicator_from_dict
from app.filings.definitions.models import CHANGE, FormDefinition, IndicatorDefinition, ReportSet
from app.filings.definitions.schema import EVERY_INDUSTRY, Form, Indicator

_parsed: dict[int, Form] = {}


def clear_cache() -> None:
    """Forget parsed forms; needed only where a process changes databases, as tests do."""
    _parsed.clear()


def forms_by_id(ids: Iterable[int]) -> dict[int, Form]:
    """The forms of stored definitions; asks the database only for those not parsed yet."""
    wanted = set(ids)
    missing = wanted - _parsed.keys()
    if missing:
        query = select(FormDefinition).where(FormDefinition.id.in_(missing))
        for definition in db.session.scalars(query):
            _parsed[definition.id] = Form.from_dict(definition.content)
    return {key: _parsed[key] for key in wanted}


def definition_ids_on(codes: Iterable[str], day: date) -> dict[str, int]:
    """For each code the id of the version in force for a period that ends on `day`."""
    found = db.session.execute(_versions_on(), {"codes": list(codes), "day": day})
    return {code: key for code, key in found}


@prepared
def _versions_on() -> Select[str, int]:
    return (
        select(FormDefinition.code, FormDefinition.id)
        .where(
            FormDefinition.code.in_(bindparam("codes", expanding=True)),
            FormDefinition.effective_from <= bindparam("day"),
        )
        .order_by(FormDefinition.version)
    )


def set_by_key(key: str) -> ReportSet | None:
    """A report set by its key, e.g. 'guarantee-business-monthly'."""
    return db.session.scalars(_set_of_key(), {"key": key}).unique().first()


@prepared
def _set_of_key() -> Select[tuple[ReportSet]]:
    return select(ReportSet).options(joinedload(ReportSet.members)).where(ReportSet.key == bindparam("key"))


def sets_of(industry: str) -> list[ReportSet]:
    """What an industry owes, one-off first; changes are nothing that anybody owes."""
    query = select(ReportSet).where(ReportSet.industry == industry, ReportSet.family != CHANGE)
    return list(db.session.scalars(query.order_by(ReportSet.id)))


def change_set_of(industry: str) -> ReportSet | None:
    """The set in which an industry changes its one-off forms (重大信息变更)."""
    query = select(ReportSet).where(ReportSet.industry == industry, ReportSet.family == CHANGE)
    return db.session.scalars(query).first()


def indicators_on(industry: str, day: date) -> list[Indicator]:
    """The indicators of an industry in force for a period that ends on `day`; one statement."""
    query = (
        select(IndicatorDefinition.code, IndicatorDefinition.content)
        .where(
            IndicatorDefinition.industry.in_((industry, EVERY_INDUSTRY)),
            IndicatorDefinition.effective_from <= day,
        )
        .order_by(IndicatorDefinition.version)
    )
    latest = {code: content for code, content in db.session.execute(query)}
    return [indicator_from_dict(latest[code]) for code in sorted(latest)]
