"""One insert that lets exactly one of several competitors in, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import db


def insert_ignoring(model: Any, **values: Any) -> bool:
    """Insert a row unless its key is taken; True when this call inserted it."""
    dialect = db.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(model.__table__).values(**values).on_conflict_do_nothing()
    # RETURNING, because the row count of such an insert is not known on PostgreSQL.
    return db.session.execute(statement.returning(*model.__table__.primary_key)).first() is not None
