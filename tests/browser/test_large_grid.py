"""A table of ten thousand rows in a real browser: it scrolls, takes blocks, searches and saves like a small one."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.filings.definitions.models import ReportSet
from app.filings.definitions.queries import definition_ids_on
from app.filings.submissions.models import Filing, FilingForm
from tests.browser.desk import Desk, stored
from tests.filing_places import ONE_OFF

pytestmark = pytest.mark.browser
ROWS = 9_990  # and three blank ones: as many as a table may have, but for seven


@pytest.fixture
def desk(sit: Any, company: Any) -> Desk:
    """In front of the accounts of a company that has ten thousand of them."""
    report_set = db.session.scalars(select(ReportSet).where(ReportSet.key == ONE_OFF)).one()
    filing = Filing(institution_id=company.id, report_set_id=report_set.id, period_code="once")
    db.session.add(filing)
    db.session.flush()
    content = {
        str(n): {
            "bank": f"示例银行{n}",
            "account_name": "示例公司",
            "account_no": f"{n:08d}",
            "balance": f"{n}.00",
        }
        for n in range(1, ROWS + 1)
    }
    db.session.add(
        FilingForm(
            filing_id=filing.id,
            institution_id=company.id,
            form_code="GG11",
            definition_id=definition_ids_on(["GG11"], clock.today())["GG11"],
            content=content,
            version=1,
            updated_at=clock.now(),
        )
    )
    db.session.commit()
    found: Desk = sit(f"/workspace/filings/{ONE_OFF}/once/")
    found.open("GG11")
    return found


def lines(desk: Desk) -> int:
    return int(desk.page.locator("tbody tr[data-row]").count())


def active(desk: Desk) -> tuple[str, str]:
    """(number, text) of the row of the active cell."""
    line = desk.page.locator("tr:has(td.is-active)")
    return line.locator("th").inner_text(), line.locator("td.is-active").inner_text()


def bank(desk: Desk, number: int) -> Any:
    """The first cell of a row that is drawn."""
    return desk.page.locator(f'tr[data-row="{number}"] td').first


def test_only_rows_in_sight_are_drawn_and_the_keyboard_goes_everywhere(desk: Desk) -> None:
    assert lines(desk) < 150
    assert desk.page.locator("[data-grid-table]").get_attribute("aria-rowcount") == str(ROWS + 3 + 1)
    bank(desk, 1).click()
    desk.press("Control+End", "ArrowUp", "ArrowUp", "ArrowUp", "Home")
    assert active(desk) == ("9990", "示例银行9990")
    assert desk.page.locator("tr:has(td.is-active)").get_attribute("aria-rowindex") == "9991"
    desk.press("Control+Home")
    assert active(desk) == ("1", "示例银行1")
    desk.page.locator(".data-grid-wrap").evaluate("box => (box.scrollTop = box.scrollHeight / 2)")
    desk.page.locator('tr[data-row="5000"]').wait_for()
    assert lines(desk) < 150
    assert active(desk) == ("1", "示例银行1")  # still in hand
    desk.press("ArrowDown")
    assert active(desk) == ("2", "示例银行2")
    assert desk.page.evaluate("document.activeElement.closest('tr').dataset.row") == "2"
    desk.visitor.shot("large-grid")


def test_rows_that_do_not_come_are_told_and_fetched_again(desk: Desk) -> None:
    answers = iter(["refused", "somebody saved", "there"])

    def answer(route: Any) -> None:
        match next(answers):
            case "refused":
                route.abort()
            case "somebody saved":
                route.fulfill(json={"version": 2, "table": {"keys": 0, "columns": {}}})
            case _:
                route.continue_()

    desk.page.route("**/GG11/rows", answer)
    desk.page.reload()
    status = desk.page.locator("[data-save-status]")
    with desk.page.expect_navigation():  # the page is older than the rows: it is opened anew
        status.get_by_text("其余各行没有取到").wait_for()
        assert bank(desk, 60).inner_text() == "示例银行60"  # what the page itself shows
        assert desk.page.locator(".grid-tools").evaluate("node => node.inert")
    desk.page.locator("html[data-editor=ready]").wait_for(state="attached")
    assert status.inner_text() == "所有修改已保存"
    assert desk.page.locator("[data-grid-table]").get_attribute("aria-rowcount") == str(ROWS + 3 + 1)


def test_the_last_column_is_clear_of_the_buttons_that_stay_at_the_edge(desk: Desk) -> None:
    desk.page.set_viewport_size({"width": 560, "height": 800})
    bank(desk, 1).click()
    desk.press("End")
    edge = desk.page.locator("tr:has(td.is-active) .row-end").bounding_box()
    cell = desk.page.locator("td.is-active").bounding_box()
    assert cell["x"] + cell["width"] <= edge["x"] + 1


def test_a_changed_cell_sends_only_itself(desk: Desk) -> None:
    sent: list[Any] = []
    desk.page.on(
        "request", lambda request: sent.append(request.post_data) if request.url.endswith("/save") else None
    )
    bank(desk, 3).click()
    desk.type("示例新银行")
    desk.press("Enter")
    desk.saved()
    assert [json.loads(body) for body in sent] == [{"version": 1, "edits": {"3": {"bank": "示例新银行"}}}]
    assert stored("GG11").content["3"]["bank"] == "示例新银行"
    assert len(stored("GG11").content) == ROWS


def test_five_thousand_rows_are_pasted_undone_and_saved(desk: Desk) -> None:
    bank(desk, 2).click()
    began = time.perf_counter()
    desk.paste("\n".join(f"粘贴银行{n}\t示例公司\t{n:06d}" for n in range(5000)) + "\n")
    assert time.perf_counter() - began < 10
    assert active(desk)[0] == "5001"
    assert "已粘贴 15000 格" in desk.page.locator("[data-grid-say]").inner_text()
    desk.press("Control+z")
    desk.press("Control+Home")
    assert bank(desk, 2).inner_text() == "示例银行2"
    desk.press("Control+y", "Control+Home")
    assert bank(desk, 2).inner_text() == "粘贴银行0"
    desk.page.locator("[data-save-status]", has_text="已保存").wait_for(timeout=30000)
    content = stored("GG11").content
    assert (content["5001"]["bank"], content["5002"]["bank"]) == ("粘贴银行4999", "示例银行5002")
    assert content["5001"]["balance"] == "5001.00"


def test_a_text_is_found_far_below_and_rows_come_and_go_there(desk: Desk) -> None:
    bank(desk, 1).click()
    desk.press("Control+f")
    desk.type("银行8765")
    desk.press("Enter")
    assert active(desk) == ("8765", "示例银行8765")
    desk.press("Escape")
    desk.page.locator("[data-grid=insert-row]").click()
    desk.page.keyboard.insert_text("插入银行")
    desk.press("Enter")
    assert active(desk) == ("8766", "示例银行8765")
    desk.saved()
    content = stored("GG11").content
    assert [content[key]["bank"] for key in ("8764", "8765", "8766")] == [
        "示例银行8764",
        "插入银行",
        "示例银行8765",
    ]
    desk.page.locator("tr:has(td.is-active) [data-grid=remove-row]").click()
    desk.page.locator("[data-save-status]", has_text="有未保存").wait_for()
    desk.saved()
    content = stored("GG11").content
    assert [content[key]["bank"] for key in ("8765", "8766")] == ["插入银行", "示例银行8766"]


def test_findings_far_below_are_reached_with_f8_and_the_list_stays_short(desk: Desk) -> None:
    bank(desk, 1).click()
    desk.press("Control+End", "ArrowUp", "ArrowUp", "ArrowUp")
    desk.page.locator("tr:has(td.is-active) td").nth(5).click()
    desk.type("abc")
    desk.press("Enter")
    desk.saved()
    assert desk.page.locator("[data-findings] li").count() <= 100
    desk.press("Control+Home", "F8")
    first = active(desk)
    desk.press("F8", "Shift+F8")
    assert active(desk) == first
    link = desk.page.locator('[data-findings] a[data-row="9990"]').first
    link.click()
    assert active(desk)[0] == "9990"
    assert "has-error" in (desk.page.locator("td.is-active").get_attribute("class") or "")
