"""Plans of inspections: begun, filled in, handed in, approved by somebody else, recalled, cancelled."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, Refused
from app.core.events import record
from app.inspections import defaults, intake, queries, rules, telling, unsaved
from app.inspections.base import Decision, for_worker, need_state, step
from app.inspections.labels import APPROVER_REASONS, PLAN_PROBLEMS
from app.inspections.models import ChecklistEntry, Inspection, Item, Member
from app.institutions.models import Institution

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def plan_inspection(
    institution: Institution, kind: str, actor: Account, now: datetime, previous: Inspection | None = None
) -> Inspection:
    """A new plan with the usual legal basis and document list; the planner leads the team."""
    if kind not in rules.KINDS:
        raise Invalid(_("请选择检查类型。"), field="kind")
    if institution.status == "deregistered":
        raise Refused(_("机构已注销，不能再安排现场检查。"), field="institution")
    inspection = Inspection(
        number=f"XC{clock.local(now):%Y%m%d}{''.join(secrets.choice(_LETTERS) for _n in range(6))}",
        institution_id=institution.id,
        kind=kind,
        place=institution.address,
        legal_basis=defaults.LEGAL_BASIS.get(institution.industry, ""),
        matters=defaults.MATTERS,
        contact_name=str(actor),
        contact_phone=actor.mobile or "",
        created_at=now,
        created_by_id=actor.id,
        previous_id=previous.id if previous else None,
    )
    inspection.institution = institution
    if queries.may_inspect(actor, institution):
        certificate = queries.last_certificate(actor.id)
        inspection.team.append(_member(institution.id, actor.id, str(actor), certificate, is_leader=True))
    _append(inspection, defaults.usual_items(institution.industry))
    db.session.add(inspection)
    db.session.flush()
    data = {"previous": previous.number} if previous else {}
    record("InspectionPlanned", inspection, actor=actor, now=now, states=(None, inspection.status), data=data)
    return inspection


def _append(inspection: Inspection, entries: Iterable[ChecklistEntry]) -> None:
    for at, entry in enumerate(entries, start=len(inspection.items) + 1):
        values = {"category": entry.category, "name": entry.name, "form": entry.form}
        inspection.items.append(Item(institution_id=inspection.institution_id, position=at, **values))


def _member(institution_id: int, account_id: int | None, name: str, certificate: str, **more: Any) -> Member:
    return Member(
        institution_id=institution_id, account_id=account_id, name=name, certificate_no=certificate, **more
    )


def save_plan(inspection_id: int, version: int, raw: Mapping[str, str], actor: Account) -> Inspection:
    """Keep the fields and the team of a plan, complete or not. Incomplete when something cannot be read."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, rules.EDITABLE)
    values = intake.read_plan(raw)
    team = values.pop("team")
    for name, value in values.items():
        setattr(inspection, name, value)
    _set_team(inspection, team)
    inspection.version += 1
    unsaved.forget(inspection.id, "plan", actor)
    db.session.flush()
    return inspection


def _set_team(inspection: Inspection, team: list[dict[str, Any]]) -> None:
    known = {one.id: one for one in queries.possible_inspectors(inspection.institution)}
    kept = {one.account_id: one.name for one in inspection.team}
    rows = []
    for one in team:
        key = one["account_id"]
        if key in known:
            one["name"] = str(known[key])
        elif key in kept:
            one["name"] = kept[key]
        elif key is not None:
            raise Invalid(_("请从列表中选择检查人员。"), field="team")
        rows.append(Member(institution_id=inspection.institution_id, **one))
    for former in list(inspection.team):
        inspection.team.remove(former)
        db.session.delete(former)
    if rows and not any(one.is_leader and not one.is_recused for one in rows):
        first = next((one for one in rows if not one.is_recused), rows[0])
        first.is_leader = True
    inspection.team.extend(rows)


def save_items(inspection_id: int, version: int, raw: Mapping[str, str], actor: Account) -> Inspection:
    """Put the document list down as it was sent; lines without a name go."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, rules.EDITABLE)
    rows = intake.read_items(raw, rules.MAX_ITEMS)
    there = {one.id: one for one in inspection.items}
    keep = {row["id"] for row in rows}
    for former in list(inspection.items):
        if former.id not in keep:
            inspection.items.remove(former)
            db.session.delete(former)
    for at, row in enumerate(rows, start=1):
        item = there.get(row.pop("id") or 0)
        if item is None:
            item = Item(institution_id=inspection.institution_id)
            inspection.items.append(item)
        for name, value in row.items():
            setattr(item, name, value)
        item.position = at
    inspection.version += 1
    unsaved.forget(inspection.id, "checklist", actor)
    db.session.flush()
    return inspection


def add_usual_items(inspection_id: int, version: int, actor: Account) -> int:
    """Add what the usual list holds and this one does not; returns how many."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, rules.EDITABLE)
    there = {one.name for one in inspection.items}
    usual = defaults.usual_items(inspection.institution.industry)
    missing = [one for one in usual if one.name not in there][: rules.MAX_ITEMS - len(there)]
    _append(inspection, missing)
    inspection.version += 1
    db.session.flush()
    return len(missing)


