"""What is in force of the one-off set: the set as reported, and on top of it every change that was approved.

Nothing is stored for this: it is folded from the versions that stand, so any past day can be asked for too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, or_, select

from app.core.db import Moment, db, prepared
from app.filings.definitions.models import CHANGE, ReportSet
from app.filings.definitions.schema import CARD_ROW
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.rules import TOLD_FIELDS

PROFILE, TOLD = "GG01", "GG21"


@dataclass(frozen=True)
class Standing:
    """One form in force: the version that brought it, since when, definition, stored values and attachments."""

    filing_id: int
    version_id: int
    receipt_no: str
    since: datetime
    definition: int
    values: Mapping[str, Mapping[str, Any]]
    attachments: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def entry(self) -> dict[str, Any]:
        """As it stands in a version's payload."""
        return {"definition": self.definition, "values": self.values}


def one_off_in_force(institution_id: int, at: datetime | None = None) -> dict[str, Standing]:
    """The one-off forms in force now, or at a past moment, by code; one statement."""
    found: dict[str, Standing] = {}
    for row in sorted(_standing_versions(institution_id, at), key=_order):
        _lay_over(found, row)
    return found


def _standing_versions(institution_id: int, at: datetime | None) -> list[Row[Any]]:
    statement = _standing_now() if at is None else _stood_then()
    given = {"institution": institution_id} if at is None else {"institution": institution_id, "at": at}
    return list(db.session.execute(statement, given))


@prepared
def _standing_now() -> Select[Any]:
    return _versions(FilingVersion.id == Filing.accepted_version_id)


@prepared
def _stood_then() -> Select[Any]:
    """What was reported then may have been corrected since; an approved change stays as it is."""
    accepted, at = FilingVersion.id == Filing.accepted_version_id, bindparam("at", type_=Moment)
    return _versions(
        or_(
            and_(ReportSet.family == "one_off", FilingVersion.submitted_at <= at),
            and_(ReportSet.family == CHANGE, accepted, Filing.accepted_at <= at),
        )
    )


def _versions(stands: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            ReportSet.family,
            Filing.accepted_at,
            FilingVersion.id,
            FilingVersion.filing_id,
            FilingVersion.receipt_no,
            FilingVersion.submitted_at,
            FilingVersion.payload,
        )
        .join(Filing, Filing.id == FilingVersion.filing_id)
        .join(ReportSet, ReportSet.id == Filing.report_set_id)
        .where(
            FilingVersion.institution_id == bindparam("institution"),
            ReportSet.family.in_(("one_off", CHANGE)),
            stands,
        )
    )


def _order(row: Row[Any]) -> tuple[bool, datetime, int]:
    """The set first, however often it was corrected: changes concern what happened after it."""
    is_change = row.family == CHANGE
    return is_change, row.accepted_at if is_change and row.accepted_at else row.submitted_at, row.id


def _lay_over(found: dict[str, Standing], row: Row[Any]) -> None:
    since = row.accepted_at if row.family == CHANGE and row.accepted_at else row.submitted_at
    files = row.payload.get("attachments", {})
    if row.family != CHANGE:
        found.clear()
    for code, entry in row.payload["forms"].items():
        found[code] = Standing(
            filing_id=row.filing_id,
            version_id=row.id,
            receipt_no=row.receipt_no,
            since=since,
            definition=entry["definition"],
            values=entry["values"],
            attachments=tuple(files.get(code, ())),
        )
        if code == TOLD and PROFILE in found:
            found[PROFILE] = _told(found[PROFILE], found[TOLD])


def _told(profile: Standing, told: Standing) -> Standing:
    """The profile after a change that GG21 tells in words."""
    said = told.values.get(CARD_ROW, {})
    changed = told_change(said)
    if not changed:
        return profile
    values = {**profile.values, CARD_ROW: {**profile.values.get(CARD_ROW, {}), **changed}}
    return replace(
        profile,
        filing_id=told.filing_id,
        version_id=told.version_id,
        receipt_no=told.receipt_no,
        since=told.since,
        values=values,
    )


def told_change(said: Mapping[str, Any]) -> dict[str, str]:
    """{field of the profile: new text} of a GG21 card; empty for changes that no single field holds."""
    field_name = TOLD_FIELDS.get(str(said.get("change_type") or ""))
    after = str(said.get("after") or "").strip()
    return {field_name: after} if field_name and after else {}
