"""A guarantee company with an open month, and its system with a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app.filings.calendar.models import ReportingPeriod
from app.institutions.models import Institution
from tests.api_caller import Caller, make_token
from tests.filing_places import MONTHLY, begun_company


@dataclass
class System:
    """A company, its account, an open month, and a caller with the company's token."""

    institution: Institution
    account: Any
    period: ReportingPeriod
    api: Caller

    @property
    def month(self) -> str:
        """The open month of the monthly set."""
        return f"/filings/{MONTHLY}/{self.period.code}"


@pytest.fixture
def system(app: Flask) -> System:
    """Its one-off set is done and last month's window is open."""
    begun = begun_company()
    return System(begun.institution, begun.account, begun.period, Caller(app, make_token(begun.account)))
