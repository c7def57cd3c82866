"""The main job, end to end, as people do it: a guarantee company is admitted, files, is returned and approved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import commits, db
from app.demo.companies import Company, companies
from app.demo.guarantee import Ledger
from app.demo.one_off import one_off_entries
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.services import generate_periods
from app.filings.definitions.services import load_into_database
from app.filings.submissions.models import Filing, FilingVersion
from app.institutions.models import Institution
from app.institutions.regions import load_regions
from tests.factories import PASSWORD, make_account
from tests.journeys import steps
from tests.journeys.workbook import fill
from tests.live import Visitor

pytestmark = pytest.mark.browser
COMPANY: Company = companies()[0]
MONTHLY = "/workspace/filings/guarantee-business-monthly"
ONE_OFF = "/workspace/filings/guarantee-one-off-once/once/"
SECRET = "Baobiao-2468-mi"


@pytest.fixture
def months(app: Any) -> list[ReportingPeriod]:
    """The catalogue, the province, and the last three months, oldest first."""
    commits(load_regions)()
    commits(load_into_database)(clock.now())
    today = clock.today()
    for year in (today.year - 1, today.year):
        commits(generate_periods)(year)
    query = select(ReportingPeriod).where(
        ReportingPeriod.frequency == "monthly", ReportingPeriod.end_date < today
    )
    return list(reversed(list(db.session.scalars(query.order_by(ReportingPeriod.end_date.desc()).limit(3)))))


def set_window(period: ReportingPeriod, opens: int, closes: int) -> None:
    """Move a period's window: days from now."""
    now = clock.now()
    period.opens_at, period.due_at = now + timedelta(days=opens), now + timedelta(days=closes)
    period.closes_at = period.due_at
    db.session.commit()


def registration() -> dict[str, str]:
    """What the company enters when it registers."""
    return {
        "username": "journey-company",
        "password": SECRET,
        "again": SECRET,
        "name": COMPANY.name,
        "industry": "guarantee",
        "org_type": "guarantee",
        "uscc": COMPANY.uscc,
        "region_code": COMPANY.region,
        "address": "浙江省杭州市示范路1号",
        "legal_representative": COMPANY.legal_rep,
        "contact_name": COMPANY.contact,
        "mobile": "13800000001",
        "email": "journey@example.invalid",
        "licence_no": "浙杭20200001",
        "licence_issuer": "浙江省地方金融管理局",
        "licence_from": "2023-06-01",
        "licence_to": "2028-05-31",
    }


def test_the_main_job_from_registration_to_approval(
    visit: Callable[..., Visitor], months: list[ReportingPeriod], tmp_path: Path
) -> None:
    outside, former, current = months
    set_window(former, -20, 5)
    set_window(current, -2, 8)
    former_code, current_code = former.code, current.code
    make_account("Approver", username="approver", display_name="审批示例")
    make_account("Supervisor", username="supervisor", display_name="监管示例")
    ledger = Ledger(COMPANY)
    first = ledger.month(former.end_date.year, former.end_date.month)
    second = ledger.month(current.end_date.year, current.end_date.month)
    public, company = visit(), visit()

    look_at_the_portal(public)
    is_registered_and_approved(company, visit(), tmp_path)
    company.log_in("journey-company", SECRET)
    assert "/workspace/" in company.page.url
    other_filings_are_closed_before_the_one_off(company, current_code)
    completes_the_one_off(company, tmp_path)
    supervisor = visit()
    supervisor.log_in("supervisor", PASSWORD)
    files_a_month(company, former_code, first, tmp_path)
    decides(supervisor, "通过")
    finds_mistakes_and_corrects_them(company, current_code, second, tmp_path)
    is_returned_with_reason_and_marks(supervisor, company, current_code)
    corrects_and_resubmits(company, current_code)
    decides(supervisor, "通过")
    company.open(f"{MONTHLY}/{current_code}/")
    assert "已通过" in steps.main_text(company)
    stored(current_code)
    is_refused_outside_the_window(company, outside)
    appears_in_the_public_list(public)


def look_at_the_portal(public: Visitor) -> None:
    """Six categories and four lists on the first page."""
    public.open("/")
    text = public.page.locator("body").inner_text()
    for words in ("工作动态", "风险揭示", "国家政策", "地方政策", "行业培训", "办事指南"):
        assert words in text
    for words in ("小额贷款公司名单", "融资担保公司名单", "典当行名单", "融资租赁公司名单"):
        assert words in text
    public.shot("01-home")


