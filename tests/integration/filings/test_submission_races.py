"""Submission under pressure: parallel submits, withdrawal against pick-up, lateness, explanations that lapse."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account
from app.core import clock
from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.scope import SYSTEM, scoped
from app.filings.calendar.extensions import grant_directly
from app.filings.definitions.queries import set_by_key
from app.filings.submissions import review
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.place import Place, place_of_address
from app.filings.submissions.services import load_place, reassess, save_form, submit_filing, withdraw_filing
from app.institutions.models import Institution
from tests.factories import make_account
from tests.filing_places import MONTHLY, make_month, zeros
from tests.integration.filings.conftest import Company

JUMP = {
    "r3__open": "100",
    "r3__inc": "900",
    "r3__ytd_inc": "900",
    "r14__open": "1",
    "r34__open": "1",
    "r12__open": "1",
}


@pytest.fixture
def place(company: Company) -> Place:
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    return Place(company.institution, report_set, company.period, company.account, clock.now())


@pytest.fixture
def filled(place: Place) -> Place:
    for code in ("DB01", "DB02"):
        save_form(place, code, zeros(code), 0)
    db.session.commit()
    return place


def the_filing(place: Place) -> Filing:
    query = select(Filing).where(Filing.period_code == place.period_code)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def at_once(app: Flask, jobs: list[Callable[[], Any]]) -> list[str]:
    """Run all of them at the same moment, each in a request of its own; what became of each."""
    results: list[str] = []
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> None:
        with app.test_request_context("/", method="POST"), scoped(SYSTEM):
            start.wait()
            try:
                results.append(str(commits(job)()))
            except DomainError as error:
                results.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return results


def submitting(place: Place, key: str) -> Callable[[], str]:
    institution_id, account_id, set_key, code = (
        place.institution.id,
        place.actor.id,
        place.report_set.key,
        place.period_code,
    )

    def job() -> str:
        report_set = set_by_key(set_key)
        institution, account = (
            db.session.get(Institution, institution_id),
            db.session.get(Account, account_id),
        )
        assert report_set is not None and institution is not None and account is not None
        again = place_of_address(institution, report_set, code, account, clock.now())
        assert again is not None
        return submit_filing(again, key, {}).receipt_no

    return job


def test_ten_submits_of_one_request_give_one_receipt(app, filled):
    results = at_once(app, [submitting(filled, "one") for _ in range(10)])
    assert len(set(results)) == 1 and results[0] == the_filing(filled).receipt_no
    assert (
        db.session.scalar(
            select(func.count()).select_from(FilingVersion).where(FilingVersion.request_key == "one")
        )
        == 1
    )


def test_ten_different_submits_have_one_winner(app, filled):
    results = at_once(app, [submitting(filled, f"key-{number}") for number in range(10)])
    assert sorted(results)[1:] == ["Refused"] * 9 and results.count(the_filing(filled).receipt_no or "") == 1


def test_withdrawal_and_pick_up_at_once_have_one_winner(app, filled):
    submit_filing(filled, "one", {})
    db.session.commit()
    filing, staff_id = the_filing(filled), make_account("Supervisor").id
    filing_id, seen = filing.id, filing.version
    where = submitting(filled, "unused").__closure__
    assert where is not None
    institution_id, account_id, set_key, code = (
        filled.institution.id,
        filled.actor.id,
        filled.report_set.key,
        filled.period_code,
    )

    def withdraw() -> str:
        report_set = set_by_key(set_key)
        institution, account = (
            db.session.get(Institution, institution_id),
            db.session.get(Account, account_id),
        )
        place = place_of_address(institution, report_set, code, account, clock.now())
        withdraw_filing(place)
        return "withdrawn"

    def pick_up() -> str:
        review.pick_up(filing_id, seen, db.session.get(Account, staff_id), clock.now())
        return "picked up"

    results = at_once(app, [withdraw, pick_up])
    state = (the_filing(filled).status, the_filing(filled).reviewer_id)
    assert (sorted(results), state) in (
        (["Conflict", "withdrawn"], ("draft", None)),
        (["Refused", "picked up"], ("submitted", staff_id)),
    )


def test_late_stays_on_the_record_and_a_correction_in_time_is_not_late(company, filled):
    submit_filing(filled, "one", {})
    filing, staff = the_filing(filled), make_account("Supervisor")
    review.return_filing(filing.id, filing.version, staff, clock.now(), "请核对")
    after_due = replace(filled, now=filled.period.due_at + timedelta(hours=1))
    filing.correct_until = after_due.now + timedelta(days=2)
    save_form(after_due, "DB02", zeros("DB02", r8__cum="1"), 1)
    assert not submit_filing(after_due, "two", {}).is_late
    late_month = make_month(2, opens=-40, due=-20)
    late = replace(filled, period=late_month, now=clock.now())
    day = clock.local(clock.now()).date() + timedelta(days=5)
    grant_directly(company.institution, filled.report_set, late_month, staff, clock.now(), day, "统一延期")
    for code in ("DB01", "DB02"):
        save_form(late, code, zeros(code), 0)
    assert submit_filing(late, "one", {}).is_late
    withdraw_filing(late)
    assert submit_filing(replace(late, now=clock.now()), "two", {}).is_late


def test_explanations_survive_a_new_upload_and_lapse_when_the_value_changes(filled):
    save_form(filled, "DB01", zeros("DB01", **JUMP), 1)
    assessment = reassess(load_place(filled, the_filing(filled)), the_filing(filled))
    keys = {finding.key for finding in assessment.warnings}
    assert keys
    submit_filing(filled, "one", {key: "新增两笔大额业务" for key in keys})
    withdraw_filing(filled)
    save_form(filled, "DB01", zeros("DB01", **JUMP), 2)  # the same figures again
    assert load_place(filled, the_filing(filled)).explained == keys
    submit_filing(filled, "two", {})
    withdraw_filing(filled)
    save_form(filled, "DB01", zeros("DB01", **{**JUMP, "r3__inc": "950", "r3__ytd_inc": "950"}), 3)
    with pytest.raises(DomainError, match="需要填写说明"):
        submit_filing(filled, "three", {})


def test_a_withdrawn_filing_says_so(company, filled):
    submit_filing(filled, "one", {})
    withdraw_filing(filled)
    db.session.commit()
    assert "已撤回" in company.client.get(company.url).get_data(as_text=True)
    assert "已撤回" in company.client.get("/workspace/filings/?tab=business").get_data(as_text=True)
