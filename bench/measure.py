"""Measuring by turns: ours, the yardstick, ours … so that a busy machine slows both alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Work = Callable[[], Any]
SECONDS_PER_CASE = 4.0
MOST_ROUNDS = 200
FEWEST_ROUNDS = 5


@dataclass(frozen=True)
class Case:
    """What is measured, against what, and the two pieces of work; `limit` is the ratio not to pass."""

    name: str
    yardstick_name: str
    ours: Work
    yardstick: Work
    limit: float


@dataclass(frozen=True)
class Budget:
    """Work that may take so many milliseconds of processor time, whatever else the machine does."""

    name: str
    work: Work
    limit: float


def spent(budget: Budget) -> float:
    """Milliseconds of processor time that the work takes, the median of some runs after one to warm up."""
    budget.work()
    found: list[float] = []
    end = time.perf_counter() + SECONDS_PER_CASE
    while len(found) < FEWEST_ROUNDS or (time.perf_counter() < end and len(found) < MOST_ROUNDS):
        start = time.process_time()
        budget.work()
        found.append((time.process_time() - start) * 1000)
    return statistics.median(found)


@dataclass(frozen=True)
class Result:
    """Medians in milliseconds."""

    case: Case
    ours: float
    yardstick: float
    rounds: int

    @property
    def ratio(self) -> float:
        """How many times the yardstick."""
        return self.ours / self.yardstick


def timed(work: Work) -> float:
    """Milliseconds that one run takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def measure(case: Case) -> Result:
    """Warm both up, then run by turns until the time is spent; medians forgive single hiccups."""
    timed(case.ours), timed(case.yardstick)
    ours: list[float] = []
    yardstick: list[float] = []
    end = time.perf_counter() + SECONDS_PER_CASE
    gc.disable()
    try:
        while len(ours) < FEWEST_ROUNDS or (time.perf_counter() < end and len(ours) < MOST_ROUNDS):
            yardstick.append(timed(case.yardstick))
            ours.append(timed(case.ours))
    finally:
        gc.enable()
    return Result(case, statistics.median(ours), statistics.median(yardstick), len(ours))
