"""Who may call which route: the table beside this module, read into values.

A route that is not in the table, or an entry without a route, fails the tests; so does a route that answers
other people than the table says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask import Flask

FILE = Path(__file__).with_suffix(".yaml")
UNLISTED_METHODS = {"HEAD", "OPTIONS"}

PUBLIC, ANONYMOUS, ACCOUNT, ENTERPRISE, STAFF, NOBODY, TOKEN = (
    "public",
    "anonymous",
    "account",
    "enterprise",
    "staff",
    "nobody",
    "token",
)
AUDIENCES = (PUBLIC, ANONYMOUS, ACCOUNT, ENTERPRISE, STAFF, NOBODY, TOKEN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One endpoint. who: see AUDIENCES; permission: (name, view) for staff; scope: which rows it can reach."""

    endpoint: str
    methods: frozenset[str]
    who: str
    permission: tuple[str, str] | None = None
    scope: str = ""
    writes_on_get: str = ""


class BrokenInventory(ValueError):
    """The table itself is wrong; the message names the entry."""


def entry_of(endpoint: str, raw: dict[str, Any]) -> Entry:
    """Read one entry; a staff entry names its permission, every other entry must not."""
    permission = tuple(raw["permission"].split(" on ")) if "permission" in raw else None
    if raw["who"] not in AUDIENCES or (raw["who"] == STAFF) != (permission is not None):
        raise BrokenInventory(f"{endpoint}: who is one of {AUDIENCES}, and staff alone has a permission")
    return Entry(
        endpoint=endpoint,
        methods=frozenset(raw["methods"].split()),
        who=raw["who"],
        permission=(permission[0], permission[1]) if permission else None,
        scope=raw.get("scope", ""),
        writes_on_get=raw.get("writes_on_get", ""),
    )


@cache
def load() -> dict[str, Entry]:
    """The whole table by endpoint."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8")) or {}
    return {endpoint: entry_of(endpoint, values) for endpoint, values in raw.items()}


def routes(app: Flask) -> dict[str, frozenset[str]]:
    """What the application really answers: endpoint to methods, over all its rules."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.endpoint, set()).update((rule.methods or set()) - UNLISTED_METHODS)
    return {endpoint: frozenset(methods) for endpoint, methods in found.items()}
