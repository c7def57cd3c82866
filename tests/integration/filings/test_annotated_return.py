"""Seven faults in, seven findings out, the same seven in the sender's own workbook, nothing stored."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.demo.companies import companies
from app.demo.guarantee import Ledger
from app.filings.definitions.queries import set_by_key
from app.filings.submissions.imports import annotated, preview, read_upload, stage_import, take_import
from app.filings.submissions.models import Filing, FilingForm, StagedImport
from app.filings.submissions.place import Place
from app.filings.submissions.services import save_form, submit_filing
from app.filings.submissions.templates import template_for
from tests.filing_places import MONTHLY, make_month
from tests.journeys.workbook import fill

RED, AMBER = "error", "warning"


@pytest.fixture
def months(company: Any) -> tuple[Place, dict[str, Any]]:
    """Last month in force, this month open; gives this month's place and right figures."""
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    former = make_month(2, opens=-40, due=3)
    ledger = Ledger(companies()[0])
    before = Place(company.institution, report_set, former, company.account, clock.now())
    for code, cells in ledger.month(former.end_date.year, former.end_date.month).items():
        save_form(before, code, cells, 0)
    version = submit_filing(before, "former", {})
    filing = db.session.get(Filing, version.filing_id)
    from app.filings.submissions import review
    from tests.factories import make_account

    review.approve(filing.id, filing.version, make_account("Supervisor"), clock.now())
    db.session.commit()
    place = Place(company.institution, report_set, company.period, company.account, clock.now())
    return place, ledger.month(company.period.end_date.year, company.period.end_date.month)


def workbook(place: Place, entries: dict[str, Any], folder: Path) -> bytes:
    """The downloaded template, filled."""
    name, content = template_for(place, None, "zh")
    path = folder / name
    path.write_bytes(content)
    return fill(path, entries).read_bytes()


def with_seven_faults(entries: dict[str, Any]) -> dict[str, Any]:
    """Three cells nobody can read, four figures that do not agree."""
    wrong = {code: {row: dict(cells) for row, cells in rows.items()} for code, rows in entries.items()}
    wrong["DB01"]["r23"]["inc"] = "壹佰"
    wrong["DB01"]["r43"]["inc"] = "#待定"
    wrong["DB02"]["r12"]["cum"] = "约五十"
    wrong["DB01"]["r13"]["open"] = "3"
    wrong["DB01"]["r15"]["ytd_inc"] = "7"
    wrong["DB02"]["r19"]["open"] = "12"
    wrong["DB02"]["r5"]["ytd"] = "9"
    return wrong


def stage(place: Place, content: bytes) -> StagedImport:
    """Upload and preview."""
    reading = read_upload(place, None, content)
    staged = stage_import(place, "上报.xlsx", content, reading)
    db.session.commit()
    return staged


def test_seven_faults_are_found_once_each_and_nothing_is_stored(months, tmp_path):
    place, entries = months
    staged = stage(place, workbook(place, with_seven_faults(entries), tmp_path))
    found = preview(staged)
    assert len(found.problems) == 3 and len(found.findings) == 4, [f["message"] for f in found.findings]
    assert not found.can_take
    drafts = select(func.count()).select_from(FilingForm).where(FilingForm.filing_id == staged.filing_id)
    assert db.session.scalar(drafts) == 0


def test_the_senders_workbook_comes_back_with_the_same_seven(months, tmp_path):
    place, entries = months
    staged = stage(place, workbook(place, with_seven_faults(entries), tmp_path))
    found = preview(staged)
    addresses = {(f["sheet"], f["address"]) for f in (*found.problems, *found.findings)}
    book = load_workbook(io.BytesIO(annotated(staged)))
    commented = {
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None and sheet.title.startswith("DB0") and "校验" in str(cell.comment.author)
    }
    assert len(addresses) == 7
    assert addresses == commented


def test_the_corrected_workbook_has_no_finding_and_goes_in_whole(months, tmp_path):
    place, entries = months
    staged = stage(place, workbook(place, entries, tmp_path))
    found = preview(staged)
    assert found.problems == [] and found.findings == []
    take_import(place, staged.id)
    db.session.commit()
    codes = select(FilingForm.form_code).where(FilingForm.filing_id == staged.filing_id)
    assert sorted(db.session.scalars(codes)) == ["DB01", "DB02"]
