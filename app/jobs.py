"""What runs by itself, and when; the commands for it; the scheduler inside the serving process."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime, time, timedelta
from typing import Any

import click
from flask import Flask, current_app

from app.core import clock
from app.core.db import commits
from app.core.jobs import Job, Scheduler, run_claimed


def _mail(now: datetime) -> str:
    from app.messages.services import send_due_mail

    sent, failed = send_due_mail(now)
    return f"{sent} sent, {failed} failed"


def _deadlines(now: datetime) -> str:
    from app.filings.deadlines import tell_deadlines

    return f"{tell_deadlines(now)} messages"


def _rectifications(now: datetime) -> str:
    from app.inspections.reminders import tell_rectifications

    return f"{commits(tell_rectifications)(now)} messages"


def _register(now: datetime) -> str:
    from app.institutions.register.services import bring_up_to_date

    return f"{commits(bring_up_to_date)(now)} institutions"


def _clean_up(now: datetime) -> str:
    from app.housekeeping import clean_up

    return clean_up(now)


JOBS = (
    Job("send-mail", _mail, every=timedelta(seconds=30)),
    Job("apply-register", _register, daily=time(0, 1)),
    Job("clean-up", _clean_up, daily=time(3, 30)),
    Job("tell-deadlines", _deadlines, daily=time(8, 0)),
    Job("tell-rectifications", _rectifications, daily=time(8, 5)),
)


def start_embedded(app: Flask) -> Scheduler | None:
    """Start the scheduler in this process unless SCHEDULER=off; several processes share the work."""
    if app.config["SCHEDULER"] != "embedded":
        return None
    scheduler = Scheduler(app, JOBS)
    scheduler.start()
    os.register_at_fork(after_in_child=scheduler.start)  # a server that loads first and forks then
    return scheduler


def is_served() -> bool:
    """Whether this process was started to serve: gunicorn imports itself before it imports us."""
    return "gunicorn" in sys.modules


@click.command("worker")
def worker_command() -> None:
    """Run jobs at their time until stopped; for installations with SCHEDULER=off in the web workers."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    scheduler = Scheduler(app, JOBS)
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(0))
    click.echo("worker: " + ", ".join(job.name for job in JOBS))
    scheduler.loop()


@click.command("run-job")
@click.argument("name", type=click.Choice([job.name for job in JOBS]))
def run_job_command(name: str) -> None:
    """Run one job now, for cron; every job can be repeated."""
    from app.core.db import db
    from app.core.inserts import insert_ignoring
    from app.core.jobs import ScheduledJob

    job = next(one for one in JOBS if one.name == name)
    now = clock.now()
    values = {"next_at": now, "runs": 0, "failed": False, "result": ""}
    commits(insert_ignoring)(ScheduledJob, name=name, **values)
    click.echo(f"{name}: {run_claimed(job, now)}")
    row = db.session.get(ScheduledJob, name)
    if row is not None and row.failed:
        raise SystemExit(1)
