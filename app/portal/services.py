"""Verbs of the portal: release and withdraw announcements, change pages, take in and answer suggestions."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, Refused
from app.core.events import record
from app.core.workflow import IllegalTransition, transition
from app.messages.inbox import notify
from app.portal.media import known_pictures
from app.portal.models import Announcement, Page, Suggestion
from app.portal.richtext import plain_text, sanitise
from app.portal.rules import (
    ANNOUNCEMENT_WORKFLOW,
    SUGGESTION_TOPICS,
    SUGGESTION_WORKFLOW,
    publishing_verb,
)

RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what is misread on paper
RECEIPT_RANDOM = 10
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")  # a contact may as well be a telephone number


def as_written(item: Any) -> None:
    """Put title, summary, source and body of anything that has them into their stored form."""
    item.title, item.summary, item.source = map(_one_line, (item.title, item.summary, item.source))
    item.body = sanitise(item.body or "", known_pictures(item.body or ""))
    item.body_text = plain_text(item.body)


def clean_announcement(item: Announcement, now: datetime) -> None:
    """Put what an editor typed into its stored form: body sanitised, its words beside it. Raises Invalid."""
    as_written(item)
    item.changed_at = now
    if not item.body_text and "<img" not in item.body:
        raise Invalid(_("正文为空：请填写正文。被过滤的脚本、样式等内容不算正文。"))


def publish_announcement(item: Announcement, *, actor: Any, now: datetime) -> None:
    """Release an announcement: now, or at its `publish_at` when that lies ahead."""
    verb = publishing_verb(item.publish_at, now)
    states = _move(item, verb)
    if item.publish_at is None or (states[0] == "withdrawn" and verb == "publish"):
        item.publish_at = now
    kind = "AnnouncementScheduled" if verb == "schedule" else "AnnouncementPublished"
    record(kind, item, actor=actor, now=now, states=states)


def withdraw_announcement(item: Announcement, *, actor: Any, now: datetime) -> None:
    """Take a released announcement away from the public at once."""
    states = _move(item, "withdraw")
    record("AnnouncementWithdrawn", item, actor=actor, now=now, states=states)


def pin_announcement(item: Announcement, *, pinned: bool, actor: Any, now: datetime) -> None:
    """Put an announcement in front of its category, or back among the others."""
    if item.pinned == pinned:
        words = _("“%(title)s”已经置顶。") if pinned else _("“%(title)s”没有置顶。")
        raise Refused(words % {"title": item.title})
    item.pinned = pinned
    record("AnnouncementPinned" if pinned else "AnnouncementUnpinned", item, actor=actor, now=now)


def _move(item: Announcement, verb: str) -> tuple[str, str]:
    try:
        return transition(item, ANNOUNCEMENT_WORKFLOW, verb)
    except IllegalTransition as error:
        raise Refused(_refusal(item, verb)) from error


def _refusal(item: Announcement, verb: str) -> str:
    if verb == "withdraw":
        return _("“%(title)s”还没有发布，不需要撤回。", title=item.title)
    return _("“%(title)s”已经发布，不需要再次发布。", title=item.title)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").replace("\x00", "").split())


def clean_page(page: Page, now: datetime) -> None:
    """Sanitise both bodies of a page."""
    page.title_zh, page.title_en = _one_line(page.title_zh), _one_line(page.title_en)
    pictures = known_pictures(page.body_zh or "", page.body_en or "")
    page.body_zh = sanitise(page.body_zh or "", pictures)
    page.body_en = sanitise(page.body_en or "", pictures)
    page.changed_at = now
    if not plain_text(page.body_zh) and "<img" not in page.body_zh:
        raise Invalid(_("中文正文为空：请填写中文正文。"))


def submit_suggestion(*, name: str, contact: str, topic: str, text: str, now: datetime) -> Suggestion:
    """Store what somebody wrote; its receipt number is what the sender looks the reply up with."""
    if topic not in SUGGESTION_TOPICS:
        raise Invalid(_("请选择列出的主题。"))
    item = Suggestion(
        receipt=new_receipt(now), name=name, contact=contact, topic=topic, text=text, received_at=now
    )
    db.session.add(item)
    record("SuggestionReceived", item, now=now, states=(None, "received"))
    return item


def new_receipt(now: datetime) -> str:
    """A number that says the day and cannot be guessed: YJ20260305-7K3QX-M9PRT."""
    random = "".join(secrets.choice(RECEIPT_ALPHABET) for _index in range(RECEIPT_RANDOM))
    return f"YJ{clock.local(now):%Y%m%d}-{random[:5]}-{random[5:]}"


def take_up_suggestion(item: Suggestion, *, actor: Any, now: datetime) -> None:
    """Say that somebody works on it."""
    try:
        states = transition(item, SUGGESTION_WORKFLOW, "take_up")
    except IllegalTransition as error:
        raise Refused(_("“%(receipt)s”已在办理或已答复，不需要再次受理。", receipt=item.receipt)) from error
    item.handler_id = actor.id
    record("SuggestionTakenUp", item, actor=actor, now=now, states=states)


def reply_to_suggestion(item: Suggestion, text: str, *, actor: Any, now: datetime) -> None:
    """Answer; a later answer takes the place of the former, which the history keeps."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(_("请填写答复内容。"))
    former = item.reply
    states = transition(item, SUGGESTION_WORKFLOW, "reply")
    item.reply, item.replied_at, item.handler_id = text, now, actor.id
    if EMAIL.fullmatch(item.contact):
        context = {"number": item.receipt, "reply": text}
        notify("suggestion_replied", [], context, "/suggestions/status", now=now, address=item.contact)
    record("SuggestionReplied", item, actor=actor, now=now, states=states, data={"former": former})
