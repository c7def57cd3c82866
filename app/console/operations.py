"""What the system administrator is shown of mail and jobs: states, counts, words. Never what a mail says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, func, select

from app.core.db import db
from app.core.jobs import ScheduledJob
from app.messages.models import OutboxMail

MAIL_STATES = {
    "waiting": _l("等待发送"),
    "retrying": _l("发送失败，等待重试"),
    "given_up": _l("未送达"),
    "sent": _l("已发送"),
}
MAIL_TONES = {"waiting": "pending", "retrying": "attention", "given_up": "problem", "sent": "done"}
JOB_WORDS = {
    "send-mail": _l("发送邮件"),
    "apply-register": _l("名册生效"),
    "clean-up": _l("清理过期数据"),
    "tell-deadlines": _l("报送时限提醒"),
    "tell-rectifications": _l("整改时限提醒"),
}
JOB_STATES = {
    "good": _l("正常"),
    "failed": _l("失败"),
    "running": _l("运行中"),
    "late": _l("到时未运行"),
    "never": _l("尚未运行"),
}
JOB_TONES = {"good": "done", "failed": "problem", "running": "open", "late": "attention", "never": "neutral"}
LATE = timedelta(
    minutes=10
)  # a scheduler looks every few seconds; a node that restarts takes a minute or two
SIZE = 20

_standing = case(
    (OutboxMail.sent_at.is_not(None), "sent"),
    (OutboxMail.given_up_at.is_not(None), "given_up"),
    (OutboxMail.error.is_not(None), "retrying"),
    else_="waiting",
)
_ORDERS = {
    "created-desc": (OutboxMail.id.desc(),),
    "created-asc": (OutboxMail.id,),
    "tries-desc": (OutboxMail.attempts.desc(), OutboxMail.id.desc()),
    "tries-asc": (OutboxMail.attempts, OutboxMail.id),
}


@dataclass(frozen=True)
class MailPage:
    """One page of the outbox; `rows` are (mail, state), `counts` by state whatever state is chosen."""

    rows: list[tuple[OutboxMail, str]]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


def mail_page(state: str, recipient: str, order: str, page: int) -> MailPage:
    """Two statements, however much mail there is."""
    counting: Select[Any] = _of(select(_standing, func.count()), "", recipient).group_by(_standing)
    counts = {name: int(number) for name, number in db.session.execute(counting)}
    total = counts.get(state, 0) if state else sum(counts.values())
    pages = max(1, -(-total // SIZE))
    page = min(max(page, 1), pages)
    query = mail_query(state, recipient, order).limit(SIZE).offset((page - 1) * SIZE)
    return MailPage([(one, name) for one, name in db.session.execute(query)], counts, total, page, pages)


def mail_query(state: str, recipient: str, order: str) -> Select[Any]:
    """Mails with their states, filtered and sorted."""
    return _of(select(OutboxMail, _standing), state, recipient).order_by(
        *_ORDERS.get(order, _ORDERS["created-desc"])
    )


def _of(query: Select[Any], state: str, recipient: str) -> Select[Any]:
    if state:
        query = query.where(_standing == state)
    if recipient:
        query = query.where(OutboxMail.recipient.icontains(recipient, autoescape=True))
    return query


def undelivered() -> int:
    """How many mails were given up."""
    query = select(func.count()).select_from(OutboxMail).where(OutboxMail.given_up_at.is_not(None))
    return int(db.session.scalar(query.where(OutboxMail.sent_at.is_(None))) or 0)


@dataclass(frozen=True)
class JobLine:
    """How a job went last and when it comes next."""

    name: Any
    state: str
    started_at: datetime | None
    seconds: float | None
    result: str
    next_at: datetime | None


def job_lines(now: datetime) -> list[JobLine]:
    """Every job that there is, in one statement; one that never ran too."""
    rows = {one.name: one for one in db.session.scalars(select(ScheduledJob))}
    return [_line(words, rows.get(name), now) for name, words in JOB_WORDS.items()]


def _line(words: Any, row: ScheduledJob | None, now: datetime) -> JobLine:
    if row is None:
        return JobLine(words, "never", None, None, "", None)
    ended = (
        row.finished_at if row.started_at and row.finished_at and row.finished_at >= row.started_at else None
    )
    seconds = (ended - row.started_at).total_seconds() if ended and row.started_at else None
    result = row.result if row.failed else result_words(row.result)
    return JobLine(words, _state(row, now), row.started_at, seconds, result, row.next_at)


def _state(row: ScheduledJob, now: datetime) -> str:
    if row.claimed_until is not None and row.claimed_until > now:
        return "running"
    if row.next_at < now - LATE:
        return "late"
    return "failed" if row.failed else "good" if row.runs else "never"


_RESULTS: Mapping[str, Any] = {
    r"(\d+) sent, (\d+) failed": _l("已发送 %(a)s 封，失败 %(b)s 封"),
    r"(\d+) messages": _l("发出 %(a)s 条消息"),
    r"(\d+) institutions": _l("更新 %(a)s 家机构"),
    r"(\d+) rows, (\d+) files without a row": _l("清理 %(a)s 条记录、%(b)s 个文件"),
}


def result_words(result: str) -> str:
    """What a job has said, in the reader's language."""
    for pattern, words in _RESULTS.items():
        found = re.fullmatch(pattern, result)
        if found:
            return str(words) % dict(zip("ab", found.groups(), strict=False))
    return result


def mail_headings() -> list[str]:
    """Of the workbook."""
    return [
        _("编号"), _("收件人"), _("状态"), _("生成时间"), _("发送次数"), _("下次发送"), _("发送时间"), _("最近的错误"),
    ]  # fmt: skip
