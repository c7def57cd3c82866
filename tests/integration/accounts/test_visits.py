"""A visit is noted with the log-in, now and then, so that it does not end while somebody works."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import LoginSession
from app.core import clock
from app.core.db import db
from tests.factories import make_account


@pytest.mark.parametrize("minutes", [0, 5])
def test_who_comes_again_after_minutes_is_seen(sign_in: Any, caplog: Any, minutes: int) -> None:
    client = sign_in(make_account("Approver"))
    live = db.session.scalars(select(LoginSession)).one()
    before = clock.now() - timedelta(minutes=minutes)
    live.seen_at = before
    db.session.commit()
    assert client.get("/console/").status_code == 200
    db.session.expire_all()
    now = db.session.scalars(select(LoginSession)).one().seen_at
    assert now == before if minutes == 0 else now > before + timedelta(minutes=minutes - 1)
    assert "not noted" not in caplog.text
