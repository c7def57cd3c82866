"""The application with demonstration data on a scratch SQLite file, and yardsticks beside it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text


@cache
def application() -> Flask:
    """Everything that `make run` would show, made anew."""
    return _made("demo")


@cache
def empty() -> Flask:
    """The platform with its forms and sets, and nobody in it."""
    return _made()


@cache
def register_of(number: int, url: str = "") -> Flask:
    """A platform with so many guarantee companies, entered as an imported list enters them, and one approver.

    On a scratch SQLite file, or on the empty database at `url`.
    """
    from datetime import date

    from app.core import clock
    from app.core.db import commits
    from app.core.scope import SYSTEM, scoped
    from app.institutions.register.bulk import Entrant, enter_many
    from app.institutions.register.services import Origin
    from tests.factories import make_account, uscc

    app = _made(url=url)
    with app.app_context(), scoped(SYSTEM):
        entrants = [
            Entrant(
                {
                    "name": f"示例{at}号融资担保有限公司",
                    "uscc": uscc(at),
                    "industry": "guarantee",
                    "org_type": "guarantee",
                    "region_code": ("330106", "330203", "330302", "330402")[at % 4],
                    "address": f"示例路{at}号",
                    "licence_no": f"示例{at:06d}",
                    "licence_from": date(2020, 1, 1),
                    "licence_to": date(2040, 1, 1),
                },
                "operating",
                date(2020, 1, 1),
            )
            for at in range(1, number + 1)
        ]
        commits(enter_many)(entrants, origin=Origin("import"), now=clock.now())
        make_account("Approver", username="bench")
    return app


def _made(*more: str, url: str = "") -> Flask:
    from flask_migrate import upgrade

    from app import create_app
    from app.core.db import db
    from config import TestConfig

    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app = create_app(
        TestConfig,
        TESTING=False,
        DEMONSTRATION=True,
        INSTANCE_DIR=folder,
        FILES_DIR=folder / "files",
        SQLALCHEMY_DATABASE_URI=url or f"sqlite:///{folder / 'bench.db'}",
    )
    with app.app_context():
        upgrade()
    for name in ("sync-roles", "load-catalogue", *more):
        with app.app_context():
            app.cli.commands[name].main(args=[], standalone_mode=False)
    with app.app_context():
        db.session.remove()
    return app


def page(app: Flask, path: str, client: Any = None) -> Any:
    """A piece of work that fetches a page, and fails when the page does."""
    browser = client or app.test_client()

    def fetch() -> None:
        status = browser.get(path).status_code
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")

    return fetch


@cache
def bare_flask() -> Flask:
    """The least that answers at all: one route, one template of a hundred rows, no database."""
    bare = Flask("bare")
    template = "<!doctype html><title>x</title><ul>{% for n in range(100) %}<li>{{ n }}</li>{% endfor %}</ul>"
    compiled = bare.jinja_env.from_string(template)
    bare.add_url_rule("/", "home", lambda: compiled.render())
    return bare


def sql(app: Flask, *statements: str) -> Any:
    """A piece of work that runs statements on one connection and reads all rows."""

    def run() -> None:
        from app.core.db import db

        with app.app_context(), db.engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement)).fetchall()

    return run


def logged_in(app: Flask, username: str) -> Any:
    """A client with a live session of a demonstration account."""
    from sqlalchemy import select

    from app.accounts.models import Account
    from app.core.db import db
    from app.core.scope import SYSTEM, scoped
    from tests.factories import open_session

    client = app.test_client()
    with app.app_context(), scoped(SYSTEM):
        account = db.session.scalars(select(Account).where(Account.username == username)).one()
        open_session(client, account)
        db.session.remove()
    return client


def open_form(app: Flask) -> str:
    """The page of DB01 in the month whose window is open."""
    from sqlalchemy import func, select

    from app.core import clock
    from app.core.db import db
    from app.filings.calendar.models import ReportingPeriod

    query = select(func.max(ReportingPeriod.code)).where(
        ReportingPeriod.frequency == "monthly", ReportingPeriod.end_date < clock.today()
    )
    with app.app_context():
        code = db.session.scalar(query)
    return f"/workspace/filings/guarantee-business-monthly/{code}/DB01/"
