"""Reads about applications: what is open to an institution, its list, the plan that applies, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.core.scope import SYSTEM, scoped
from app.institutions.admission import rules
from app.institutions.admission.models import (
    Application,
    ApplicationFile,
    ApprovalMode,
    StepDecision,
    StepPlan,
)
from app.institutions.models import Institution
from app.institutions.register.queries import register_on
from app.institutions.register.rules import State


def applications_of(institution_id: int) -> list[Application]:
    """All applications of an institution, newest first."""
    query = select(Application).where(Application.institution_id == institution_id)
    return list(db.session.scalars(query.order_by(Application.id.desc())))


def application_of(institution_id: int, application_id: int) -> Application | None:
    """One application with everything that its page shows; none when it belongs to somebody else."""
    query = (
        select(Application)
        .options(
            selectinload(Application.files).joinedload(ApplicationFile.file),
            selectinload(Application.decisions),
            joinedload(Application.institution),
        )
        .where(Application.id == application_id, Application.institution_id == institution_id)
    )
    return db.session.scalars(query).first()


def has_licence(institution: Institution) -> bool:
    """Whether a licence was given at registration or has been issued since."""
    return bool(institution.licence_no)


def _licence_ahead(institution: Institution) -> bool:
    """Whether 新设 was approved with a licence that has not begun."""
    if has_licence(institution):
        return False
    query = select(Application.id).where(
        Application.institution_id == institution.id,
        Application.kind == rules.SET_UP,
        Application.status == "approved",
    )
    return db.session.scalar(query.limit(1)) is not None


def opening_reasons(
    institution: Institution, kind: str, open_kinds: set[str], now: datetime
) -> tuple[str, ...]:
    """Codes of why this kind cannot be begun now."""
    return rules.opening_reasons(
        rules.OpeningInput(
            kind=kind,
            status=institution.status,
            has_licence=has_licence(institution),
            terminated_on=institution.terminated_on,
            today=clock.local(now).date(),
            open_kinds=open_kinds,
            licence_ahead=_licence_ahead(institution),
        )
    )


def open_application(institution_id: int, kind: str) -> Application | None:
    """The application of a kind that is not finished."""
    query = select(Application).where(
        Application.institution_id == institution_id,
        Application.kind == kind,
        Application.status.in_(rules.LIVE),
    )
    return db.session.scalars(query.order_by(Application.id.desc()).limit(1)).first()


def branch_is_asked_for(application: Application, name: str) -> bool:
    """Whether another application of the institution for a branch of this name is in course."""
    query = select(Application).where(
        Application.institution_id == application.institution_id,
        Application.kind == rules.BRANCH,
        Application.status.in_(("submitted", "returned")),
        Application.id != application.id,
    )
    return any(one.payload.get("branch_name", "").strip() == name for one in db.session.scalars(query))


def open_kinds(institution_id: int, but: int = 0) -> set[str]:
    """Kinds of which an application is not finished."""
    query = select(Application.kind).where(
        Application.institution_id == institution_id,
        Application.status.in_(rules.LIVE),
        Application.id != but,
    )
    return set(db.session.scalars(query))


def register_of(institution: Institution, day: date) -> State:
    """The institution's register on a day."""
    return register_on(institution.id, day)[institution.id]


def plan_for(kind: str, institution: Institution) -> tuple[rules.Step, ...]:
    """The steps that apply now: the nearest plan by industry and region, its newest version; else the usual four."""
    query = select(StepPlan).where(StepPlan.kind == kind, StepPlan.industry.in_(["", institution.industry]))
    fitting = [
        plan for plan in db.session.scalars(query) if institution.region_code.startswith(plan.region_prefix)
    ]
    best = max(
        fitting, key=lambda one: (bool(one.industry), len(one.region_prefix), one.version), default=None
    )
    return best.parsed if best else rules.DEFAULT_STEPS


def current_plans() -> set[int]:
    """Ids of the newest version of each plan."""
    query = select(func.max(StepPlan.id)).group_by(StepPlan.kind, StepPlan.industry, StepPlan.region_prefix)
    return set(db.session.scalars(query))


def mode_for(institution: Institution, change_type: str) -> rules.Mode:
    """How this change of this institution is dealt with; approval where nothing is laid down."""
    query = select(ApprovalMode).where(
        ApprovalMode.industry == institution.industry, ApprovalMode.change_type == change_type
    )
    row = rules.best_mode(list(db.session.scalars(query)), institution.region_code)
    return rules.Mode(row.mode, row.basis_zh, row.basis_en) if row else rules.Mode("approve", "", "")


def modes_of(institution: Institution) -> dict[str, rules.Mode]:
    """The same for every kind of change, in one statement."""
    query = select(ApprovalMode).where(ApprovalMode.industry == institution.industry)
    rows = list(db.session.scalars(query))
    found = {}
    for kind in rules.CHANGE_TYPES:
        row = rules.best_mode([one for one in rows if one.change_type == kind], institution.region_code)
        found[kind] = (
            rules.Mode(row.mode, row.basis_zh, row.basis_en) if row else rules.Mode("approve", "", "")
        )
    return found


def modes_of_events(events: Sequence[Event]) -> dict[int, str]:
    """By which mode the application of an event went; of those from before events said it, as it goes now."""
    own = [one for one in events if one.subject_type == Application.__tablename__]
    silent = {one.subject_id for one in own if "mode" not in one.data}
    found: dict[int, str] = {}
    if silent:
        query = select(Application.id, Application.mode).where(Application.id.in_(silent))
        found = {key: mode for key, mode in db.session.execute(query)}
    return {one.id: one.data.get("mode") or found.get(one.subject_id, "") for one in own}


def applicant_ids(application: Application) -> set[int]:
    """Who filled it in or handed it in, and everybody of the institution."""
    with scoped(SYSTEM):
        members = set(
            db.session.scalars(select(Account.id).where(Account.institution_id == application.institution_id))
        )
    own = {application.created_by_id, application.submitted_by_id}
    return members | {one for one in own if one is not None}


def decider_reasons(application: Application, actor: Account) -> tuple[str, ...]:
    """Codes of why this member of staff may not take the present step."""
    step = application.current_step
    if step is None:
        return ("role",)
    query = select(StepDecision.actor_id).where(
        StepDecision.application_id == application.id, StepDecision.step != application.step
    )
    former = set(db.session.scalars(query))
    roles = {role.name for role in actor.roles}
    return rules.decider_reasons(step, roles, actor.id, former, applicant_ids(application))


def waiting_for(roles: list[str]) -> int:
    """How many applications wait for a step of these roles, inside the reader's scope."""
    query = select(func.count()).select_from(Application)
    query = query.where(Application.status == "submitted", Application.step_role.in_(roles))
    return int(db.session.scalar(query) or 0)
