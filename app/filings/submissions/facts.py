"""Facts: the accepted numbers, texts and dates, one row per cell, for analytics and exports; no personal numbers.

The frozen payloads stay the record; facts are made from them alone and can be made again at any time (`rebuild`).
A filing's facts change in the transaction that accepts one of its versions, and at no other time: while a correction
is being reviewed, and after a return, the version in force and its facts stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Date, ForeignKey, Index, String, Text, and_, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Exact, db
from app.core.personal_rules import is_personal_key
from app.core.scope import InstitutionScoped
from app.filings.calendar.models import ReportingPeriod
from app.filings.definitions.queries import forms_by_id
from app.filings.definitions.schema import CellSpec
from app.filings.submissions.in_force import one_off_in_force
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.rules import ONCE

BATCH = 10_000


class Fact(InstitutionScoped, Model):
    """One accepted cell. `raw` is the value exactly as it was filed (numbers without separators, dates ISO);
    `number` and `day` hold it typed where it is one. `kind` is the cell's type, `unit` what the number counts.

    `number` is exact on PostgreSQL; SQLite adds and compares in binary with 15 digits, so take `value` for one
    cell's exact figure. Rows of a table form keep the keys "1", "2" … of the version.
    """

    __tablename__ = "fact"
    __table_args__ = (
        Index("ix_fact_series", "form_code", "row_key", "col_key", "period_end"),
        Index("ix_fact_institution", "institution_id", "form_code", "period_code"),
    )

    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    form_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    row_key: Mapped[str] = mapped_column(String(20), primary_key=True)
    col_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("filing_version.id"), nullable=False)
    definition_id: Mapped[int] = mapped_column(ForeignKey("form_definition.id"), nullable=False)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), nullable=False)
    period_code: Mapped[str] = mapped_column(String(20), nullable=False)
    period_end: Mapped[date | None] = mapped_column(Date)
    frequency: Mapped[str] = mapped_column(String(20), nullable=False)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    unit: Mapped[str] = mapped_column(String(20), nullable=False, default="")
    raw: Mapped[str] = mapped_column(Text, nullable=False)
    number: Mapped[Decimal | None] = mapped_column(Exact)
    day: Mapped[date | None] = mapped_column(Date)

    @property
    def value(self) -> Decimal | date | str:
        """The value with its type, exact."""
        if self.number is not None:
            return Decimal(self.raw)
        return self.day or self.raw


@dataclass(frozen=True)
class _Part:
    """One form of a version in force, with what its facts have in common."""

    filing_id: int
    version_id: int
    institution_id: int
    code: str
    definition: int
    values: Mapping[str, Mapping[str, Any]]
    period: ReportingPeriod | None = None


def put_facts(filing: Filing) -> int:
    """Replace the facts where a version has just been accepted; returns how many there are now.

    Filings without a period (the one-off set and changes of single forms) share one place per institution: what is
    in force, the set with the later changes laid over it.
    """
    if filing.period_id is None:
        old = and_(Fact.institution_id == filing.institution_id, Fact.period_code == ONCE)
        parts = _in_force(filing.institution_id)
    else:
        old = Fact.filing_id == filing.id
        period = db.session.get_one(ReportingPeriod, filing.period_id)
        parts = _parts(filing, db.session.get_one(FilingVersion, filing.accepted_version_id), period)
    db.session.execute(delete(Fact).where(old), execution_options={"synchronize_session": False})
    return _insert(parts)


def _parts(filing: Filing, version: FilingVersion, period: ReportingPeriod) -> list[_Part]:
    return [
        _Part(
            filing.id, version.id, filing.institution_id, code, entry["definition"], entry["values"], period
        )
        for code, entry in version.payload["forms"].items()
    ]


def _in_force(institution_id: int) -> list[_Part]:
    """The forms without a period that stand, by the latest version that brought each."""
    return [
        _Part(stands.filing_id, stands.version_id, institution_id, code, stands.definition, stands.values)
        for code, stands in one_off_in_force(institution_id).items()
    ]


def _insert(parts: Iterable[_Part]) -> int:
    number = 0
    rows = (row for part in parts for row in _rows(part))
    while batch := list(islice(rows, BATCH)):
        db.session.execute(insert(Fact.__table__), batch)
        number += len(batch)
    return number


def _rows(part: _Part) -> Iterator[dict[str, Any]]:
    """The columns of every fact of one form; blanks are none."""
    form = forms_by_id([part.definition])[part.definition]
    period = part.period
    shared = {
        "filing_id": part.filing_id,
        "version_id": part.version_id,
        "institution_id": part.institution_id,
        "form_code": part.code,
        "definition_id": part.definition,
        "period_code": period.code if period else ONCE,
        "period_end": period.end_date if period else None,
        "frequency": period.frequency if period else ONCE,
    }
    for row, cells in part.values.items():
        for column, raw in cells.items():
            spec = form.cell_spec(row, column)
            if spec is not None and raw not in (None, "") and not _is_personal(spec, column):
                yield {**shared, "row_key": row, "col_key": column, **_typed(spec, raw)}


def _is_personal(spec: CellSpec, column: str) -> bool:
    """Numbers of people are no facts: nobody counts them, and here they would lie readable."""
    return spec.type in ("phone", "id_number") or is_personal_key(column)


def _typed(spec: CellSpec, raw: str) -> dict[str, Any]:
    return {
        "kind": spec.type,
        "unit": spec.unit,
        "raw": raw,
        "number": Decimal(raw) if spec.is_numeric else None,
        "day": date.fromisoformat(raw) if spec.type == "date" else None,
    }


def accept_version(filing: Filing, version: FilingVersion) -> None:
    """From now on this version is in force, with its facts."""
    filing.accepted_version_id = version.id
    db.session.flush()
    put_facts(filing)


def rebuild() -> tuple[int, int]:
    """Make all facts anew from the versions in force; returns how many filings and facts there are."""
    db.session.execute(delete(Fact), execution_options={"synchronize_session": False})
    query = select(Filing.id, Filing.institution_id, Filing.period_id)
    accepted = query.where(Filing.accepted_version_id.is_not(None)).order_by(Filing.id)
    standing = db.session.execute(accepted).all()
    number = 0
    for institution_id in sorted({row.institution_id for row in standing if row.period_id is None}):
        number += _insert(_in_force(institution_id))
    for filing_id, _institution, period_id in standing:
        if period_id is not None:
            filing = db.session.get_one(Filing, filing_id)
            number += put_facts(filing)
            db.session.expire(filing)
    return len(standing), number


def facts_of(filing: Filing) -> list[Fact]:
    """The facts of one filing, by form and cell."""
    query = select(Fact).where(Fact.filing_id == filing.id)
    return list(db.session.scalars(query.order_by(Fact.form_code, Fact.row_key, Fact.col_key)))
