"""Findings and the opinion 检查意见书: written by the team, signed by somebody else, sent. None commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, Refused
from app.core.events import record
from app.inspections import intake, letters, rules, telling, unsaved
from app.inspections.base import Decision, for_worker, move, need_state, step
from app.inspections.labels import SIGNER_REASONS
from app.inspections.models import Finding, Inspection


def save_finding(
    inspection_id: int, version: int, finding_id: int | None, raw: Mapping[str, str], actor: Account
) -> Finding:
    """A new finding, or a changed one."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, rules.WRITES_FINDINGS)
    values = intake.read_finding(raw)
    finding = _finding(inspection, finding_id) if finding_id else None
    if finding is None:
        if len(inspection.findings) >= rules.MAX_FINDINGS:
            raise Refused(_("一次检查最多记录 %(n)s 个问题。", n=rules.MAX_FINDINGS))
        last = max((one.position for one in inspection.findings), default=0)
        finding = Finding(institution_id=inspection.institution_id, position=last + 1)
        inspection.findings.append(finding)
    for name, value in values.items():
        setattr(finding, name, value)
    inspection.version += 1
    unsaved.forget(inspection.id, f"finding_{finding_id or 0}", actor)
    db.session.flush()
    return finding


def _finding(inspection: Inspection, finding_id: int) -> Finding:
    found = next((one for one in inspection.findings if one.id == finding_id), None)
    if found is None:
        raise Invalid(_("没有这个问题，可能已被删除。"))
    return found


def drop_finding(inspection_id: int, version: int, finding_id: int, actor: Account) -> Inspection:
    """Take a finding out before the opinion is issued."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, rules.WRITES_FINDINGS)
    finding = _finding(inspection, finding_id)
    inspection.findings.remove(finding)
    db.session.delete(finding)
    for at, one in enumerate(inspection.findings, start=1):
        one.position = at
    inspection.version += 1
    unsaved.forget(inspection.id, f"finding_{finding_id}", None)
    db.session.flush()
    return inspection


def save_opinion(inspection_id: int, version: int, raw: Mapping[str, str], actor: Account) -> Inspection:
    """Keep the texts of the opinion, complete or not."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, rules.WRITES_FINDINGS)
    for name, value in intake.read_opinion(raw).items():
        setattr(inspection, name, value)
    inspection.version += 1
    unsaved.forget(inspection.id, "opinion", actor)
    db.session.flush()
    return inspection


def opinion_problems(inspection: Inspection) -> dict[str, str]:
    """What keeps the opinion from being issued, by field."""
    found = {}
    for name in ("overview", "evaluation"):
        if not getattr(inspection, name).strip():
            found[name] = _("请填写此项。")
    return found


def submit_opinion(inspection_id: int, version: int, actor: Account, now: datetime) -> Inspection:
    """Hand the opinion in for signing. From here on nothing of it changes until it is signed or comes back."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, ("concluding",))
    _need_complete(inspection, now)
    data = {"findings": len(inspection.findings)}
    step(inspection, "propose", "InspectionOpinionSubmitted", actor, now, data=data)
    telling.opinion_waits(inspection, now)
    return inspection


def recall_opinion(inspection_id: int, version: int, actor: Account, now: datetime) -> Inspection:
    """Take the opinion back to change it."""
    inspection = for_worker(inspection_id, version, actor)
    step(inspection, "recall_opinion", "InspectionOpinionRecalled", actor, now)
    return inspection


def signer_reasons(inspection: Inspection, actor: Account) -> tuple[str, ...]:
    """Codes of why this person may not sign the opinion; who was excluded from the team counts as of it."""
    return rules.signer_reasons(actor.id, {one.account_id for one in inspection.team if one.account_id})


def _need_complete(inspection: Inspection, now: datetime) -> None:
    errors = opinion_problems(inspection)
    today = clock.local(now).date()
    if any(one.due_on and one.due_on <= today for one in inspection.findings):
        errors["findings"] = _("有问题的整改期限不晚于今天，请修改。")
    if errors:
        raise intake.Incomplete(errors, _("没有办理：检查意见书有 %(n)s 处需要修改。", n=len(errors)))


def _issue(inspection: Inspection, actor: Account, now: datetime) -> None:
    """Number, freeze and send the opinion. With findings the time for rectification runs; without, all is well."""
    by = rules.rectify_by(clock.local(now).date(), inspection.rectify_days)
    inspection.issued_at = now
    if inspection.findings:
        for finding in inspection.findings:
            finding.due_on = finding.due_on or by
            move(finding, rules.FINDING_WORKFLOW, "issue")
        # Feedback comes in one piece, so the last of the deadlines is that of the whole.
        inspection.rectify_by = max(one.due_on or by for one in inspection.findings)
    else:
        inspection.accepted_at = now
    inspection.opinion_no = letters.freeze(inspection, letters.OPINION, actor, now)
    verb = "issue" if inspection.findings else "issue_clean"
    data = {"number": inspection.opinion_no, "findings": len(inspection.findings)}
    step(inspection, verb, "InspectionOpinionIssued", actor, now, data=data)
    telling.opinion_issued(inspection, now)


def _sign(inspection: Inspection, actor: Account, now: datetime, text: str) -> None:
    _need_complete(inspection, now)
    record("InspectionOpinionSigned", inspection, actor=actor, now=now, comment=text or None)
    _issue(inspection, actor, now)


# Never by one of the team.
_OPINION = Decision(
    state="signing",
    may_not=signer_reasons,
    reason_words=SIGNER_REASONS,
    approve=_sign,
    send_back=("refuse_opinion", "InspectionOpinionSentBack"),
    tell=telling.opinion_decided,
    choose=_l("请选择签批或退回。"),
)


def decide_opinion(
    inspection_id: int, version: int, verdict: str, remark: str, actor: Account, now: datetime
) -> Inspection:
    """Sign and send the opinion, or send it back with a reason."""
    return _OPINION.take(inspection_id, version, verdict, remark, actor, now)
