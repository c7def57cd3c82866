"""Files in and out, with and without JavaScript, and the grid under a finger on a tablet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from app.core.db import db
from app.filings.submissions.services import load_place, submit_filing
from app.filings.values import to_json
from tests.browser import families
from tests.browser.desk import Desk, stored
from tests.browser.families import CASES
from tests.factories import make_account
from tests.filing_places import ONE_OFF, PDF
from tests.journeys import steps
from tests.journeys.workbook import fill
from tests.live import PHONE, Visitor

pytestmark = pytest.mark.browser
FILINGS = "/workspace/filings/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDE = """() => [...document.querySelectorAll("main .table-scroll")]
  .filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.getAttribute("aria-label"))"""
TABLET = {"width": 820, "height": 1180}


def fetched(person: Visitor, link: Any, folder: Path) -> tuple[Path, str]:
    """What a link gives: the file under the name it bears, and its content type."""
    kind = person.page.request.get(person.address + link.get_attribute("href")).headers["content-type"]
    return steps.download(person, link, folder), kind


def press_plain(person: Visitor, name: str) -> None:
    """Press a button on a page without scripts."""
    with person.page.expect_navigation():
        person.page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def test_files_go_in_without_scripts(app: Flask, visit: Callable[..., Visitor], tmp_path: Path) -> None:
    company = families.make_company()
    person = families.seated(app, visit, company, java_script_enabled=False)
    case = CASES[2]
    period = families.open_period(case.frequency)
    address = f"{FILINGS}{case.key}/{period.code}/"
    person.open(address)
    template = steps.download(person, person.page.get_by_role("link", name="下载整套工作簿"), tmp_path)
    book = fill(template, families.entries_of(case, period))
    person.open(f"{address}import")
    press_plain(person, "上传并预览")  # nothing was chosen
    assert person.page.url.endswith("import"), "the browser asks for a file"
    person.page.locator("input[type=file]").set_input_files(book)
    press_plain(person, "上传并预览")
    with person.page.expect_navigation():
        person.page.locator("form[action$='/take'] button[type=submit]").first.click()
    assert "已导入" in person.page.locator("body").inner_text()
    person.open(f"{address}DB01/")
    assert "在线编辑需要浏览器脚本" in steps.main_text(person)
    person.open(f"{address}submit")
    press_plain(person, "确认上报")
    press_plain(person, "确定")  # without script the question has a page of its own
    assert "审批中" in steps.main_text(person)


def test_an_attachment_goes_in_and_comes_out_as_it_was(
    app: Flask, visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    company = families.make_company(finished=False)
    person = families.seated(app, visit, company, java_script_enabled=False)
    paper = tmp_path / "营业执照（副本）.pdf"
    paper.write_bytes(PDF)
    person.open(f"{FILINGS}{ONE_OFF}/once/GG01/")
    slot = person.page.locator(".attachment-slot").first
    slot.locator("input[type=file]").set_input_files(paper)
    press_plain(person, "上传")
    file, kind = fetched(person, person.page.locator(".attachment-file a").first, tmp_path / "got")
    assert (file.name, kind, file.read_bytes()) == (paper.name, "application/pdf", PDF)
    wrong = tmp_path / "假的.pdf"
    wrong.write_bytes(b"MZ no document")
    slot.locator("input[type=file]").set_input_files(wrong)
    press_plain(person, "上传")
    assert "假的.pdf" in person.page.locator("body").inner_text()
    assert person.page.locator(".attachment-file").count() == 1


def test_a_workbook_with_faults_comes_back_marked_under_its_name(
    app: Flask, visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    company = families.make_company()
    person = families.seated(app, visit, company)
    case = CASES[2]
    period = families.open_period(case.frequency)
    address = f"{FILINGS}{case.key}/{period.code}/"
    person.open(address)
    template, kind = fetched(person, person.page.get_by_role("link", name="下载整套工作簿"), tmp_path)
    assert (template.suffix, kind) == (".xlsx", XLSX) and period.name_zh in template.name
    entries = families.entries_of(case, period)
    entries["DB01"]["r3"]["open"] = "约一千"
    sent = fill(template, entries).rename(tmp_path / "我的月报.xlsx")
    assert "约一千" in steps.import_workbook(person, address, sent)
    marked, kind = fetched(
        person, person.page.get_by_role("link", name="下载标好问题的原表"), tmp_path / "got"
    )
    assert (marked.name, kind) == ("我的月报（校验结果）.xlsx", XLSX)
    book = load_workbook(marked)
    comments = [cell.comment.text for sheet in book for row in sheet for cell in row if cell.comment]
    assert any("数字" in text for text in comments), comments[:3]
    assert len(book.sheetnames) > len(load_workbook(sent).sheetnames), "a sheet of findings"


def test_a_receipt_is_kept_as_a_file(app: Flask, visit: Callable[..., Visitor], tmp_path: Path) -> None:
    company = families.make_company()
    case = CASES[2]
    period = families.open_period(case.frequency)
    place = families.place_of(company, case.key, period.code)
    families.draft(place, families.entries_of(case, period))
    person, address = families.seated(app, visit, company), f"{FILINGS}{case.key}/{period.code}/"
    person.open(f"{address}submit")
    steps.press(person, "确认上报", sure=True)
    number = families.the_filing(period.code).receipt_no
    steps.press(person, "打印回执")
    file, kind = fetched(person, person.page.get_by_role("link", name="下载回执（PDF）"), tmp_path)
    assert (file.name, kind) == (f"回执-{number}.pdf", "application/pdf")
    assert file.read_bytes().startswith(b"%PDF-")


def test_a_tablet_fills_the_grid_under_a_finger(app: Flask, visit: Callable[..., Visitor]) -> None:
    company = families.make_company()
    case = CASES[2]
    period = families.open_period(case.frequency)
    person = families.seated(app, visit, company, viewport=TABLET, has_touch=True, is_mobile=True)
    desk = Desk(person, f"{FILINGS}{case.key}/{period.code}/")
    desk.open("DB01")
    desk.cell("r3", "open").tap()
    desk.type("1200")
    desk.press("Tab")  # the keyboard's "next"
    desk.type("34")
    desk.press("Enter")
    desk.cell("r5", "open").tap()
    desk.type("6")
    desk.press("Enter")
    desk.saved()
    assert desk.texts("r3", "open", "inc", "close") == ["1,200.00", "34.00", "1,234.00"]
    assert stored("DB01").content["r5"] == {"open": "6.00"}
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]
    size = desk.cell("r5", "open").bounding_box()
    assert size["height"] >= 32, "large enough for a finger"
    desk.visitor.shot("grid-tablet")


def test_lists_of_filings_stack_on_a_phone(app: Flask, visit: Callable[..., Visitor]) -> None:
    company, staff = families.make_company(), make_account("Supervisor")
    place = families.place_of(company, "guarantee-change", "GG01-01")
    form = load_place(place).forms["GG01"]
    held = to_json(form, load_place(place).values["GG01"] or {})
    held["card"]["reg_address"] = "浙江省杭州市很长很长很长很长很长很长的新址路88号"
    families.draft(place, {"GG01": held})
    submit_filing(place, "change", {})
    db.session.commit()
    changed = families.the_filing("GG01-01")
    phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    person = families.seated(app, visit, company, **phone)
    reviewer = families.at_browser(app, visit, staff, **phone)
    reviewer.open("/console/filings/list/")
    assert reviewer.page.evaluate(WIDE) == []
    assert reviewer.page.get_by_role("link", name="上报时间").is_visible(), "sorting is still at hand"
    reviewer.shot("queue-phone")
    reviewer.open(f"/console/review/{changed.id}/compare")
    assert reviewer.page.evaluate(WIDE) == []
    families.approves(changed, staff)
    person.open(f"{FILINGS}?tab=change")
    assert "GG01-01" in steps.main_text(person)
    assert person.page.evaluate(WIDE) == []
    person.shot("changes-phone")
