"""The important pages of the three faces, as whoever uses them, at a desk and on a phone: accessible, calm, our own.

No serious or critical finding of axe, no sideways scrolling, nothing in the browser's console, no request to elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.filings.submissions.models import Filing
from app.filings.submissions.services import load_place, submit_filing
from app.filings.values import to_json
from app.inspections.models import Inspection
from app.institutions.models import Registration
from app.portal.models import Announcement
from app.portal.seed import seed_portal
from tests.browser import families
from tests.factories import make_account, open_session
from tests.filing_places import MONTHLY, ONE_OFF
from tests.integration.inspections.helpers import begin_plan, bring, make_desk
from tests.integration.portal.portal_helpers import announce
from tests.integration.security.world import World, make_world
from tests.live import DESKTOP, PHONE, Visitor

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text() + ";0"
FINDINGS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .flatMap((one) => one.nodes.slice(0, 3).map((node) => `${one.id}: ${node.target.join(" ")} ${node.html.slice(0, 120)}`))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# A list whose rows become cards on a phone has nothing left to scroll to.
STACKED = """() => [...document.querySelectorAll("table.stacks")].map((one) => one.parentElement)
  .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => `${box.getAttribute("aria-label")} scrolls sideways`)"""

VISITOR = (
    "/", "/login", "/login/forgotten", "/register", "/register/status", "/news/all/", "/news/{announcement}", "/search?q=担保",
    "/registry/guarantee/", "/registry/guarantee/{other}", "/pages/complaints", "/suggestions", "/suggestions/status",
    "/nothing-here",
)  # fmt: skip
COMPANY = (
    "/workspace/", "/workspace/filings/?tab=business", "/workspace/filings/?tab=change", "/workspace/filings/{monthly}/{period}/",
    "/workspace/filings/{monthly}/{period}/DB01/", "/workspace/filings/{monthly}/{period}/DB01/import",
    "/workspace/filings/{monthly}/{period}/import/{staged}", "/workspace/filings/{monthly}/{period}/submit",
    "/workspace/filings/{monthly}/{period}/receipt", "/workspace/filings/{monthly}/{period}/extension",
    "/workspace/filings/{once}/once/", "/workspace/filings/{once}/once/GG01/", "/workspace/filings/{once}/once/GG02/",
    "/account/", "/account/password", "/workspace/messages/", "/workspace/messages/settings",
    "/workspace/inspections/", "/workspace/inspections/{inspection}",
    "/workspace/inspections/{inspection}/opinion", "/workspace/inspections/{inspection}/feedback",
    "/workspace/inspections/{inspection}/feedback/preview",
)  # fmt: skip
STAFF = {
    "Approver": (
        "/console/", "/console/registrations/list/", "/console/registrations/show/{registration}",
        "/console/institutions/list/?_flt_2_name=担保", "/console/institutions/show/{other}", "/console/filings/list/",
        "/console/periods/list/", "/console/periods/year/{year}", "/console/periods/generate",
        "/console/extensions/list/", "/console/extensions/grant", "/console/forms/list/",
        "/console/letters/list/", "/console/letters/show/inspection_notice", "/console/letters/edit/inspection_opinion",
    ),
    "Supervisor": ("/console/review/{filing}/", "/console/review/{changed}/", "/console/review/{changed}/compare"),
    "Inspector": (
        "/console/inspections/list/", "/console/inspections/calendar", "/console/inspections/show/{concluding}",
        "/console/inspection-work/new", "/console/inspection-work/plan/{planned}",
        "/console/inspection-work/checklist/{planned}", "/console/inspection-work/opinion/{concluding}",
        "/console/inspection-work/finding/{concluding}/0", "/console/inspection-checklist/list/",
        "/console/inspections/draft/{concluding}/inspection_opinion",
    ),
    "ContentEditor": ("/console/announcements/list/", "/console/announcements/add", "/console/announcements/edit/{announcement}",
        "/console/announcements/show/{announcement}", "/console/announcements/preview/{announcement}"),
    "SystemAdministrator": ("/console/accounts/list/", "/console/accounts/add", "/console/operations/"),
    "SecurityAdministrator": ("/console/grants/list/", "/console/grants/edit/{account}"),
    "Auditor": ("/console/events/list/", "/console/events/show/1"),
}  # fmt: skip


@pytest.fixture
def world(fresh_database: None) -> World:
    seed_portal(clock.now())
    found = make_world()
    announce(
        "关于做好融资担保公司月度数据报送工作的通知，标题很长很长，长到在手机上要换好几行才放得下",
        pinned=True,
    )
    return found


def stages() -> dict[str, int]:
    """Inspections before and after the work on site."""
    planned = db.session.scalars(select(Inspection.id).where(Inspection.status == "planned")).first()
    if planned is None:
        desk = make_desk()
        planned = begin_plan(desk).id
        bring(desk, "concluding")
    query = select(Inspection.id).where(Inspection.status == "concluding")
    return {"planned": planned, "concluding": int(db.session.scalars(query).one())}


def a_change() -> int:
    """One of a company's own profile, handed in beside what is in force."""
    found = db.session.scalars(select(Filing.id).where(Filing.change_form == "GG01")).first()
    if found is not None:
        return found
    place = families.place_of(families.make_company(), "guarantee-change", "GG01-01")
    profile = to_json(load_place(place).forms["GG01"], load_place(place).values["GG01"] or {})
    profile["card"]["reg_address"] = "浙江省杭州市示例路88号"
    families.draft(place, {"GG01": profile})
    version = submit_filing(place, "changed", {})
    db.session.commit()
    return version.filing_id


