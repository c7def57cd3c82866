"""Templates, upload, preview and taking of workbooks through the pages."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import Refused
from app.filings import import_views
from app.filings.submissions.models import FilingForm, StagedImport
from tests.filing_places import MONTHLY, make_month, zeros
from tests.integration.filings.conftest import Company


def template(company: Company, path: str = "DB01/") -> Any:
    answer = company.client.get(f"{company.url}{path}template.xlsx")
    assert answer.status_code == 200
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    return load_workbook(io.BytesIO(answer.data))


def sheet_with(book: Any, text: str) -> Any:
    for sheet in book.worksheets:
        for line in sheet.iter_rows(values_only=True):
            if any(text in str(value) for value in line):
                return sheet
    raise AssertionError(text)


def fill(sheet: Any, label: str, values: list[Any]) -> None:
    """Write into the row with this label, behind its number and unit, passing over formulas."""
    for line in sheet.iter_rows():
        hit = next((cell for cell in line if label in str(cell.value)), None)
        if hit is None:
            continue
        free = [cell for cell in line[hit.column + 2 :] if not str(cell.value or "").startswith("=")]
        for cell, value in zip(free, values, strict=False):
            cell.value = value
        return
    raise AssertionError(label)


def upload(company: Company, book: Any, path: str = "DB01/", name: str = "月报.xlsx", **headers: str) -> Any:
    content = book
    if not isinstance(book, bytes):
        stream = io.BytesIO()
        book.save(stream)
        content = stream.getvalue()
    return company.client.post(
        f"{company.url}{path}import",
        data={"csrf_token": company.token(), "workbook": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
        headers=headers,
    )


def drafts() -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count()).select_from(FilingForm)) or 0


@pytest.fixture
def filled_book(company: Company) -> Any:
    """The template of DB01 with one row filled in."""
    book = template(company)
    fill(sheet_with(book, "1.1.1.1贷款担保"), "1.1.1.1贷款担保", ["1,000.00", 300, "50", 300, 50])
    return book


def test_the_upload_script_is_told_where_the_preview_is(company: Company, filled_book: Any) -> None:
    told = upload(company, filled_book, **{"X-Preview": "tell"})
    assert told.status_code == 200
    assert company.client.get(told.json["preview"]).status_code == 200
    assert upload(company, filled_book).status_code == 302


def test_the_upload_script_is_told_the_rows_as_they_are_read_and_checked(
    company: Company, filled_book: Any, monkeypatch: Any
) -> None:
    def stages() -> list[dict[str, Any]]:
        answer = upload(company, filled_book, **{"X-Preview": "stages"})
        assert answer.status_code == 200
        return [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]

    first, last = stages()
    assert first["rows"] == last["checked"] > 0
    assert company.client.get(last["preview"]).status_code == 200

    def shut(*_: Any) -> Any:
        raise Refused("刚刚截止。")

    monkeypatch.setattr(import_views, "stage_import", shut)
    assert "刚刚截止。" in stages()[-1]["page"]
    monkeypatch.setattr(import_views, "stage_import", lambda *_: 1 / 0)
    assert stages()[-1] == {}  # told as broken: the status has gone out before


def test_a_workbook_goes_from_upload_over_preview_into_the_draft(company: Company, filled_book: Any) -> None:
    staged = upload(company, filled_book)
    assert staged.status_code == 302
    assert drafts() == 0
    preview = company.client.get(staged.location).get_data(as_text=True)
    assert "1,000.00" in preview
    assert "确认导入" in preview
    taken = company.post(f"{staged.location}/take")
    assert taken.status_code == 302
    assert drafts() == 1
    assert "1,250.00" in company.client.get(f"{company.url}DB01/").get_data(as_text=True)
    again = company.post(f"{staged.location}/take")
    assert again.status_code == 409
    assert "已经完成" in again.get_data(as_text=True)


def test_an_unreadable_cell_keeps_everything_out_and_gives_the_workbook_back(company: Company) -> None:
    book = template(company)
    fill(sheet_with(book, "1.1.1.1贷款担保"), "1.1.1.1贷款担保", ["一千左右"])
    staged = upload(company, book)
    preview = company.client.get(staged.location).get_data(as_text=True)
    assert "无法识别" in preview
    assert "一千左右" in preview
    assert "确认导入" not in preview
    assert company.post(f"{staged.location}/take").status_code == 409
    assert drafts() == 0
    annotated = company.client.get(f"{staged.location}/annotated.xlsx")
    assert annotated.status_code == 200
    marked = load_workbook(io.BytesIO(annotated.data))
    sheet = next(sheet for sheet in marked.worksheets if sheet.title.startswith("DB01"))
    assert any(cell.comment and cell.value == "一千左右" for line in sheet.iter_rows() for cell in line)


def test_what_is_no_workbook_is_refused_on_the_upload_page(company: Company) -> None:
    company.save("DB01", zeros("DB01", r3__open="7"))
    answer = upload(company, b"not a workbook at all")
    assert answer.status_code in (400, 422)
    page = answer.get_data(as_text=True)
    assert "原有数据没有变化" in page
    assert "选择填好的工作簿" in page
    assert db.session.scalar(select(func.count()).select_from(StagedImport)) == 0


def test_no_file_is_told(company: Company) -> None:
    answer = company.post(f"{company.url}DB01/import")
    assert answer.status_code == 400
    assert "请选择要导入的工作簿" in answer.get_data(as_text=True)


def test_another_period_s_workbook_is_refused(company: Company, filled_book: Any) -> None:
    other = make_month(2, opens=-5, due=5)
    url = f"/workspace/filings/{MONTHLY}/{other.code}/"
    stream = io.BytesIO()
    filled_book.save(stream)
    answer = company.client.post(
        f"{url}DB01/import",
        data={"csrf_token": company.token(), "workbook": (io.BytesIO(stream.getvalue()), "x.xlsx")},
        content_type="multipart/form-data",
    )
    assert answer.status_code in (400, 422)
    assert drafts() == 0


def test_outside_the_window_the_import_is_refused_with_the_dates(company: Company, filled_book: Any) -> None:
    closed = make_month(2, opens=-40, due=-20)
    url = f"/workspace/filings/{MONTHLY}/{closed.code}/"
    assert "现在不能导入" in company.client.get(f"{url}DB01/import").get_data(as_text=True)
    stream = io.BytesIO()
    filled_book.save(stream)
    answer = company.client.post(
        f"{url}DB01/import",
        data={"csrf_token": company.token(), "workbook": (io.BytesIO(stream.getvalue()), "x.xlsx")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 409
    assert "现在已经截止" in answer.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(StagedImport)) == 0


def test_a_form_saved_after_the_preview_is_not_overwritten(company: Company, filled_book: Any) -> None:
    staged = upload(company, filled_book)
    company.save("DB01", zeros("DB01", r3__open="7"))
    answer = company.post(f"{staged.location}/take")
    assert answer.status_code == 409
    assert "预览之后又被保存过" in answer.get_data(as_text=True)


def test_another_institution_s_import_is_not_found(company: Company, filled_book: Any, sign_in: Any) -> None:
    from tests.factories import make_account, make_institution

    staged = upload(company, filled_book)
    other = sign_in(make_account("Enterprise", institution=make_institution()))
    assert other.get(staged.location).status_code == 404
    assert other.get(f"{staged.location}/annotated.xlsx").status_code == 404


def test_the_whole_set_travels_in_one_workbook(company: Company) -> None:
    book = template(company, "")
    fill(sheet_with(book, "1.1.1.1贷款担保"), "1.1.1.1贷款担保", [5, 0, 0, 0, 0])
    staged = upload(company, book, "")
    assert staged.status_code == 302
    company.post(f"{staged.location}/take")
    assert drafts() >= 1
