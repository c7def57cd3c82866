"""The people of an inspection, and forms without tokens: what nearly every test here begins with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.inspections.helpers import Desk, make_desk


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture(autouse=True)
def no_tokens(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
