"""`python -m bench [part of a name]`: print budgets and ratios; exit 1 when one passes its limit."""

from __future__ import annotations

import sys
from itertools import chain

from bench.cases import cases
from bench.engine import budgets
from bench.grid import of_the_grid
from bench.measure import Budget, Result, measure, spent
from bench.search import print_searches


def line(result: Result) -> str:
    """One line of the table."""
    case = result.case
    verdict = "" if result.ratio <= case.limit else "  TOO SLOW"
    return (
        f"{case.name:<34} {result.ours:>9.2f} ms   {case.yardstick_name:<40} {result.yardstick:>9.2f} ms"
        f"   × {result.ratio:>6.2f}  (limit {case.limit:g}, {result.rounds} rounds){verdict}"
    )


def budget_line(budget: Budget, milliseconds: float) -> str:
    """One line of the table of budgets."""
    verdict = "" if milliseconds <= budget.limit else "  TOO SLOW"
    return f"{budget.name:<34} {milliseconds:>9.2f} ms of processor time  (limit {budget.limit:,.0f} ms){verdict}"


def main() -> int:
    """Run the cases whose name holds the given words."""
    wanted = " ".join(sys.argv[1:])
    failed = 0
    for budget in chain(budgets(), of_the_grid()):
        if wanted in budget.name:
            milliseconds = spent(budget)
            failed += milliseconds > budget.limit
            print(budget_line(budget, milliseconds), flush=True)
    for case in cases():
        if wanted in case.name:
            result = measure(case)
            failed += result.ratio > case.limit
            print(line(result), flush=True)
    failed += print_searches(wanted)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
