"""Lint, format, types, import contracts, translations: run all, report all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SHOWN_LINES = 80

# `.ci/run` tests everything right after this, these tests too.
RULES = (
    []
    if os.environ.get("CI")
    else [("rules of the project", [sys.executable, "-m", "pytest", "tests/unit/project"])]
)

STEPS: tuple[tuple[str, list[str]], ...] = (
    ("lint", [str(BIN / "ruff"), "check", "."]),
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
    ("types", [str(BIN / "mypy")]),
    ("imports", [str(BIN / "lint-imports"), "--no-cache"]),
    ("translations", [sys.executable, "-m", "scripts.i18n", "check"]),
    *RULES,
)


def run(title: str, command: list[str]) -> bool:
    """Run one step; its output is shown only when it fails."""
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    print(
        f"{'ok    ' if done.returncode == 0 else 'FAILED'} {title} ({time.monotonic() - start:.1f} s)",
        flush=True,
    )
    if done.returncode:
        print("\n".join(f"    {line}" for line in done.stdout.splitlines()[-SHOWN_LINES:]), flush=True)
    return done.returncode == 0


def main() -> int:
    """Run every step even when one fails."""
    results = [run(title, command) for title, command in STEPS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
