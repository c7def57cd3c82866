"""Telling people: a message in the inbox of each, and an e-mail to those who want one, in the running transaction.

For other features: ``notify(kind, recipients, context, link, now=…)``. Kinds and what each says stand in
app/data/messages.yaml; `context` gives text, or (Chinese, English) pairs, for the names used there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, select, update

from app.core.db import db
from app.core.inserts import insert_ignoring
from app.messages.models import Message, MessageSetting
from app.messages.rules import Telling, event_kinds, tell
from app.messages.services import queue_mail

_ZH_LINK, _EN_LINK = "查看：%s", "Open: %s"


def notify(
    kind: str,
    recipients: Iterable[Any],
    context: Mapping[str, Any],
    link: str,
    *,
    now: datetime,
    key: str | None = None,
    address: str = "",
) -> int:
    """Tell accounts (rows with id, email and active) of an event; returns how many messages and mails were new.

    `link` is a path of this site. With a `key` (a reminder of something) nobody is told twice under it. `address` is
    an e-mail address that is told besides, in both languages, unless it is one of the recipients'.
    """
    telling = tell(kind, context)
    accounts = sorted({one.id: one for one in recipients if one.active}.values(), key=lambda one: one.id)
    settings = _settings([one.id for one in accounts])
    new = 0
    for account in accounts:
        if not _put(kind, account.id, telling, link, now, key):
            continue
        new += 1
        setting = settings.get(account.id)
        if setting is None or kind not in setting.muted:
            language = setting.language if setting else "zh"
            _mail(account.email, telling, link, (language,), now, key)
    reached = {(one.email or "").casefold() for one in accounts}
    if address and address.casefold() not in reached:
        new += _mail(address, telling, link, ("zh", "en"), now, key)
    return new


def _put(kind: str, account_id: int, telling: Telling, link: str, now: datetime, key: str | None) -> bool:
    values = {
        "account_id": account_id,
        "kind": kind,
        "title_zh": telling.title[0],
        "title_en": telling.title[1],
        "body_zh": telling.body[0],
        "body_en": telling.body[1],
        "link": link,
        "key": key,
        "created_at": now,
    }
    if key is None:
        db.session.add(Message(**values))
        return True
    return insert_ignoring(Message, **values)


def _mail(
    address: str, telling: Telling, link: str, languages: tuple[str, ...], now: datetime, key: str | None
) -> bool:
    if not address or address.endswith("@localhost.invalid"):  # what an administrator without mail gets
        return False
    url = str(current_app.config["PUBLIC_URL"]).rstrip("/") + link if link else ""
    parts = []
    for language in languages:
        at = 1 if language == "en" else 0
        more = f"\n\n{(_ZH_LINK, _EN_LINK)[at] % url}" if url else ""
        parts.append(telling.body[at] + more)
    first = 1 if languages[0] == "en" else 0
    subject = " / ".join(telling.title) if len(languages) > 1 else telling.title[first]
    return queue_mail(address, subject, "\n\n——————\n\n".join(parts) + "\n", now=now, key=key) is not None


def _settings(ids: list[int]) -> dict[int, MessageSetting]:
    if not ids:
        return {}
    query = select(MessageSetting).where(MessageSetting.account_id.in_(ids))
    return {one.account_id: one for one in db.session.scalars(query)}


def page(account_id: int, *, unread: bool, number: int, size: int) -> tuple[list[Message], int]:
    """One page (from 1) of an inbox, newest first, and how many messages there are in all."""
    query = select(Message).where(Message.account_id == account_id)
    if unread:
        query = query.where(Message.read_at.is_(None))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.order_by(Message.id.desc()).limit(size).offset((number - 1) * size)
    return list(db.session.scalars(rows)), total


def own_message(account_id: int, message_id: int) -> Message | None:
    """A message of this account; another's is not there."""
    query = select(Message).where(Message.id == message_id, Message.account_id == account_id)
    return db.session.scalars(query).first()


def mark_read(message: Message, now: datetime) -> None:
    """It has been opened; the first time counts."""
    message.read_at = message.read_at or now


def mark_all_read(account_id: int, up_to: int, now: datetime) -> None:
    """All that the reader has seen listed: up to this id, so that what arrives meanwhile stays unread."""
    statement = update(Message).where(
        Message.account_id == account_id, Message.read_at.is_(None), Message.id <= up_to
    )
    db.session.execute(statement.values(read_at=now))


def setting_of(account_id: int) -> MessageSetting:
    """How the account wants to be told; what holds without a word of it when there is none yet."""
    found = db.session.get(MessageSetting, account_id)
    return found or MessageSetting(account_id=account_id, language="zh", muted=[])


def keep_setting(account_id: int, language: str, wanted: Iterable[str]) -> None:
    """Store language and the kinds that are wanted by e-mail; the inbox gets everything."""
    chosen = set(wanted)
    muted = [name for name in event_kinds() if name not in chosen]
    values = {"language": "en" if language == "en" else "zh", "muted": muted}
    if not insert_ignoring(MessageSetting, account_id=account_id, **values):
        db.session.execute(
            update(MessageSetting).where(MessageSetting.account_id == account_id).values(**values)
        )
