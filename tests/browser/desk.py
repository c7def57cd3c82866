"""Somebody in front of one form, in a real browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.filings.submissions.models import FilingForm
from tests.live import Visitor


@dataclass
class Desk:
    """Somebody in front of one form."""

    visitor: Visitor
    url: str

    @property
    def page(self) -> Any:
        return self.visitor.page

    def open(self, code: str) -> None:
        self.visitor.open(f"{self.url}{code}/")
        self.page.locator("html[data-editor=ready]").wait_for(state="attached")

    def cell(self, row: str, col: str) -> Any:
        return self.page.locator(f"#c-{row}-{col}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def paste(self, text: str, html: str = "") -> None:
        """What the browser does on Ctrl+V with this on the clipboard."""
        self.page.evaluate(
            """([text, html]) => {
              const data = new DataTransfer();
              data.setData("text/plain", text);
              if (html) data.setData("text/html", html);
              const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
              document.activeElement.dispatchEvent(event);
            }""",
            [text, html],
        )

    def saved(self) -> None:
        self.page.locator("[data-save-status]", has_text=re.compile("^已保存")).wait_for(timeout=15000)

    def texts(self, row: str, *cols: str) -> list[str]:
        return [self.cell(row, col).inner_text() for col in cols]


def stored(code: str) -> FilingForm:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(FilingForm).where(FilingForm.form_code == code)).one()
