"""The grid and the card in a real browser: keyboard, paste, undo, live formulas, autosave, conflicts, failures."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.desk import stored
from tests.filing_places import MONTHLY, ONE_OFF, finish_one_off, hand_in, make_month, zeros
from tests.live import PHONE

pytestmark = pytest.mark.browser


def test_a_form_is_filled_with_the_keyboard_alone_and_saves_itself(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r3", "open").focus()
    desk.type("1,000")
    desk.press("Tab")
    desk.type("500.5")
    assert desk.cell("r3", "close").inner_text() == "1,500.50"  # while typing
    desk.press("Tab")
    desk.type("0.5")
    desk.press("Enter")
    assert desk.texts("r3", "open", "inc", "dec", "close") == ["1,000.00", "500.50", "0.50", "1,500.00"]
    assert desk.texts("r32", "close") == ["1,500.00"]
    assert desk.page.locator("td.is-active").get_attribute("id") == "c-r4-dec"
    desk.saved()
    assert stored("DB01").content["r3"] == {"open": "1000.00", "inc": "500.50", "dec": "0.50"}
    desk.visitor.shot("grid")


def test_f2_keeps_the_text_and_escape_takes_the_edit_back(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r3", "open").focus()
    desk.type("100")
    desk.press("Enter", "ArrowUp", "F2", "End")
    desk.type("5")
    assert desk.cell("r3", "close").inner_text() == "1,005.00"
    desk.press("Escape")
    assert desk.texts("r3", "open", "close") == ["100.00", "100.00"]


def test_computed_cells_cannot_be_typed_into(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r3", "close").click()
    desk.type("5")
    assert desk.page.locator("td input").count() == 0
    assert "自动计算" in desk.page.locator("[data-cell-info]").inner_text()


def test_a_block_from_a_spreadsheet_lands_right_and_skips_locked_cells_and_headings(
    sit: Any, month: str
) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r20", "open").click()
    # Rows 20, 21, the heading of part 2, the computed row 22, row 23 - as they stand in the workbook.
    desk.paste("1\t2\t3\r\n4\t5\t6\r\n\t\t\r\n9\t9\t9\r\n1,234.5\t８\t\r\n")
    assert desk.texts("r20", "open", "inc", "dec") == ["1.00", "2.00", "3.00"]
    assert desk.texts("r21", "open", "inc", "dec") == ["4.00", "5.00", "6.00"]
    assert desk.texts("r23", "open", "inc", "dec") == ["1,234.50", "8.00", ""]
    assert desk.texts("r22", "open", "inc", "dec") == ["1,234.50", "8.00", "0.00"]
    assert "跳过 3 个" in desk.page.locator("[data-grid-say]").inner_text()
    desk.press("Control+z")
    assert desk.texts("r20", "open") + desk.texts("r23", "open") == ["", ""]
    desk.press("Control+y")
    assert desk.texts("r23", "open") == ["1,234.50"]


def test_places_covered_by_a_merged_cell_are_left_alone(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r3", "inc").click()
    desk.type("7")
    desk.press("Enter")
    desk.cell("r3", "open").click()
    html = "<table><tr><td colspan=2>5</td><td>6</td></tr></table>"
    desk.paste("5\t\t6", html)
    assert desk.texts("r3", "open", "inc", "dec") == ["5.00", "7.00", "6.00"]


def test_one_value_fills_a_selection_and_delete_clears_it(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r3", "open").click()
    desk.press("Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight")
    desk.paste("2")
    assert desk.texts("r5", "open", "inc") == ["2.00", "2.00"]
    desk.press("Delete")
    assert desk.texts("r3", "open", "inc") == ["", ""]
    desk.press("Control+z")
    assert desk.texts("r4", "inc") == ["2.00"]


def test_copying_gives_plain_numbers(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r3", "open").focus()
    desk.type("1,234.5")
    desk.press("Tab", "Shift+Tab", "Shift+ArrowRight")
    copied = desk.page.evaluate(
        """() => {
          const data = new DataTransfer();
          const event = new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(event);
          return data.getData("text/plain");
        }"""
    )
    assert copied == "1234.5\t"


def test_what_the_browser_calculates_is_what_the_server_calculates(sit: Any, month: str) -> None:
    desk = sit(month)
    for code in ("DB01", "DB02"):
        desk.open(code)
        first = desk.page.locator("td.is-input").first
        first.click()
        lines = "\n".join("\t".join(f"{r * 7 % 90 + c}.{r % 10}{c}" for c in range(6)) for r in range(60))
        desk.paste(lines)
        shown = desk.page.locator("td.is-computed").all_inner_texts()
        desk.saved()
        desk.page.reload()
        assert shown == desk.page.locator("td.is-computed").all_inner_texts()
        assert any(text not in ("", "0", "0.00") for text in shown)


def test_unreadable_input_stays_with_the_reason(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r3", "open").focus()
    desk.type("-5")
    desk.press("Enter")
    desk.cell("r5", "open").click()
    desk.paste("约一千")
    assert "has-error" in (desk.cell("r3", "open").get_attribute("class") or "")
    assert "负" in (desk.cell("r3", "open").get_attribute("title") or "")
    desk.saved()
    desk.page.reload()
    assert desk.texts("r5", "open") == ["约一千"]
    assert "不是数字" in (desk.cell("r5", "open").get_attribute("title") or "")


def test_findings_come_with_the_save_and_lead_to_their_cell(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r3", "dec").click()
    desk.type("5")
    desk.press("Enter")
    desk.saved()
    desk.cell("r3", "close").and_(desk.page.locator(".has-error")).wait_for()
    desk.page.locator("[data-findings] a[data-row=r3][data-col=close]").first.click()
    assert desk.page.locator("td.is-active").get_attribute("id") == "c-r3-close"
    assert desk.page.evaluate("document.activeElement.id") == "c-r3-close"


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_conflict_is_asked_about_and_nothing_is_lost(sit: Any, month: str, choice: str) -> None:
    first, second = sit(month), sit(month)
    for desk in (first, second):
        desk.open("DB01")
    second.cell("r3", "open").focus()
    second.type("111")
    second.press("Enter")
    second.saved()
    first.cell("r4", "open").click()
    first.type("222")
    first.press("Enter")
    dialog = first.page.locator("#conflict-dialog")
    dialog.wait_for()
    assert "222" in dialog.inner_text()
    first.visitor.shot("conflict")
    dialog.locator(f"[data-conflict={choice}]").click()
    first.saved()
    assert first.texts("r3", "open") == ["111.00"]
    assert first.texts("r4", "open") == (["222.00"] if choice == "mine" else [""])
    if choice == "mine":
        assert stored("DB01").content["r4"] == {"open": "222.00"}


def test_a_failed_save_keeps_the_input_and_tries_again(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.page.route("**/save", lambda route: route.abort())
    desk.cell("r3", "open").focus()
    desk.type("77")
    desk.press("Enter")
    desk.page.locator("[data-save-status].is-problem").wait_for(timeout=10000)
    assert desk.texts("r3", "open") == ["77.00"]
    desk.page.unroute("**/save")
    desk.saved()
    assert stored("DB01").content["r3"] == {"open": "77.00"}


def test_input_that_was_never_saved_comes_back_after_a_crash(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.page.route("**/save", lambda route: route.abort())
    desk.cell("r3", "open").focus()
    desk.type("88")
    desk.press("Enter")
    desk.page.locator("[data-save-status].is-problem").wait_for(timeout=10000)
    desk.page.on("dialog", lambda dialog: dialog.accept())
    desk.page.unroute("**/save")
    desk.page.reload()
    desk.page.locator("html[data-editor=ready]").wait_for(state="attached")
    assert desk.texts("r3", "open") == ["88.00"]
    desk.saved()
    assert stored("DB01").content["r3"] == {"open": "88.00"}


def test_openings_are_proposed_and_prior_values_can_be_shown(sit: Any, company: Any, month: str) -> None:
    values = {"DB01": zeros("DB01")}
    values["DB01"]["r3"] = {"open": "1000.00", "inc": "300.00", "dec": "50.00", "close": "1250.00"}
    hand_in(company, MONTHLY, make_month(2, opens=-40, due=-20), values)
    desk = sit(month)
    desk.open("DB01")
    assert desk.texts("r3", "open", "close") == ["1,250.00", "1,250.00"]
    desk.page.get_by_label("显示上期").check()
    assert "300.00" in desk.page.locator("tr[data-row=r3] td.is-prior").all_inner_texts()
    desk.cell("r3", "inc").click()
    assert "上期 300.00" in desk.page.locator("[data-cell-info]").inner_text()
    desk.type("10")
    desk.press("Enter")
    desk.saved()
    assert stored("DB01").content["r3"] == {"open": "1250.00", "inc": "10.00"}


def test_tables_grow_choose_and_shrink(sit: Any) -> None:
    desk = sit(f"/workspace/filings/{ONE_OFF}/once/")
    desk.open("GG02")
    desk.page.locator("tbody td").first.click()
    rows = [
        "示例甲公司\t企业法人\t民营资本",
        "示例乙公司\t自然人\t外资",
        "示例丙公司\t月球人\t外资",
        "示例丁公司\t\t",
    ]
    desk.paste("\n".join(rows) + "\n")
    assert desk.page.locator("tbody tr").count() >= 4
    assert "企业法人" in desk.page.locator("tbody tr").nth(0).inner_text()
    assert "has-error" in (
        desk.page.locator("tbody tr").nth(2).locator("td").nth(1).get_attribute("class") or ""
    )
    desk.saved()
    content = stored("GG02").content
    assert [row["name"] for row in content.values()] == [
        "示例甲公司",
        "示例乙公司",
        "示例丙公司",
        "示例丁公司",
    ]
    assert content["1"]["holder_type"] == "legal"
    desk.page.locator("tbody tr").nth(1).locator("[data-grid=remove-row]").click()
    desk.page.locator("[data-save-status]", has_text="有未保存").wait_for()
    desk.saved()
    assert [row["name"] for row in stored("GG02").content.values()] == [
        "示例甲公司",
        "示例丙公司",
        "示例丁公司",
    ]
    desk.press("Control+z")
    desk.page.locator("[data-grid=undo]").click()
    assert "示例乙公司" in desk.page.locator("tbody").inner_text()


def test_chinese_can_be_composed_straight_into_a_cell(sit: Any) -> None:
    desk = sit(f"/workspace/filings/{ONE_OFF}/once/")
    desk.open("GG02")
    desk.page.locator("tbody td").first.click()
    desk.page.keyboard.insert_text("示例甲公司")
    desk.press("Enter")
    desk.page.keyboard.insert_text("示例乙公司")
    desk.press("Tab", "ArrowLeft", "F2", "End")
    desk.type("A")
    desk.press("Enter")
    desk.saved()
    assert [row["name"] for row in stored("GG02").content.values()] == ["示例甲公司", "示例乙公司A"]


def test_a_save_does_not_take_the_cell_out_of_hand(sit: Any) -> None:
    desk = sit(f"/workspace/filings/{ONE_OFF}/once/")
    desk.open("GG02")
    desk.page.locator("tbody td").first.click()
    desk.page.keyboard.insert_text("示例甲公司")
    desk.press("Enter")
    desk.saved()
    desk.page.keyboard.insert_text("示例乙公司")
    desk.press("Enter")
    desk.page.locator("[data-save-status]", has_text="有未保存").wait_for()
    desk.saved()
    assert len(stored("GG02").content) == 2


def test_a_card_saves_itself_and_tells_errors_at_the_field(sit: Any) -> None:
    desk = sit(f"/workspace/filings/{ONE_OFF}/once/")
    desk.open("GG01")
    desk.page.get_by_label("机构名称").fill("示例融资担保有限公司")
    desk.page.get_by_label("机构类型").select_option("guarantee")
    desk.page.get_by_label("成立日期").fill("2020-03-05")
    desk.page.get_by_label("注册资本").fill("abc")
    desk.page.get_by_label("统一社会信用代码").fill("123")
    desk.saved()
    content = stored("GG01").content["card"]
    assert content == {
        "org_name": "示例融资担保有限公司",
        "org_type": "guarantee",
        "setup_date": "2020-03-05",
    }
    assert "不是数字" in desk.page.locator("[data-field=reg_capital]").inner_text()
    assert desk.page.locator("[data-field=uscc] .field-error").count() > 0
    desk.page.reload()
    assert desk.page.get_by_label("注册资本").input_value() == "abc"
    desk.visitor.shot("card")


def test_a_phone_can_fill_a_cell_and_the_page_does_not_overflow(sit: Any, month: str) -> None:
    desk = sit(month, viewport=PHONE, has_touch=True, is_mobile=True)
    desk.open("DB01")
    desk.cell("r3", "open").tap()
    desk.type("12")
    desk.press("Enter")
    desk.saved()
    assert desk.texts("r3", "open") == ["12.00"]
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 375
    desk.visitor.shot("grid-phone")


def test_a_closed_form_can_be_looked_at_but_not_typed_into(sit: Any, company: Any) -> None:
    finish_one_off(company)
    closed = make_month(2, opens=-40, due=-20)
    desk = sit(f"/workspace/filings/{MONTHLY}/{closed.code}/")
    desk.open("DB01")
    desk.cell("r3", "open").click()
    desk.type("5")
    assert desk.page.locator("td input").count() == 0
    assert desk.texts("r3", "open") == [""]


def test_escape_and_tab_lead_out_of_the_table(sit: Any, month: str) -> None:
    desk = sit(month)
    desk.open("DB01")
    desk.cell("r3", "open").focus()
    desk.press("Escape", "Tab")
    assert desk.page.evaluate("document.activeElement.closest('table')") is None
