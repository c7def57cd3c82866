"""Rectification feedback 整改反馈: saved, handed in, decided on finding by finding; closing, transfer, reminders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.core.events import Event, record
from app.inspections import intake, letters, planning, queries, rules, telling, unsaved
from app.inspections.base import for_company, for_worker, locked, move, need_state, step
from app.inspections.labels import MEASURE_PROBLEMS, VERDICT_PROBLEMS
from app.inspections.models import Finding, Inspection

REMIND_PAUSE = timedelta(hours=24)


def note_read(inspection_id: int, actor: Account, now: datetime) -> Inspection:
    """The institution confirms that it has the opinion; once."""
    inspection = for_company(inspection_id, actor, issued=True)
    if inspection.opinion_read_at:
        when = clock.show_moment(inspection.opinion_read_at)
        raise Conflict(_("本机构已于 %(when)s 确认收到。", when=when))
    inspection.opinion_read_at = now
    record("InspectionOpinionRead", inspection, actor=actor, now=now)
    return inspection


def open_findings(inspection: Inspection) -> list[Finding]:
    """What the institution still has to answer for: everything that was not accepted."""
    return [one for one in inspection.findings if one.status in ("open", "returned")]


def save_feedback(inspection_id: int, version: int, raw: Mapping[str, str], actor: Account) -> Inspection:
    """Keep what was written, complete or not; Conflict when a colleague has saved meanwhile."""
    inspection = for_company(inspection_id, actor, issued=True)
    need_state(inspection, rules.TAKES_FEEDBACK)
    if inspection.feedback_version != version:
        raise Conflict(
            _("同事刚保存过整改反馈，您的内容没有保存，仍在下面。请核对后再次保存，将以您的内容为准。")
        )
    findings = open_findings(inspection)
    values = intake.read_measures(raw, [one.id for one in findings])
    inspection.statement, inspection.accountability = values["statement"], values["accountability"]
    for one in findings:
        for name in ("measure", "owner", "progress", "planned_on", "done_on"):
            setattr(one, name, values[f"{name}_{one.id}"])
    inspection.feedback_version += 1
    unsaved.forget(inspection.id, unsaved.FEEDBACK, actor)
    db.session.flush()
    return inspection


def feedback_problems(inspection: Inspection, now: datetime) -> dict[str, str]:
    """What keeps the feedback from being handed in, by field."""
    today = clock.local(now).date()
    found = {}
    if len(inspection.statement.strip()) < rules.MIN_REASON:
        found["statement"] = _("请写明整改总体情况。")
    for one in open_findings(inspection):
        given = rules.Measure(
            one.measure, one.owner, one.progress, one.planned_on, one.done_on, len(one.files)
        )
        for name, code in rules.measure_problems(given, today):
            field = f"{'file' if name == 'files' else name}_{one.id}"
            found[field] = str(MEASURE_PROBLEMS[name, code])
    return found


def hand_in(inspection_id: int, actor: Account, now: datetime) -> Inspection:
    """Hand the saved feedback in: frozen as a letter, and no longer to be changed by the institution."""
    inspection = for_company(inspection_id, actor, issued=True)
    need_state(inspection, rules.TAKES_FEEDBACK)
    errors = feedback_problems(inspection, now)
    if errors:
        raise intake.Incomplete(errors, _("没有提交：有 %(n)s 处需要补充。填写的内容已保存。", n=len(errors)))
    late = rules.is_overdue(inspection.status, inspection.rectify_by, clock.local(now).date())
    inspection.feedback_round += 1
    inspection.feedback_at = now
    inspection.feedback_version += 1
    for one in open_findings(inspection):
        move(one, rules.FINDING_WORKFLOW, "report")
        for file in one.files:
            file.round = file.round or inspection.feedback_round
    number = letters.freeze(inspection, letters.FEEDBACK, actor, now)
    data = {"round": inspection.feedback_round, "late": late, "number": number, **_measures(inspection)}
    step(inspection, "report", "RectificationReported", actor, now, data=data)
    telling.feedback_reported(inspection, now)
    return inspection


def _measures(inspection: Inspection) -> dict[str, object]:
    rows = [
        {"finding": one.id, "measure": one.measure, "owner": one.owner, "progress": one.progress}
        for one in inspection.findings
        if one.status == "reported"
    ]
    return {"statement": inspection.statement, "measures": rows}


def decide_feedback(
    inspection_id: int, version: int, raw: Mapping[str, str], actor: Account, now: datetime
) -> Inspection:
    """Accept or return every reported finding. One returned: all goes back, the accepted ones stay accepted."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, ("reported",))
    waiting = [one for one in inspection.findings if one.status == "reported"]
    given = [
        (str(one.id), raw.get(f"verdict_{one.id}", ""), raw.get(f"reason_{one.id}", "")) for one in waiting
    ]
    _check_verdicts(given)
    returned = []
    for one, (_key, verdict, reason) in zip(waiting, given, strict=True):
        move(one, rules.FINDING_WORKFLOW, verdict)
        one.verdict_reason = reason.strip()
        if verdict == "return":
            returned.append(one)
    verdicts = {key: {"verdict": verdict, "reason": reason.strip()} for key, verdict, reason in given}
    if returned:
        comment = "\n".join(f"{one.position}. {one.verdict_reason}" for one in returned)
        data = {"verdicts": verdicts}
        step(inspection, "return", "RectificationReturned", actor, now, comment=comment, data=data)
        _give_time(inspection, returned, now)
    else:
        inspection.accepted_at = now
        step(inspection, "accept", "RectificationAccepted", actor, now, data={"verdicts": verdicts})
    telling.feedback_decided(inspection, returned, now)
    return inspection


