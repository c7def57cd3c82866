"""kill -9 in the middle of handing in and of taking an import: all or nothing, and trying again works."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.events import Event
from app.filings.submissions.models import Filing, FilingForm, FilingVersion, StagedImport
from tests.integration.filings.conftest import Company
from tests.integration.filings.test_workspace_imports import fill, sheet_with, template, upload

Dies = Callable[[Callable[[], Any], int], bool]


def count(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def handed_in(company: Company) -> tuple[str, int, int, int]:
    """State, versions, receipts on the filing, events: what has to agree."""
    db.session.expire_all()
    filing = db.session.scalars(select(Filing).where(Filing.period_code == company.period.code)).one()
    versions = count(FilingVersion, FilingVersion.filing_id == filing.id)
    receipts = 1 if filing.receipt_no else 0
    events = count(Event, Event.kind == "FilingSubmitted", Event.subject_id == filing.id)
    return filing.status, versions, receipts, events


NOTHING, EVERYTHING = ("draft", 0, 0, 0), ("submitted", 1, 1, 1)


def test_a_submission_killed_at_any_statement_is_all_or_nothing(ready: Company, dies_at: Dies) -> None:
    token = ready.token()

    def submit() -> Any:
        fields = {"csrf_token": token, "request_key": "killed"}
        return ready.client.post(f"{ready.url}submit", data=fields)

    number, deaths = 1, 0
    while dies_at(submit, number):
        deaths += 1
        found = handed_in(ready)
        assert found in (NOTHING, EVERYTHING), (number, found)
        if found == EVERYTHING:  # it died after its commit: the same key gives the same receipt
            break
        number += 7
    assert deaths >= 4
    assert submit().status_code == 302
    assert handed_in(ready) == EVERYTHING


@pytest.fixture
def staged(company: Company) -> str:
    """A workbook that waits to be taken; gives the address of its preview."""
    book = template(company)
    fill(sheet_with(book, "1.1.1.1贷款担保"), "1.1.1.1贷款担保", ["1,000.00", 300, "50", 300, 50])
    return str(upload(company, book).location)


def taken(company: Company) -> tuple[int, int, int]:
    """Drafts, imports marked as taken, events."""
    db.session.expire_all()
    marked = count(StagedImport, StagedImport.taken_at.is_not(None))
    return count(FilingForm), marked, count(Event, Event.kind == "FilingImported")


def test_an_import_killed_at_any_statement_is_all_or_nothing(
    company: Company, staged: str, dies_at: Dies
) -> None:
    token = company.token()

    def take() -> Any:
        return company.client.post(f"{staged}/take", data={"csrf_token": token})

    number, deaths = 1, 0
    while dies_at(take, number):
        deaths += 1
        found = taken(company)
        assert found in ((0, 0, 0), (1, 1, 1)), (number, found)
        if found == (1, 1, 1):
            break
        number += 5
    assert deaths >= 4
    answer = take()
    assert answer.status_code in (302, 409)  # 409: it had been taken, and is not taken twice
    assert taken(company) == (1, 1, 1)


def test_an_upload_killed_at_any_statement_leaves_nothing_half_stored(
    company: Company, dies_at: Dies
) -> None:
    book = template(company)
    stream = io.BytesIO()
    book.save(stream)
    token = company.token()

    def send() -> Any:
        fields = {"csrf_token": token, "workbook": (io.BytesIO(stream.getvalue()), "月报.xlsx")}
        return company.client.post(
            f"{company.url}DB01/import", data=fields, content_type="multipart/form-data"
        )

    number = 2
    while dies_at(send, number) and number < 60:
        assert count(StagedImport) <= 1
        assert count(FilingForm) == 0
        db.session.rollback()
        number += 12
    assert send().status_code == 302
    assert count(StagedImport) >= 1
    assert count(FilingForm) == 0
