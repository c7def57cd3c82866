"""Tables whose rows are written once: the database itself refuses to change or delete them.

The model's own refusal stops our code; a trigger also stops raw SQL, a forgotten bulk statement and a hand at
the database console. Whoever owns the tables can still drop the triggers: that is what the grants are for.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, event, inspect, text

_protected: dict[str, Table] = {}

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def protect(model: Any) -> None:
    """Refuse UPDATE and DELETE (and TRUNCATE) on the model's table wherever it is created from now on."""
    table: Table = model.__table__
    _protected[table.name] = table

    @event.listens_for(table, "after_create")
    def _create(_table: Table, connection: Connection, **_more: Any) -> None:
        _install(connection, table.name)


def create_triggers(connection: Connection) -> list[str]:
    """Put the triggers on every protected table that exists; safe to repeat. Returns the tables' names.

    Migrations end with this: a batch change on SQLite rebuilds the table and so loses its triggers.
    """
    there = set(inspect(connection).get_table_names())
    names = sorted(there & _protected.keys())
    for name in names:
        _install(connection, name)
    return names


def drop_triggers(connection: Connection, *names: str) -> None:
    """Take the triggers away, for a migration that has to rewrite rows; `create_triggers` puts them back."""
    on_table = " ON {}" if connection.dialect.name == "postgresql" else ""
    for name in names:
        for verb in ("update", "delete", "truncate"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}_no_{verb}{on_table.format(name)}"))


def _install(connection: Connection, name: str) -> None:
    drop_triggers(connection, name)
    if connection.dialect.name == "postgresql":
        connection.execute(text(_POSTGRES_FUNCTION))
        for verb, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            connection.execute(
                text(
                    f"CREATE TRIGGER {name}_no_{verb} BEFORE {verb.upper()} ON {name} "
                    f"FOR EACH {each} EXECUTE FUNCTION refuse_rewriting()"
                )
            )
        return
    for verb in ("update", "delete"):
        connection.execute(
            text(
                f"CREATE TRIGGER {name}_no_{verb} BEFORE {verb.upper()} ON {name} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {verb} on {name} is refused'); END"
            )
        )
