"""The portal walked by a visitor and by an editor, as they would: with the keyboard, at both widths, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.portal.models import Announcement
from app.portal.seed import seed_portal
from app.portal.services import submit_suggestion
from tests.browser.test_every_page import AXE, FINDINGS
from tests.factories import make_account, make_institution, open_session
from tests.integration.portal.portal_helpers import announce
from tests.live import DESKTOP, PHONE, Visitor

LARGEST_VISIT = 300 * 1024
SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  if (!one.hadRecentInput) window.shifted += one.value; })).observe({ type: "layout-shift", buffered: true });"""
ATTACK = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>\'"><svg onload=window.hit=1>'
# What has the focus, by its words; a box that can be scrolled has the focus too, but is nothing to press.
FOCUS = """((at) => at.matches("a, button, summary, input, select, textarea, [tabindex]:not(table, div, main, body)")
  ? (at.textContent || at.ariaLabel || "").trim() : "")(document.activeElement)"""


@pytest.fixture
def place(fresh_database: None) -> None:
    seed_portal(clock.now())
    make_institution("guarantee", name="示例融资担保有限公司")
    db.session.commit()


def tab_to(visitor: Visitor, words: str) -> None:
    """Reach something by the tabulator alone."""
    for _press in range(120):
        visitor.page.keyboard.press("Tab")
        if words in visitor.page.evaluate(FOCUS):
            return
    raise AssertionError(f"{words} cannot be reached by the keyboard")


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_link_of_the_portal_leads_somewhere_and_nothing_moves(place, visit, size, language):
    """All pages that can be reached from the first one without logging in, and what the first visit costs."""
    visitor: Visitor = visit(viewport=size)
    page = visitor.page
    page.context.add_cookies([{"name": "lang", "value": language, "url": visitor.address}])
    page.add_init_script(SHIFTS)
    network, sizes = page.context.new_cdp_session(page), []
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    visitor.open("/")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < LARGEST_VISIT
    assert "/js/accounts/" not in " ".join(
        page.evaluate(RESOURCES)
    )  # the log-in's script comes with its window
    seen, waiting = {"/"}, page.evaluate(LINKS)
    shapes = set()
    while waiting:
        path = waiting.pop(0)
        shape = "".join(" " if char.isdigit() else char for char in path.split("?")[0])
        if path in seen or (shape in shapes and any(char.isdigit() for char in path)):
            continue  # one announcement stands for all
        seen.add(path)
        shapes.add(shape)
        answer = page.goto(visitor.address + path)
        assert answer.status == 200, path
        assert page.evaluate("window.shifted") < 0.1, path
        assert page.locator("h1").count() == 1, path
        waiting += page.evaluate(LINKS)
    assert len(seen) > 20 and visitor.problems == []


RESOURCES = "performance.getEntriesByType('resource').map((one) => one.name)"
LINKS = """[...document.querySelectorAll("a[href]")].filter((a) => a.origin === location.origin && !a.hasAttribute("download")
  && !/download[.]|feed[.]atom|[/]attachments[/]|[/]language[/]|[/]captcha[/]|[/]api[/]/.test(a.href))
  .map((a) => a.pathname + a.search)"""


def test_a_suggestion_is_sent_from_a_window_and_its_answer_found_with_the_keyboard_alone(place, visit):
    visitor: Visitor = visit()
    page, keys = visitor.page, visitor.page.keyboard
    visitor.open("/")
    tab_to(visitor, "对监管服务提出意见和建议")
    keys.press("Enter")
    dialog = page.locator("dialog.suggest-window[open]")
    dialog.locator("#suggest-name").wait_for()
    page.evaluate(AXE)
    assert page.evaluate(FINDINGS) == []
    for words in ("张示例", "zhang@example.invalid"):
        keys.type(words)
        keys.press("Tab")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.type("太短")
    keys.press("Tab")
    keys.type("2468")
    keys.press("Enter")
    dialog.locator(".error-summary").wait_for()
    assert page.evaluate("document.activeElement.id") == "suggest-text"
    keys.type("，补充到十个字以上，谢谢。")
    keys.press("Tab")
    keys.press("Enter")
    receipt = dialog.locator(".receipt-number").inner_text()
    keys.press("Escape")
    assert "意见建议" in page.evaluate(FOCUS)
    visitor.open("/suggestions/status")
    page.locator("main input[name=receipt]").focus()
    keys.type(receipt)
    keys.press("Enter")
    page.get_by_text("已收到").first.wait_for()
    assert [said for said in visitor.problems if "422" not in said] == []


def tab_to_field(visitor: Visitor, name: str) -> None:
    """Reach a field by the tabulator alone, by its name or the beginning of its id."""
    here = "document.activeElement.name || document.activeElement.id || ''"
    for _press in range(120):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate(here).startswith(name):
            return
    raise AssertionError(f"the field {name} cannot be reached by the keyboard")


