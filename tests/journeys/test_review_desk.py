"""The regulator's desk in a browser: find, pick up, mark, return, compare, approve; a colleague is told; clean ones together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.events import history
from app.demo.companies import companies
from app.demo.guarantee import Ledger
from app.filings.definitions.queries import set_by_key
from app.filings.submissions.facts import facts_of
from app.filings.submissions.models import Filing
from app.filings.submissions.place import Place, filing_at
from app.filings.submissions.services import save_form, submit_filing
from tests.factories import PASSWORD, make_account, make_institution
from tests.filing_places import MONTHLY, finish_one_off, load_catalogue, make_month
from tests.journeys import steps
from tests.live import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_suffices]
QUEUE = "/console/filings/list/"


def handed_in(name: str, period: Any) -> tuple[Place, Filing]:
    """A company that has handed in its month."""
    institution = make_institution(name=name)
    finish_one_off(institution)
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    account = make_account("Enterprise", institution=institution)
    place = Place(institution, report_set, period, account, clock.now())
    for code, cells in Ledger(companies()[0]).month(period.end_date.year, period.end_date.month).items():
        save_form(place, code, cells, 0)
    submit_filing(place, "first", {})
    db.session.commit()
    filing = filing_at(place)
    assert filing is not None
    return place, filing


def corrected(place: Place) -> None:
    """The company changes one figure and hands in again."""
    form = Ledger(companies()[0]).month(place.period.end_date.year, place.period.end_date.month)["DB02"]  # type: ignore[union-attr]
    form["r8"]["cum"] = str(int(form["r8"]["cum"]) + 1)
    from app.filings.submissions.models import FilingForm

    draft = db.session.scalars(
        select(FilingForm).join(Filing, Filing.id == FilingForm.filing_id)
        .where(Filing.period_code == place.period_code, FilingForm.form_code == "DB02",
               FilingForm.institution_id == place.institution.id)
    ).one()  # fmt: skip
    save_form(place, "DB02", form, draft.version)
    submit_filing(place, "second", {})
    db.session.commit()


def at_desk(visit: Callable[..., Visitor], username: str) -> Visitor:
    """A supervisor at a browser."""
    db.session.rollback()
    visitor = visit()
    visitor.log_in(username, PASSWORD)
    return visitor


def test_a_reviewer_works_through_the_queue(visit):
    names = [make_account("Supervisor", display_name=name).username for name in ("测试甲", "测试乙")]
    load_catalogue()
    period = make_month()
    place, filing = handed_in("甲示例融资担保有限公司", period)
    _other, clean = handed_in("乙示例融资担保有限公司", period)
    first, second = (at_desk(visit, name) for name in names)
    finds_and_picks_up(first)
    is_told_who_has_it(second, filing)
    marks_by_keyboard_and_returns(first)
    db.session.rollback()
    assert filing.status == "returned" and filing.correct_until == clock.end_of(
        clock.today() + timedelta(days=9)
    )
    corrected(place)
    second.open(f"/console/review/{filing.id}/")
    compares_and_approves(first, filing)
    is_told_what_was_decided(second)
    approves_together(second)
    db.session.rollback()
    assert (filing.status, clean.status) == ("approved", "approved")
    assert facts_of(filing) and facts_of(clean)
    decisions = [
        e.kind for e in history("filing", filing.id) if e.kind.startswith(("FilingApp", "FilingRet"))
    ]
    assert decisions == ["FilingReturned", "FilingApproved"]


def finds_and_picks_up(reviewer: Visitor) -> None:
    """By the name, from the queue of what waits."""
    reviewer.open(QUEUE)
    assert "乙示例" in steps.main_text(reviewer)
    reviewer.page.locator("#filter-name").fill("甲示例")
    steps.press(reviewer, "查询")
    assert "乙示例" not in steps.main_text(reviewer)
    reviewer.shot("review-queue")
    steps.press(reviewer, "甲示例融资担保有限公司")
    steps.press(reviewer, "领取")
    assert "放回" in steps.main_text(reviewer)


def is_told_who_has_it(colleague: Visitor, filing: Filing) -> None:
    """She can read it; there is no button to decide, only one to take over."""
    colleague.open(f"/console/review/{filing.id}/")
    text = steps.main_text(colleague)
    assert "由 测试甲 领取审核中" in text and "接手" in text
    assert colleague.page.get_by_role("button", name="通过", exact=True).count() == 0


def marks_by_keyboard_and_returns(reviewer: Visitor) -> None:
    """Arrow to the cell, M, text, Enter; then the form as a whole; then the return with a day."""
    page = reviewer.page
    page.locator("#cell-r2-inc").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("m")
    assert "贷款担保" in page.locator("#mark-place").inner_text()
    page.keyboard.type("请核对本期新增")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "请核对本期新增" in page.locator("#cell-r3-inc").inner_text()
    page.locator("#reason").fill("与台账不符，请核对。")
    page.locator("#until").fill((clock.today() + timedelta(days=9)).isoformat())
    steps.press(reviewer, "退回", sure=True)
    assert "已退回" in steps.main_text(reviewer)


def compares_and_approves(reviewer: Visitor, filing: Filing) -> None:
    """The two versions differ in the figure that was corrected and what is worked out from it."""
    reviewer.open(f"/console/review/{filing.id}/?form=DB02&only=changed")
    assert reviewer.page.locator("td.is-changed").count() >= 1
    reviewer.shot("review-changed")
    steps.press(reviewer, "比较版本")
    text = steps.main_text(reviewer)
    assert "DB02" in text and "第 1 次" in text and "第 2 次" in text
    reviewer.shot("review-compare")
    steps.press(reviewer, "回到审核页")
    steps.press(reviewer, "通过", sure=True)
    assert "已通过" in steps.main_text(reviewer)


def is_told_what_was_decided(colleague: Visitor) -> None:
    """Her page is older than the decision."""
    steps.press(colleague, "通过", sure=True)
    text = colleague.page.locator("body").inner_text()
    assert "测试甲" in text and "审核通过" in text and "没有执行" in text


def approves_together(reviewer: Visitor) -> None:
    """Tick, look at the list, confirm."""
    reviewer.open(QUEUE)
    reviewer.page.locator("[data-check-all]").check()
    steps.press(reviewer, "批量通过")
    assert "将要通过（1 份）" in steps.main_text(reviewer)
    reviewer.shot("review-bulk")
    steps.press(reviewer, "通过这 1 份", sure=True)
    assert "1 份已通过" in steps.main_text(reviewer)
