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


SAVE_ROWS = """
CREATE SCHEMA pristine;
DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE pristine.%I AS TABLE public.%I', t.name, t.name);
  END LOOP;
END $$;
CREATE TABLE pristine."sequence values" AS
  SELECT sequencename AS name, start_value, last_value FROM pg_sequences WHERE schemaname = 'public';
"""
RESTORE_ROWS = """
SET LOCAL synchronous_commit = off;
SET LOCAL session_replication_role = replica;
DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%I', t.name);
    EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM pristine.%I', t.name, t.name);
  END LOOP;
END $$;
SELECT setval(format('public.%I', name)::regclass, coalesce(last_value, start_value), last_value IS NOT NULL)
  FROM pristine."sequence values";
"""
END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"


class PostgresStore:
    """A database whose prepared rows are put back for every test.

    Cloning a template would take a second per test. Putting rows back needs a superuser, because it passes
    triggers and references by; without one the database is cloned.
    """

    def __init__(self, url: str, worker: str, folder: Path) -> None:
        from sqlalchemy import make_url

        from config import database_url

        self.folder = folder
        base = make_url(database_url(url, folder))
        self.admin = base
        self.name = f"platform_test_{os.getpid()}_{worker}"
        self.template = f"{self.name}_template"
        self.url = base.set(database=self.name).render_as_string(hide_password=False)
        self.restores = False

    def _admin(self, *statements: str, **values: str) -> None:
        from sqlalchemy import create_engine, text

        engine = create_engine(self.admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement), values)
        engine.dispose()

    def _recreate(self, name: str, template: str = "template0") -> None:
        self._admin(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\' '
            + ("LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'" if template == "template0" else ""),
        )

    def prepare(self, app: Flask) -> None:
        """Fill the database and keep its rows, or a copy of it."""
        self._recreate(self.name)
        fill(app)
        self.restores = self._is_superuser()
        if self.restores:
            self._inside(SAVE_ROWS)
        else:
            self._recreate(self.template, self.name)

    def reset(self, app: Flask) -> None:
        """Bring the prepared state back, whoever still holds a connection."""
        from app.core.db import db

        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        if self.restores:
            self._admin(END_OTHERS, name=self.name)
            self._inside(RESTORE_ROWS)
        else:
            self._recreate(self.name, self.template)

    def close(self) -> None:
        """Drop both databases."""
        for name in (self.name, self.template):
            self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _is_superuser(self) -> bool:
        from sqlalchemy import create_engine, text

        engine = create_engine(self.admin)
        with engine.connect() as connection:
            found = connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
            answer = bool(found.scalar_one())
        engine.dispose()
        return answer

    def _inside(self, script: str) -> None:
        """Run a script in one transaction in the test database."""
        from sqlalchemy import create_engine

        engine = create_engine(self.url)
        with engine.begin() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute(script)
        engine.dispose()


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
