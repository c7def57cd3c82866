"""A guarantee company with an open month, and somebody of it at the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.filings.calendar.models import ReportingPeriod
from app.institutions.models import Institution
from tests.filing_places import MONTHLY, begun_company, load_catalogue


@dataclass
class Company:
    """A company's workspace, seen through its client."""

    institution: Institution
    account: Any
    client: FlaskClient
    period: ReportingPeriod

    @property
    def url(self) -> str:
        """The open month of the monthly set."""
        return f"/workspace/filings/{MONTHLY}/{self.period.code}/"

    def token(self) -> str:
        """The CSRF token of a form page, as the editor takes it."""
        page = self.client.get("/workspace/filings/guarantee-one-off-once/once/GG01/").get_data(as_text=True)
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found is not None
        return found[1]

    def save(self, code: str, cells: Any, version: Any = 0, url: str = "", **more: Any) -> Any:
        """What the editor sends."""
        return self.client.post(
            f"{url or self.url}{code}/save",
            json={"version": version, "cells": cells},
            headers={"X-CSRFToken": self.token(), **more},
        )

    def post(self, path: str, **fields: Any) -> Any:
        """A form of the page, with its token."""
        return self.client.post(path, data={"csrf_token": self.token(), **fields})


@pytest.fixture
def catalogue(fresh_database: None) -> None:
    """All forms and sets."""
    load_catalogue()


@pytest.fixture
def company(fresh_database: None, sign_in: Callable[[Any], FlaskClient]) -> Company:
    """Its one-off set is done and last month's window is open."""
    begun = begun_company()
    return Company(begun.institution, begun.account, sign_in(begun.account), begun.period)