def _check_verdicts(given: Sequence[tuple[str, str, str]]) -> None:
    errors = {
        f"{'verdict' if code == 'undecided' else 'reason'}_{key}": str(VERDICT_PROBLEMS[code])
        for key, code in rules.decision_problems(given)
    }
    if errors:
        raise intake.Incomplete(errors)


def _give_time(inspection: Inspection, returned: Sequence[Finding], now: datetime) -> None:
    """A return gives at least ten days, so that nobody is overdue through the time the regulator took."""
    soonest = rules.rectify_by(clock.local(now).date(), rules.CORRECT_DAYS)
    if inspection.rectify_by is None or inspection.rectify_by < soonest:
        inspection.rectify_by = soonest
    for one in returned:
        one.due_on = max(one.due_on or soonest, soonest)


def close_inspection(
    inspection_id: int, version: int, conclusion: str, actor: Account, now: datetime
) -> Inspection:
    """办结, when every finding was accepted."""
    inspection = for_worker(inspection_id, version, actor)
    inspection.conclusion = intake.optional(conclusion, "conclusion")
    inspection.closed_at = now
    step(inspection, "close", "InspectionClosed", actor, now, comment=inspection.conclusion or None)
    telling.closed(inspection, now)
    return inspection


def transfer(inspection_id: int, version: int, reason: str, actor: Account, now: datetime) -> Inspection:
    """Give the case away, for a penalty or to another authority, when it is not rectified."""
    inspection = for_worker(inspection_id, version, actor)
    text = intake.reason_of(reason, "reason", _("请写明移送的去向和原因（至少 4 个字）。"))
    inspection.conclusion, inspection.closed_at = text, now
    step(inspection, "transfer", "InspectionTransferred", actor, now, comment=text)
    telling.transferred(inspection, now)
    return inspection


def follow_up(inspection_id: int, actor: Account, now: datetime) -> Inspection:
    """A new plan, linked to the one that it looks after; Conflict while there is one in course."""
    former = locked(inspection_id)
    need_state(former, ("rectifying", "returned", "accepted", "closed", "transferred"))
    if any(one.status not in rules.OVER for one in queries.follow_ups(former.id)):
        raise Conflict(_("后续检查已在办理，无需重复拟订。"))
    return planning.plan_inspection(former.institution, "special", actor, now, previous=former)


def remind(inspection_id: int, actor: Account, now: datetime) -> Inspection:
    """催办: tell the institution what is due or overdue; at most once a day."""
    inspection = for_worker(inspection_id, None, actor)
    need_state(inspection, rules.TAKES_FEEDBACK)
    if not remind_once(inspection, actor, now):
        raise Conflict(_("24 小时内已催办过，无需重复。"))
    return inspection


def remind_once(inspection: Inspection, actor: Account | None, now: datetime) -> bool:
    """Record and send a reminder unless there was one within a day; whether it was sent."""
    query = select(Event.id).where(
        Event.subject_type == "inspection",
        Event.subject_id == inspection.id,
        Event.kind == "RectificationReminded",
        Event.at > now - REMIND_PAUSE,
    )
    if db.session.scalar(query.limit(1)) is not None:
        return False
    record("RectificationReminded", inspection, actor=actor, now=now, data={"by": str(inspection.rectify_by)})
    telling.rectification_due(inspection, now)
    return True
