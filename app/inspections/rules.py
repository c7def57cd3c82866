"""On-site inspections 现场检查: states, who may do what, what has to be there, days. Plain values in and out.

Sources: 国务院令第683号 第二十八条 (approved by the head, at least two inspectors, credentials and notice shown) and
第三十条 (measures lifted within three days of acceptance); the other periods are customary and can be changed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.core.workflow import Workflow
from app.filings.calendar.periods import is_workday, next_workday

KINDS = ("routine", "special", "ad_hoc")
FORMS = ("paper", "electronic", "either")
SEVERITIES = ("minor", "moderate", "serious")
PROGRESS = ("done", "in_progress", "not_done")
MIN_TEAM, MAX_TEAM = 2, 8
MAX_ITEMS, MAX_FINDINGS, MAX_FILES = 60, 40, 10
NOTICE_WORKDAYS = 5  # customary; falling short warns and does not block
RECTIFY_DAYS = 30  # the usual deadline of an opinion, in calendar days
DUE_SOON_DAYS = 7
CORRECT_DAYS = 10  # at least this long for a returned feedback
LIFT_DAYS = 3  # 国务院令第683号 第三十条
MIN_REASON, MAX_REASON, MAX_TEXT = 4, 1000, 4000

# domain.md, section 2: planned → team and list → notice → documents → on site → opinion → rectifying → accepted.
INSPECTION_WORKFLOW = Workflow(
    name="inspection",
    initial="planned",
    table={
        ("planned", "submit"): "pending",
        ("planned", "cancel"): "cancelled",
        ("pending", "approve"): "approved",
        ("pending", "send_back"): "planned",
        ("pending", "recall"): "planned",
        ("approved", "recall"): "planned",
        ("approved", "cancel"): "cancelled",
        ("approved", "serve"): "notified",
        ("notified", "begin"): "on_site",
        ("notified", "cancel"): "cancelled",
        ("on_site", "finish"): "concluding",
        ("concluding", "resume"): "on_site",
        ("concluding", "propose"): "signing",
        ("signing", "recall_opinion"): "concluding",
        ("signing", "refuse_opinion"): "concluding",
        ("signing", "issue"): "rectifying",
        ("signing", "issue_clean"): "accepted",
        ("rectifying", "report"): "reported",
        ("returned", "report"): "reported",
        ("reported", "return"): "returned",
        ("reported", "accept"): "accepted",
        ("rectifying", "transfer"): "transferred",
        ("returned", "transfer"): "transferred",
        ("accepted", "close"): "closed",
    },
)
ITEM_WORKFLOW = Workflow(
    name="inspection_item",
    initial="wanted",
    table={
        ("wanted", "provide"): "provided",
        ("returned", "provide"): "provided",
        ("provided", "provide"): "provided",
        ("provided", "take_back"): "wanted",
        ("wanted", "receive"): "received",
        ("provided", "receive"): "received",
        ("returned", "receive"): "received",
        ("provided", "return"): "returned",
        ("received", "return"): "returned",
    },
)
FINDING_WORKFLOW = Workflow(
    name="inspection_finding",
    initial="noted",
    table={
        ("noted", "issue"): "open",
        ("open", "report"): "reported",
        ("returned", "report"): "reported",
        ("reported", "accept"): "accepted",
        ("reported", "return"): "returned",
    },
)

STATES = (
    "planned", "pending", "approved", "notified", "on_site", "concluding", "signing", "rectifying", "reported",
    "returned", "accepted", "closed", "transferred", "cancelled",
)  # fmt: skip
EDITABLE = ("planned",)
# What the institution reads and does is the same whether its opinion is being written or being signed.
TAKES_DOCUMENTS = ("notified", "on_site", "concluding", "signing")
RECORDS_WORK = ("notified", "on_site", "concluding")
WRITES_FINDINGS = ("on_site", "concluding")
TAKES_FEEDBACK = ("rectifying", "returned")
OVER = ("closed", "transferred", "cancelled")
# What somebody of the regulator has to do something about.
WORKING = ("planned", "approved", "notified", "on_site", "concluding", "reported", "accepted")


@dataclass(frozen=True)
class Person:
    """One of the team: the account when there is one, certificate number, whether excluded 回避."""

    account_id: int | None
    name: str
    certificate_no: str
    recused: bool = False


@dataclass(frozen=True)
class Plan:
    """What decides whether a plan is complete."""

    kind: str
    planned_from: date | None
    planned_to: date | None
    covers_from: date | None
    covers_to: date | None
    team: Sequence[Person]
    items: int
    texts: dict[str, str] = field(default_factory=dict)


NEEDED_TEXTS = ("place", "legal_basis", "task_source", "scope", "matters", "contact_name", "contact_phone")


def plan_problems(plan: Plan) -> tuple[tuple[str, str], ...]:
    """(field, code) of everything that keeps a plan from being handed in."""
    found = [(name, "missing") for name in NEEDED_TEXTS if not plan.texts.get(name, "").strip()]
    if plan.kind not in KINDS:
        found.append(("kind", "missing"))
    for start, end in (("planned_from", "planned_to"), ("covers_from", "covers_to")):
        first, last = getattr(plan, start), getattr(plan, end)
        found += [(name, "missing") for name, day in ((start, first), (end, last)) if day is None]
        if first and last and last < first:
            found.append((end, "before"))
    found += [("team", code) for code in team_problems(plan.team)]
    if not plan.items:
        found.append(("items", "no_items"))
    return tuple(found)


def team_problems(team: Sequence[Person]) -> list[str]:
    """Codes: too_few (683 art 28: at least two who are not excluded), certificate, twice."""
    active = [one for one in team if not one.recused]
    found = []
    if len(active) < MIN_TEAM:
        found.append("too_few")
    if any(not one.certificate_no.strip() for one in active):
        found.append("certificate")
    numbers = [one.certificate_no.strip() for one in active if one.certificate_no.strip()]
    accounts = [one.account_id for one in team if one.account_id]
    if len(set(numbers)) < len(numbers) or len(set(accounts)) < len(accounts):
        found.append("twice")
    return found


def approver_reasons(
    actor_id: int, planner_ids: Collection[int], team_ids: Collection[int]
) -> tuple[str, ...]:
    """Codes of why this person may not decide on the plan: own (four eyes), team."""
    found = []
    if actor_id in planner_ids:
        found.append("own")
    if actor_id in team_ids:
        found.append("team")
    return tuple(found)


def signer_reasons(actor_id: int, team_ids: Collection[int]) -> tuple[str, ...]:
    """Codes of why this person may not sign the opinion: who inspected does not confirm their own findings."""
    return ("team",) if actor_id in team_ids else ()


def worker_reasons(actor_id: int, team: Sequence[Person], state: str) -> tuple[str, ...]:
    """Codes of why this person may not work on the inspection: recused; not_team once the plan is approved."""
    mine = [one for one in team if one.account_id == actor_id]
    if any(one.recused for one in mine):
        return ("recused",)
    if state not in ("planned", "pending") and not mine:
        return ("not_team",)
    return ()


def workdays_between(start: date, end: date) -> int:
    """How many working days lie after `start` and before `end` (public holidays and make-up days of China)."""
    number, day = 0, start + timedelta(days=1)
    while day < end and number < 400:
        number += is_workday(day)[0]
        day += timedelta(days=1)
    return number


def workday_before(day: date) -> date:
    """The last working day before a day."""
    day -= timedelta(days=1)
    while not is_workday(day)[0]:
        day -= timedelta(days=1)
    return day


def serving_warnings(today: date, planned_from: date, surprise: bool) -> tuple[str, ...]:
    """Codes of what to think about before serving: short (fewer than five working days ahead), begun, day_off."""
    found = []
    if today > planned_from:
        found.append("begun")
    elif not surprise and workdays_between(today, planned_from) < NOTICE_WORKDAYS:
        found.append("short")
    if not is_workday(planned_from)[0]:
        found.append("day_off")
    return tuple(found)


def rectify_by(issued: date, days: int = RECTIFY_DAYS) -> date:
    """The last day of a deadline of so many calendar days: a day nobody works moves on to the next working day."""
    return next_workday(issued + timedelta(days=days))[0]


def is_overdue(state: str, by: date | None, today: date) -> bool:
    """Rectification was not reported in time; once it lies with the regulator the clock stands."""
    return state in TAKES_FEEDBACK and by is not None and today > by


def is_due_soon(state: str, by: date | None, today: date) -> bool:
    """At most a week is left."""
    return state in TAKES_FEEDBACK and by is not None and today <= by <= today + timedelta(days=DUE_SOON_DAYS)


@dataclass(frozen=True)
class Measure:
    """What the institution says about one finding."""

    measure: str
    owner: str
    progress: str
    planned_on: date | None
    done_on: date | None
    files: int


def measure_problems(given: Measure, today: date) -> tuple[tuple[str, str], ...]:
    """(field, code) of what keeps the feedback on one finding from being handed in."""
    found = []
    if len(given.measure.strip()) < MIN_REASON:
        found.append(("measure", "missing"))
    if not given.owner.strip():
        found.append(("owner", "missing"))
    if given.progress not in PROGRESS:
        found.append(("progress", "missing"))
    if given.progress == "done":
        if given.done_on is None:
            found.append(("done_on", "missing"))
        elif given.done_on > today:
            found.append(("done_on", "future"))
        if not given.files:
            found.append(("files", "missing"))
    elif given.progress and given.planned_on is None:
        found.append(("planned_on", "missing"))
    return tuple(found)


def decision_problems(decisions: Collection[tuple[str, str, str]]) -> tuple[tuple[str, str], ...]:
    """(finding's key, code) of what is wrong with (key, 'accept' | 'return' | '', reason) for every reported finding.

    A finding that is accepted is settled: whether measures in progress are enough is the regulator's judgement.
    """
    found = []
    for key, verdict, reason in decisions:
        if verdict not in ("accept", "return"):
            found.append((key, "undecided"))
        elif verdict == "return" and len(reason.strip()) < MIN_REASON:
            found.append((key, "reason"))
        elif len(reason) > MAX_REASON:
            found.append((key, "long"))
    return tuple(found)
