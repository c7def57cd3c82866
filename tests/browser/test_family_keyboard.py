"""One filing of every family by the keyboard alone: from the list to the receipt, no mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.demo.one_off import one_off_entries
from tests.browser import families
from tests.browser.families import CASES, PERSON
from tests.filing_places import ONE_OFF
from tests.journeys import steps
from tests.live import Visitor

pytestmark = pytest.mark.browser
FILINGS = "/workspace/filings/"
FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "";
  const label = at.labels?.[0]?.innerText || at.getAttribute("aria-label") || "";
  const shown = at.getClientRects().length > 0;
  return shown ? `${at.id}|${(at.innerText || "").trim()}|${label.trim()}|${at.tagName}` : "";
}"""


class Keys:
    """A person without a mouse: what has the focus is what can be used."""

    def __init__(self, person: Visitor) -> None:
        self.person, self.keyboard = person, person.page.keyboard

    def tab_to(self, words: str, *, row: str = "", most: int = 120) -> None:
        """Tab until the focus stands on what carries these words (in the table row that names `row`)."""
        page = self.person.page
        for _ in range(most):
            self.keyboard.press("Tab")
            identity, text, label, _tag = (page.evaluate(FOCUSED) or "|||").split("|")[:4]
            if words not in (identity, text, label) and not text.startswith(words):
                continue
            if not row or row in page.evaluate("document.activeElement.closest('tr')?.innerText ?? ''"):
                return
        raise AssertionError(f"the keyboard does not reach {words}")

    def go(self) -> None:
        """Enter leads to another page."""
        with self.person.page.expect_navigation():
            self.keyboard.press("Enter")
        self.person.page.locator("html[data-ready]").wait_for()

    def saved(self) -> None:
        """Wait until what was typed is stored."""
        page = self.person.page
        page.locator("[data-save-status]", has_text=re.compile("^已保存")).wait_for(timeout=15000)

    def hand_in(self, words: str) -> str:
        """The button, a word to each warning, the button that asks, yes."""
        self.tab_to(words)
        self.go()
        for _ in self.person.page.locator("textarea[name^=explain-]").all():
            self.tab_to("说明*")
            self.keyboard.type("已与台账核对一致。")
        self.tab_to("确认上报")
        self.keyboard.press("Enter")
        self.person.page.locator("dialog[open]").wait_for()
        assert self.person.page.evaluate("document.activeElement.closest('dialog') !== null"), (
            "focus is in the question"
        )
        inside = self.person.page.locator("dialog[open] button").last.inner_text()
        if self.person.page.evaluate("document.activeElement.innerText").strip() != inside.strip():
            self.tab_to(inside.strip(), most=4)
        self.go()
        return steps.main_text(self.person)


def writes_in_the_grid(keys: Keys, cell: str, text: str) -> None:
    """Tab to the table, arrows to the cell, the figure, Enter."""
    page = keys.person.page
    page.locator("html[data-editor=ready]").wait_for(state="attached")
    for _ in range(60):
        if page.evaluate("document.activeElement.tagName") == "TD":
            break
        keys.keyboard.press("Tab")
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == cell:
            break
        keys.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == cell
    keys.keyboard.type(text)
    keys.keyboard.press("Enter")
    keys.saved()


@pytest.mark.parametrize("case", (CASES[0], CASES[2]), ids=["periodic", "business"])
def test_a_period_by_keyboard_alone(app: Flask, visit: Callable[..., Visitor], case: families.Case) -> None:
    company = families.make_company()
    period = families.open_period(case.frequency)
    right = families.entries_of(case, period)
    form, row, col = ("CW01", "r1", "close") if case.family == "periodic" else ("DB01", "r3", "open")
    families.draft(
        families.place_of(company, case.key, period.code), right, families.Slip(form, row, col, "1")
    )
    keys = Keys(families.seated(app, visit, company))
    keys.person.open(f"{FILINGS}?tab={case.family}")
    keys.tab_to("继续填报", row=period.name_zh)
    keys.go()
    keys.tab_to("编辑", row=form)
    keys.go()
    writes_in_the_grid(keys, f"c-{row}-{col}", str(right[form][row][col]))
    keys.keyboard.press("Escape")  # out of the table
    keys.keyboard.press("Control+Home")
    leaves_to_the_list(keys)
    text = keys.hand_in("上报完成")
    assert ("已上报" if case.family == "periodic" else "审批中") in text and "回执" in text
    assert families.the_filing(period.code).number == 1


def leaves_to_the_list(keys: Keys) -> None:
    """Back to the page of the set: backwards from where one stands, as the links are above the form."""
    page = keys.person.page
    for _ in range(60):
        if page.evaluate("document.activeElement.innerText || ''").strip() == "返回列表":
            return keys.go()
        keys.keyboard.press("Shift+Tab")
    raise AssertionError("the keyboard does not lead back to the list")


def test_a_change_by_keyboard_alone(app: Flask, visit: Callable[..., Visitor]) -> None:
    company = families.make_company()
    keys = Keys(families.seated(app, visit, company))
    keys.person.open(f"{FILINGS}?tab=change")
    keys.tab_to("编辑", row="机构基本信息表")
    keys.go()
    keys.person.page.locator("html[data-editor=ready]").wait_for(state="attached")
    keys.tab_to("c-card-reg_address")
    keys.keyboard.press("Control+a")
    keys.keyboard.type("浙江省杭州市键盘路1号")
    keys.saved()
    leaves_to_the_list(keys)
    assert "审核中" in keys.hand_in("上报")
    assert families.the_filing("GG01-01").status == "submitted"


def test_the_one_off_set_by_keyboard_alone(app: Flask, visit: Callable[..., Visitor]) -> None:
    company = families.make_company(finished=False)
    entries = one_off_entries(PERSON)
    name = entries["GG01"]["card"].pop("website", None)
    place = families.place_of(company, ONE_OFF, "once")
    families.draft(place, entries)
    families.attach_all(place)
    keys = Keys(families.seated(app, visit, company))
    keys.person.open(f"{FILINGS}?tab=one_off")
    keys.tab_to("编辑", row="GG01")
    keys.go()
    keys.person.page.locator("html[data-editor=ready]").wait_for(state="attached")
    keys.tab_to("c-card-website")
    keys.keyboard.type(name or "www.example.invalid")
    keys.saved()
    leaves_to_the_list(keys)
    assert "已上报" in keys.hand_in("上报完成")
