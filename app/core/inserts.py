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
    result: Any = db.session.execute(statement)
    return int(result.rowcount) == 1
