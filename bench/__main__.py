"""`python -m bench [part of a name]`: print ratios; exit 1 when one passes its limit."""

from __future__ import annotations

import sys

from bench.cases import cases
from bench.measure import Result, measure


def line(result: Result) -> str:
    """One line of the table."""
    case = result.case
    verdict = "" if result.ratio <= case.limit else "  TOO SLOW"
    return (
        f"{case.name:<34} {result.ours:>9.2f} ms   {case.yardstick_name:<40} {result.yardstick:>9.2f} ms"
        f"   × {result.ratio:>6.2f}  (limit {case.limit:g}, {result.rounds} rounds){verdict}"
    )


def main() -> int:
    """Run the cases whose name holds the given words."""
    wanted = " ".join(sys.argv[1:])
    failed = 0
    for case in cases():
        if wanted in case.name:
            result = measure(case)
            failed += result.ratio > case.limit
            print(line(result), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
