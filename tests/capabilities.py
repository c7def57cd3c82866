"""What this machine can test: a browser, a PostgreSQL server, LibreOffice, Redis. With CI=true the first two must be there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
OFFICES = ("soffice", "libreoffice")
MAC_OFFICE = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")
POSTGRES_URLS = (
    "postgresql://127.0.0.1/postgres",
    "postgresql:///postgres",
    "postgresql://postgres@127.0.0.1/postgres",
)


@cache
def chromium() -> str | None:
    """The browser to drive: CHROMIUM, one on the path, or Chrome on a Mac."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return found or (str(MAC_BROWSER) if MAC_BROWSER.exists() else None)


@cache
def soffice() -> str | None:
    """LibreOffice's program, or None."""
    found = next((path for name in OFFICES if (path := shutil.which(name))), None)
    return found or (str(MAC_OFFICE) if MAC_OFFICE.exists() else None)


@cache
def postgres_url() -> str | None:
    """A PostgreSQL server that answers: TEST_DATABASE_URL alone when it is set, else the usual local places."""
    from config import database_url
    from tests.databases import is_reachable

    named = os.environ.get("TEST_DATABASE_URL")
    for url in (named,) if named else POSTGRES_URLS:
        if is_reachable(database_url(url, Path())):
            return url
    return None


@cache
def redis_server() -> str | None:
    """The program of a Redis server, or None."""
    return shutil.which("redis-server")


def is_ci() -> bool:
    """Whether nothing may be left out."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


NEEDED = {
    "browser": (chromium, "no Chromium or Chrome found (set CHROMIUM to its path)", True),
    "postgres": (postgres_url, "no PostgreSQL answers (set TEST_DATABASE_URL)", True),
    "libreoffice": (soffice, "no LibreOffice found", False),
    "redis": (redis_server, "no Redis server found", False),
}


def missing(marker: str) -> str | None:
    """Why tests with this marker cannot run here; None when they can."""
    find, reason, _must = NEEDED[marker]
    return None if find() else reason


def skip_what_is_missing(items: list[pytest.Item]) -> None:
    """Skip tests whose tool is not here; in CI leave them in when the tool is a must, so that they fail."""
    for item in items:
        if "browser" in Path(str(item.path)).parts:
            item.add_marker("browser")
    for marker, (_find, _reason, must) in NEEDED.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if not marked:
            continue
        reason = missing(marker)
        if reason is None:
            continue
        if must and is_ci():
            pytest.exit(f"CI: {reason}", returncode=3)
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=reason))


def leave_out_repetitions(items: list[pytest.Item]) -> list[pytest.Item]:
    """Take out what SQLite's run shows for both databases, and further combinations; gives what was taken out."""
    markers = ["sqlite_suffices"] if os.environ.get("TEST_DATABASE_URL") else []
    markers += [] if os.environ.get("THOROUGH") else ["thorough"]
    left = [item for item in items if any(map(item.get_closest_marker, markers))]
    items[:] = [item for item in items if item not in set(left)]
    return left


def both_databases_for(some: Collection[str], names: Iterable[str]) -> list[Any]:
    """Parameters: all of the names on SQLite, and those among `some` on PostgreSQL too."""
    return [name if name in some else pytest.param(name, marks=pytest.mark.sqlite_suffices) for name in names]
