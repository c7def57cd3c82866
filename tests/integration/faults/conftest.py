"""The company with an open month serves here too, and a way to let a request die in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.core.db import db
from tests.filing_places import zeros
from tests.integration.filings.conftest import *  # noqa: F403 - fixtures: catalogue, company
from tests.integration.filings.conftest import Company


@pytest.fixture
def ready(company: Company) -> Company:
    """Both forms of the month are ready to be handed in."""
    company.save("DB01", zeros("DB01"))
    company.save("DB02", zeros("DB02"))
    return company


@pytest.fixture
def dies_at(app: Flask) -> Callable[[Callable[[], Any], int], bool]:
    """`dies_at(work, n)`: do the work in a process of its own that is killed (SIGKILL) when it sends its n-th
    statement, COMMIT counted as one; says whether it was. The process shares the database and nothing else."""

    def run(work: Callable[[], Any], number: int) -> bool:
        db.session.rollback()
        db.engine.dispose()
        child = os.fork()
        if child == 0:
            _work_and_die(work, number)
        _pid, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL

    return run


def _work_and_die(work: Callable[[], Any], number: int) -> None:
    """In the child: never returns."""
    sent = 0

    def count(*_args: Any) -> None:
        nonlocal sent
        sent += 1
        if sent == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    try:
        work()
    finally:
        os._exit(0)
