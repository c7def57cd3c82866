"""What people do on the pages of the main path, in their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.live import Visitor

CAPTCHA = "2468"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def choose(visitor: Visitor, field: str, value: str) -> None:
    """Pick a value in a select, dressed up by a picker or not."""
    visitor.page.locator(f"#{field}").evaluate(
        "(select, value) => { select.value = value; select.dispatchEvent(new Event('change', { bubbles: true })); }",
        value,
    )


def register(visitor: Visitor, fields: Mapping[str, str], folder: Path) -> str:
    """Fill in the registration and hand it in, with a licence when one is told; returns the text that answers."""
    page = visitor.page
    licensed = "licence_no" in fields
    visitor.open("/register")
    for name in ("industry", "org_type", "region_code"):
        choose(visitor, name, fields[name])
    licence = folder / "经营许可证.pdf"
    licence.write_bytes(PDF)
    page.locator(f"input[name=has_licence][value={'yes' if licensed else 'no'}]").check()
    for name, value in fields.items():
        if name not in ("industry", "org_type", "region_code"):
            page.locator(f"#{name}").fill(value)
    for name in ("licence_file", "business_file", "authorisation_file"):
        if licensed or name != "licence_file":
            page.locator(f"#{name}").set_input_files(licence)
    page.locator("#consent").check()
    page.locator("#captcha").fill(CAPTCHA)
    press(visitor, "注册")
    return str(page.locator("main").inner_text())


def confirm(visitor: Visitor) -> None:
    """Say yes in the dialog that asks; what was asked about then happens."""
    with visitor.page.expect_navigation():
        visitor.page.locator("dialog[open]").get_by_role("button").last.click()


def press(visitor: Visitor, name: str, *, sure: bool = False) -> None:
    """Press a button or follow a link by its words; `sure` answers the question that follows."""
    page = visitor.page
    main = page.locator("main")
    target = main.get_by_role("button", name=name, exact=True).or_(
        main.get_by_role("link", name=name, exact=True)
    )
    target.first.wait_for()
    page.locator("html[data-ready]").wait_for()  # a click before the scripts run asks nothing
    if sure:
        target.first.click()
        confirm(visitor)
    else:
        with page.expect_navigation():
            target.first.click()


def download(visitor: Visitor, link: Any, folder: Path) -> Path:
    """Follow a link that gives a file, and keep it."""
    with visitor.page.expect_download() as waiting:
        link.click()
    target = folder / str(waiting.value.suggested_filename)
    waiting.value.save_as(target)
    return target


def import_workbook(visitor: Visitor, address: str, workbook: Path) -> str:
    """Upload a workbook on an import page; returns the text of the preview, or of the refusal."""
    visitor.open(f"{address}import")
    visitor.page.locator("input[type=file]").set_input_files(workbook)
    press(visitor, "上传并预览")
    return str(visitor.page.locator("main").inner_text())


def main_text(visitor: Visitor) -> str:
    """What the page says, without menus."""
    return str(visitor.page.locator("main").inner_text())


def attach_required(visitor: Visitor, address: str, forms: Iterable[str], folder: Path) -> None:
    """Upload a file to every attachment of these forms that is still missing."""
    for code in forms:
        visitor.open(f"{address}{code}/")
        missing = visitor.page.locator(".attachment-slot.is-missing")
        while missing.count():
            paper = folder / f"{code}-{missing.count()}.pdf"
            paper.write_bytes(PDF + paper.name.encode())
            missing.first.locator("input[type=file]").set_input_files(paper)
            with visitor.page.expect_navigation():
                missing.first.get_by_role("button", name="上传").click()
