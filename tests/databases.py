"""Databases for tests: prepared once, copied per test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from flask import Flask


def fill(app: Flask) -> None:
    """Tables and roles: what every deployment has."""
    from app.accounts.services import sync_roles
    from app.core.db import commits, db

    with app.app_context():
        db.create_all()
        commits(sync_roles)()
        db.session.remove()
        db.engine.dispose()


class SqliteStore:
    """A file that is copied over."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "test.db"
        self.template = folder / "template.db"
        self.url = f"sqlite:///{self.file}"

    def prepare(self, app: Flask) -> None:
        """Fill the database and keep a copy."""
        from sqlalchemy import text

        fill(app)
        with app.app_context():
            from app.core.db import db

            with db.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
                connection.rollback()
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
        shutil.copyfile(self.file, self.template)

    def reset(self, app: Flask) -> None:
        """Put the prepared copy back."""
        from app.core.db import db

        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.template, self.file)

    def close(self) -> None:
        """Nothing to do: the folder is temporary."""


class PostgresStore:
    """A template database that is cloned."""

    def __init__(self, url: str, worker: str, folder: Path) -> None:
        from sqlalchemy import make_url

        from config import database_url

        self.folder = folder
        base = make_url(database_url(url, folder))
        self.admin = base
        self.name = f"platform_test_{os.getpid()}_{worker}"
        self.template = f"{self.name}_template"
        self.url = base.set(database=self.name).render_as_string(hide_password=False)

    def _admin(self, *statements: str) -> None:
        from sqlalchemy import create_engine, text

        engine = create_engine(self.admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def _recreate(self, name: str, template: str = "template0") -> None:
        self._admin(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f"CREATE DATABASE \"{name}\" TEMPLATE \"{template}\" ENCODING 'UTF8' "
            + ("LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'" if template == "template0" else ""),
        )

    def prepare(self, app: Flask) -> None:
        """Fill the database and clone it."""
        self._recreate(self.name)
        fill(app)
        self._recreate(self.template, self.name)

    def reset(self, app: Flask) -> None:
        """Clone the prepared database again."""
        from app.core.db import db

        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        self._recreate(self.name, self.template)

    def close(self) -> None:
        """Drop both databases."""
        for name in (self.name, self.template):
            self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def is_reachable(url: Any) -> bool:
    """Whether a PostgreSQL server answers there."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError

    try:
        engine = create_engine(url)
        engine.connect().close()
    except OperationalError:
        return False
    return True
