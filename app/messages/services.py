"""The e-mail outbox: queued with the change, sent afterwards, once, with growing pauses between tries.

A message is claimed by one UPDATE before it is tried, so that several senders never take the same one. A server
that is away costs nothing but time: what waits is tried for a week. A server that refuses is asked eight times.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_mailman import EmailMessage
from sqlalchemy import select, update

from app.core.db import commits, db
from app.core.inserts import insert_ignoring
from app.messages.models import OutboxMail

MAX_ATTEMPTS = 8
GIVE_UP = timedelta(days=7)
LONGEST_PAUSE = timedelta(hours=1)
# A claimed message is not taken by another sender for this long; a sender that died is overtaken then.
CLAIM = timedelta(minutes=10)


def queue_mail(
    recipient: str, subject: str, body: str, *, now: datetime, key: str | None = None
) -> OutboxMail | None:
    """Put a message into the running transaction; None when there is no address. Line breaks leave the subject.

    With a `key`, an address gets only one message of that key, whoever queues it; None for the others.
    """
    if not recipient:
        return None
    values: dict[str, Any] = {
        "recipient": recipient,
        "subject": " ".join(subject.split())[:200],
        "body": body,
        "created_at": now,
        "next_try_at": now,
        "attempts": 0,
        "key": key,
    }
    if key is None:
        mail = OutboxMail(**values)
        db.session.add(mail)
        return mail
    if not insert_ignoring(OutboxMail, **values):
        return None
    query = select(OutboxMail).where(OutboxMail.recipient == recipient, OutboxMail.key == key)
    return db.session.scalars(query).one()


def due_mail(now: datetime, limit: int = 200) -> list[int]:
    """Ids of messages that should be tried now, oldest first."""
    query = select(OutboxMail.id).where(
        OutboxMail.sent_at.is_(None), OutboxMail.given_up_at.is_(None), OutboxMail.next_try_at <= now
    )
    return list(db.session.scalars(query.order_by(OutboxMail.id).limit(limit)))


def send_due_mail(now: datetime) -> tuple[int, int]:
    """Send what is due, each in its own transactions; returns (sent, failed). Without MAIL_SERVER nothing moves.

    When the server cannot be reached, the rest is left as it is: the next run tries again.
    """
    if not current_app.config["MAIL_SERVER"] and current_app.config.get("MAIL_BACKEND") != "locmem":
        return 0, 0
    sent = failed = 0
    for mail_id in due_mail(now):
        if not commits(_claim)(mail_id, now):
            continue
        error = _send(mail_id, now)
        if error is None:
            sent += 1
            continue
        failed += 1
        if not _is_refusal(error):
            break
    return sent, failed


def _claim(mail_id: int, now: datetime) -> bool:
    """Count the attempt and push the next one out, in one UPDATE that only one sender wins."""
    statement = update(OutboxMail).where(
        OutboxMail.id == mail_id,
        OutboxMail.sent_at.is_(None),
        OutboxMail.given_up_at.is_(None),
        OutboxMail.next_try_at <= now,
    )
    statement = statement.values(attempts=OutboxMail.attempts + 1, next_try_at=now + CLAIM)
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount) == 1


def _send(mail_id: int, now: datetime) -> Exception | None:
    """Try one claimed message; None when the server has taken it."""
    mail = db.session.get(OutboxMail, mail_id, populate_existing=True)
    if mail is None:
        return None
    host = urlsplit(str(current_app.config["PUBLIC_URL"])).hostname or "localhost"
    # The same name at every try: should a sender die between sending and noting it, a mail box can tell the copy.
    headers = {"Message-ID": f"<outbox-{mail.id}@{host}>"}
    message = EmailMessage(mail.subject, mail.body, to=[mail.recipient], headers=headers)
    db.session.rollback()  # no transaction stays open while a server takes its time
    try:
        message.send()
    except (OSError, ValueError) as error:  # smtplib's errors are OSErrors
        commits(_note_failure)(mail_id, error, now)
        return error
    commits(_note_sent)(mail_id, now)
    return None


def _is_refusal(error: Exception) -> bool:
    """Whether the server (or the message itself) says no, rather than being away."""
    refusals = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
    return isinstance(error, (*refusals, ValueError))


def _note_sent(mail_id: int, now: datetime) -> None:
    mail = db.session.get_one(OutboxMail, mail_id)
    mail.sent_at, mail.error = now, None


def _note_failure(mail_id: int, error: Exception, now: datetime) -> None:
    mail = db.session.get_one(OutboxMail, mail_id)
    mail.error = (str(error) or type(error).__name__)[:300]
    mail.next_try_at = now + min(timedelta(minutes=2 ** min(mail.attempts, 10)), LONGEST_PAUSE)
    refused = _is_refusal(error) and mail.attempts >= MAX_ATTEMPTS
    if refused or now - mail.created_at >= GIVE_UP:
        mail.given_up_at = now


def send_again(now: datetime, mail_id: int | None = None, most: int = 500) -> list[OutboxMail]:
    """Put what was given up back into the queue, one or all; what somebody else has put back is left out.

    Only what was given up: a message that still waits is tried by itself, and one that was sent goes out once.
    """
    query = select(OutboxMail).where(OutboxMail.given_up_at.is_not(None), OutboxMail.sent_at.is_(None))
    if mail_id is not None:
        query = query.where(OutboxMail.id == mail_id)
    query = query.order_by(OutboxMail.id).limit(most).with_for_update(skip_locked=True)
    found = list(db.session.scalars(query.execution_options(populate_existing=True)))
    for mail in found:
        mail.given_up_at, mail.next_try_at, mail.attempts = None, now, 0
    return found