def is_registered_and_approved(company: Visitor, approver: Visitor, folder: Path) -> None:
    """The company registers, the approver lets it in."""
    answer = steps.register(company, registration(), folder)
    assert "回执" in answer, answer
    company.shot("02-registered")
    approver.log_in("approver", PASSWORD)
    approver.open("/console/registrations/list/")
    approver.page.get_by_role("link", name=COMPANY.name).first.click()
    steps.press(approver, "通过", sure=True)
    approver.shot("03-registration-approved")
    assert "已通过" in steps.main_text(approver)


def other_filings_are_closed_before_the_one_off(company: Visitor, code: str) -> None:
    """Every door to the monthly filing is shut, with the reason."""
    company.open(f"{MONTHLY}/{code}/")
    text = steps.main_text(company)
    assert "一次性报送尚未完成" in text
    assert "上报完成" not in text
    company.shot("04-closed-before-one-off")


def completes_the_one_off(company: Visitor, folder: Path) -> None:
    """One form on the page, the rest by workbook, then 上报完成."""
    entries = one_off_entries(COMPANY)
    company.open(f"{ONE_OFF}GG06/")
    for field, value in entries["GG06"]["card"].items():
        fill_control(company.page.locator(f"#c-card-{field}"), value)
    company.page.get_by_text("已保存").first.wait_for()
    company.shot("05-licence-card")
    company.open(ONE_OFF)
    template = steps.download(company, company.page.get_by_role("link", name="下载整套工作簿"), folder)
    rest = {code: rows for code, rows in entries.items() if code != "GG06"}
    text = steps.import_workbook(company, ONE_OFF, fill(template, rest))
    assert re.search(r"校验错误\s*0\s*处", text), text
    company.shot("06-one-off-preview")
    take(company)
    steps.attach_required(company, ONE_OFF, ("GG01", "GG02", "GG03", "GG06"), folder)
    company.open(ONE_OFF)
    company.shot("07-one-off-ready")
    hand_in(company)
    assert "已上报" in steps.main_text(company)


