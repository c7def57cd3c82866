"""Uploading a large workbook in a real browser: it is told what is going on, and a break is told as what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.filings.submissions.models import FilingForm, StagedImport
from tests.browser.desk import Desk, stored
from tests.filing_places import ONE_OFF
from tests.workbooks.large import lengthened
from tests.workbooks.samples import forms, sample_values

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(sit: Any) -> Desk:
    """In front of the upload page of the accounts of funds."""
    found: Desk = sit(f"/workspace/filings/{ONE_OFF}/once/")
    found.visitor.open(f"{found.url}GG11/import")
    return found


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


ROWS = 9_000  # enough to be read for longer than the quarter of a second after which progress is shown
# What the progress says while it is in sight; reading may be over sooner than a test can look.
WATCH = """() => { const words = document.querySelector("[data-upload-words]");
  new MutationObserver(() => { if (words.checkVisibility())
    sessionStorage.setItem("said", (sessionStorage.getItem("said") || "") + words.textContent); })
    .observe(words.parentElement, { childList: true, characterData: true, subtree: true, attributes: true }); }"""


def test_a_large_workbook_is_uploaded_with_progress_and_taken(desk: Desk, tmp_path: Path) -> None:
    page = desk.page
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    form = forms("GG11")["GG11"]
    path = tmp_path / "账户.xlsx"
    values = sample_values(form, rows=ROWS)
    path.write_bytes(lengthened(Path(download.value.path()).read_bytes(), form, values))
    page.locator("input[type=file]").set_input_files(path)
    page.evaluate(WATCH)
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("button", name="确认导入").wait_for(timeout=30000)
    assert "已校验 9,000 / 9,000 行" in page.evaluate("sessionStorage.getItem('said')")
    assert count(FilingForm) == 0
    page.get_by_role("button", name="确认导入").click()
    page.get_by_text("已导入").first.wait_for(timeout=30000)
    assert len(stored("GG11").content) == ROWS


def test_a_refusal_stands_on_the_same_page_and_another_try_works(desk: Desk, tmp_path: Path) -> None:
    page = desk.page
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"%PDF-1.7 no workbook")
    for _attempt in range(2):
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="上传并预览").click()
        page.get_by_text("这是 PDF 文件").wait_for()
        desk.visitor.problems.clear()  # the browser itself reports the answer 422
    assert count(StagedImport) == 0


def test_a_broken_connection_is_told_and_the_file_stays_chosen(desk: Desk, tmp_path: Path) -> None:
    page = desk.page
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK")
    page.route("**/import", lambda route: route.abort())
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_text("没有导入，原有数据没有变化").wait_for()
    assert page.get_by_role("button", name="上传并预览").is_enabled()
    assert page.locator("input[type=file]").evaluate("field => field.files.length") == 1
    desk.visitor.problems.clear()
