"""The database itself refuses to rewrite history, whatever the statement and whoever sends it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.append_only import create_triggers, drop_triggers
from app.core.db import db
from app.core.events import record
from tests.factories import make_institution
from tests.filing_places import finish_one_off, load_catalogue
from tests.integration.test_migrations import empty_app, upgraded  # noqa: F401 - fixtures

STATEMENTS = (
    "UPDATE event SET kind = 'Nothing'",
    "DELETE FROM event",
    "UPDATE filing_version SET sha256 = ''",
    "UPDATE filing_version SET payload = '{}'",
    "DELETE FROM filing_version",
    "UPDATE register_entry SET ends = ends",
    "DELETE FROM register_entry",
)
PROTECTED = ["admission_decision", "event", "filing_version", "letter", "letter_template", "register_entry"]


@pytest.fixture
def something_to_rewrite(app: Any) -> None:
    load_catalogue()
    company = make_institution()
    finish_one_off(company)
    record("InstitutionOpened", company)
    db.session.commit()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_raw_sql_cannot_rewrite_history(something_to_rewrite: None, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert db.session.scalar(text("SELECT count(*) FROM event WHERE kind = 'InstitutionOpened'")) == 1
    assert db.session.scalar(text("SELECT count(*) FROM filing_version WHERE sha256 <> ''")) == 1


def test_emptying_the_table_at_once_is_refused_as_well(something_to_rewrite: None) -> None:
    if db.engine.dialect.name != "postgresql":
        return  # SQLite has no TRUNCATE
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text("TRUNCATE event"))
    db.session.rollback()


def test_triggers_can_be_put_back_as_often_as_wanted(something_to_rewrite: None) -> None:
    with db.engine.begin() as connection:
        drop_triggers(connection, "event")
        assert create_triggers(connection) == create_triggers(connection) == PROTECTED
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text("DELETE FROM event"))
    db.session.rollback()


@pytest.mark.usefixtures("upgraded")
def test_a_migrated_database_has_the_triggers_too() -> None:
    db.session.execute(
        text(
            "INSERT INTO event (id, at, kind, subject_type, subject_id, actor_name, data)"
            " VALUES (1, '2026-03-05', 'X', 'y', 1, '', '{}')"
        )
    )
    db.session.commit()
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text("DELETE FROM event"))
    db.session.rollback()
