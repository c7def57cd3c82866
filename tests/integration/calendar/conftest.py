"""A guarantee company whose last month's window is over, and staff who may decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.filings.definitions.models import ReportSet
from app.filings.submissions.services import Place
from tests.filing_places import MONTHLY, begun_company, load_catalogue
from tests.integration.filings.conftest import Company

URL = "/workspace/filings"


@pytest.fixture
def catalogue(fresh_database: None) -> None:
    """All forms and sets."""
    load_catalogue()


@pytest.fixture
def late(fresh_database: None, sign_in: Callable[[Any], FlaskClient]) -> Company:
    """Its one-off set is done; last month's window closed two days ago."""
    begun = begun_company(-20, -2)
    return Company(begun.institution, begun.account, sign_in(begun.account), begun.period)


def place_of(company: Company) -> Place:
    """The company's monthly set for its period, now."""
    report_set = db.session.scalars(select(ReportSet).where(ReportSet.key == MONTHLY)).one()
    return Place(company.institution, report_set, company.period, company.account, clock.now())


def in_days(number: int) -> date:
    """A day from today."""
    return clock.today() + timedelta(days=number)


def console_token(client: FlaskClient, path: str) -> str:
    """The CSRF token of a console page."""
    import re

    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found is not None, path
    return found[1]
