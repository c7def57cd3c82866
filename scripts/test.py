"""Run every test that this machine allows, and say what was left out and why."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

NO_TESTS_FOUND = 5


@dataclass
class Stage:
    """One run of pytest: what it is, its arguments, environment, and what keeps it from running."""

    title: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    left_out: str | None = None
    needed_in_ci: bool = True
    status: int | None = None
    seconds: float = 0.0

    def run(self) -> None:
        """Run it, unless it cannot."""
        if self.left_out:
            return
        print(f"\n=== {self.title}", flush=True)
        start = time.monotonic()
        command = [sys.executable, "-m", "pytest", *self.arguments]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **self.environment}, check=False)
        self.status = 0 if done.returncode == NO_TESTS_FOUND else done.returncode
        self.seconds = time.monotonic() - start


def folders(*names: str) -> list[str]:
    """Those test folders that hold tests."""
    return [f"tests/{name}" for name in names if next((ROOT / "tests" / name).rglob("test_*.py"), None)]


def side_by_side(workers: str) -> list[str]:
    """Arguments for so many workers."""
    return ["-n", workers, "--dist", "worksteal", "--durations=5"]


def stages(more: list[str]) -> list[Stage]:
    """Everything there is to run, in order: quick ones first."""
    from tests import capabilities

    # One more than there are cores: tests wait for programs that they start. A browser keeps a core busy by itself.
    parallel = side_by_side(os.environ.get("TEST_WORKERS", "3"))
    url = capabilities.postgres_url()
    sqlite, postgres = {"TEST_DATABASE_URL": ""}, {"TEST_DATABASE_URL": url or ""}
    plain = [
        Stage(
            "SQLite: unit, integration, journeys",
            [*parallel, *folders("unit", "integration", "journeys"), *more],
            sqlite,
        ),
        Stage(
            "PostgreSQL: integration, journeys",
            [*parallel, *folders("integration", "journeys"), *more],
            postgres,
            capabilities.missing("postgres"),
        ),
    ]
    browser = folders("browser")
    if browser:
        reason = capabilities.missing("browser")
        plain.append(
            Stage(
                "Browser (SQLite)",
                [*side_by_side(os.environ.get("TEST_WORKERS", "2")), *browser, *more],
                sqlite,
                reason,
            )
        )
    return plain


def summary(done: list[Stage]) -> int:
    """Print what happened; returns the exit status."""
    from tests import capabilities

    failed = 0
    print("\n=== summary")
    for stage in done:
        if stage.left_out:
            wrong = capabilities.is_ci() and stage.needed_in_ci
            failed += wrong
            print(f"{'FAILED' if wrong else 'left out'}: {stage.title}, because {stage.left_out}")
        else:
            failed += stage.status != 0
            print(f"{'passed' if stage.status == 0 else 'FAILED'}: {stage.title} ({stage.seconds:.0f} s)")
    if not os.environ.get("THOROUGH"):
        print(
            "left out: further combinations of sizes, languages and families; make test THOROUGH=1 runs them"
        )
    reason = capabilities.missing("libreoffice")
    if reason:
        print(f"left out: tests that recalculate workbooks with LibreOffice, because {reason}")
    return 1 if failed else 0


def main() -> int:
    """Run all stages even when one fails, so that one run shows everything."""
    from scripts.i18n import compile_catalogues

    compile_catalogues()
    planned = stages(sys.argv[1:])
    for stage in planned:
        stage.run()
    return summary(planned)


if __name__ == "__main__":
    sys.exit(main())
