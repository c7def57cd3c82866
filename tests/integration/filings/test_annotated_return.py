"""Seven faults in, seven findings out, the same seven in the sender's own workbook, nothing stored."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.demo.companies import companies
from app.demo.simulation.base import Simulation
from app.demo.simulation.industries import INDUSTRIES, simulate
from app.filings.definitions.queries import set_by_key
from app.filings.submissions import review
from app.filings.submissions.imports import annotated, preview, read_upload, stage_import, take_import
from app.filings.submissions.models import Filing, FilingForm, StagedImport
from app.filings.submissions.place import Place
from app.filings.submissions.services import save_form, submit_filing
from app.filings.submissions.templates import template_for
from tests.factories import make_account, make_institution
from tests.filing_places import finish_one_off, make_month
from tests.integration.filings.seven_faults import places, with_seven_faults
from tests.journeys.workbook import fill


@dataclass
class Month:
    """Where a company files now, and what it has to say; the month before is in force."""

    industry: str
    place: Place
    entries: dict[str, Any]

    def workbook(self, entries: dict[str, Any], folder: Path) -> bytes:
        """The downloaded template, filled."""
        name, content = template_for(self.place, None, "zh")
        path = folder / name
        path.write_bytes(content)
        return fill(path, entries, self.industry).read_bytes()

    def stage(self, content: bytes) -> StagedImport:
        """Upload and preview."""
        reading = read_upload(self.place, None, content)
        staged = stage_import(self.place, "上报.xlsx", content, reading)
        db.session.commit()
        return staged


def cells_of(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(form, address) of problems or findings."""
    return [(entry["form"], entry["address"]) for entry in entries]


def commented_cells(workbook: bytes, codes: Iterable[str]) -> set[tuple[str, str]]:
    """(sheet, address) of the cells of these forms that bear the platform's comment."""
    return {
        (sheet.title, cell.coordinate)
        for sheet in load_workbook(io.BytesIO(workbook)).worksheets
        if sheet.title.startswith(tuple(codes))
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None and "校验" in str(cell.comment.author)
    }


def entries_of(simulation: Simulation, end: date) -> dict[str, Any]:
    return simulation.entries("business", "monthly", end)


@pytest.fixture(params=INDUSTRIES)
def month(request: pytest.FixtureRequest, catalogue: None) -> Month:
    """A simulated company whose last month is in force and whose present one is open."""
    company = next(one for one in companies() if one.industry == request.param)
    institution = make_institution(company.industry, name=company.name, uscc=company.uscc)
    account = make_account("Enterprise", institution=institution)
    finish_one_off(institution)
    report_set = set_by_key(f"{company.industry}-business-monthly")
    assert report_set is not None
    former, present = make_month(2, opens=-40, due=3), make_month()
    simulation = simulate(company, former.end_date.year - 1)
    before = Place(institution, report_set, former, account, clock.now())
    for code, cells in entries_of(simulation, former.end_date).items():
        save_form(before, code, cells, 0)
    filing = db.session.get(Filing, submit_filing(before, "former", {}).filing_id)
    review.approve(filing.id, filing.version, make_account("Supervisor"), clock.now())
    db.session.commit()
    place = Place(institution, report_set, present, account, clock.now())
    return Month(company.industry, place, entries_of(simulation, present.end_date))


def test_seven_faults_come_back_in_the_senders_workbook_and_nothing_is_stored(month: Month, tmp_path: Path):
    staged = month.stage(month.workbook(with_seven_faults(month.industry, month.entries), tmp_path))
    found = preview(staged)
    assert sorted(cells_of(found.problems)) == sorted(places(month.industry, readable=False))
    assert sorted(cells_of(found.findings)) == sorted(places(month.industry, readable=True))
    assert not found.can_take
    drafts = select(func.count()).select_from(FilingForm).where(FilingForm.filing_id == staged.filing_id)
    assert db.session.scalar(drafts) == 0
    told = {(entry["sheet"], entry["address"]) for entry in (*found.problems, *found.findings)}
    assert len(told) == 7
    assert commented_cells(annotated(staged), month.entries) == told


def test_the_corrected_workbook_has_no_finding_and_goes_in_whole(month: Month, tmp_path: Path):
    staged = month.stage(month.workbook(month.entries, tmp_path))
    found = preview(staged)
    assert found.problems == [] and found.findings == []
    take_import(month.place, staged.id)
    db.session.commit()
    codes = select(FilingForm.form_code).where(FilingForm.filing_id == staged.filing_id)
    assert sorted(db.session.scalars(codes)) == sorted(month.entries)
