"""Approving clean filings together: what may be, and why the others are left out. Each is decided for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.core.db import commits, db
from app.core.errors import Conflict, DomainError
from app.filings.submissions import review
from app.filings.submissions.models import Filing, ReviewMark

MOST = 200  # as many as one page of the queue can offer, twice


@dataclass(frozen=True)
class Outcome:
    """What became of one filing; `problem` is empty when it was approved."""

    filing_id: int
    problem: str = ""


def why_not(row: Any, me: int) -> list[str]:
    """Every reason why a row of the queue has to be looked at by itself; empty when it is clean."""
    found = []
    if row.status != "submitted":
        found.append(_("不在审批中"))
    if row.reviewer_id not in (None, me):
        found.append(_("由 %(who)s 领取审核中", who=row.reviewer))
    if row.errors:
        found.append(_("有 %(count)s 处错误", count=row.errors))
    if row.warnings:
        found.append(_("有 %(count)s 条校验提示，需要看企业说明", count=row.warnings))
    if row.has_marks:
        found.append(_("有审核标注"))
    if row.change_form:
        found.append(_("重大信息变更会更新名册，需要逐份审核"))
    return found


def approve_together(seen: dict[int, int], actor_id: int, now: datetime, opinion: str = "") -> list[Outcome]:
    """Approve each in a transaction and with an event of its own; one that fails holds up no other."""
    outcomes = []
    for filing_id, version in seen.items():
        try:
            commits(_approve_clean)(filing_id, version, actor_id, now, opinion)
        except DomainError as refusal:
            outcomes.append(Outcome(filing_id, str(refusal.message)))
        else:
            outcomes.append(Outcome(filing_id))
    return outcomes


def _approve_clean(filing_id: int, seen: int, actor_id: int, now: datetime, opinion: str) -> None:
    actor = db.session.get_one(Account, actor_id)
    filing = review.locked(filing_id, seen, actor)
    if not _is_clean(filing):
        raise Conflict(_("有校验提示或标注，需要逐份审核。"))
    review.approve(filing_id, seen, actor, now, opinion)


def _is_clean(filing: Filing) -> bool:
    version = review.current_version(filing)
    marks = select(ReviewMark.id).where(ReviewMark.version_id == version.id).limit(1)
    noted = version.payload.get("warnings") or version.payload.get("explanations")
    return not noted and not filing.change_form and db.session.scalars(marks).first() is None
