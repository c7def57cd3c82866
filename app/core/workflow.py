"""Transition tables: the only way in which a state changes.

A table maps (state, verb) to the next state. `transition` applies it to an object, records the event in the
same transaction and refuses everything that the table does not hold. Assigning a guarded state column any
other way raises.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event as sa_event
from sqlalchemy.orm.attributes import NO_VALUE, InstrumentedAttribute

_inside: ContextVar[bool] = ContextVar("inside_transition", default=False)


@dataclass(frozen=True)
class Workflow:
    """name: what it is about; initial: the state of a new object; table: (state, verb) -> next state."""

    name: str
    initial: str
    table: dict[tuple[str, str], str]

    @property
    def states(self) -> frozenset[str]:
        """Every state that the table knows."""
        return frozenset({self.initial, *(s for s, _ in self.table), *self.table.values()})

    def next_state(self, state: str, verb: str) -> str | None:
        """Where the verb leads from this state; None when it is not allowed there."""
        return self.table.get((state, verb))

    def verbs(self, state: str) -> tuple[str, ...]:
        """What can be done in this state."""
        return tuple(verb for (source, verb) in self.table if source == state)


class IllegalTransition(Exception):
    """The verb is not allowed in the present state; holds workflow, state and verb for the message."""

    def __init__(self, workflow: str, state: str, verb: str) -> None:
        super().__init__(f"{workflow}: '{verb}' is not allowed in state '{state}'")
        self.workflow, self.state, self.verb = workflow, state, verb


def transition(subject: Any, workflow: Workflow, verb: str, attribute: str = "status") -> tuple[str, str]:
    """Move the subject along; returns (former, new) state. The caller records the event."""
    before = getattr(subject, attribute) or workflow.initial
    after = workflow.next_state(before, verb)
    if after is None:
        raise IllegalTransition(workflow.name, before, verb)
    token = _inside.set(True)
    try:
        setattr(subject, attribute, after)
    finally:
        _inside.reset(token)
    return before, after


def guard(attribute: InstrumentedAttribute[Any], workflow: Workflow) -> None:
    """Refuse any change of the column outside `transition`; a new object may start in the initial state."""

    @sa_event.listens_for(attribute, "set", propagate=True)
    def _refuse(target: Any, value: Any, old: Any, initiator: Any) -> None:
        fresh = old is NO_VALUE or old is None
        if value == old or _inside.get() or (fresh and value == workflow.initial):
            return
        raise IllegalTransition(workflow.name, str(old), f"set {value}")
