"""How migrations run: one transaction, all or nothing, on SQLite and on PostgreSQL.

With `PRAGMA foreign_keys=ON` a batch alter of a parent table on SQLite drops the table and so deletes all
children by ON DELETE CASCADE. The pragma is therefore off while migrating, and foreign keys are checked by
hand before the transaction commits.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.operations import ops
from flask import current_app
from flask_appbuilder import Model
from sqlalchemy import Connection, ForeignKeyConstraint, text
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

from app.core.append_only import create_triggers
from app.core.db import db, write_intent
from app.core.row_versions import create_marks

# Any number: it only has to be the same on every node.
UPGRADE_LOCK = 20_260_401


class BrokenReferences(RuntimeError):
    """The migration would leave rows that refer to nothing; it was rolled back."""


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy: a version file must not import the application."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__.startswith("app."):
        return f"sa.{item.impl!r}"
    return False


def include_object(_item: SchemaItem, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Leave alone what the database made for itself (search indexes and their shadow tables)."""
    own = (name or "").startswith(("fts_", "sqlite_"))
    return not (kind in {"table", "index"} and reflected and own)


def late_references(script: ops.MigrationScript) -> None:
    """Two tables that refer to each other: add the `use_alter` reference once both are there.

    Alembic writes it into CREATE TABLE, where PostgreSQL skips it and the reference would be missing.
    """
    for upgrade, downgrade in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=True):
        for table in [op for op in upgrade.ops if isinstance(op, ops.CreateTableOp)]:
            late = [c for c in table.columns if isinstance(c, ForeignKeyConstraint) and c.use_alter]
            table.columns = [
                c for c in table.columns if not (isinstance(c, ForeignKeyConstraint) and c.use_alter)
            ]
            for constraint in late:
                make = ops.CreateForeignKeyOp.from_constraint(constraint)
                make.kw.pop("use_alter", None)
                drop = ops.DropConstraintOp.from_constraint(constraint)
                upgrade.ops.append(ops.ModifyTableOps(table.table_name, [make]))
                downgrade.ops.insert(0, ops.ModifyTableOps(table.table_name, [drop]))


def finish_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no version file when models and database already agree; else put late references last."""
    options = context.config.cmd_opts
    if not getattr(options, "autogenerate", False):
        return
    if directives[0].upgrade_ops.is_empty():
        directives[:] = []
    else:
        late_references(directives[0])


def configure(connection: Connection | None = None, **more: Any) -> None:
    """Tell Alembic what to compare with and how."""
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
        render_item=render_item,
        include_object=include_object,
        process_revision_directives=finish_revision,
        **more,
    )


def run_offline() -> None:
    """Print the SQL instead of running it."""
    url = current_app.config["SQLALCHEMY_DATABASE_URI"]
    configure(url=str(url), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def foreign_keys(connection: Connection, state: str) -> None:
    """Switch SQLite's foreign keys; it ignores the switch inside a transaction, so none may be open."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA foreign_keys={state}")


def check_references(connection: Connection) -> None:
    """What the pragma did not check while it was off."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
    if broken:
        tables = sorted({f"{row[0]} -> {row[2]}" for row in broken})
        raise BrokenReferences(f"{len(broken)} rows refer to nothing: {', '.join(tables)}")


def run_online() -> None:
    """Migrate the application's database."""
    token = write_intent.set(True)
    try:
        with db.engine.connect() as connection:
            foreign_keys(connection, "OFF")
            try:
                with connection.begin():
                    if connection.dialect.name == "postgresql":
                        connection.execute(
                            text("SET LOCAL lock_timeout = 0")
                        )  # another node may be upgrading
                        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
                    configure(connection)
                    context.run_migrations()
                    check_references(connection)
                    create_triggers(connection)
                    create_marks(connection)
            finally:
                foreign_keys(connection, "ON")
    finally:
        write_intent.reset(token)


if context.is_offline_mode():
    run_offline()
else:
    run_online()
