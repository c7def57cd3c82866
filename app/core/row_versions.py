"""A mark per group of tables that changes with whatever changes a row of them, in the same transaction.

Triggers set it, so that bulk statements and a hand at the database change it too. The mark is a random number: one
that counts could come back after a database was restored. On PostgreSQL the trigger runs at the commit, once per
transaction: changed at the row, it would hold up every other writer until then.
"""

from __future__ import annotations

from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Connection, String, Table, event, inspect, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import db


class RowVersion(Model):
    """The present mark of one group of tables."""

    __tablename__ = "row_version"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0)


_watched: dict[str, str] = {}  # table -> group
_MARKS = select(RowVersion.__table__.c.name, RowVersion.__table__.c.mark)

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION mark_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE done text := 'platform.marked_' || TG_ARGV[0];
BEGIN
  IF current_setting(done, true) IS DISTINCT FROM txid_current()::text THEN
    UPDATE row_version SET mark = (random() * 9007199254740991)::bigint WHERE name = TG_ARGV[0];
    PERFORM set_config(done, txid_current()::text, true);
  END IF;
  RETURN NULL;
END $$
"""


def watch(group: str, *models: Any) -> None:
    """Let the group's mark change with every change of these models' tables, wherever they are created."""
    for model in models:
        table: Table = model.__table__
        _watched[table.name] = group
        event.listen(table.metadata, "after_create", _after_create)


def _after_create(_metadata: Any, connection: Connection, **_more: Any) -> None:
    create_marks(connection)


def create_marks(connection: Connection) -> None:
    """Put marks and triggers on every watched table that exists; safe to repeat, like `append_only.create_triggers`."""
    there = set(inspect(connection).get_table_names())
    if "row_version" not in there:
        return
    for group in sorted(set(_watched.values())):
        connection.execute(
            text("INSERT INTO row_version (name, mark) VALUES (:name, 0) ON CONFLICT DO NOTHING"),
            {"name": group},
        )
    for table, group in sorted(_watched.items()):
        if table in there:
            _install(connection, table, group)


def _install(connection: Connection, table: str, group: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(_POSTGRES_FUNCTION))
        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_marks ON {table}"))
        connection.execute(
            text(
                f"CREATE CONSTRAINT TRIGGER {table}_marks AFTER INSERT OR UPDATE OR DELETE ON {table} "
                f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_rows('{group}')"
            )
        )
        return
    for verb in ("insert", "update", "delete"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_marks_{verb}"))
        marking = f"UPDATE row_version SET mark = abs(random() % 9007199254740991) WHERE name = '{group}'"  # noqa: S608
        connection.execute(
            text(f"CREATE TRIGGER {table}_marks_{verb} AFTER {verb.upper()} ON {table} BEGIN {marking}; END")
        )


def marks() -> dict[str, int]:
    """The present marks. Read them before what they stand for, never after."""
    return {name: mark for name, mark in db.session.execute(_MARKS)}