def addresses(world: World, pages: tuple[str, ...]) -> list[str]:
    """The pages with the numbers of this world."""
    known = {
        "announcement": db.session.scalars(select(Announcement.id)).first(),
        "registration": db.session.scalars(select(Registration.id)).first(),
        "other": world.other.id,
        "account": make_account("Inspector").id,
        "filing": world.filing.id,
        "changed": a_change(),
        "period": world.period.code,
        "year": world.period.code[:4],
        "staged": world.staged_id,
        "monthly": MONTHLY,
        "inspection": world.ids["inspection_id"][0],
        **stages(),
        "once": ONE_OFF,
    }
    return [page.format(**known) for page in pages]


def problems_of(visitor: Visitor, path: str) -> list[str]:
    """What is wrong with one page at both widths."""
    page, found = visitor.page, []
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        if size is DESKTOP:
            visitor.open(path)
            page.evaluate(AXE)
        found += [f"{path} at {size['width']}: {text}" for text in page.evaluate(FINDINGS)]
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"{path} at {size['width']}: scrolls sideways")
    return found + [f"{path}: {text}" for text in page.evaluate(STACKED)]


def watch(visitor: Visitor, said: list[str]) -> None:
    """Note what the browser complains about, and requests that leave the platform."""
    page = visitor.page

    def heard(message: Any) -> None:
        if message.type in ("error", "warning") and "status of 404" not in message.text:
            said.append(message.text)

    def asked(request: Any) -> None:
        if not request.url.startswith((visitor.address, "data:", "blob:")):
            said.append(f"asks {request.url}")

    page.on("console", heard)
    page.on("request", asked)


@pytest.fixture
def walk(app: Flask, visit: Callable[..., Visitor], world: World) -> Callable[..., list[str]]:
    """Open pages as somebody; gives what is wrong with them."""

    def walked(account: Any, pages: tuple[str, ...], language: str = "zh_Hans_CN") -> list[str]:
        visitor, said = visit(), []
        watch(visitor, said)
        cookies = [{"name": "lang", "value": language, "url": visitor.address}]
        if account is not None:
            client = app.test_client()
            open_session(client, account)
            cookie = client.get_cookie("session")
            assert cookie is not None
            cookies.append({"name": "session", "value": cookie.value, "url": visitor.address})
        visitor.page.context.add_cookies(cookies)
        return [problem for path in addresses(world, pages) for problem in problems_of(visitor, path)] + said

    return walked


def test_the_portal_suits_everybody(walk):
    assert walk(None, VISITOR) == []


def test_the_portal_in_english_suits_everybody(walk):
    assert walk(None, ("/", "/register", "/registry/guarantee/"), "en") == []


def test_the_workspace_suits_everybody(world, walk):
    assert walk(world.other_account, COMPANY) == []


def test_the_console_suits_everybody(walk):
    found = [problem for role, pages in STAFF.items() for problem in walk(make_account(role), pages)]
    assert found == []
