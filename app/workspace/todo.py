"""What an institution has to do: returned filings, the one-off set, what is due, what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.filings.obligations import Obligation

OVERDUE_SHOWN = 12


@dataclass(frozen=True)
class Task:
    """One line of the to-do list. kind: one_off, returned, due, overdue."""

    kind: str
    obligation: Obligation
    reminded_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """When it has to be done."""
        return self.obligation.due_at

    @property
    def reason(self) -> str:
        """Why it was returned."""
        filing = self.obligation.filing
        return (filing.return_reason or "") if filing is not None and self.kind == "returned" else ""


_ORDER = {"one_off": 0, "returned": 1, "due": 2, "overdue": 3}


def tasks(
    obligations: Iterable[Obligation], reminded: Mapping[tuple[str, str], datetime] | None = None
) -> list[Task]:
    """The to-do list: the one-off set before everything, then what was returned, due and overdue.

    `reminded`: when the regulator last reminded of what, by (report set's key, period's code).
    """
    told = reminded or {}
    found = [
        Task(kind, item, told.get((item.report_set.key, item.period_code)))
        for item in obligations
        if (kind := _kind(item))
    ]
    found.sort(key=lambda task: (_ORDER[task.kind], task.due_at.timestamp() if task.due_at else 0.0))
    overdue = [task for task in found if task.kind == "overdue"]
    # The newest overdue ones are what somebody can still do something about.
    hidden = set(map(id, overdue[:-OVERDUE_SHOWN] if len(overdue) > OVERDUE_SHOWN else ()))
    return [task for task in found if id(task) not in hidden]


def _kind(item: Obligation) -> str:
    if item.is_handed_in:
        return ""
    if item.state == "returned":
        return "returned"
    if item.report_set.family == "one_off":
        return "one_off"
    if item.state == "overdue":
        return "due" if item.is_open else "overdue"
    waits_for_one_off = {reason.code for reason in item.reasons} == {"one_off_incomplete"}
    has_begun = item.period is not None and item.now >= item.period.opens_at
    return "due" if has_begun and (item.is_open or waits_for_one_off) else ""
