"""A change of the one-off set, a nil return by keyboard alone, and a quarter of statements, as people file them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import commits, db
from app.demo.companies import Company, companies
from app.demo.one_off import one_off_entries
from app.demo.simulation.industries import simulate
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.services import generate_periods
from app.filings.definitions.queries import definition_ids_on, forms_by_id
from app.filings.submissions.intake import take_entries
from app.filings.submissions.models import Filing
from app.filings.values import to_json
from app.institutions.models import Institution
from tests.factories import make_account, make_institution, open_session
from tests.filing_places import MONTHLY, ONE_OFF, hand_in, load_catalogue, make_month
from tests.journeys import steps
from tests.journeys.workbook import fill
from tests.live import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sqlite_suffices,
]  # the doors: tests/journeys/test_three_doors.py
PERSON: Company = companies()[0]
CHANGES = "/workspace/filings/guarantee-change/"
STATEMENTS = "/workspace/filings/guarantee-periodic-quarterly/"


@pytest.fixture
def institution(fresh_database: None) -> Institution:
    """A guarantee company that has completed its one-off set."""
    load_catalogue()
    made = make_institution(name=PERSON.name, uscc=PERSON.uscc, region=PERSON.region)
    entries = one_off_entries(PERSON)
    ids = definition_ids_on(entries, clock.today())
    stored = {}
    for code, rows in entries.items():
        form = forms_by_id([ids[code]])[ids[code]]
        stored[code] = to_json(form, take_entries(form, rows).values)
    hand_in(made, ONE_OFF, None, stored, attached=True)
    return made


@pytest.fixture
def enter(app: Flask, visit: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """Somebody who has logged in."""

    def with_account(role: str, **more: Any) -> Visitor:
        visitor, client = visit(), app.test_client()
        open_session(client, make_account(role, **more))
        cookie = client.get_cookie("session")
        assert cookie is not None
        visitor.page.context.add_cookies([{"name": "session", "value": cookie.value, "url": visitor.address}])
        return visitor

    return with_account


def saved(visitor: Visitor) -> None:
    visitor.page.get_by_text("已保存 ").first.wait_for()


def edit_card(visitor: Visitor, **fields: str) -> None:
    """Change fields of the card that is open and wait until they are stored."""
    visitor.page.locator("html[data-editor=ready]").wait_for(state="attached")
    for field, value in fields.items():
        visitor.page.locator(f"#c-card-{field}").fill(value)
    saved(visitor)


def hand_it_in(visitor: Visitor, words: str) -> str:
    """Press the button of the page, explain what there is to explain, confirm."""
    steps.press(visitor, words)
    for box in visitor.page.locator("textarea[name^=explain-]").all():
        box.fill("已与业务台账核对一致。")
    steps.press(visitor, "确认上报", sure=True)
    return steps.main_text(visitor)


def open_review(staff: Visitor, filing: Filing) -> None:
    staff.open(f"/console/review/{filing.id}/")


def decide(staff: Visitor, filing: Filing, verb: str, reason: str = "") -> str:
    open_review(staff, filing)
    if reason:
        staff.page.locator("#reason").fill(reason)
    steps.press(staff, verb, sure=True)
    return steps.main_text(staff)


def filing_of(code: str) -> Filing:
    db.session.rollback()
    return db.session.scalars(select(Filing).where(Filing.period_code == code)).one()


def test_a_change_is_returned_corrected_approved_and_stands_in_the_register(
    institution: Institution, enter: Callable[..., Visitor]
) -> None:
    company, staff = enter("Enterprise", institution=institution), enter("Supervisor")
    company.open("/workspace/filings/?tab=change")
    row = company.page.locator("tr", has_text="机构基本信息表")
    with company.page.expect_navigation():
        row.get_by_role("link", name="编辑").click()
    assert "已带出现行有效的内容" in steps.main_text(company)
    edit_card(company, reg_address="浙江省杭州市新城路8号", legal_rep="示例新任")
    company.open("/workspace/filings/?tab=change")
    company.shot("change-list")
    with company.page.expect_navigation():
        company.page.locator("tr", has_text="机构基本信息表").get_by_role("link", name="上报").click()
    steps.press(company, "确认上报", sure=True)
    assert "审核中" in steps.main_text(company)

    company.open(f"{CHANGES}GG01-02/GG01/")
    assert "尚未办结" in steps.main_text(company) and "GG01-01" in steps.main_text(company)
    assert company.page.locator("#c-card-reg_address").evaluate("node => node.tagName") == "OUTPUT"

    open_review(staff, filing_of("GG01-01"))
    shown = steps.main_text(staff)
    assert "浙江省杭州市新城路8号" in shown and "浙江省杭州市示范路1号" in shown, "new and old side by side"
    staff.shot("change-review")
    assert "已退回" in decide(staff, filing_of("GG01-01"), "退回", "请补充新任法定代表人的全名。")

    company.open(f"{CHANGES}GG01-01/")
    assert "请补充新任法定代表人的全名" in steps.main_text(company)
    company.open(f"{CHANGES}GG01-01/GG01/")
    edit_card(company, legal_rep="示例新任代表")
    company.open(f"{CHANGES}GG01-01/")
    assert "审核中" in hand_it_in(company, "上报")
    decide(staff, filing_of("GG01-01"), "通过")

    company.open(f"{CHANGES}GG01-01/")
    assert "已通过" in steps.main_text(company)
    stands_in_the_register(company, institution)


def stands_in_the_register(company: Visitor, institution: Institution) -> None:
    """The public list shows the new address and name; the next change opens with them."""
    company.open(f"/registry/guarantee/{institution.id}")
    text = company.page.locator("body").inner_text()
    assert "浙江省杭州市新城路8号" in text and "示例新任代表" in text
    company.open(f"{CHANGES}GG01-02/GG01/")
    assert company.page.locator("#c-card-legal_rep").input_value() == "示例新任代表"


def tab_to(visitor: Visitor, words: str, most: int = 80) -> None:
    """Press Tab until the focus stands on what carries these words."""
    for _ in range(most):
        visitor.page.keyboard.press("Tab")
        text = visitor.page.evaluate(
            "() => { const at = document.activeElement; return (at.innerText || '') + (at.labels?.[0]?.innerText || ''); }"
        )
        if text.strip().startswith(words):
            return
    raise AssertionError(f"the keyboard does not reach {words}")


def go(visitor: Visitor) -> None:
    """Enter on what has the focus leads to another page."""
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def test_a_nil_return_by_keyboard_alone(institution: Institution, enter: Callable[..., Visitor]) -> None:
    month = make_month()
    company, staff = enter("Enterprise", institution=institution), enter("Supervisor")
    company.open(f"/workspace/filings/{MONTHLY}/{month.code}/")
    tab_to(company, "零申报")
    go(company)
    assert "本机构声明" in steps.main_text(company)
    company.shot("nil-form")
    tab_to(company, "声明人姓名")
    company.page.keyboard.press("Control+a")
    company.page.keyboard.type("示例声明人")
    go(company)  # Enter in the field hands in, but nobody has confirmed the words
    assert "请阅读声明并勾选确认" in steps.main_text(company)
    tab_to(company, "我已阅读")
    company.page.keyboard.press("Space")
    tab_to(company, "确认零申报")
    go(company)
    text = steps.main_text(company)
    assert "零申报" in text and "审批中" in text and "BS" in text
    company.shot("nil-received")
    open_review(staff, filing_of(month.code))
    shown = steps.main_text(staff)
    assert "零申报" in shown and "示例声明人" in shown
    staff.shot("nil-review")


@pytest.fixture
def quarter(institution: Institution) -> ReportingPeriod:
    """The last quarter, its window open."""
    today = clock.today()
    for year in (today.year - 1, today.year):
        commits(generate_periods)(year)
    query = select(ReportingPeriod).where(
        ReportingPeriod.frequency == "quarterly", ReportingPeriod.end_date < today
    )
    found = db.session.scalars(query.order_by(ReportingPeriod.end_date.desc())).first()
    assert found is not None
    now = clock.now()
    found.opens_at, found.due_at = now - timedelta(days=2), now + timedelta(days=3, hours=1)
    found.closes_at = found.due_at
    db.session.commit()
    return found


def test_a_quarter_of_statements_is_reported_returned_and_corrected(
    quarter: ReportingPeriod, institution: Institution, enter: Callable[..., Visitor], tmp_path: Path
) -> None:
    company, staff = enter("Enterprise", institution=institution), enter("Supervisor")
    end, code = quarter.end_date, quarter.code
    entries = simulate(PERSON, end.year - 1).entries("periodic", "quarterly", end)
    address = f"{STATEMENTS}{code}/"
    company.open("/workspace/filings/?tab=periodic")
    assert "还有 3 天" in steps.main_text(company)
    company.open(address)
    template = steps.download(company, company.page.get_by_role("link", name="下载整套工作簿"), tmp_path)
    steps.import_workbook(company, address, fill(template, entries))
    with company.page.expect_navigation():
        company.page.locator("form[action$='/take'] button[type=submit]").first.click()
    company.open(address)
    assert "已上报" in hand_it_in(company, "上报完成")
    company.shot("statements-reported")
    assert "已退回" in decide(staff, filing_of(code), "退回", "利润表上年同期数与上年报表不符。")
    company.open(address)
    assert "利润表上年同期数与上年报表不符" in steps.main_text(company)
    company.open(f"{address}CW02/")
    company.page.locator("html[data-editor=ready]").wait_for(state="attached")
    company.page.locator("#c-r2-sply").click()
    company.page.keyboard.type("18200000")
    company.page.keyboard.press("Enter")
    saved(company)
    company.open(address)
    assert "已上报" in hand_it_in(company, "上报完成")
    filing = filing_of(code)
    assert (filing.status, filing.number) == ("reported", 2)
