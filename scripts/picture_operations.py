"""The picture of the operations page: jobs that have run, and a mail that was not delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

REFUSED = "(550, b'5.1.1 User unknown in local recipient table')"


def operate(app: Any) -> None:
    """Run every job once, and give one mail up."""
    from app.core import clock
    from app.core.db import db
    from app.core.jobs import run_due
    from app.core.scope import SYSTEM, scoped
    from app.jobs import JOBS
    from app.messages.services import queue_mail

    with app.app_context(), scoped(SYSTEM):
        now = clock.now()
        run_due(JOBS, now)
        mail = queue_mail("lianxi@example.invalid", "示例", "示例", now=now)
        if mail is not None:
            mail.error, mail.attempts, mail.given_up_at = REFUSED, 8, now
        db.session.commit()


def operating(camera: Any, app: Any, folder: Path) -> None:
    """What the system administrator sees of jobs and mail."""
    operate(app)
    camera.visitor("demo-xitong")
    camera.open("/console/operations/")
    camera.shot("operations", 900)
