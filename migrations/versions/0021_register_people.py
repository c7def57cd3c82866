"""register: shareholders and managers that the accepted one-off forms and their changes list

Revision ID: 0021
Revises: 0011
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op


revision = '0021'
down_revision = '0011'
branch_labels = None
depends_on = None

SHANGHAI = timezone(timedelta(hours=8))
# Form -> kind of person, and {field of the register: column of the form}; amounts are filed in 万元 and kept in 元.
FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "GG02": (
        "shareholder",
        {
            "name": "name", "holder_type": "holder_type", "amount": "subscribed", "paid": "paid", "share": "ratio",
            "is_controller": "controlling",
        },
    ),
    "GG03": (
        "manager",
        {
            "name": "name", "position": "position", "is_legal_rep": "is_legal_rep", "appointed_on": "start_date",
            "term_end": "term_end",
        },
    ),
}
Lists = dict[str, dict[str, dict[str, Any]]]


def upgrade() -> None:
    """Enter what has been filed, each list from the day on which it came into force."""
    connection = op.get_bind()
    metadata = sa.MetaData()
    names = ("filing", "filing_version", "report_set", "register_entry", "event")
    tables = {name: sa.Table(name, metadata, autoload_with=connection) for name in names}
    entry = tables["register_entry"]
    told = sa.select(entry.c.institution_id).where(entry.c.subject_kind.in_(("shareholder", "manager")))
    there = set(connection.scalars(told))
    standing: dict[int, Lists] = {}
    for institution, day, payload in accepted(connection, tables):
        if institution not in there:  # a second upgrade enters nobody twice
            enter(connection, tables, institution, day, payload, standing.setdefault(institution, {}))


def accepted(connection: sa.Connection, tables: dict[str, sa.Table]) -> Iterator[tuple[int, date, dict[str, Any]]]:
    """(institution, day, payload) of the one-off sets in force, then of their changes in the order of approval."""
    filing, version, report_set = tables["filing"], tables["filing_version"], tables["report_set"]
    query = (
        sa.select(filing.c.institution_id, filing.c.accepted_at, version.c.submitted_at, version.c.payload, report_set.c.family)
        .join(version, version.c.id == filing.c.accepted_version_id)
        .join(report_set, report_set.c.id == filing.c.report_set_id)
        .where(report_set.c.family.in_(("one_off", "change")))
        .order_by(sa.case((report_set.c.family == "one_off", 0), else_=1), filing.c.accepted_at, filing.c.id)
    )
    for row in connection.execute(query).mappings().all():
        moment = row["submitted_at"] if row["family"] == "one_off" else row["accepted_at"] or row["submitted_at"]
        local = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(SHANGHAI)
        yield row["institution_id"], local.date(), row["payload"]


def enter(
    connection: sa.Connection, tables: dict[str, sa.Table], institution: int, day: date, payload: dict[str, Any], standing: Lists
) -> None:
    """Write what leads from the lists as they stood to those of this version, and one event about it."""
    now, written = datetime.now(UTC), []
    for code, (kind, columns) in FORMS.items():
        if code not in payload.get("forms", {}):
            continue
        new, former = people(payload["forms"][code]["values"], columns), standing.get(kind, {})
        written += [{"kind": kind, "key": key, "values": {}, "ends": True} for key in former if key not in new]
        written += [
            {"kind": kind, "key": key, "values": values, "ends": False} for key, values in new.items() if former.get(key) != values
        ]
        standing[kind] = new
    if not written:
        return
    for one in written:
        connection.execute(
            sa.insert(tables["register_entry"]).values(
                institution_id=institution, subject_kind=one["kind"], subject_key=one["key"], values=one["values"],
                ends=one["ends"], effective_from=day, recorded_at=now, source="migration", actor_name="",
            )
        )
    connection.execute(
        sa.insert(tables["event"]).values(
            at=now, kind="RegisterChanged", subject_type="institution", subject_id=institution, institution_id=institution,
            actor_name="", data={"from": day.isoformat(), "source": "migration", "id": None, "entries": written},
        )
    )


def people(rows: dict[str, dict[str, Any]], columns: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The list by key, as the register's entries hold it."""
    found: dict[str, dict[str, Any]] = {}
    for _number, row in sorted(rows.items(), key=lambda one: int(one[0]) if one[0].isdigit() else 0):
        if not row.get("name"):
            continue
        name = str(row["name"])[:54]
        key, number = name, 2
        while key in found:
            key, number = f"{name}#{number}", number + 1
        found[key] = {field: taken(field, row.get(column)) for field, column in columns.items()}
    return found


def taken(field: str, value: Any) -> Any:
    """Amounts in yuan with two decimals; shares without idle zeros."""
    if value in (None, ""):
        return None
    if field in ("amount", "paid"):
        return f"{Decimal(value) * 10_000:.2f}"
    return f"{Decimal(value).normalize():f}" if field == "share" else value


def downgrade() -> None:
    """The register is only ever added to: what was entered stays, and the code before this one can read it."""
