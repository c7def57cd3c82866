"""What several tests of the portal look through."""

from __future__ import annotations

import pytest

from app.portal import views


@pytest.fixture
def made(monkeypatch):
    """How often the application had to make a page."""
    calls: list[str] = []
    real = views.render_template

    def noted(name: str, **values):
        calls.append(name)
        return real(name, **values)

    monkeypatch.setattr(views, "render_template", noted)
    return calls
