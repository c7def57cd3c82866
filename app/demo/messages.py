"""What the demonstration's people have been told: the old is read, the new waits; no mail is left to be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from app.core.db import db
from app.filings.deadlines import tell_batch, tell_deadlines
from app.inspections.reminders import tell_rectifications
from app.messages.models import Message, OutboxMail

READ_UNTIL = timedelta(days=8)


def tell_messages(now: datetime) -> None:
    """Reminders of today, and everybody's reading habits."""
    tell_deadlines(now, store=tell_batch)
    tell_rectifications(now)
    db.session.flush()
    plain = {"synchronize_session": False}
    old = update(Message).where(Message.created_at < now - READ_UNTIL).values(read_at=Message.created_at)
    db.session.execute(old, execution_options=plain)
    # The addresses are invented: a mail server that is set up later must not be asked to reach them.
    sent = update(OutboxMail).where(OutboxMail.sent_at.is_(None)).values(sent_at=OutboxMail.created_at)
    db.session.execute(sent, execution_options=plain)
