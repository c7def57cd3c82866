"""The e-mail outbox: queued with the change, sent afterwards, once, with growing pauses between tries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_mailman import EmailMessage
from sqlalchemy import select, update

from app.core.db import commits, db
from app.messages.models import OutboxMail

MAX_ATTEMPTS = 8
# A claimed message is not taken by another sender for this long; a sender that died is overtaken then.
CLAIM = timedelta(minutes=10)


def queue_mail(recipient: str, subject: str, body: str, *, now: datetime) -> OutboxMail | None:
    """Put a message into the running transaction; None when there is no address. Line breaks leave the subject."""
    if not recipient:
        return None
    mail = OutboxMail(
        recipient=recipient,
        subject=" ".join(subject.split())[:200],
        body=body,
        created_at=now,
        next_try_at=now,
        attempts=0,
    )
    db.session.add(mail)
    return mail


def due_mail(now: datetime, limit: int = 200) -> list[int]:
    """Ids of messages that should be tried now, oldest first."""
    query = select(OutboxMail.id).where(
        OutboxMail.sent_at.is_(None), OutboxMail.next_try_at <= now, OutboxMail.attempts < MAX_ATTEMPTS
    )
    return list(db.session.scalars(query.order_by(OutboxMail.id).limit(limit)))


def send_due_mail(now: datetime) -> tuple[int, int]:
    """Send what is due, each in its own transactions; returns (sent, failed). Without MAIL_SERVER nothing moves."""
    if not current_app.config["MAIL_SERVER"] and current_app.config.get("MAIL_BACKEND") != "locmem":
        return 0, 0
    sent = failed = 0
    for mail_id in due_mail(now):
        if not commits(_claim)(mail_id, now):
            continue
        if _send(mail_id, now):
            sent += 1
        else:
            failed += 1
    return sent, failed


def _claim(mail_id: int, now: datetime) -> bool:
    """Count the attempt and push the next one out, in one UPDATE that only one sender wins."""
    statement = update(OutboxMail).where(
        OutboxMail.id == mail_id, OutboxMail.sent_at.is_(None), OutboxMail.next_try_at <= now
    )
    statement = statement.values(attempts=OutboxMail.attempts + 1, next_try_at=now + CLAIM)
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount) == 1


def _send(mail_id: int, now: datetime) -> bool:
    mail = db.session.get(OutboxMail, mail_id, populate_existing=True)
    if mail is None:
        return False
    message = EmailMessage(mail.subject, mail.body, to=[mail.recipient])
    try:
        message.send()
    except (OSError, ValueError) as error:  # smtplib's errors are OSErrors
        commits(_note_failure)(mail, str(error) or type(error).__name__, now)
        return False
    commits(_note_sent)(mail, now)
    return True


def _note_sent(mail: OutboxMail, now: datetime) -> None:
    mail.sent_at, mail.error = now, None


def _note_failure(mail: OutboxMail, error: str, now: datetime) -> None:
    mail.error = error[:300]
    mail.next_try_at = now + timedelta(minutes=2**mail.attempts)
