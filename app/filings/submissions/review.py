"""Verbs of the reviewer: pick up, release, take over, approve, return. One winner: each locks the row and checks what
was seen, and whoever comes second is told who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import Event, record
from app.core.workflow import IllegalTransition, transition
from app.filings.definitions.queries import forms_by_id
from app.filings.labels import EVENTS, word
from app.filings.submissions.changes import take_effect
from app.filings.submissions.facts import accept_version
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark
from app.filings.submissions.people import people_take_effect
from app.filings.submissions.rules import FILING_WORKFLOW, HANDED_IN_STATES
from app.filings.telling import tell_decision

CORRECTION_DAYS = 5  # time to correct a returned filing whose window has closed; local custom, see docs
MOST_CORRECTION_DAYS = 90


@dataclass(frozen=True)
class Mark:
    """A remark at a cell; row and col are empty for the whole form."""

    form: str
    row: str
    col: str
    comment: str


def locked(filing_id: int, seen_version: int, actor: Account) -> Filing:
    """The filing, locked; Conflict with who did what when it changed since the reviewer saw it."""
    filing = _locked(filing_id, actor)
    if filing.version != seen_version:
        raise Conflict(_what_happened(filing))
    return filing


def _locked(filing_id: int, actor: Account) -> Filing:
    if not actor.is_staff:  # whatever the roles table says: nobody of a company decides on filings
        raise NotAllowed(_("只有监管人员可以审核。"))
    query = select(Filing).where(Filing.id == filing_id).with_for_update()
    filing = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if filing is None:
        raise NotAllowed(_("没有这份报送，或不在您的监管范围内。"))
    return filing


def _what_happened(filing: Filing) -> Any:
    query = select(Event).where(Event.subject_type == "filing", Event.subject_id == filing.id)
    last = db.session.scalars(query.order_by(Event.id.desc()).limit(1)).first()
    if last is None:
        return _("这份报送刚被其他人处理或由企业修改过。请刷新后查看最新状态。")
    return _(
        "您打开页面之后，这份报送有了变化：%(who)s 于 %(when)s “%(what)s”。您的操作没有执行，请刷新后查看最新状态。",
        who=last.actor_name or _("系统"),
        when=clock.show_moment(last.at),
        what=word(EVENTS, last.kind),
    )


def _taken(filing: Filing) -> Conflict:
    return Conflict(
        _("这份报送由 %(who)s 领取审核中。需要由您处理时，请先点“接手”。", who=str(filing.reviewer or "")),
        reviewer=filing.reviewer_id,
    )


def pick_up(filing_id: int, seen_version: int, actor: Account, now: datetime) -> Filing:
    """领取: from now on the institution cannot withdraw."""
    filing = locked(filing_id, seen_version, actor)
    if filing.status != "submitted":
        raise Conflict(_("这份报送当前不在审批中。"))
    if filing.reviewer_id not in (None, actor.id):
        raise _taken(filing)
    if filing.reviewer_id is None:
        filing.reviewer_id, filing.picked_up_at = actor.id, now
        filing.version += 1
        record("FilingPickedUp", filing, actor=actor, now=now)
    return filing


def release(filing_id: int, seen_version: int, actor: Account, now: datetime) -> Filing:
    """放回: nobody has it any more; the institution can withdraw again. Marks stay."""
    filing = locked(filing_id, seen_version, actor)
    if filing.status != "submitted" or filing.reviewer_id != actor.id:
        raise Conflict(_("这份报送不在您的手上，不能放回。"))
    filing.reviewer_id = filing.picked_up_at = None
    filing.version += 1
    record("FilingReleased", filing, actor=actor, now=now)
    return filing


def take_over(filing_id: int, seen_version: int, actor: Account, now: datetime) -> Filing:
    """接手: from a colleague, expressly and on the record."""
    filing = locked(filing_id, seen_version, actor)
    if filing.status != "submitted" or filing.reviewer_id in (None, actor.id):
        raise Conflict(_("这份报送没有由其他监管人员领取，不需要接手。"))
    former = str(filing.reviewer or "")
    filing.reviewer_id, filing.picked_up_at = actor.id, now
    filing.version += 1
    db.session.expire(filing, ["reviewer"])
    comment = _("原审核人：%(who)s", who=former)
    record("FilingTakenOver", filing, actor=actor, now=now, comment=comment, data={"from": former})
    return filing


def approve(filing_id: int, seen_version: int, actor: Account, now: datetime, opinion: str = "") -> Filing:
    """通过: the version becomes the one in force."""
    filing = _decidable(filing_id, seen_version, actor)
    states = _move(filing, "approve")
    version = current_version(filing)
    filing.accepted_at = now
    people_take_effect(filing, version, actor, now)
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
    tell_decision(filing, "filing_approved", opinion.strip(), now)
    return filing


def return_filing(
    filing_id: int,
    seen_version: int,
    actor: Account,
    now: datetime,
    reason: str,
    until: date | None = None,
) -> Filing:
    """退回: with a reason; values and marks stay, and there is time to correct even after the window: to the end of
    the day `until`, or for the usual number of days."""
    if not reason.strip():
        raise Invalid(_("请填写退回原因，企业据此修改。"))
    today = clock.local(now).date()
    until = until or correction_day(today)
    if not today <= until <= today + timedelta(days=MOST_CORRECTION_DAYS):
        raise Invalid(_("补正期限应在今天之后 %(days)s 天以内。", days=MOST_CORRECTION_DAYS))
    filing = _decidable(filing_id, seen_version, actor)
    states = _move(filing, "return")
    version = current_version(filing)
    filing.return_reason = reason.strip()[:2000]
    # A version in force keeps standing, with its facts, until a corrected one is accepted.
    if not filing.change_form:  # a change may come at any time, so it may be corrected at any time too
        filing.correct_until = clock.end_of(until)
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
    tell_decision(filing, "filing_returned", filing.return_reason, now)
    return filing


def correction_day(today: date) -> date:
    """The usual last day for a correction."""
    return today + timedelta(days=CORRECTION_DAYS)


def current_version(filing: Filing) -> FilingVersion:
    """The version that is being decided on."""
    query = select(FilingVersion).where(
        FilingVersion.filing_id == filing.id, FilingVersion.number == filing.number
    )
    return db.session.scalars(query).one()


def _decidable(filing_id: int, seen_version: int, actor: Account) -> Filing:
    filing = locked(filing_id, seen_version, actor)
    if filing.status == "submitted" and filing.reviewer_id not in (None, actor.id):
        raise _taken(filing)
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
    version = current_version(filing)
    _require_cell(version, mark)
    if filing.reviewer_id is None:
        pick_up_or_keep(filing, actor, now)
    entry = ReviewMark(
        filing_id=filing.id,
        version_id=version.id,
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


def pick_up_or_keep(filing: Filing, actor: Account, now: datetime) -> None:
    """Whoever begins to mark a filing in review has it; one that is only reported is nobody's."""
    if filing.status == "submitted":
        pick_up(filing.id, filing.version, actor, now)


def _require_cell(version: FilingVersion, mark: Mark) -> None:
    """The cell is one that the version holds (or the mark is on the form)."""
    entry = version.payload["forms"].get(mark.form)
    if entry is not None and not (mark.row or mark.col):
        return
    if entry is not None:
        form = forms_by_id([entry["definition"]])[entry["definition"]]
        known = form.layout != "table" or mark.row in entry["values"]
        if known and form.cell_spec(mark.row, mark.col) is not None:
            return
    raise Invalid(_("这份报送中没有要标注的单元格，请刷新后重新选择。"))


def _under_review(filing_id: int, actor: Account) -> Filing:
    filing = _locked(filing_id, actor)
    if filing.status not in HANDED_IN_STATES or filing.status == "approved":
        raise Conflict(_("这份报送当前的状态不允许标注。请刷新后查看最新状态。"))
    if filing.status == "submitted" and filing.reviewer_id not in (None, actor.id):
        raise _taken(filing)
    return filing
