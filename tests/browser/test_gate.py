"""The gate as people meet it: with every family of filings, before its time, after it and once it is handed in, the grid,
the upload and the hand-in each say in words why nothing can be done; also to somebody whose pages were opened
while it still could.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.demo.one_off import one_off_entries
from app.filings.calendar.models import ReportingPeriod
from app.filings.submissions.intake import assess
from app.filings.submissions.models import FilingForm, FilingVersion
from app.filings.submissions.place import filing_at
from app.filings.submissions.services import load_place, submit_filing
from app.filings.submissions.templates import template_for
from app.filings.values import to_json
from app.institutions.models import Institution
from tests.browser import families
from tests.browser.families import CASES, PERSON
from tests.filing_places import ONE_OFF
from tests.kept import kept
from tests.live import Visitor

pytestmark = pytest.mark.browser
CHANGE = "guarantee-change"
WINDOW_WORDS = {"early": "现在尚未开放", "late": "现在已经截止"}
FAMILIES = [
    ONE_OFF,
    CHANGE,
    CASES[0].key,
    # All others at every door by HTTP: tests/integration/calendar.
    *(pytest.param(case.key, marks=pytest.mark.thorough) for case in CASES[1:]),
]


@dataclass
class Ready:
    """A company with a filing that could be handed in as it is."""

    company: Institution
    period: ReportingPeriod | None
    code: str
    form: str


@kept
def ready(key: str) -> Ready:
    """One of a family."""
    company = families.make_company(finished=key != ONE_OFF)
    if key == ONE_OFF:
        families.draft(families.place_of(company, key, "once"), one_off_entries(PERSON))
        families.attach_all(families.place_of(company, key, "once"))
        return Ready(company, None, "once", "GG01")
    if key == CHANGE:
        place = families.place_of(company, key, "GG01-01")
        data = load_place(place)
        entries = to_json(data.forms["GG01"], data.values["GG01"] or {})
        entries["card"]["reg_address"] = "浙江省杭州市示例路1号"
        families.draft(place, {"GG01": entries})
        return Ready(company, None, "GG01-01", "GG01")
    case = next(one for one in CASES if one.key == key)
    period = families.open_period(case.frequency)
    place = families.place_of(company, key, period.code)
    families.draft(place, families.entries_of(case, period))
    families.attach_all(place)
    return Ready(company, period, period.code, case.error.form)


def come_to(state: str, key: str, there: Ready) -> str:
    """Bring the filing into a state of the gate; gives the words that tell of it."""
    place = families.place_of(there.company, key, there.code)
    if state == "handed in":
        submit_filing(place, "gate", explained(place))
        db.session.commit()
        return {"business": "审批中", "change": "审核中"}.get(place.report_set.family, "已上报")
    if there.period is None:  # a change waits for the one-off set, as everything else
        once = filing_at(families.place_of(there.company, ONE_OFF, "once"))
        assert once is not None
        once.accepted_version_id = None
        db.session.commit()
        return "一次性报送尚未完成"
    families.move_window(there.period, *((2, 9) if state == "early" else (-9, -2)))
    return WINDOW_WORDS[state]


def explained(place: Any) -> dict[str, str]:
    return {finding.key: "已核对。" for finding in assess(load_place(place)).warnings}


def states_of(key: str) -> list[str]:
    """In the order in which they are walked. A one-off set has no time before and after; a change has none after."""
    return {ONE_OFF: ["handed in"], CHANGE: ["early", "handed in"]}.get(key, ["early", "late", "handed in"])


def come_again(key: str, there: Ready) -> None:
    """Everything open as it was at first."""
    if there.period is not None:
        families.move_window(there.period, -2, 3)
    elif key == CHANGE:
        db.session.rollback()
        once = filing_at(families.place_of(there.company, ONE_OFF, "once"))
        version = db.session.scalars(select(FilingVersion).where(FilingVersion.filing_id == once.id)).one()
        once.accepted_version_id = version.id
        db.session.commit()


def is_shut(person: Visitor, paths: Iterable[str], words: str) -> None:
    """Each page, opened now, says why and has nothing to enter, to choose or to press."""
    for path in paths:
        person.open(path)
        assert words in person.page.locator("main .reasons").first.inner_text(), path
        waiting = "main form:not([data-search]) button[type=submit], td input, main input[type=file]"
        assert person.page.locator(waiting).count() == 0, path


def type_into(grid: Any) -> None:
    """Change one cell of the grid or the card that is open."""
    card = grid.locator("#c-card-reg_address")
    if card.count():
        card.fill("浙江省杭州市示例路2号")
        return
    grid.locator("td.is-input.num").first.click()
    grid.keyboard.type("5")
    grid.keyboard.press("Enter")


def is_refused(pages: list[Any], words: str) -> None:
    """Who opened the pages in time is told the same, and nothing is stored."""
    grid, upload, submit = pages
    before = repr(stored())
    type_into(grid)
    refused = grid.locator("[data-save-status]", has_text="没有保存：")
    refused.wait_for()
    assert words in refused.inner_text()
    upload.get_by_role("button", name="上传并预览").click()
    upload.locator("main .reasons", has_text=words).wait_for()
    submit.get_by_role("button", name="确认上报").click()
    with submit.expect_navigation():
        submit.locator("dialog[open]").get_by_role("button").last.click()
    assert words in submit.locator("main").inner_text()
    assert repr(stored()) == before


def stored() -> list[Any]:
    """All drafts and what was handed in."""
    db.session.rollback()
    forms = db.session.execute(select(FilingForm.id, FilingForm.version, FilingForm.content)).all()
    return [*forms, *db.session.execute(select(FilingVersion.id)).all()]


@pytest.mark.parametrize("key", FAMILIES)
def test_each_door_says_why_it_is_shut(
    app: Flask, visit: Callable[..., Visitor], key: str, tmp_path: Path
) -> None:
    there = ready(key)
    person, late = families.seated(app, visit, there.company), families.seated(app, visit, there.company)
    address = f"/workspace/filings/{key}/{there.code}/"
    paths = [f"{address}{path}" for path in (f"{there.form}/", "import", "submit")]
    workbook = tmp_path / "报表.xlsx"
    workbook.write_bytes(template_for(families.place_of(there.company, key, there.code), None, "zh")[1])
    pages = [late.page, *(late.page.context.new_page() for _ in range(2))]
    for page, path in zip(pages, paths, strict=True):
        page.goto(late.address + path)
    pages[0].locator("html[data-editor=ready]").wait_for(state="attached")
    pages[1].locator("input[type=file]").set_input_files(workbook)
    for state in states_of(key):
        words = come_to(state, key, there)
        if state == ("late" if there.period else "handed in"):
            is_refused(pages, words)
        is_shut(person, paths, words)
        come_again(key, there)
