"""Fixtures: one app per run, one fresh database per test, on SQLite or on PostgreSQL (TEST_DATABASE_URL).

A database is prepared once (tables, roles) and copied for every test, so that tests commit for real and
several connections see the same data.
"""

from __future__ import annotations

import contextvars
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from tests.live import *  # noqa: F403 - fixtures of the browser tests

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

NEEDS_DATABASE = ("integration", "journeys", "browser")


class IsolatedClient(FlaskClient):
    """Each request runs as in production: with its own `g`, scope and database session, not with the test's."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send one request; what the test has loaded is read anew afterwards."""
        answer = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            from app.extensions import db

            db.session.rollback()
        return answer


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine cannot run, with the reason; in CI that is a failure."""
    from tests.capabilities import leave_out_repetitions, skip_what_is_missing

    config.hook.pytest_deselected(items=leave_out_repetitions(items))
    skip_what_is_missing(items)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Where this run keeps its databases."""
    from tests.databases import PostgresStore, SqliteStore

    url = os.environ.get("TEST_DATABASE_URL", "")
    folder = tmp_path_factory.mktemp("platform")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    found = PostgresStore(url, worker, folder) if url else SqliteStore(folder)
    yield found
    found.close()


def _watch_events() -> None:
    """No test passes in which something is recorded that the audit log can only show as a code."""
    from sqlalchemy import event

    from app.console.event_words import EVENT_WORDS, SUBJECT_WORDS
    from app.core.events import Event

    @event.listens_for(Event, "before_insert")
    def has_words(_mapper: Any, _connection: Any, entry: Event) -> None:
        assert entry.kind in EVENT_WORDS, f"no words for the event {entry.kind}: app/console/event_words.py"
        assert entry.subject_type in SUBJECT_WORDS, f"no words for {entry.subject_type}"


@pytest.fixture(scope="session")
def app(store: Any) -> Iterator[Flask]:
    """The application under test."""
    from app import create_app
    from config import TestConfig
    from scripts.i18n import compile_catalogues

    compile_catalogues()
    folder: Path = store.folder
    application = create_app(
        TestConfig,
        INSTANCE_DIR=folder,
        FILES_DIR=folder / "files",
        SQLALCHEMY_DATABASE_URI=store.url,
    )
    application.test_client_class = IsolatedClient
    _watch_events()
    store.prepare(application)
    with application.app_context():
        from tests.kept import remember_untouched

        remember_untouched()
    yield application
    from app.extensions import db

    with application.app_context():
        db.engine.dispose()  # idle connections that nobody closes are warnings, and warnings are errors


@pytest.fixture(autouse=True)
def fresh_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """A database in its prepared state for tests that may use one; unit tests cannot reach any."""
    parts = Path(str(request.node.fspath)).parts
    if not any(part in NEEDS_DATABASE for part in parts):
        yield
        return
    app: Flask = request.getfixturevalue("app")
    store = request.getfixturevalue("store")
    store.reset(app)
    shutil.rmtree(app.config["FILES_DIR"], ignore_errors=True)
    Path(app.config["FILES_DIR"]).mkdir(parents=True, exist_ok=True)
    from app.core.scope import NOTHING, SYSTEM, set_scope

    with app.app_context():
        set_scope(SYSTEM)  # what a test itself reads and writes is unrestricted; requests set their own
        yield
        from app.extensions import db

        db.session.rollback()
        db.session.remove()
    set_scope(NOTHING)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An anonymous visitor, in Chinese."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Any], FlaskClient]:
    """Give back a client that is logged in as an account, without walking through the log-in page."""
    from tests.factories import open_session

    def signed_in(account: Any) -> FlaskClient:
        client = app.test_client()
        open_session(client, account)
        return client

    return signed_in


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
