"""The four applications of admission 机构准入: states, steps, clocks. Plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.core.workflow import Workflow
from app.institutions.rules import has_ended

SET_UP, BRANCH, CHANGE, TERMINATION = "set_up", "branch", "change", "termination"
KINDS = (SET_UP, BRANCH, CHANGE, TERMINATION)
ROLES = ("Supervisor", "Approver", "Inspector")  # who may be given a step
LIVE = ("draft", "submitted", "returned")
MAX_STEPS = 6

# product.md, section 3: an application in course moves from step to step inside 'submitted'.
APPLICATION_WORKFLOW = Workflow(
    name="admission_application",
    initial="draft",
    table={
        ("draft", "submit"): "submitted",
        ("returned", "submit"): "submitted",
        ("submitted", "pass"): "submitted",
        ("submitted", "approve"): "approved",
        ("submitted", "return"): "returned",
        ("submitted", "reject"): "rejected",
        ("submitted", "withdraw"): "withdrawn",
        ("returned", "withdraw"): "withdrawn",
        ("draft", "withdraw"): "withdrawn",
    },
)

# domain.md, section 7 (enum change_type of the catalogue) -> register field that takes the new value, and its sort;
# of sort "people" the kind of subject, whose whole list is told anew.
CHANGE_FIELDS: dict[str, tuple[str, str]] = {
    "name": ("name", "text"),
    "capital_inc": ("registered_capital", "money"),
    "capital_dec": ("registered_capital", "money"),
    "legal_rep": ("legal_representative", "text"),
    "address": ("address", "place"),
    "scope": ("business_scope", "long"),
    "equity": ("shareholder", "people"),
    "controller": ("controller", "text"),
    "senior": ("manager", "people"),
    "articles": ("articles", "long"),
    "org_form": ("org_form", "text"),
    "org_type": ("org_type", "choice"),
    "merge": ("merger", "long"),
    "split": ("division", "long"),
    "other": ("remark", "long"),
}
# The fields that took such a list when it was one text.
TOLD_IN_WORDS = {"shareholder": "shareholding", "manager": "managers"}
CHANGE_TYPES = tuple(CHANGE_FIELDS)
LENGTHS = {"name": 120, "legal_representative": 60, "address": 200, "controller": 120, "org_form": 60}

# Attachments by kind: key -> required.
ATTACHMENTS: dict[str, dict[str, bool]] = {
    SET_UP: {"licence": True, "request": False},
    BRANCH: {"resolution": True, "request": True, "audit": False},
    CHANGE: {"resolution": True, "proof": False},
    TERMINATION: {"resolution": True, "settlement": True, "request": False},
}
CLOCK_DAYS = 30  # 国务院令第683号 第八条; customary for the others


@dataclass(frozen=True)
class Step:
    """One step of approval and the role that takes it."""

    name_zh: str
    name_en: str
    role: str

    def name(self, lang: str) -> str:
        """In 'zh' or 'en'."""
        return self.name_en if lang == "en" else self.name_zh


DEFAULT_STEPS = (
    Step("受理", "Acceptance", "Supervisor"),
    Step("初审", "First review", "Supervisor"),
    Step("复审", "Second review", "Approver"),
    Step("终审", "Final decision", "Approver"),
)


def steps_from(stored: Sequence[dict[str, str]]) -> tuple[Step, ...]:
    """Steps as an application or a plan keeps them."""
    return tuple(Step(one["zh"], one["en"], one["role"]) for one in stored)


def steps_to(steps: Sequence[Step]) -> list[dict[str, str]]:
    """The other way."""
    return [{"zh": one.name_zh, "en": one.name_en, "role": one.role} for one in steps]


def step_problems(steps: Sequence[Step]) -> list[str]:
    """Codes of what is wrong with a plan: none, many, name, role, final."""
    found = []
    if not steps:
        return ["none"]
    if len(steps) > MAX_STEPS:
        found.append("many")
    if any(not one.name_zh.strip() or len(one.name_zh) > 20 or len(one.name_en) > 40 for one in steps):
        found.append("name")
    if any(one.role not in ROLES for one in steps):
        found.append("role")
    if len({one.name_zh for one in steps}) < len(steps):
        found.append("same")
    return found


@dataclass(frozen=True)
class OpeningInput:
    """What decides whether an application of a kind may be begun."""

    kind: str
    status: str
    has_licence: bool
    terminated_on: date | None
    today: date
    open_kinds: Collection[str]
    licence_ahead: bool = False  # 新设 was approved, and the licence begins on a later day


def opening_reasons(given: OpeningInput) -> tuple[str, ...]:
    """Codes of every reason against; empty when it may be begun.

    Without a licence only 新设 is open; with one 新设 never is. One open application of a kind at a time, but branches.
    """
    found = []
    ended = has_ended(given.status, given.terminated_on, given.today)
    if ended:
        found.append("terminated")
    if given.kind == SET_UP:
        if given.has_licence:
            found.append("has_licence")
        elif given.licence_ahead:
            found.append("licence_ahead")
    elif given.licence_ahead and not given.has_licence:
        found.append("licence_ahead")
    elif not given.has_licence or given.status == "preparing":
        found.append("no_licence")
    elif given.terminated_on and not ended:
        found.append("terminating")
    if given.kind in given.open_kinds and given.kind != BRANCH:
        found.append("open_already")
    return tuple(found)


def decider_reasons(
    step: Step, roles: Collection[str], actor_id: int, former: Collection[int], applicant_ids: Collection[int]
) -> tuple[str, ...]:
    """Codes of every reason why this person may not take this step: role, twice, own."""
    found = []
    if step.role not in roles:
        found.append("role")
    if actor_id in former:
        found.append("twice")
    if actor_id in applicant_ids:
        found.append("own")
    return tuple(found)


def clock_used(marks: Sequence[tuple[str, datetime]], now: datetime) -> timedelta:
    """How long an application has lain with the regulator; time for correction does not count.

    `marks` are ('start' | 'stop', moment) in order.
    """
    total, since = timedelta(), None
    for mark, moment in marks:
        if mark == "start" and since is None:
            since = moment
        elif mark == "stop" and since is not None:
            total += moment - since
            since = None
    return total + (now - since) if since is not None else total


@dataclass(frozen=True)
class Mode:
    """How a change is dealt with, and what it rests on."""

    mode: str  # approve, file, report
    basis_zh: str
    basis_en: str

    def basis(self, lang: str) -> str:
        """In 'zh' or 'en'; in the other language where it is laid down in one only."""
        return self.basis_en or self.basis_zh if lang == "en" else self.basis_zh or self.basis_en


def best_mode(rows: Sequence[Any], region_code: str) -> Any | None:
    """Of the rows of one industry and kind of change the one whose region lies nearest; the province's otherwise."""
    fitting = [row for row in rows if region_code.startswith(row.region_prefix)]
    return max(fitting, key=lambda row: len(row.region_prefix), default=None)
