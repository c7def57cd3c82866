"""Verbs of the reviewer: pick up, approve, return. One winner: each locks the row and checks what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import record
from app.core.workflow import IllegalTransition, transition
from app.filings.submissions.changes import take_effect
from app.filings.submissions.facts import accept_version
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark
from app.filings.submissions.rules import FILING_WORKFLOW, HANDED_IN_STATES

CORRECTION_DAYS = 5  # time to correct a returned filing whose window has closed; local custom, see docs


@dataclass(frozen=True)
class Mark:
    """A remark at a cell; row and col are empty for the whole form."""

    form: str
    row: str
    col: str
    comment: str


def locked(filing_id: int, seen_version: int) -> Filing:
    """The filing, locked; Conflict when it changed since the reviewer saw it."""
    query = select(Filing).where(Filing.id == filing_id).with_for_update()
    filing = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if filing is None:
        raise NotAllowed(_("没有这份报送，或不在您的监管范围内。"))
    if filing.version != seen_version:
        raise Conflict(_("这份报送刚被其他人处理或由企业修改过。请刷新后查看最新状态。"))
    return filing


def pick_up(filing_id: int, seen_version: int, actor: Account, now: datetime) -> Filing:
    """开始审核: from now on the institution cannot withdraw."""
    filing = locked(filing_id, seen_version)
    if filing.status != "submitted":
        raise Conflict(_("这份报送当前不在审批中。"))
    if filing.reviewer_id not in (None, actor.id):
        raise Conflict(_("这份报送已由其他监管人员开始审核。"))
    if filing.reviewer_id is None:
        filing.reviewer_id, filing.picked_up_at = actor.id, now
        filing.version += 1
        record("FilingPickedUp", filing, actor=actor, now=now)
    return filing


def approve(filing_id: int, seen_version: int, actor: Account, now: datetime, opinion: str = "") -> Filing:
    """通过: the version becomes the one in force."""
    filing = _decidable(filing_id, seen_version, actor)
    states = _move(filing, "approve")
    version = current_version(filing)
    filing.accepted_at = now
    accept_version(filing, version)
    if filing.change_form:
        take_effect(filing, version, actor, now)
    _decided(filing, actor, now)
    record(
        "FilingApproved",
        filing,
        actor=actor,
        now=now,
        states=states,
        comment=opinion.strip() or None,
        data={"version": version.number},
    )
    return filing


def return_filing(
    filing_id: int,
    seen_version: int,
    actor: Account,
    now: datetime,
    reason: str,
) -> Filing:
    """退回: with a reason; values and marks stay, and there is time to correct even after the window."""
    if not reason.strip():
        raise Invalid(_("请填写退回原因，企业据此修改。"))
    filing = _decidable(filing_id, seen_version, actor)
    states = _move(filing, "return")
    version = current_version(filing)
    filing.return_reason = reason.strip()[:2000]
    # A version in force keeps standing, with its facts, until a corrected one is accepted.
    if not filing.change_form:  # a change may come at any time, so it may be corrected at any time too
        filing.correct_until = clock.end_of(clock.local(now).date() + timedelta(days=CORRECTION_DAYS))
    _decided(filing, actor, now)
    record(
        "FilingReturned",
        filing,
        actor=actor,
        now=now,
        states=states,
        comment=filing.return_reason,
        data={"version": version.number},
    )
    return filing


def current_version(filing: Filing) -> FilingVersion:
    """The version that is being decided on."""
    query = select(FilingVersion).where(
        FilingVersion.filing_id == filing.id, FilingVersion.number == filing.number
    )
    return db.session.scalars(query).one()


def _decidable(filing_id: int, seen_version: int, actor: Account) -> Filing:
    filing = locked(filing_id, seen_version)
    if filing.reviewer_id not in (None, actor.id):
        raise Conflict(_("这份报送已由其他监管人员开始审核。"))
    return filing


def _move(filing: Filing, verb: str) -> tuple[str, str]:
    try:
        return transition(filing, FILING_WORKFLOW, verb)
    except IllegalTransition as error:
        raise Conflict(_("这份报送当前的状态不允许这样处理。请刷新后查看最新状态。")) from error


def _decided(filing: Filing, actor: Account, now: datetime) -> None:
    filing.reviewer_id = actor.id
    filing.picked_up_at = filing.picked_up_at or now
    filing.version += 1


def add_mark(filing_id: int, mark: Mark, actor: Account, now: datetime) -> ReviewMark:
    """Remark on a cell (or the form) of the version under review; picks the filing up when nobody has."""
    filing = _under_review(filing_id, actor)
    if not mark.comment.strip():
        raise Invalid(_("请填写标注内容，企业据此修改。"))
    if filing.reviewer_id is None:
        pick_up(filing_id, filing.version, actor, now)
    entry = ReviewMark(
        filing_id=filing.id,
        version_id=current_version(filing).id,
        institution_id=filing.institution_id,
        form_code=mark.form[:20],
        row=mark.row[:20],
        col=mark.col[:40],
        comment=mark.comment.strip()[:500],
        author_id=actor.id,
        marked_at=now,
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def remove_mark(filing_id: int, mark_id: int, actor: Account) -> None:
    """Take back one's own mark while the version is under review."""
    filing = _under_review(filing_id, actor)
    mark = db.session.get(ReviewMark, mark_id)
    if mark is None or mark.filing_id != filing.id or mark.author_id != actor.id:
        raise NotAllowed(_("没有这条标注，或它不是您所写。"))
    db.session.delete(mark)


def _under_review(filing_id: int, actor: Account) -> Filing:
    query = select(Filing).where(Filing.id == filing_id).with_for_update()
    filing = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if filing is None:
        raise NotAllowed(_("没有这份报送，或不在您的监管范围内。"))
    if filing.status not in HANDED_IN_STATES or filing.status == "approved":
        raise Conflict(_("这份报送当前的状态不允许标注。请刷新后查看最新状态。"))
    if filing.reviewer_id not in (None, actor.id):
        raise Conflict(_("这份报送已由其他监管人员开始审核。"))
    return filing
