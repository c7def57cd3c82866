"""Pictures for the three posts: accounts, roles, the audit log, jobs that have run, a mail that was not delivered."""

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


def number_of(app: Any, username: str) -> int:
    """The number of an account."""
    from app.accounts.models import Account
    from app.core.db import db
    from app.core.scope import SYSTEM, scoped

    with app.app_context(), scoped(SYSTEM):
        return int(db.session.query(Account.id).filter_by(username=username).scalar())


def administering(camera: Any, app: Any, folder: Path) -> None:
    """The three posts: accounts, roles, the audit log."""
    camera.visitor("demo-xitong")
    camera.open("/console/accounts/list/")
    camera.shot("accounts", 600)
    camera.open(f"/console/accounts/show/{number_of(app, 'demo-jiancha')}")
    camera.shot("account", 640)
    camera.open("/console/accounts/add")
    camera.shot("account-new", 640)
    page = camera.visitor("demo-anquan")
    camera.open("/console/grants/list/")
    page.get_by_role("link", name="demo-jiancha").first.click()
    page.wait_for_load_state("networkidle")
    camera.shot("grant", 560)
    page = camera.visitor("demo-shenji")
    camera.open("/console/events/list/")
    camera.shot("events", 600)
    page.locator("main tbody .row-link").first.click()
    page.wait_for_load_state("networkidle")
    camera.shot("event", 700)
