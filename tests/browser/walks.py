"""Somebody who walks through portal and accounts with a screen, a language and a keyboard, and looks at every state."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import db
from app.messages.models import OutboxMail
from tests.browser.test_every_page import AXE, FINDINGS, SIDEWAYS, watch
from tests.live import DESKTOP, PHONE, Visitor

CAPTCHA = "2468"
NEW = "Xin-Mima-97531"
# Two walks show both widths and both languages, and axe looks once at each width; the others cross them.
WALKS = [
    pytest.param(DESKTOP, "zh", True, id="desktop-zh"),
    pytest.param(DESKTOP, "en", False, id="desktop-en", marks=pytest.mark.thorough),
    pytest.param(PHONE, "zh", False, id="phone-zh", marks=pytest.mark.thorough),
    pytest.param(PHONE, "en", True, id="phone-en"),
]
# What has the focus shows it, by itself or by the box that stands for it.
VISIBLE_FOCUS = """() => {
  for (let at = document.activeElement, step = 0; at && step < 4; at = at.parentElement, step += 1) {
    const style = getComputedStyle(at);
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && style.visibility === "visible") return "";
  }
  return document.activeElement.outerHTML.slice(0, 160);
}"""
UNTRANSLATED = """() => [...document.querySelectorAll(
    "label, legend, button, .btn, .field-error, .field-help, .error-summary, .notice, dt, th")]
  .filter((one) => one.checkVisibility() && !one.closest("[lang^=zh]:not(html)") && /[\\u4e00-\\u9fff]/.test(one.innerText))
  .map((one) => one.innerText.slice(0, 80))"""
# A summary of errors leads to fields that are there, in the order in which they stand on the page.
DISORDERED = """() => [...document.querySelectorAll(".error-summary a")]
  .map((link) => [link, document.getElementById(link.hash.slice(1))])
  .filter(([, place], index, all) => !place
    || (index && all[index - 1][1].compareDocumentPosition(place) & Node.DOCUMENT_POSITION_PRECEDING))
  .map(([link]) => link.hash)"""


@dataclass
class Walker:
    """A visitor whose page is looked at: nothing in the console, nothing sideways, nothing untranslated, axe content."""

    visitor: Visitor
    language: str = "zh"
    axe: bool = True
    said: list[str] = field(default_factory=list)
    looked: int = 0

    @property
    def page(self) -> Any:
        return self.visitor.page

    def words(self, chinese: str, english: str) -> str:
        return english if self.language == "en" else chinese

    def open(self, path: str) -> None:
        self.visitor.open(path)
        self.ready()

    def ready(self) -> None:
        self.page.locator("html[data-ready]").wait_for(state="attached")

    def look(self, names: str = "") -> None:
        """Look at the page as it stands; `names` are words that must not be taken for untranslated ones."""
        page = self.page
        self.ready()  # not before: until then the style sheets may be on their way
        self.looked += 1
        width = page.viewport_size["width"]
        place = re.sub(r"\W+", "-", page.url.split("/", 3)[-1])[:40]
        self.visitor.shot(f"{width}-{self.language}-{self.looked:02}-{place}")
        assert page.evaluate(SIDEWAYS) <= 0, page.url
        assert page.evaluate(DISORDERED) == [], page.url
        if self.language == "en":
            left = [text for text in page.evaluate(UNTRANSLATED) if not (names and re.search(names, text))]
            assert left == [], (page.url, left)
        if self.axe:
            if not page.evaluate("Boolean(window.axe)"):
                page.evaluate(AXE)
            assert page.evaluate(FINDINGS) == [], page.url
        assert [text for text in self.said if "the server responded with a status of 4" not in text] == []

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab_to(self, selector: str, key: str = "Tab") -> None:
        """Go on by the tabulator until something has the focus; each stop on the way must be seen."""
        for _press in range(140):
            self.page.keyboard.press(key)
            hidden, reached = self.page.evaluate(
                f"(selector) => [({VISIBLE_FOCUS})(), document.activeElement.matches(selector)]", selector
            )
            assert reached or not hidden or hidden.startswith("<body"), (
                f"the focus cannot be seen on {hidden}"
            )
            if reached:
                assert not hidden, f"the focus cannot be seen on {hidden}"
                return
        raise AssertionError(f"{selector} cannot be reached by the keyboard")

    def enter(self, **values: str) -> None:
        """Fill fields in their order by the keyboard; what stands in them is replaced."""
        for name, value in values.items():
            self.tab_to(f"[name={name}]")
            self.press("ControlOrMeta+a")
            self.type(value)

    def fill(self, scope: str, **values: str) -> None:
        """Fill fields as a hand does."""
        for name, value in values.items():
            self.page.locator(f"{scope} [name={name}]").fill(value)

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.name || document.activeElement.id"))


@pytest.fixture
def walker(visit: Callable[..., Visitor]) -> Callable[..., Walker]:
    """Make walkers."""

    def made(size: Any = DESKTOP, language: str = "zh", axe: bool = True, **more: Any) -> Walker:
        visitor = visit(viewport=size, **more)
        chosen = "en" if language == "en" else "zh_Hans_CN"
        visitor.page.context.add_cookies([{"name": "lang", "value": chosen, "url": visitor.address}])
        found = Walker(visitor, language, axe)
        watch(visitor, found.said)
        return found

    return made


def link_in_newest_mail(pattern: str) -> str:
    """The path behind the link of the last mail that was queued."""
    db.session.rollback()
    mail = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert mail is not None
    found = re.search(pattern, mail.body)
    assert found
    return found.group(0)
