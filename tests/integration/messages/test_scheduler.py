"""Jobs run once at their time however many look for them; mail reaches a real server exactly once."""

from __future__ import annotations

import email
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import func, select

from app import jobs as platform_jobs
from app.core import clock
from app.core.db import commits, db
from app.core.files import remove_orphans, store_bytes
from app.core.jobs import CLAIM, Job, ScheduledJob, Scheduler, run_due
from app.filings.deadlines import tell_deadlines
from app.messages.models import Message, OutboxMail
from app.messages.services import queue_mail, send_due_mail
from tests.conftest import free_port
from tests.factories import make_account, make_institution
from tests.filing_places import finish_one_off, load_catalogue, make_month

NOW = datetime(2026, 3, 5, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai


class Mailbox:
    """A real SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.subjects: list[str] = []
        self.names: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content)
        self.subjects.append(str(make_header(decode_header(message["Subject"]))))
        self.names.append(message["Message-ID"])
        return "250 taken"


@pytest.fixture
def mail_settings(app: Flask) -> Iterator[int]:
    """The application sends by SMTP to a port where nobody listens yet."""
    port = free_port()
    former = app.extensions["mailman"].backend
    app.extensions["mailman"].backend = "smtp"
    names = {"server": "127.0.0.1", "port": port, "timeout": 5}
    kept = {name: getattr(app.extensions["mailman"], name) for name in names}
    for name, value in names.items():
        setattr(app.extensions["mailman"], name, value)
    yield port
    app.extensions["mailman"].backend = former
    for name, value in kept.items():
        setattr(app.extensions["mailman"], name, value)


def test_a_mail_server_that_was_down_gets_every_message_once(app: Flask, mail_settings: int) -> None:
    for number in range(40):
        queue_mail(f"a{number}@example.invalid", f"通知{number}", "正文", now=NOW)
    db.session.commit()
    now = NOW
    for _round in range(3):
        assert send_due_mail(now) == (0, 1)  # away: the rest is not even tried
        now += timedelta(minutes=1)
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=mail_settings)
    server.start()

    def send(_number: int) -> tuple[int, int]:
        with app.app_context():
            try:
                return send_due_mail(now + timedelta(hours=1))
            finally:
                db.session.remove()

    try:
        with ThreadPoolExecutor(4) as pool:  # four workers at once
            sent = [one for one, _failed in pool.map(send, range(4))]
        assert send_due_mail(now + timedelta(days=1)) == (0, 0)
    finally:
        server.stop()
    assert sum(sent) == 40
    assert sorted(box.subjects) == sorted(f"通知{number}" for number in range(40))
    assert len(set(box.names)) == 40
    waiting = select(func.count()).select_from(OutboxMail).where(OutboxMail.sent_at.is_(None))
    assert db.session.scalar(waiting) == 0


def test_of_many_schedulers_one_fires(app: Flask) -> None:
    ran: list[datetime] = []
    job = Job("test", lambda now: str(ran.append(now)), daily=time(8, 0))

    def look(_number: int) -> list[str]:
        with app.app_context():
            try:
                return run_due([job], NOW)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(look, range(12)))
    assert ran == [NOW] and sum(map(len, found)) == 1
    row = db.session.get_one(ScheduledJob, "test")
    assert (row.next_at, row.runs, row.claimed_until) == (datetime(2026, 3, 6, 0, 0, tzinfo=UTC), 1, None)
    assert run_due([job], row.next_at - timedelta(seconds=1)) == []
    assert run_due([job], row.next_at) == ["test"]


def test_a_job_that_fails_is_noted_and_does_not_stop_the_others(app: Flask, caplog: Any) -> None:
    def fails(_now: datetime) -> str:
        raise RuntimeError("no disk")

    hour = timedelta(hours=1)
    pair = [Job("bad", fails, every=hour), Job("good", lambda _now: "3 done", every=hour)]
    with caplog.at_level(logging.CRITICAL):
        assert run_due(pair, NOW) == ["bad", "good"]
    bad, good = (db.session.get_one(ScheduledJob, name) for name in ("bad", "good"))
    assert (bad.failed, bad.result, good.failed, good.result) == (
        True,
        "RuntimeError: no disk",
        False,
        "3 done",
    )
    assert run_due(pair, NOW + hour) == ["bad", "good"]


class Killed(BaseException):
    """As when the process is gone: nothing of the scheduler runs any more."""


@pytest.mark.parametrize("rhythm", [{"every": timedelta(minutes=1)}, {"daily": time(8, 0)}], ids=str)
def test_a_job_whose_worker_died_is_overtaken(app: Flask, rhythm: Any) -> None:
    def dies(_now: datetime) -> str:
        raise Killed

    with pytest.raises(Killed):
        run_due([Job("test", dies, **rhythm)], NOW)
    db.session.rollback()
    job = Job("test", lambda _now: "done", **rhythm)
    assert run_due([job], NOW + timedelta(minutes=2)) == []
    assert run_due([job], NOW + CLAIM) == ["test"]
    assert run_due([job], NOW + CLAIM) == []


def test_the_embedded_scheduler_runs_and_stops(app: Flask) -> None:
    import threading

    ran = threading.Event()
    scheduler = Scheduler(
        app, [Job("test", lambda _now: str(ran.set()), every=timedelta(hours=1))], tick=0.01
    )
    scheduler.start()
    scheduler.start()
    assert ran.wait(10)
    scheduler.stop()
    assert not any(thread.name == "scheduler" for thread in threading.enumerate())


@pytest.mark.parametrize("job", platform_jobs.JOBS, ids=lambda job: job.name)
def test_every_job_runs_on_an_empty_platform_and_as_a_command(app: Flask, job: Job) -> None:
    result = app.test_cli_runner().invoke(args=["run-job", job.name])
    assert (result.exit_code, result.output.split(":")[0]) == (0, job.name)


def test_windows_and_deadlines_are_told_once_each(app: Flask) -> None:
    load_catalogue()
    company = make_institution(licence_from=date(2020, 1, 1))
    company.admitted_at = clock.start_of(date(2021, 1, 1))
    db.session.commit()
    account = make_account("Enterprise", institution=company)
    finish_one_off(company)
    period = make_month()
    told: list[str] = []
    for moment in (
        period.opens_at,
        period.opens_at + timedelta(days=1),
        period.due_at - timedelta(days=2),
        period.due_at - timedelta(days=1),
        period.due_at,
        period.due_at + timedelta(days=1),
    ):
        tell_deadlines(moment)
        query = select(Message.kind).where(Message.account_id == account.id).order_by(Message.id)
        told.append(",".join(sorted(set(db.session.scalars(query)))))
    assert told[0] == told[1] == "window_open"
    assert told[2] == told[3] == "due_soon,window_open"
    assert told[4] == told[5] == "due_soon,overdue,window_open"
    counts = select(func.count()).select_from(Message).where(Message.account_id == account.id)
    sets = db.session.scalar(counts.where(Message.kind == "overdue"))
    assert db.session.scalar(counts) == 3 * (sets or 0)
    message = db.session.scalars(select(Message).where(Message.kind == "due_soon")).first()
    assert message is not None and "截止" in message.body_zh and "due" in message.body_en


def test_files_without_a_row_go_and_the_others_stay(app: Flask) -> None:
    import os

    kept = commits(store_bytes)(b"x", name="a.pdf", kind="pdf", purpose="test", now=clock.now())
    folder = Path(app.config["FILES_DIR"])
    lost = folder / "ab" / ("ab" * 20)
    lost.parent.mkdir(exist_ok=True)
    lost.write_bytes(b"y")
    assert remove_orphans(clock.now()) == 0  # may still get its row
    old = (clock.now() - timedelta(days=2)).timestamp()
    for path in (lost, folder / kept.key):
        os.utime(path, (old, old))
    assert remove_orphans(clock.now()) == 1
    assert (folder / kept.key).exists() and not lost.exists()
