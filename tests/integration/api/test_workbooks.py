"""Workbooks out and in through the API: the same parser, the same preview, all or nothing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.api.answers import import_json
from app.api.operations import XLSX
from app.core.db import db
from app.filings.submissions.imports import ImportPreview
from app.filings.submissions.models import FilingForm, StagedImport
from tests.api_caller import Caller, make_token
from tests.factories import make_account, make_institution
from tests.filing_places import finish_one_off, zeros
from tests.integration.api.conftest import System
from tests.journeys.workbook import fill


def workbook(system: System, folder: Path, **cells: str) -> bytes:
    """The downloaded workbook of the set, filled in."""
    answer = system.api.get(f"{system.month}/workbook")
    assert (answer.status_code, answer.mimetype) == (200, XLSX)
    path = folder / "set.xlsx"
    path.write_bytes(answer.data)
    return fill(path, {"DB01": zeros("DB01", **cells), "DB02": zeros("DB02")}).read_bytes()


def send(system: System, content: bytes, query: str = "") -> Any:
    return system.api.post(f"{system.month}/workbook{query}", data=content, content_type=XLSX)


def stored() -> tuple[int, int]:
    """Drafts and staged imports."""
    db.session.rollback()
    count = [
        db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (FilingForm, StagedImport)
    ]
    return count[0], count[1]


def test_a_clean_workbook_goes_in_at_once_when_asked_to(system: System, tmp_path: Path) -> None:
    answer = send(system, workbook(system, tmp_path, r3__inc="7"), "?take=true&file_name=月报.xlsx")
    assert (answer.status_code, answer.json["taken"], answer.json["file_name"]) == (200, True, "月报.xlsx")
    assert system.api.get(f"{system.month}/forms/DB01").json["cells"]["r3"]["inc"] == "7.00"
    again = system.api.post(f"{system.month}/imports/{answer.json['id']}/take")
    assert again.status_code == 409


def test_otherwise_it_waits_for_a_look_at_the_preview(system: System, tmp_path: Path) -> None:
    sent = {"workbook": (io.BytesIO(workbook(system, tmp_path, r3__inc="7")), "月报.xlsx")}
    answer = system.api.post(f"{system.month}/workbook", data=sent, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["can_take"], stored()) == (201, True, (0, 1))
    place = answer.headers["Location"].removeprefix("/api/v1")
    assert system.api.get(place).json["changes"] > 0
    assert system.api.post(f"{place}/take").json["taken"] is True
    assert stored() == (2, 1)


def test_an_unreadable_cell_is_named_by_sheet_and_cell_and_nothing_goes_in(
    system: System, tmp_path: Path
) -> None:
    answer = send(system, workbook(system, tmp_path, r3__inc="一千二"), "?take=true")
    assert (answer.status_code, answer.json["code"]) == (422, "unreadable_cells")
    (error,) = answer.json["errors"]
    assert error["sheet"].startswith("DB01") and error["cell"]
    assert stored() == (0, 1)
    place = answer.headers["Location"].removeprefix("/api/v1")
    (problem,) = system.api.get(place).json["problems"]
    assert (problem["cell"], problem["value"]) == (error["cell"], "一千二")
    assert system.api.post(f"{place}/take").status_code == 409
    book = load_workbook(io.BytesIO(system.api.get(f"{place}/annotated.xlsx").data))
    sheet = next(sheet for sheet in book.worksheets if sheet.title == error["sheet"])
    assert sheet[error["cell"]].comment is not None


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty"),
        (b"%PDF-1.4", 422, "pdf"),
        (b"PK\x03\x04rest", 422, "damaged"),
        (b"x" * 3_000_000, 413, "too_large"),
    ],
)
def test_what_is_no_workbook_is_refused_in_its_own_words(
    system: System, content: bytes, status: int, code: str
) -> None:
    answer = send(system, content, "?take=true")
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert stored() == (0, 0)


def test_too_large_a_body_is_refused_before_it_is_read(system: System) -> None:
    assert send(system, b"x" * (25 * 1024 * 1024)).status_code == 413


def test_other_ways_of_sending_are_told(system: System) -> None:
    path = f"{system.month}/workbook"
    assert system.api.post(path, data=b"x", content_type="text/csv").status_code == 415
    assert system.api.post(path, data={"file": "x"}, content_type="multipart/form-data").status_code == 400
    assert system.api.post(f"{path}?take=perhaps", data=b"x", content_type=XLSX).status_code == 422
    assert system.api.get(f"{path}?form=GG01").status_code == 404


def test_another_institutions_workbook_and_import_are_out_of_reach(system: System, tmp_path: Path) -> None:
    other = make_institution()
    account = make_account("Enterprise", institution=other)
    finish_one_off(other)
    stranger = System(other, account, system.period, Caller(system.api.app, make_token(account)))
    content = workbook(system, tmp_path)
    refused = send(stranger, content)
    assert (refused.status_code, refused.json["code"]) == (422, "other_institution")
    place = send(system, content).headers["Location"].removeprefix("/api/v1")
    for answer in (
        stranger.api.get(place),
        stranger.api.post(f"{place}/take"),
        stranger.api.get(f"{place}/annotated.xlsx"),
    ):
        assert answer.status_code == 404
    assert stored()[0] == 0


def test_every_change_is_counted_however_few_are_listed() -> None:
    result: dict[str, Any] = {"problems": [], "findings": [], "notes": []}
    staged = StagedImport(id="x", file_name="a.xlsx", result=result)
    assert import_json(staged, ImportPreview(forms=["DB01"], changed=5_000))["changes"] == 5_000