def problems_of(inspection: Inspection) -> dict[str, str]:
    """What keeps the plan from being handed in, by field, in words."""
    plan = rules.Plan(
        inspection.kind,
        inspection.planned_from,
        inspection.planned_to,
        inspection.covers_from,
        inspection.covers_to,
        inspection.people,
        len(inspection.items),
        {name: getattr(inspection, name) for name in rules.NEEDED_TEXTS},
    )
    found: dict[str, str] = {}
    for name, code in rules.plan_problems(plan):
        words = str(PLAN_PROBLEMS[code])
        found[name] = f"{found[name]} {words}" if name in found else words
    return found


def submit_plan(inspection_id: int, version: int, actor: Account, now: datetime) -> Inspection:
    """Hand the plan in for approval; documents without a day of their own are due the working day before."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, rules.EDITABLE)
    errors = problems_of(inspection)
    if errors:
        raise intake.Incomplete(errors, _("没有提交：有 %(n)s 处需要补充。", n=len(errors)))
    if inspection.planned_from:
        due = rules.workday_before(inspection.planned_from)
        for item in inspection.items:
            item.due_on = item.due_on or due
    inspection.submitted_by_id = actor.id
    step(inspection, "submit", "InspectionSubmitted", actor, now)
    telling.plan_waits(inspection, now)
    return inspection


def approver_reasons(inspection: Inspection, actor: Account) -> tuple[str, ...]:
    """Codes of why this person may not decide on the plan."""
    planners = {inspection.created_by_id, inspection.submitted_by_id or 0}
    return rules.approver_reasons(
        actor.id, planners, {one.account_id for one in inspection.team if one.account_id}
    )


def _approve(inspection: Inspection, actor: Account, now: datetime, text: str) -> None:
    inspection.approved_at, inspection.approved_by_id = now, actor.id
    step(inspection, "approve", "InspectionApproved", actor, now, comment=text or None)


# Never by the planner, whoever handed it in, or one of the team.
_PLAN = Decision(
    state="pending",
    may_not=approver_reasons,
    reason_words=APPROVER_REASONS,
    approve=_approve,
    send_back=("send_back", "InspectionSentBack"),
    tell=telling.plan_decided,
    choose=_l("请选择批准或退回。"),
)


def decide_plan(
    inspection_id: int, version: int, verdict: str, opinion: str, actor: Account, now: datetime
) -> Inspection:
    """Approve the plan or send it back with a reason."""
    return _PLAN.take(inspection_id, version, verdict, opinion, actor, now)


def recall_plan(inspection_id: int, version: int, actor: Account, now: datetime) -> Inspection:
    """Take a plan back to change it; an approval that it had is void."""
    inspection = for_worker(inspection_id, version, actor)
    inspection.approved_at = inspection.approved_by_id = None
    step(inspection, "recall", "InspectionRecalled", actor, now)
    return inspection


def cancel_inspection(
    inspection_id: int, version: int, reason: str, actor: Account, now: datetime
) -> Inspection:
    """Cancel with a reason; an institution that had the notice is told."""
    inspection = for_worker(inspection_id, version, actor)
    text = intake.reason_of(reason, "reason", _("请写明取消的原因（至少 4 个字）。"))
    step(inspection, "cancel", "InspectionCancelled", actor, now, comment=text)
    if inspection.served_at:
        telling.cancelled(inspection, text, now)
    return inspection


def exclude_member(
    inspection_id: int, version: int, raw: Mapping[str, str], actor: Account, now: datetime
) -> Inspection:
    """回避: take one of the team out, with a reason, and put somebody else in when two would not be left."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, ("approved", "notified", "on_site", "concluding"))
    reason = intake.reason_of(raw.get("reason", ""), "reason", _("请写明回避的原因。"))[:300]
    member = next((one for one in inspection.active_team if str(one.id) == raw.get("member")), None)
    if member is None:
        raise Invalid(_("请选择要回避的检查人员。"), field="member")
    account = next(
        (
            one
            for one in queries.possible_inspectors(inspection.institution)
            if str(one.id) == raw.get("account")
        ),
        None,
    )
    if account is not None:
        inspection.team.append(
            _member(
                inspection.institution_id, account.id, str(account), raw.get("certificate", "").strip()[:40]
            )
        )
    member.is_recused, member.recusal_reason = True, reason
    problems = rules.team_problems(inspection.people)
    if problems:
        words = " ".join(str(PLAN_PROBLEMS[code]) for code in problems)
        raise intake.Incomplete({"member": words}, words)
    if member.is_leader:
        member.is_leader, inspection.active_team[0].is_leader = False, True
    inspection.version += 1
    data = {"member": member.name, "instead": str(account) if account else ""}
    record("InspectionMemberExcluded", inspection, actor=actor, now=now, comment=reason, data=data)
    return inspection
