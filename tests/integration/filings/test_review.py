"""Review in the console: side by side, marks, one winner, scope."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import commits, db
from app.core.errors import Conflict, Invalid, Refused
from app.core.events import history
from app.core.scope import SYSTEM, scoped
from app.core.workflow import transition
from app.demo.companies import companies
from app.demo.guarantee import Ledger
from app.filings.definitions.queries import set_by_key
from app.filings.submissions import review
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark
from app.filings.submissions.rules import FILING_WORKFLOW
from app.filings.submissions.services import Place, save_form, submit_filing, withdraw_filing
from tests.factories import make_account, make_institution
from tests.filing_places import MONTHLY
from tests.statements import counted_statements


@pytest.fixture
def place(company: Any) -> Place:
    """The company's open month, for the services."""
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    return Place(company.institution, report_set, company.period, company.account, clock.now())


def entries(company: Any) -> dict[str, Any]:
    """A month's consistent figures."""
    end = company.period.end_date
    return Ledger(companies()[0]).month(end.year, end.month)


@pytest.fixture
def filing(place: Place, company: Any) -> Filing:
    """Handed in and waiting."""
    for code, cells in entries(company).items():
        save_form(place, code, cells, 0)
    submit_filing(place, "first", {})
    db.session.commit()
    return db.session.scalars(select(Filing).where(Filing.period_code == company.period.code)).one()


def page(client: Any, filing: Filing, form: str = "") -> str:
    """The review page."""
    answer = client.get(f"/console/review/{filing.id}/?form={form}")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def decide(client: Any, filing: Filing, verb: str, **fields: Any) -> Any:
    """What the buttons of the page send."""
    import re

    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client, filing))
    assert token is not None
    return client.post(f"/console/review/{filing.id}/{verb}", data={"csrf_token": token[1], **fields})


def test_a_reviewer_sees_values_receipt_and_course(filing, sign_in):
    staff = sign_in(make_account("Supervisor"))
    text = page(staff, filing)
    assert filing.receipt_no in text and "担保金额小计" in text and "上报完成" in text


def test_returning_keeps_values_and_marks_and_tells_the_company_why(filing, company, sign_in):
    staff = sign_in(make_account("Supervisor"))
    decide(staff, filing, "mark", form="DB01", row="r3", col="inc", comment="请核对")
    filing_now = db.session.get(Filing, filing.id, populate_existing=True)
    answer = decide(staff, filing, "return", version=filing_now.version, reason="与台账不符")
    assert answer.status_code == 302
    db.session.expire_all()
    assert filing.status == "returned" and filing.return_reason == "与台账不符"
    assert filing.correct_until > clock.now()
    assert db.session.scalars(select(ReviewMark)).one().comment == "请核对"
    shown = company.client.get(company.url).get_data(as_text=True)
    assert "与台账不符" in shown and "请核对" in shown


def test_a_return_without_a_reason_is_refused_and_nothing_moves(filing, sign_in):
    staff = sign_in(make_account("Supervisor"))
    answer = decide(staff, filing, "return", version=filing.version, reason="  ")
    assert answer.status_code == 422 and "请填写退回原因" in answer.get_data(as_text=True)
    db.session.expire_all()
    assert filing.status == "submitted"


def test_a_decision_on_an_outdated_page_is_a_conflict(filing, sign_in):
    staff = sign_in(make_account("Supervisor"))
    answer = decide(staff, filing, "approve", version=filing.version + 7)
    assert answer.status_code == 409 and "刷新" in answer.get_data(as_text=True)
    db.session.expire_all()
    assert filing.status == "submitted"


def test_approval_puts_the_version_in_force(filing, sign_in):
    staff = sign_in(make_account("Supervisor"))
    decide(staff, filing, "approve", version=filing.version)
    db.session.expire_all()
    version = db.session.scalars(select(FilingVersion).where(FilingVersion.filing_id == filing.id)).one()
    assert filing.status == "approved" and filing.accepted_version_id == version.id


def test_an_approver_may_read_but_not_decide(filing, sign_in):
    reader = sign_in(make_account("Approver"))
    assert "审核意见" not in page(reader, filing)
    assert decide(reader, filing, "approve", version=filing.version).status_code == 403


