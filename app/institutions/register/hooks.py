"""What takes effect with a day does so before that day's first request is answered."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from flask import Flask, current_app, request
from sqlalchemy.exc import DBAPIError

from app.core import clock
from app.core.db import commits, db, write_intent
from app.core.scope import SYSTEM, scoped
from app.institutions.register.services import bring_up_to_date, is_up_to_date

DAY = "register_day"  # in app.extensions: the day that this process has brought the register up to


def open_day() -> None:
    """Bring the register up to date once a day and process; cheap and idempotent, so that workers need no agreement."""
    today = clock.today()
    if current_app.extensions.get(DAY) == today or request.endpoint in {"static", "appbuilder.static"}:
        return
    try:
        with scoped(SYSTEM):
            changed = 0 if is_up_to_date(clock.now()) else _in_own_transaction()
    except DBAPIError:  # busy: the next request tries again
        current_app.logger.exception("the register could not be brought up to date")
        return
    current_app.extensions[DAY] = today
    if changed:
        current_app.logger.info("register: %s institutions changed with %s", changed, today)


def _in_own_transaction() -> int:
    db.session.rollback()  # what was read so far is read anew
    token = write_intent.set(True)
    try:
        changed = bring_up_to_date(clock.now())
        db.session.commit()
        return changed
    except BaseException:
        db.session.rollback()
        raise
    finally:
        write_intent.reset(token)


def forget_day(app: Flask) -> date | None:
    """Look again with the next request, e.g. after a restore."""
    former: Any = app.extensions.pop(DAY, None)
    return former


@click.command("apply-register")
def apply_register_command() -> None:
    """Carry what the register says of today into the institutions; run it shortly after midnight."""
    with scoped(SYSTEM):
        changed = commits(bring_up_to_date)(clock.now())
    click.echo(f"register: {changed} institutions changed")


def init_app(app: Flask) -> None:
    """Hook the first request of a day and the command in."""
    app.before_request(open_day)
    app.cli.add_command(apply_register_command)
