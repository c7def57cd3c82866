"""The gate's table, on the pure rule: every case under a frozen clock, with the server in UTC and in Shanghai."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
import time_machine

from app.core import clock
from app.core.clock import SHANGHAI
from app.filings.calendar.rules import GateInput, Window, gate, is_late

# The window of November 2026: 1 to 10 December, late filing until the 15th where it is allowed.
WINDOW = Window(
    "2026年11月月报",
    "November 2026 monthly return",
    opens_at=clock.start_of(date(2026, 12, 1)),
    due_at=clock.end_of(date(2026, 12, 10)),
    closes_at=clock.end_of(date(2026, 12, 15)),
)
LENIENT = replace(WINDOW, allows_late=True)
OPEN = GateInput(
    now=WINDOW.opens_at,
    family="business",
    registration_approved=True,
    institution_status="active",
    one_off_complete=True,
    window=WINDOW,
)
EXTENDED = replace(OPEN, extension_until=clock.end_of(date(2026, 12, 20)))


@dataclass(frozen=True)
class Case:
    """What is given, at which Shanghai time, what the gate says, and whether a filing would count as late."""

    name: str
    given: GateInput
    at: str
    codes: list[str]
    late: bool = False


TABLE = [
    Case("before", OPEN, "2026-11-30 23:59:59", ["window_not_open"]),
    Case("first second", OPEN, "2026-12-01 00:00:00", []),
    Case("last second", OPEN, "2026-12-10 23:59:59", []),
    Case("after", OPEN, "2026-12-11 00:00:00", ["window_closed"], late=True),
    Case("late allowed, first second", replace(OPEN, window=LENIENT), "2026-12-11 00:00:00", [], late=True),
    Case("late allowed, last second", replace(OPEN, window=LENIENT), "2026-12-15 23:59:59", [], late=True),
    Case(
        "late allowed, after",
        replace(OPEN, window=LENIENT),
        "2026-12-16 00:00:00",
        ["window_closed"],
        late=True,
    ),
    Case("extension", EXTENDED, "2026-12-11 00:00:00", [], late=True),
    Case("extension, last second", EXTENDED, "2026-12-20 23:59:59", [], late=True),
    Case("expired extension", EXTENDED, "2026-12-21 00:00:00", ["extension_ended"], late=True),
    Case("an extension opens nothing early", EXTENDED, "2026-11-30 23:59:59", ["window_not_open"]),
    Case(
        "correction, last second",
        replace(OPEN, state="returned", correction_until=clock.end_of(date(2026, 12, 18))),
        "2026-12-18 23:59:59",
        [],
        late=True,
    ),
    Case(
        "correction over",
        replace(OPEN, state="returned", correction_until=clock.end_of(date(2026, 12, 18))),
        "2026-12-19 00:00:00",
        ["correction_ended"],
        late=True,
    ),
    Case(
        "the longer of extension and correction",
        replace(EXTENDED, state="returned", correction_until=clock.end_of(date(2026, 12, 18))),
        "2026-12-20 23:59:59",
        [],
        late=True,
    ),
    Case(
        "terminated, the day before",
        replace(OPEN, institution_status="terminated", terminated_from=date(2026, 12, 6)),
        "2026-12-05 23:59:59",
        [],
    ),
    Case(
        "terminated",
        replace(OPEN, institution_status="terminated", terminated_from=date(2026, 12, 6)),
        "2026-12-06 00:00:00",
        ["institution_terminated"],
    ),
    Case(
        "one-off missing",
        replace(OPEN, one_off_complete=False),
        "2026-12-05 12:00:00",
        ["one_off_incomplete"],
    ),
    Case(
        "one-off missing and window over",
        replace(OPEN, one_off_complete=False),
        "2026-12-11 00:00:00",
        ["one_off_incomplete", "window_closed"],
        late=True,
    ),
]


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/New_York"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The process runs in this time zone."""
    former = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if former is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = former
    time.tzset()


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
@pytest.mark.usefixtures("zone")
def test_the_gate_says_the_same_wherever_the_server_stands(case: Case) -> None:
    moment = datetime.fromisoformat(case.at).replace(tzinfo=SHANGHAI)
    with time_machine.travel(moment, tick=False):
        now = clock.now()
        assert [reason.code for reason in gate(replace(case.given, now=now))] == case.codes
        assert is_late(case.given.window, now) is case.late
        assert clock.today() == moment.date()


def test_one_microsecond_decides() -> None:
    tick = timedelta(microseconds=1)
    for moment, codes in ((WINDOW.due_at - tick, []), (WINDOW.due_at, ["window_closed"])):
        assert [reason.code for reason in gate(replace(OPEN, now=moment))] == codes