def test_staff_of_another_region_or_industry_find_nothing(filing, sign_in):
    elsewhere = sign_in(make_account("Supervisor", region_prefix="3302"))
    pawn = sign_in(make_account("Supervisor", industries=["pawn"]))
    for client in (elsewhere, pawn):
        assert client.get(f"/console/review/{filing.id}/").status_code == 404
        assert str(filing.institution) not in client.get("/console/filings/list/").get_data(as_text=True)


def test_an_unchanged_resubmission_is_refused(filing, place):
    staff = make_account("Supervisor")
    review.return_filing(filing.id, filing.version, staff, clock.now(), "请核对")
    db.session.commit()
    with pytest.raises(Refused, match="完全相同"):
        submit_filing(place, "again", {})
    db.session.rollback()
    assert db.session.get(Filing, filing.id).status == "returned"


def test_the_same_request_gives_the_same_receipt(filing, place):
    again = submit_filing(place, "first", {})
    assert again.receipt_no == filing.receipt_no and filing.number == 1


def test_a_company_can_withdraw_until_somebody_picks_the_filing_up(filing, place):
    staff = make_account("Supervisor")
    review.pick_up(filing.id, filing.version, staff, clock.now())
    with pytest.raises(Refused, match="开始审核"):
        withdraw_filing(place)


def test_withdrawn_means_editable_again(filing, place):
    withdraw_filing(place)
    assert filing.status == "draft"
    assert [entry.kind for entry in history("filing", filing.id)][-1] == "FilingWithdrawn"


def test_only_one_of_two_reviewers_gets_it(filing):
    first, second = make_account("Supervisor"), make_account("Supervisor")
    review.pick_up(filing.id, filing.version, first, clock.now())
    with pytest.raises(Conflict, match="领取审核中"):
        review.approve(filing.id, filing.version, second, clock.now())


def test_two_decisions_at_once_have_one_winner(app, filing):
    people = [make_account("Supervisor").id for _ in range(4)]
    filing_id, seen = filing.id, filing.version
    results: list[str] = []
    start = threading.Barrier(len(people))

    def decide_now(account_id: int, number: int) -> None:
        from app.accounts.models import Account

        with app.test_request_context("/", method="POST"), scoped(SYSTEM):
            start.wait()

            @commits
            def attempt() -> None:
                actor = db.session.get(Account, account_id)
                if number % 2:
                    review.approve(filing_id, seen, actor, clock.now())
                else:
                    review.return_filing(filing_id, seen, actor, clock.now(), "请核对")

            try:
                attempt()
                results.append("won")
            except Conflict:
                results.append("told")

    threads = [threading.Thread(target=decide_now, args=(p, n)) for n, p in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert sorted(results) == ["told", "told", "told", "won"]
    decisions = [e for e in history("filing", filing_id) if e.kind in ("FilingApproved", "FilingReturned")]
    assert len(decisions) == 1


def test_a_mark_needs_words(filing):
    with pytest.raises(Invalid):
        review.add_mark(filing.id, review.Mark("DB01", "", "", " "), make_account("Supervisor"), clock.now())


def test_the_queue_needs_few_statements_however_many_filings(app, filing, sign_in):
    for _ in range(15):
        copy_of(filing)
    staff = sign_in(make_account("Supervisor"))
    staff.get("/console/filings/list/")
    with counted_statements() as counted:
        staff.get("/console/filings/list/")
    assert len(counted) <= 12, counted


def test_the_review_page_needs_few_statements(filing, sign_in):
    staff = sign_in(make_account("Supervisor"))
    page(staff, filing)
    with counted_statements() as counted:
        page(staff, filing)
    assert len(counted) <= 15, counted


def copy_of(filing: Filing) -> None:
    """Another company's filing of the same month, handed in."""
    other = Filing(
        institution_id=make_institution().id,
        report_set_id=filing.report_set_id,
        period_id=filing.period_id,
        period_code=filing.period_code,
        submitted_at=clock.now(),
    )
    transition(other, FILING_WORKFLOW, "submit")
    db.session.add(other)
    db.session.commit()


def test_the_queue_is_searched_by_the_institutions_name(filing, sign_in):
    other = make_institution(name="另一家示例融资担保有限公司")
    staff = sign_in(make_account("Supervisor"))
    found = staff.get(f"/console/filings/list/?name={str(filing.institution)[:4]}")
    assert str(filing.institution) in found.get_data(as_text=True)
    nothing = staff.get("/console/filings/list/?name=另一家").get_data(as_text=True)
    assert str(filing.institution) not in nothing and other is not None
