"""Work that is done at its time, once, however many workers there are.

Jobs are declared in code (app/jobs.py); a row of `scheduled_job` says when each is due next. Whoever finds one due
claims it in a short transaction (the row locked, others skip it; on SQLite the one write lock) and runs it outside.
The next time is set when the job has ended: a worker that dies with one in hand is overtaken when its claim ends,
also when the job is due once a day.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask import Flask
from flask_appbuilder import Model
from sqlalchemy import Boolean, Integer, String, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Moment, commits, db
from app.core.inserts import insert_ignoring
from app.core.scope import SYSTEM, scoped

CLAIM = timedelta(minutes=15)
TICK_SECONDS = 5.0


class ScheduledJob(Model):
    """When a job is due next, who has it in hand until when, and how it went last."""

    __tablename__ = "scheduled_job"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    runs: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    failed: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    result: Mapped[str] = mapped_column(String(300), nullable=False, default="")


@dataclass(frozen=True, slots=True)
class Job:
    """`run(now)` does the work in transactions of its own and returns a line about it. Either `every` so often, or
    `daily` at a time of the Shanghai day."""

    name: str
    run: Callable[[datetime], str]
    every: timedelta | None = None
    daily: time | None = None

    def next_after(self, now: datetime) -> datetime:
        """When it is due after having been begun now."""
        if self.daily is None:
            return now + (self.every or timedelta(days=1))
        today = clock.local(now).date()
        for day in (today, today + timedelta(days=1)):
            due = datetime.combine(day, self.daily, clock.SHANGHAI)
            if due > now:
                return due
        raise AssertionError("tomorrow's time lies ahead")


def run_due(jobs: Iterable[Job], now: datetime) -> list[str]:
    """Run what is due and not in somebody else's hands; returns the names. One that fails does not stop the others."""
    done = []
    for job in _due(list(jobs), now):
        if commits(_claim)(job, now):
            run_claimed(job, now)
            done.append(job.name)
    return done


def run_claimed(job: Job, now: datetime) -> str:
    """Run a job and note how it went."""
    try:
        with scoped(SYSTEM):
            result, failed = job.run(now), False
    except Exception as error:  # whatever it is must not end the worker
        from flask import current_app

        db.session.rollback()
        current_app.logger.exception("job %s failed", job.name)
        result, failed = f"{type(error).__name__}: {error}", True
    commits(_note)(job, now, result[:300], failed)
    return result


def _due(jobs: list[Job], now: datetime) -> list[Job]:
    """One read for all: idle workers cost next to nothing."""
    waiting = select(ScheduledJob.name).where(
        or_(ScheduledJob.next_at > now, ScheduledJob.claimed_until > now)
    )
    others = set(db.session.scalars(waiting))
    db.session.rollback()
    return [job for job in jobs if job.name not in others]


def _claim(job: Job, now: datetime) -> bool:
    insert_ignoring(ScheduledJob, name=job.name, next_at=now, runs=0, failed=False, result="")
    free = or_(ScheduledJob.claimed_until.is_(None), ScheduledJob.claimed_until <= now)
    query = select(ScheduledJob).where(ScheduledJob.name == job.name, ScheduledJob.next_at <= now, free)
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    row = db.session.scalars(query).first()
    if row is None:
        return False
    row.claimed_until, row.started_at = now + CLAIM, now
    row.runs += 1
    return True


def _note(job: Job, began: datetime, result: str, failed: bool) -> None:
    row = db.session.get_one(ScheduledJob, job.name)
    row.claimed_until, row.finished_at, row.next_at = None, clock.now(), job.next_after(began)
    row.result, row.failed = result, failed


class Scheduler:
    """A thread that looks every few seconds for what is due."""

    def __init__(self, app: Flask, jobs: Iterable[Job], tick: float = TICK_SECONDS) -> None:
        self._app, self._jobs, self._tick = app, tuple(jobs), tick
        self._stop = threading.Event()
        self._thread: Any = None

    def start(self) -> None:
        """Begin; a second call, or one after a fork that left the thread behind, is harmless."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self.loop, name="scheduler", daemon=True)
            self._thread.start()

    def stop(self, wait: float = 30.0) -> None:
        """Let the job in hand end, and no other begin."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(wait)

    def loop(self) -> None:
        """Until stopped. A database that is away is asked again later."""
        while not self._stop.is_set():
            with self._app.app_context():
                try:
                    run_due(self._jobs, clock.now())
                except SQLAlchemyError:
                    self._app.logger.warning(
                        "scheduler: the database cannot be reached; it is asked again later"
                    )
                finally:
                    db.session.remove()
            self._stop.wait(self._tick)