def fill_control(control: Any, value: str) -> None:
    """Fill whatever kind of input it is."""
    if control.evaluate("node => node.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)
    control.blur()


def take(company: Visitor) -> None:
    """Take the import that the preview shows."""
    with company.page.expect_navigation():
        company.page.locator("form[action$='/take'] button[type=submit]").first.click()


def hand_in(company: Visitor) -> None:
    """上报完成, confirmed; every warning explained."""
    steps.press(company, "上报完成")
    for box in company.page.locator("textarea[name^=explain-]").all():
        box.fill("已与业务台账核对一致。")
    steps.press(company, "确认上报", sure=True)


def files_a_month(company: Visitor, code: str, entries: Mapping[str, Any], folder: Path) -> None:
    """Download, fill, import, hand in."""
    address = f"{MONTHLY}/{code}/"
    company.open(address)
    template = steps.download(company, company.page.get_by_role("link", name="下载整套工作簿"), folder)
    steps.import_workbook(company, address, fill(template, entries))
    take(company)
    company.open(address)
    hand_in(company)
    text = steps.main_text(company)
    assert "审批中" in text and "BS" in text, text


def decides(supervisor: Visitor, decision: str) -> None:
    """Open the newest filing that waits, and decide."""
    supervisor.open("/console/filings/list/")
    steps.press(supervisor, COMPANY.name)
    steps.press(supervisor, decision, sure=True)


def finds_mistakes_and_corrects_them(
    company: Visitor, code: str, entries: Mapping[str, Any], folder: Path
) -> None:
    """A wrong workbook shows each fault at its cell and stores nothing; the corrected one goes in."""
    address = f"{MONTHLY}/{code}/"
    company.open(address)
    template = steps.download(company, company.page.get_by_role("link", name="下载整套工作簿"), folder)
    wrong = {form: {row: dict(cells) for row, cells in rows.items()} for form, rows in entries.items()}
    wrong["DB01"]["r3"]["inc"] = "一千二"
    wrong["DB02"]["r3"]["ytd"] = str(float(wrong["DB02"]["r3"]["ytd"]) + 100)
    text = steps.import_workbook(company, address, fill(template, wrong))
    assert "一千二" in text and "本年累计" in text, text
    assert company.page.locator("form[action$='/take'] button[type=submit]").count() == 0
    company.shot("08-findings-at-the-cell")
    assert stored_values(code) == {}
    steps.import_workbook(company, address, fill(template, entries))
    take(company)
    company.open(f"{address}DB01/")
    company.shot("09-grid")
    company.open(address)
    hand_in(company)
    text = steps.main_text(company)
    assert "审批中" in text and "BS" in text
    company.shot("10-receipt")


def is_returned_with_reason_and_marks(supervisor: Visitor, company: Visitor, code: str) -> None:
    """The supervisor sees the prior period, marks a cell and returns the filing with a reason."""
    supervisor.open("/console/filings/list/")
    steps.press(supervisor, COMPANY.name)
    assert "上期" in steps.main_text(supervisor)
    supervisor.shot("11-review")
    supervisor.page.locator("#cell-r3-inc").click()
    supervisor.page.locator("#mark-comment").fill("请核对本期新增贷款担保")
    steps.press(supervisor, "添加标注")
    steps.press(supervisor, "退回", sure=True)
    assert "请填写退回原因" in supervisor.page.locator("body").inner_text()
    supervisor.page.locator("#reason").fill("贷款担保本期新增与台账不符，请核对。")
    steps.press(supervisor, "退回", sure=True)
    assert "已退回" in steps.main_text(supervisor)
    company.open(f"{MONTHLY}/{code}/")
    text = steps.main_text(company)
    assert "贷款担保本期新增与台账不符" in text and "请核对本期新增贷款担保" in text, text
    company.shot("12-returned")


def corrects_and_resubmits(company: Visitor, code: str) -> None:
    """Nothing changed is refused; one cell corrected in the grid is taken."""
    company.open(f"{MONTHLY}/{code}/")
    steps.press(company, "上报完成")
    steps.press(company, "确认上报", sure=True)
    assert "完全相同" in company.page.locator("body").inner_text()
    company.open(f"{MONTHLY}/{code}/DB02/")
    cell = company.page.locator("#c-r8-cum")
    former = int(cell.inner_text().replace(",", ""))
    cell.click()
    company.page.keyboard.type(str(former + 1))
    company.page.keyboard.press("Enter")
    company.page.get_by_text("已保存").first.wait_for()
    company.shot("13-corrected-cell")
    company.open(f"{MONTHLY}/{code}/")
    hand_in(company)
    assert "审批中" in steps.main_text(company)


def is_refused_outside_the_window(company: Visitor, period: ReportingPeriod) -> None:
    """Before and after the window: page, import and direct POST say the same, with the dates."""
    code = db.session.merge(period).code
    for opens, closes, words in ((3, 9, "现在尚未开放"), (-30, -20, "现在已经截止")):
        set_window(db.session.merge(period), opens, closes)
        company.open(f"{MONTHLY}/{code}/")
        text = steps.main_text(company)
        assert words in text and "报送窗口为" in text, text
        company.open(f"{MONTHLY}/{code}/import")
        assert words in steps.main_text(company)
        token = company.page.locator("meta[name=csrf-token], input[name=csrf_token]").first
        answer = company.page.request.post(
            f"{company.address}{MONTHLY}/{code}/DB01/save",
            data={"version": 1, "cells": {"r3": {"inc": "1"}}},
            headers={"X-CSRFToken": token.evaluate("node => node.content || node.value")},
        )
        assert answer.status == 409 and words in answer.text()


def appears_in_the_public_list(public: Visitor) -> None:
    """The company stands in the list; each opening adds one."""
    public.open("/registry/guarantee/")
    assert COMPANY.name in steps.main_text(public)
    before = views(steps.main_text(public))
    public.open("/registry/guarantee/")
    assert views(steps.main_text(public)) == before + 1
    public.shot("14-public-list")


def views(text: str) -> int:
    """The number in 浏览 12 次."""
    found = re.search(r"浏览\s*([\d,]+)\s*次", text)
    assert found, text
    return int(found[1].replace(",", ""))


def stored_values(code: str) -> dict[str, Any]:
    """What the drafts of a month hold."""
    from app.filings.submissions.models import FilingForm

    db.session.rollback()
    query = (
        select(FilingForm).join(Filing, Filing.id == FilingForm.filing_id).where(Filing.period_code == code)
    )
    return {draft.form_code: draft.content for draft in db.session.scalars(query)}


def stored(code: str) -> None:
    """Two frozen versions, the second one in force; the institution operates."""
    db.session.rollback()
    filing = db.session.scalars(select(Filing).where(Filing.period_code == code)).one()
    query = select(FilingVersion).where(FilingVersion.filing_id == filing.id).order_by(FilingVersion.number)
    versions = list(db.session.scalars(query))
    assert filing.status == "approved" and [v.number for v in versions] == [1, 2]
    assert filing.accepted_version_id == versions[1].id
    assert db.session.scalars(select(Institution)).one().status == "operating"
