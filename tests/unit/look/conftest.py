"""The templates alone, without application or database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from jinja2 import Environment, FileSystemLoader
from werkzeug.datastructures import MultiDict

TEMPLATES = Path(__file__).resolve().parents[3] / "app" / "templates"


def translate(text: str, **values: Any) -> str:
    return text % values if values else text


@pytest.fixture
def render() -> Any:
    """Render a snippet that uses the macros, for an address given as path and arguments."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    environment.globals.update(
        _=translate,
        url_for=lambda endpoint, **values: f"/{endpoint}/{quote(values.get('filename', ''))}",
        csrf_token=lambda: "token",
        is_read_only=lambda: False,
    )
    environment.filters["datetimeformat"] = lambda value, _format: f"{value:%Y-%m-%d %H:%M}"
    environment.filters["last_minute"] = lambda value: f"{value - timedelta(microseconds=1):%Y-%m-%d %H:%M}"
    environment.filters["numberformat"] = lambda value: f"{value:,}"

    def rendered(
        source: str, path: str = "/list/", args: list[tuple[str, str]] | None = None, **values: Any
    ) -> str:
        environment.globals["request"] = SimpleNamespace(path=path, args=MultiDict(args or []))
        return environment.from_string(source).render(**values)

    return rendered


@pytest.fixture
def moment() -> Any:
    """A fixed moment: tests of deadlines do not depend on the day they run."""
    return lambda *parts: datetime(*parts, tzinfo=UTC)
