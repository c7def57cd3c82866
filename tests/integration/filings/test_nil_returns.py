"""零申报: declared in one click where nothing is to be reported, refused where something is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, Refused
from app.filings.definitions.queries import set_by_key
from app.filings.submissions import review
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.nil import submit_nil
from app.filings.submissions.place import Place
from app.filings.submissions.services import load_place, save_form, submit_filing, withdraw_filing
from tests.factories import make_account
from tests.filing_places import MONTHLY, hand_in, make_month, zeros
from tests.integration.filings.conftest import Company


@pytest.fixture
def place(company: Company) -> Place:
    """The company's open month, for the services."""
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    return Place(company.institution, report_set, company.period, company.account, clock.now())


def the_filing(company: Company) -> Filing:
    query = select(Filing).where(Filing.period_code == company.period.code)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def test_one_click_with_name_and_words_is_received_as_nil(company):
    page = company.client.get(f"{company.url}nil").get_data(as_text=True)
    assert "本机构声明" in page and "确认零申报" in page
    answer = company.post(f"{company.url}nil", request_key="k", name="示例声明人", attest="y")
    assert answer.status_code == 302
    filing = the_filing(company)
    assert filing.is_nil and filing.status == "submitted"
    version = db.session.scalars(select(FilingVersion).where(FilingVersion.filing_id == filing.id)).one()
    assert version.nil == {"name": "示例声明人", "statement": version.nil["statement"]}
    assert set(version.payload["forms"]) == {"DB01", "DB02"}
    for path in ("", "receipt"):
        shown = company.client.get(company.url + path).get_data(as_text=True)
        assert "零申报" in shown and version.receipt_no in shown
        assert "空白" not in shown
    assert "零申报" in company.client.get("/workspace/filings/?tab=business").get_data(as_text=True)


def test_the_reviewer_sees_that_it_is_nil_and_by_whom(company, place, sign_in):
    submit_nil(place, "k", "示例声明人")
    db.session.commit()
    staff = sign_in(make_account("Supervisor"))
    shown = staff.get(f"/console/review/{the_filing(company).id}/").get_data(as_text=True)
    assert "零申报" in shown and "示例声明人" in shown and "本机构声明" in shown


def test_words_and_name_are_required(company, place):
    assert company.post(f"{company.url}nil", name="示例声明人").status_code == 422
    assert company.post(f"{company.url}nil", attest="y", name="  ").status_code == 422
    with pytest.raises(Invalid):
        submit_nil(place, "k", "")
    assert db.session.scalars(select(Filing).where(Filing.period_code == company.period.code)).first() is None


def test_the_same_request_gives_the_same_receipt(place):
    first = submit_nil(place, "k", "示例声明人")
    assert submit_nil(place, "k", "示例声明人").receipt_no == first.receipt_no


def test_a_draft_with_figures_stands_against_it_and_one_of_zeros_does_not(place):
    save_form(place, "DB01", zeros("DB01"), 0)
    save_form(place, "DB02", zeros("DB02", r3__inc="5"), 0)
    with pytest.raises(Refused, match="DB02"):
        submit_nil(place, "k", "示例声明人")
    db.session.rollback()
    save_form(place, "DB01", zeros("DB01"), 0)
    assert submit_nil(place, "k", "示例声明人").nil


def closing(company: Company, **cells: str) -> None:
    """The month before, in force, with these figures."""
    before = make_month(2, opens=-40, due=-20)
    forms = {"DB01": zeros("DB01", **cells), "DB02": zeros("DB02")}
    hand_in(company.institution, MONTHLY, before, forms)


def test_closing_balances_of_the_month_before_stand_against_it(company, place):
    closing(company, r3__close="100")
    shown = company.client.get(f"{company.url}nil").get_data(as_text=True)
    assert "现在不能零申报" in shown and "上期期末" in shown and "确认零申报" not in shown
    with pytest.raises(Refused) as refused:
        submit_nil(place, "k", "示例声明人")
    assert {finding.form for finding in refused.value.details["findings"]} == {"DB01"}


def test_after_a_nil_month_the_next_one_opens_with_zero(company, place):
    closing(company)
    version = submit_nil(place, "k", "示例声明人")
    filing = the_filing(company)
    review.approve(filing.id, filing.version, make_account("Supervisor"), clock.now())
    db.session.commit()
    assert version.payload["forms"]["DB01"]["values"]["r3"].get("close") in (None, "0", "0.00")
    following = make_month(0)
    report_set = set_by_key(MONTHLY)
    after = Place(company.institution, report_set, following, company.account, clock.now())
    data = load_place(after)
    assert ("DB01", "prev") in data.neighbours
    _, assessment = save_form(after, "DB01", zeros("DB01", r3__open="7"), 0)
    assert any(finding.row == "r3" and finding.col == "open" for finding in assessment.errors)


def test_a_nil_return_can_be_withdrawn_and_filed_with_figures_instead(company, place):
    submit_nil(place, "k", "示例声明人")
    withdraw_filing(place)
    assert not the_filing(company).is_nil
    save_form(place, "DB01", zeros("DB01"), 0)
    save_form(place, "DB02", zeros("DB02"), 0)
    assert submit_filing(place, "second", {}).nil is None


def test_sets_that_do_not_allow_it_say_so(company):
    quarter = set_by_key("guarantee-periodic-quarterly")
    assert quarter is not None and not quarter.allows_nil
    assert not set_by_key("guarantee-business-annual").allows_nil
    assert all(set_by_key(f"{one}-business-monthly").allows_nil for one in ("pawn", "leasing", "microloan"))
    page: Any = company.client.get("/workspace/filings/guarantee-one-off-once/once/nil").get_data(
        as_text=True
    )
    assert "现在不能零申报" in page
