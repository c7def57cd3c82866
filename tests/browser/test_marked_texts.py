"""What only a browser shows of marked texts: pages that scripts draw make nothing of them but text either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.browser.test_every_page import COMPANY, STAFF, VISITOR, addresses, world
from tests.factories import make_account, open_session
from tests.integration.hostile import test_marked_texts as stored
from tests.integration.hostile.marked import MARK, MARKUP
from tests.integration.security.world import World
from tests.live import Visitor

__all__ = ["world"]
LISTEN = """addEventListener("securitypolicyviolation", (event) => { (window.refused ??= []).push(event.violatedDirective); });
  window.zqx = () => { window.hasRun = true; };"""
BECAME = """() => [
  ...[...document.querySelectorAll("zqx, [onzqx], [onerror], [src='zqx'], [href^='javascript']")]
    .map((one) => one.outerHTML.slice(0, 120)),
  ...(window.refused ?? []), ...(window.hasRun ? ["a mark ran"] : []),
]"""
ROLES = ("Supervisor", "Approver", "Inspector", "ContentEditor", "Auditor")


def test_nothing_that_scripts_draw_becomes_anything_but_text(
    app: Flask, visit: Callable[..., Visitor], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    seen = 0

    def asked(dialog: Any) -> None:
        told.append(f"dialog {dialog.message}")
        dialog.dismiss()

    walks = [(None, addresses(world, VISITOR)), (world.other_account, addresses(world, COMPANY))]
    walks += [(make_account(role), addresses(world, STAFF[role])) for role in ROLES]
    cookies = []
    for account, _pages in walks:
        client = app.test_client()
        if account is not None:
            open_session(client, account)
        cookies.append(client.get_cookie("session"))
    stored.tell_all()
    # This world has two letters, and their numbers must differ.
    monkeypatch.setattr(stored, "CODED", {*stored.CODED, "letter.number"})
    stored.mark_all(MARKUP)
    for (_account, pages), cookie in zip(walks, cookies, strict=True):
        visitor = visit()
        page = visitor.page
        page.context.add_init_script(LISTEN)
        page.on("dialog", asked)
        if cookie is not None:
            page.context.add_cookies([{"name": "session", "value": cookie.value, "url": visitor.address}])
        for path in pages:
            visitor.open(path)
            told.extend(f"{path}: {found}" for found in page.evaluate(BECAME))
            seen += MARK in page.locator("body").inner_text()
    assert told == []
    assert seen > 20  # the marks did reach the pages
