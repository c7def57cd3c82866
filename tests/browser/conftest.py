"""A guarantee company in front of its forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.browser.desk import Desk
from tests.factories import make_account, make_institution, open_session
from tests.filing_places import MONTHLY, finish_one_off, load_catalogue, make_month
from tests.live import Visitor


@pytest.fixture
def company(fresh_database: None) -> Any:
    """A guarantee company with its one-off set done."""
    load_catalogue()
    return make_institution()


@pytest.fixture
def sit(app: Flask, visit: Callable[..., Visitor], company: Any) -> Callable[..., Desk]:
    """Sit down at a set of the company, logged in."""

    def at(url: str, **more: Any) -> Desk:
        visitor = visit(**more)
        client = app.test_client()
        open_session(client, make_account("Enterprise", institution=company))
        cookie = client.get_cookie("session")
        assert cookie is not None
        visitor.page.context.add_cookies([{"name": "session", "value": cookie.value, "url": visitor.address}])
        return Desk(visitor, url)

    return at


@pytest.fixture
def month(company: Any) -> str:
    """The address of an open month."""
    finish_one_off(company)
    return f"/workspace/filings/{MONTHLY}/{make_month().code}/"
