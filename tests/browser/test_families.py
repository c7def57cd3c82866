"""Every family of filings as people file it, with all that goes wrong on the way; the mouse in hand.

A form is missing, a figure is wrong, another needs a word; then the reviewer sends it back, it comes again
unchanged (refused), corrected, is accepted, and once the window is shut it can only be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.demo.one_off import one_off_entries
from app.filings.calendar.models import ReportingPeriod
from app.filings.definitions.catalogue import default_catalogue
from tests.browser import families
from tests.browser.families import CASES, PERSON, Case, Slip
from tests.factories import make_account
from tests.filing_places import ONE_OFF
from tests.journeys import steps
from tests.live import Visitor

pytestmark = pytest.mark.browser
EXPLAINED = "已与业务台账核对一致。"
FILINGS = "/workspace/filings/"


def cell_of(person: Visitor, slip: Slip) -> Any:
    """The cell in the grid that is open; only some cells of a table carry their name."""
    columns = [column.key for column in default_catalogue().form(slip.form).shown_columns("guarantee")]
    cells = person.page.locator(f"tr[data-row='{slip.row}'] td:not(.is-prior)")
    return cells.nth(columns.index(slip.col))


def type_into(person: Visitor, slip: Slip, text: str) -> None:
    """Write into a cell of the grid that is open and wait until it is stored."""
    page = person.page
    page.locator("html[data-editor=ready]").wait_for(state="attached")
    cell_of(person, slip).click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.locator("[data-save-status]", has_text=re.compile("^已保存")).wait_for(timeout=15000)


def follow_finding(person: Visitor, words: str) -> None:
    """The list of findings leads to the form."""
    with person.page.expect_navigation():
        person.page.locator("main .findings li", has_text=words).locator("a").first.click()


def is_blocked_and_corrects(person: Visitor, address: str, case: Case, right: str) -> None:
    """Nothing can be handed in; each error leads to its place."""
    person.open(address)
    steps.press(person, "上报完成")
    text = steps.main_text(person)
    assert "改正后才能上报" in text and case.missing in text and case.error.form in text
    assert person.page.get_by_role("button", name="确认上报").count() == 0
    follow_finding(person, case.error.form)
    type_into(person, case.error, right)


def explains_and_hands_in(person: Visitor, address: str, *, warned: bool) -> str:
    """What needs a word is not taken without one."""
    person.open(f"{address}submit")
    if warned:
        assert "条提示需要说明" in steps.main_text(person)
        steps.press(person, "确认上报", sure=True)
        assert "需要填写说明" in steps.main_text(person)
    for box in person.page.locator("textarea[name^=explain-]").all():
        box.fill(EXPLAINED)
    steps.press(person, "确认上报", sure=True)
    return steps.main_text(person)


def corrects_after_return(person: Visitor, address: str, slip: Slip, right: str, *, marked: bool) -> str:
    """The reason (and the mark) is there; the same again is refused; the corrected figure is taken."""
    person.open(address)
    text = steps.main_text(person)
    assert "与台账不符" in text and ("请核对这一格" in text) == marked
    person.open(f"{address}submit")
    steps.press(person, "确认上报", sure=True)
    assert "完全相同" in steps.main_text(person)
    person.open(f"{address}{slip.form}/")
    if marked:
        person.open(address)
        with person.page.expect_navigation():
            person.page.locator(".mark-list a").first.click()
        assert "has-mark" in (person.page.locator(f"#c-{slip.row}-{slip.col}").get_attribute("class") or "")
    type_into(person, slip, right)
    person.open(f"{address}submit")
    for box in person.page.locator("textarea[name^=explain-]").all():
        box.fill(EXPLAINED)
    steps.press(person, "确认上报", sure=True)
    return steps.main_text(person)


def can_only_look(person: Visitor, address: str, code: str, cell: Slip, words: str) -> None:
    """Reason and dates instead of buttons; the grid takes nothing."""
    person.open(address)
    text = steps.main_text(person)
    assert words in text, text[:400]
    assert person.page.get_by_role("link", name="上报完成").count() == 0
    assert person.page.locator("main").get_by_role("link", name="编辑").count() == 0
    person.open(f"{address}{code}/")
    person.page.locator("html[data-editor=ready]").wait_for(state="attached")
    assert "只读" in steps.main_text(person)
    cell_of(person, cell).click()
    person.page.keyboard.type("5")
    assert person.page.locator("td input").count() == 0


@pytest.mark.parametrize("case", CASES, ids=[case.key for case in CASES])
def test_a_set_is_filed_past_every_obstacle(
    app: Flask, visit: Callable[..., Visitor], case: Case, tmp_path: Any
) -> None:
    company, staff = families.make_company(), make_account("Supervisor")
    period = families.open_period(case.frequency)
    place = families.place_of(company, case.key, period.code)
    right = families.entries_of(case, period)
    families.draft(place, right, case.error, case.warning, leaving_out=case.missing)
    person, address = families.seated(app, visit, company), f"{FILINGS}{case.key}/{period.code}/"

    person.open(f"{FILINGS}?tab={case.family}")
    assert "还有 " in steps.main_text(person)
    correct = right[case.error.form][case.error.row][case.error.col]
    is_blocked_and_corrects(person, address, case, correct)
    families.draft(place, {case.missing: right[case.missing]})
    steps.attach_required(person, address, ["CW14"] if case.key.endswith("periodic-annual") else [], tmp_path)
    received = explains_and_hands_in(person, address, warned=case.is_warned)
    reviewed = case.family == "business"
    assert ("审批中" if reviewed else "已上报") in received and "回执" in received

    families.returns(families.the_filing(period.code), staff, case.warning)
    correct = right[case.warning.form][case.warning.row][case.warning.col]
    again = corrects_after_return(person, address, case.warning, correct, marked=reviewed)
    assert ("审批中" if reviewed else "已上报") in again
    if reviewed:
        families.approves(families.the_filing(period.code), staff)
    done = families.the_filing(period.code)
    assert (done.status, done.number) == ("approved" if reviewed else "reported", 2)
    can_only_look(person, address, case.error.form, case.error, "已通过" if reviewed else "已上报")


def test_a_window_that_is_shut_shows_its_reason_and_dates(app: Flask, visit: Callable[..., Visitor]) -> None:
    company = families.make_company()
    person = families.seated(app, visit, company)
    for case in CASES[1:3]:
        period: ReportingPeriod = families.open_period(case.frequency)
        families.move_window(period, -20, -5)
        address = f"{FILINGS}{case.key}/{period.code}/"
        can_only_look(person, address, case.error.form, case.error, "现在只能查看，不能填报")
        assert str(period.due_at.year) in person.page.locator(".reasons").first.inner_text()


def test_the_one_off_set_is_blocked_completed_and_stands(
    app: Flask, visit: Callable[..., Visitor], tmp_path: Any
) -> None:
    company = families.make_company(finished=False)
    entries = one_off_entries(PERSON)
    capital = entries["GG01"]["card"]["paid_capital"]
    entries["GG01"]["card"]["paid_capital"] = str(int(capital) * 9)
    families.draft(families.place_of(company, ONE_OFF, "once"), entries, leaving_out="GG02")
    person, address = families.seated(app, visit, company), f"{FILINGS}{ONE_OFF}/once/"

    person.open(f"{FILINGS}?tab=business")
    assert "一次性报送尚未完成" in steps.main_text(person)
    person.open(f"{address}submit")
    text = steps.main_text(person)
    assert "GG02" in text and "实收资本" in text and "缺少附件" in text
    follow_finding(person, "实收资本")
    person.page.locator("html[data-editor=ready]").wait_for(state="attached")
    person.page.locator("#c-card-paid_capital").fill(str(capital))
    person.page.get_by_text("已保存 ").first.wait_for()
    families.draft(families.place_of(company, ONE_OFF, "once"), {"GG02": entries["GG02"]})
    steps.attach_required(person, address, ["GG01", "GG02", "GG03", "GG06", "GG08"], tmp_path)
    person.open(f"{address}submit")
    for box in person.page.locator("textarea[name^=explain-]").all():
        box.fill(EXPLAINED)
    steps.press(person, "确认上报", sure=True)
    assert "已上报" in steps.main_text(person)
    person.open(f"{address}GG01/")
    assert "只读" in steps.main_text(person)
    assert person.page.locator("#c-card-paid_capital").evaluate("node => node.tagName") == "OUTPUT"
    person.open(f"{FILINGS}?tab=business")
    assert "一次性报送尚未完成" not in steps.main_text(person), "the gate to the other families is open"
