"""The forms of portal and accounts, sent well and badly, at both widths and in both languages; each state looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from app.core import clock
from app.core.db import db
from app.portal.seed import seed_portal
from tests.browser.walks import CAPTCHA, NEW, WALKS, Walker, link_in_newest_mail, walker
from tests.factories import PASSWORD, make_account, make_institution, uscc
from tests.integration.portal.portal_helpers import announce

__all__ = ["walker"]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
COMPANY = "示例融资担保有限公司"


@pytest.fixture
def company(fresh_database: None) -> Any:
    """Somebody of a company that stands in the list, and a portal with pages."""
    seed_portal(clock.now())
    announce("关于典当行罚款的公告", body="<p>对超额放款的典当行处以罚款。</p>")
    found = make_account("Enterprise", institution=make_institution("guarantee", name=COMPANY))
    db.session.commit()
    return found


def send(walker: Walker, scope: str) -> None:
    """Press the main button of a form."""
    walker.page.locator(f"{scope} form button[type=submit].btn-primary").first.click()


@pytest.mark.parametrize(("size", "language", "axe"), WALKS)
def test_searching_filtering_and_downloading(company, walker, size, language, axe, tmp_path: Path):
    mine: Walker = walker(size, language, axe)
    page = mine.page
    mine.open("/")
    mine.look()
    page.locator(".hero-search button").click()  # empty: the browser asks for a word
    assert page.evaluate("document.querySelector('#hero-q').validity.valueMissing")
    page.locator(".hero-search input").fill("没有这样的词")
    page.keyboard.press("Enter")
    page.locator(".empty-state").wait_for()
    mine.look()
    mine.fill("main", q="罚款")
    send(mine, "main")
    expect(page.locator("main mark").first).to_have_text("罚款")
    mine.look()
    mine.open("/news/all/")
    narrow(mine, q="罚款", since="2020-01-01", until="2020-12-31")
    page.locator(".empty-state").wait_for()
    mine.look()
    narrow(mine, q="罚款", since="2020-01-01", until="")
    expect(page.locator(".news-rows li")).to_have_count(1)
    look_companies_up(mine, tmp_path)


def narrow(mine: Walker, **values: str) -> None:
    """Ask by the filters."""
    unfold(mine)
    mine.fill(".filters", **values)
    mine.page.locator(".filters .btn-primary").click()
    mine.ready()


def pick(mine: Walker, box: str, words: str) -> None:
    """Choose in a list with search."""
    control = mine.page.locator(f".ts-control:has({box})")
    height = control.bounding_box()["height"]
    mine.page.locator(box).focus()
    mine.page.keyboard.type(words)
    expect(mine.page.locator(".ts-dropdown .option.active")).to_contain_text(words)
    mine.page.keyboard.press("Enter")
    # A box that grows moves the button away under the mouse.
    assert control.bounding_box()["height"] == height


def unfold(mine: Walker) -> None:
    """Open the filters where a phone folds them."""
    toggle = mine.page.locator(".filters-toggle")
    if toggle.is_visible() and toggle.get_attribute("aria-expanded") == "false":
        toggle.click()


def look_companies_up(mine: Walker, folder: Path) -> None:
    page = mine.page
    mine.open("/registry/guarantee/")
    mine.look()
    narrow(mine, q="没有这家")
    page.locator(".empty-state").wait_for()
    page.locator(".empty-state a.btn").click()
    narrow(mine, q="示例", on="2026-01-05")
    expect(page.locator(".chip")).to_have_count(2)
    mine.open("/registry/guarantee/?on=2099-01-01")
    page.locator(".notice-problem").wait_for()
    mine.look()
    unfold(mine)
    pick(mine, "#filter-region-ts-control", mine.words("示例市", "Region 330100"))
    page.locator(".filters .btn-primary").click()
    page.wait_for_url("**region=330100**")
    expect(page.locator(".registry-table .row-link")).to_have_text([COMPANY])
    for kind in ("xlsx", "csv", "json"):
        page.locator(".page-actions summary").click()
        with page.expect_download() as download:
            page.locator(f".page-actions a[href*='download.{kind}']").click()
        assert download.value.suggested_filename.endswith(f".{kind}")
        download.value.save_as(folder / f"list.{kind}")
        page.keyboard.press("Escape")
    assert COMPANY in (folder / "list.csv").read_text(encoding="utf-8-sig")
    assert json.loads((folder / "list.json").read_text())["institutions"][0]["name"] == COMPANY
    assert (folder / "list.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(("size", "language", "axe"), WALKS)
def test_a_suggestion_is_sent_and_looked_up(company, walker, size, language, axe):
    mine: Walker = walker(size, language, axe)
    page = mine.page
    mine.open("/")
    page.locator(".interaction a[href='/suggestions']").click()
    window = page.locator("dialog.suggest-window[open]")
    window.locator("[name=name]").wait_for()
    mine.look()
    send(mine, "dialog.suggest-window")
    expect(window.locator(".error-summary li")).to_have_count(5)
    assert mine.focused() == "name"
    mine.look()
    mine.fill("dialog.suggest-window", name="张示例", contact="zhang@example.invalid", captcha="1111")
    mine.fill("dialog.suggest-window", text="请多公布一些办事指南，十个字以上。")
    window.locator("[name=topic]").select_option(index=1)
    send(mine, "dialog.suggest-window")
    expect(window.locator(".error-summary li")).to_have_count(1)
    assert mine.focused() == "captcha"
    mine.fill("dialog.suggest-window", captcha=CAPTCHA)
    send(mine, "dialog.suggest-window")
    receipt = window.locator(".receipt-number").inner_text()
    mine.look()
    page.emulate_media(media="print")
    expect(window.locator(".receipt-number")).to_be_visible()
    assert page.locator("header, main, footer, dialog .button-row").locator("visible=true").count() == 0
    page.emulate_media(media="screen")
    window.locator(".button-row a").click()
    expect(page.locator("main .state").first).to_be_visible()
    mine.look()
    for typed in ("123", "YJ20200101-AAAAA-BBBBB"):
        mine.fill("main", receipt=typed)
        send(mine, "main")
        page.locator("main .field-error").wait_for()
        mine.look()
    mine.fill("main", receipt=f" {receipt.lower()} ")
    send(mine, "main")
    expect(page.locator("main #answer")).to_have_text(receipt)


@pytest.mark.parametrize(("size", "language", "axe"), WALKS)
def test_an_institution_registers_and_looks_its_registration_up(company, walker, size, language, axe):
    mine: Walker = walker(size, language, axe)
    page, code = mine.page, uscc(90001)
    mine.open("/register")
    send(mine, "main")
    expect(page.locator("#error-summary")).to_be_focused()
    mine.look()
    fill_registration(mine, code)
    page.set_input_files(
        "#business_file", {"name": "photo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    )
    send(mine, "main")
    expect(page.locator("#business_file-error")).to_be_visible()
    mine.look()
    page.set_input_files(
        "#business_file", {"name": "licence.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    mine.fill("main", captcha="1111")
    send(mine, "main")
    expect(page.locator("#error-summary li")).to_have_count(1)
    expect(page.locator(".kept-file")).to_have_count(3)  # nothing is uploaded twice
    assert page.locator("[name=password]").get_attribute("aria-required") is None
    mine.fill("main", captcha=CAPTCHA)
    send(mine, "main")
    page.wait_for_url("**/register/done")
    mine.ready()
    mine.look()
    look_registration_up(mine, page.locator(".receipt-number").inner_text(), code)


def fill_registration(mine: Walker, code: str) -> None:
    page = mine.page
    mine.fill(
        "main", username="shili-danbao", password=NEW, again=NEW, name="示例新融资担保有限公司", uscc=code
    )
    mine.fill("main", address="示例路 1 号", legal_representative="测试甲", contact_name="测试乙")
    mine.fill("main", mobile="13800000000", email="new@example.invalid", captcha=CAPTCHA)
    page.select_option("[name=industry]", "guarantee")
    page.select_option("[name=org_type]", "guarantee")
    pick(mine, "#region_code-ts-control", mine.words("示例市", "3301"))
    page.locator("[name=has_licence][value=yes]").check()
    mine.fill("main", licence_no="示例A00001", licence_issuer="示例监管局")
    mine.fill("main", licence_from="2020-01-01", licence_to="2090-12-31")
    for name in ("licence_file", "authorisation_file"):
        page.set_input_files(
            f"#{name}", {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        expect(page.locator(f".upload:has(#{name}) [data-upload-chosen]")).to_contain_text(".pdf")
    page.locator("[name=consent]").check()


def look_registration_up(mine: Walker, receipt: str, code: str) -> None:
    page = mine.page
    page.locator("main a.btn-primary").click()
    mine.ready()
    send(mine, "main")
    expect(page.locator("#error-summary li")).to_have_count(2)
    mine.look()
    mine.fill("main", receipt_no=receipt, uscc=uscc(90002))
    send(mine, "main")
    expect(page.locator("#error-summary li")).to_have_count(1)
    mine.fill("main", uscc=code)
    send(mine, "main")
    expect(page.locator("#result h2")).to_have_text("示例新融资担保有限公司")
    mine.look("示例新")


@pytest.mark.parametrize(("size", "language", "axe"), WALKS)
def test_logging_in_through_the_window_and_after_a_forgotten_password(
    company, walker: Callable[..., Walker], size, language, axe
):
    mine = walker(size, language, axe)
    page = mine.page
    mine.open("/pages/complaints")
    page.locator(".portal-account a[data-login]").click()
    window = page.locator("dialog.login-window[open]")
    expect(window.locator("[name=account]")).to_be_focused()
    send(mine, "dialog.login-window")
    expect(window.locator(".field-error")).to_have_count(3)
    mine.look()
    window.get_by_role("tab").last.click()
    expect(window.locator("a[href='/register']")).to_be_visible()
    mine.look()
    window.get_by_role("tab").first.click()
    listen_to_the_captcha(mine)
    mine.fill("dialog.login-window", account=company.username, password="Falsch-1", captcha=CAPTCHA)
    send(mine, "dialog.login-window")
    expect(window.locator("[role=alert], .notice-problem").first).to_be_visible()
    mine.look()
    window.locator(".login-forgotten a").click()
    page.wait_for_url("**/login/forgotten")
    mine.ready()
    choose_a_new_password(mine, company)
    mine.fill("main", account=company.username, password=NEW, captcha=CAPTCHA)
    send(mine, "main")
    page.wait_for_url("**/workspace/")
    mine.ready()
    mine.look("示例")


def listen_to_the_captcha(mine: Walker) -> None:
    """The sound is fetched, is sound, and is another one when the picture is."""
    page = mine.page
    tools = page.locator("dialog.login-window [data-captcha-sound]")
    picture = page.locator("dialog.login-window .captcha-image")
    with page.expect_response("**/captcha/*.wav") as heard:
        tools.click()
    assert heard.value.headers["content-type"] == "audio/wav"
    assert int(heard.value.headers["content-length"]) > 10_000
    expect(page.locator("dialog.login-window [data-captcha-says]")).to_have_text(
        mine.words("正在播放语音验证码…", "Playing the captcha…")
    )
    before = tools.get_attribute("href"), picture.get_attribute("src")
    page.locator("dialog.login-window [data-captcha-renew]").click()
    expect(picture).not_to_have_attribute("src", before[1])
    assert tools.get_attribute("href") != before[0]
    page.route("**/captcha/**", lambda asked: asked.fulfill(status=429))
    for button in (tools, page.locator("dialog.login-window [data-captcha-renew]")):
        button.click()
        expect(page.locator("dialog.login-window [data-captcha-says]")).to_have_text(
            re.compile("没有|could not be played|No new image")
        )
    assert page.url.endswith("/pages/complaints")  # what was typed is not left
    page.unroute("**/captcha/**")


def choose_a_new_password(mine: Walker, somebody: Any) -> None:
    page = mine.page
    send(mine, "main")
    expect(page.locator("#error-summary li")).to_have_count(3)
    mine.look()
    mine.fill("main", account=somebody.username, email="no-address", captcha=CAPTCHA)
    send(mine, "main")
    expect(page.locator("#email-error")).to_be_visible()
    mine.fill("main", email=somebody.email, captcha=CAPTCHA)
    send(mine, "main")
    page.wait_for_url("**/sent")
    mine.ready()
    mine.look()
    link = link_in_newest_mail(r"/login/reset/[\w-]{43}")
    mine.open(link)
    mine.fill("main", new="kurz", again="lang")
    send(mine, "main")
    expect(page.locator("#error-summary li").first).to_be_visible()
    mine.look()
    mine.fill("main", new=PASSWORD, again=PASSWORD)  # the present one
    send(mine, "main")
    expect(page.locator("#new-error")).to_be_visible()
    mine.fill("main", new=NEW, again=NEW)
    send(mine, "main")
    page.wait_for_url("**/login")
    expect(page.locator(".notice-done")).to_be_visible()
    mine.look()