def test_a_visitor_searches_reads_and_looks_companies_up_with_the_keyboard_alone(place, visit):
    announce("关于典当行罚款的公告", body="<p>对超额放款的典当行处以罚款。</p>")
    visitor: Visitor = visit()
    page, keys = visitor.page, visitor.page.keyboard
    visitor.open("/")
    tab_to_field(visitor, "q")
    keys.type("罚款")
    keys.press("Enter")
    page.locator("main mark").first.wait_for()
    tab_to(visitor, "关于典当行罚款的公告")
    keys.press("Enter")
    page.get_by_role("heading", level=1, name="关于典当行罚款的公告").wait_for()
    tab_to(visitor, "名单公示")
    keys.press("Enter")
    tab_to(visitor, "融资担保公司名单")
    keys.press("Enter")
    page.wait_for_url("**/registry/guarantee/")
    tab_to_field(visitor, "q")
    keys.type("示例")
    keys.press("Enter")
    page.wait_for_url("**q=**")
    tab_to(visitor, "示例融资担保有限公司")
    keys.press("Enter")
    page.get_by_role("heading", level=1, name="示例融资担保有限公司").wait_for()
    assert page.evaluate("getComputedStyle(document.activeElement).visibility") == "visible"
    assert visitor.problems == []


@pytest.fixture
def editors_cookie(app: Flask, place: None) -> str:
    """The session of a content editor."""
    client = app.test_client()
    open_session(client, make_account("ContentEditor"))
    cookie = client.get_cookie("session")
    assert cookie is not None
    return str(cookie.value)


def sit_down(visitor: Visitor, cookie: str) -> None:
    visitor.page.context.add_cookies([{"name": "session", "value": cookie, "url": visitor.address}])


def test_an_editor_writes_with_picture_and_table_and_publishes(editors_cookie, visit, tmp_path: Path):
    visitor: Visitor = visit()
    page, keys = visitor.page, visitor.page.keyboard
    sit_down(visitor, editors_cookie)
    Image.new("RGB", (400, 200), (20, 80, 140)).save(tmp_path / "图.png")
    visitor.open("/console/announcements/add")
    page.fill("#title", "编辑器写的公告")
    page.select_option("#category", "guides")
    page.locator("[contenteditable]").first.click()
    keys.type("第一段")
    with page.expect_file_chooser() as chooser:
        page.locator("[data-menu-key=uploadImage]:not(.disabled)").click()
    chooser.value.set_files(tmp_path / "图.png")
    page.locator("[contenteditable] img[src*='/pictures/']").wait_for()
    keys.press("Tab")
    assert not page.evaluate("document.activeElement.isContentEditable")  # the text is no trap
    page.evaluate(AXE)
    assert page.evaluate(FINDINGS) == []
    page.set_input_files("#files", tmp_path / "图.png")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("heading", name="编辑器写的公告").wait_for()
    page.get_by_role("button", name="发布", exact=True).click()
    page.locator("dialog[open] [value=ok]").click()
    page.get_by_text("已发布 1 条公告").wait_for()
    db.session.rollback()
    item = db.session.scalars(select(Announcement).where(Announcement.title == "编辑器写的公告")).one()
    reader: Visitor = visit()
    reader.open(f"/news/{item.id}")
    shown = reader.page.locator(".article-body img")
    shown.scroll_into_view_if_needed()  # it is loaded when it comes into sight
    assert shown.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") == 400
    assert reader.page.locator(".article-files a").count() == 1
    assert visitor.problems == [] and reader.problems == []


def test_script_in_any_text_does_nothing_on_any_page(editors_cookie, visit: Callable[..., Visitor]):
    item = announce(f"标题{ATTACK}"[:120], summary=ATTACK, source=ATTACK[:60], body=f"<p>文</p>{ATTACK}")
    written = {"name": ATTACK[:40], "contact": ATTACK[:80], "text": ATTACK}
    letter = submit_suggestion(topic="other", now=clock.now(), **written)
    db.session.commit()
    paths = ["/", "/news/all/", f"/news/{item.id}", f"/suggestions/status?receipt={letter.receipt}"]
    paths += [f"{path}?q={ATTACK}" for path in ("/search", "/news/all/", "/registry/guarantee/")]
    paths += [f"/suggestions/status?receipt={ATTACK}", f"/registry/guarantee/?on={ATTACK}&region={ATTACK}"]
    staff = [f"/console/announcements/{verb}/{item.id}" for verb in ("show", "edit", "preview")]
    staff += [
        f"/console/suggestions/show/{letter.id}",
        "/console/suggestions/list/",
        "/console/announcements/list/",
    ]
    visitor: Visitor = visit()
    for path in paths + staff:
        if path == staff[0]:
            sit_down(visitor, editors_cookie)
        visitor.open(path)
        assert visitor.page.evaluate("window.hit") is None, path
    assert [said for said in visitor.problems if "404" not in said] == []


def test_an_announcement_is_printed_without_what_is_for_the_screen_only(place, visit):
    announce("前一篇公告")
    item = announce("要打印的公告", body="<p>正文。</p>")
    visitor: Visitor = visit()
    visitor.open(f"/news/{item.id}")
    visitor.page.emulate_media(media="print")
    assert visitor.page.locator(".article-body").is_visible()
    others = visitor.page.locator(
        ".portal-nav, .portal-foot, .article-foot, .crumbs, .portal-account, [data-print]"
    )
    assert others.count() >= 5 and others.locator("visible=true").count() == 0
