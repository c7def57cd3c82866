"""View models that console and workspace share: the course, the deadline, letters, who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.accounts.models import Account
from app.core import clock
from app.core.events import Event, history
from app.inspections import rules
from app.inspections.labels import (
    COMPANY_STATES,
    EVENTS,
    FINDING_STATES,
    FINDING_TONES,
    FORMS,
    ITEM_STATES,
    ITEM_TONES,
    KINDS,
    PROGRESS,
    SERVING_WARNINGS,
    SEVERITIES,
    SEVERITY_TONES,
    SHOWN_EVENTS,
    STATES,
    TONES,
    WORKER_REASONS,
)
from app.inspections.models import Inspection

WORDS: dict[str, Any] = {
    "kinds": KINDS,
    "forms": FORMS,
    "severities": SEVERITIES,
    "severity_tones": SEVERITY_TONES,
    "progress_words": PROGRESS,
    "tones": TONES,
    "item_states": ITEM_STATES,
    "item_tones": ITEM_TONES,
    "finding_states": FINDING_STATES,
    "finding_tones": FINDING_TONES,
}


def course(inspection: Inspection, *, for_company: bool = False) -> list[dict[str, Any]]:
    """What has happened, oldest first. The institution sees nothing of the plan and of the work behind the doors."""
    known = SHOWN_EVENTS if for_company else EVENTS
    entries = [one for one in history("inspection", inspection.id) if one.kind in known]
    states = COMPANY_STATES if for_company else STATES
    return [_step(one, states, for_company) for one in entries]


def _step(entry: Event, states: dict[str, Any], for_company: bool) -> dict[str, Any]:
    title = str(EVENTS.get(entry.kind, entry.kind))
    detail = next(
        (entry.data[name] for name in ("item", "number", "member", "day") if entry.data.get(name)), ""
    )
    if detail:
        title = _("%(what)s：%(detail)s", what=title, detail=detail)
    # A document's event carries the document's states.
    state = "" if entry.kind.startswith("InspectionDocument") else entry.to_state or ""
    return {
        "title": title,
        "who": entry.actor_name,
        "when": entry.at,
        "state": state,
        "label": states.get(state, ""),
        "tone": TONES.get(state, "neutral"),
        "opinion": entry.comment,
    }


def period_words(inspection: Inspection) -> str:
    """First and last day of the work on site."""
    return days_words(inspection.planned_from, inspection.planned_to)


def days_words(first: Any, last: Any) -> str:
    """Two days in one line."""
    if not first and not last:
        return "——"
    return _("%(first)s 至 %(last)s", first=first or "——", last=last or "——")


def deadline_of(inspection: Inspection, now: datetime) -> dict[str, Any] | None:
    """The deadline of the rectification: the exclusive moment, and whether it still counts."""
    if inspection.rectify_by is None:
        return None
    today = clock.local(now).date()
    return {
        "due": clock.end_of(inspection.rectify_by),
        "now": now,
        "done": inspection.status not in rules.TAKES_FEEDBACK,
        "overdue": rules.is_overdue(inspection.status, inspection.rectify_by, today),
        "soon": rules.is_due_soon(inspection.status, inspection.rectify_by, today),
    }


def worker_reasons(inspection: Inspection, actor: Account) -> list[Any]:
    """Why this person may not work on it, in words; empty when they may."""
    codes = rules.worker_reasons(actor.id, inspection.people, inspection.status)
    return [WORKER_REASONS[code] for code in codes]


def serving_warnings(inspection: Inspection, now: datetime) -> list[Any]:
    """What to think about before the notice goes out."""
    if inspection.planned_from is None:
        return []
    codes = rules.serving_warnings(clock.local(now).date(), inspection.planned_from, inspection.surprise)
    return [SERVING_WARNINGS[code] for code in codes]


def team_words(inspection: Inspection) -> str:
    """Names of the team, the leader first."""
    members = sorted(inspection.active_team, key=lambda one: not one.is_leader)
    return joined(one.name for one in members) or "——"


def joined(names: Iterable[str]) -> str:
    """Names in one line."""
    return _("、").join(names)
