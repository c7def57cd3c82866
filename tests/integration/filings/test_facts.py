"""Facts: what is accepted stands in one typed table, and can be made again from the versions."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.scope import Scope, scoped
from app.demo.companies import companies
from app.demo.guarantee import Ledger
from app.filings.definitions.queries import definition_ids_on, forms_by_id, set_by_key
from app.filings.submissions import review
from app.filings.submissions.facts import Fact, accept_version, facts_of
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.place import filing_at
from app.filings.submissions.rules import sha256
from app.filings.submissions.services import Place, save_form, submit_filing
from tests.factories import make_account, make_institution
from tests.filing_places import MONTHLY, ONE_OFF, hand_in


@pytest.fixture
def place(company: Any) -> Place:
    """The company's open month, for the services."""
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    return Place(company.institution, report_set, company.period, company.account, clock.now())


@pytest.fixture
def filing(place: Place, company: Any) -> Filing:
    """Handed in and waiting."""
    end = company.period.end_date
    for code, cells in Ledger(companies()[0]).month(end.year, end.month).items():
        save_form(place, code, cells, 0)
    submit_filing(place, "first", {})
    found = filing_at(place)
    assert found is not None
    db.session.commit()
    return found


def table() -> set[tuple[Any, ...]]:
    """Every fact, with all its columns."""
    db.session.expire_all()
    columns = Fact.__table__.columns
    return {tuple(row) for row in db.session.execute(select(*columns))}


def another_version(filing: Filing, forms: dict[str, Any]) -> FilingVersion:
    """A later version with these forms, not yet accepted."""
    payload = {"forms": forms}
    version = FilingVersion(
        filing_id=filing.id,
        institution_id=filing.institution_id,
        number=filing.number + 1,
        request_key="later",
        receipt_no=f"BS-{filing.id}-later",
        submitted_at=clock.now(),
        payload=payload,
        sha256=sha256(payload),
        values_sha256=sha256(payload),
    )
    db.session.add(version)
    db.session.flush()
    return version


def cell(filing: Filing, form: str, row: str, col: str) -> Fact | None:
    """One fact."""
    return db.session.get(Fact, (filing.id, form, row, col), populate_existing=True)


def test_only_what_is_approved_becomes_facts(filing):
    assert facts_of(filing) == []
    review.approve(filing.id, filing.version, make_account("Supervisor"), clock.now())
    db.session.commit()
    version = review.current_version(filing)
    stored = sum(
        1
        for form in version.payload["forms"].values()
        for cells in form["values"].values()
        for raw in cells.values()
        if raw != ""
    )
    assert len(facts_of(filing)) == stored > 50


def test_a_fact_is_typed_and_knows_where_it_comes_from(filing, company):
    review.approve(filing.id, filing.version, make_account("Supervisor"), clock.now())
    version = review.current_version(filing)
    entry = version.payload["forms"]["DB01"]
    row = next(key for key, cells in entry["values"].items() if "inc" in cells)
    fact = cell(filing, "DB01", row, "inc")
    assert fact is not None and fact.value == Decimal(entry["values"][row]["inc"]) == fact.number
    assert (fact.institution_id, fact.version_id) == (company.institution.id, version.id)
    assert (fact.period_code, fact.period_end) == (company.period.code, company.period.end_date)
    assert (fact.frequency, fact.definition_id) == ("monthly", entry["definition"])


def test_a_correction_replaces_the_facts_and_until_then_the_former_ones_stand(filing, place):
    staff = make_account("Supervisor")
    review.approve(filing.id, filing.version, staff, clock.now())
    db.session.commit()
    before = table()
    first = review.current_version(filing)
    second = another_version(filing, {"DB01": first.payload["forms"]["DB01"]})
    db.session.commit()
    assert table() == before
    accept_version(filing, second)
    db.session.commit()
    assert {fact.version_id for fact in facts_of(filing)} == {second.id}
    assert {fact.form_code for fact in facts_of(filing)} == {"DB01"}


def test_facts_and_state_change_together_or_not_at_all(filing):
    review.approve(filing.id, filing.version, make_account("Supervisor"), clock.now())
    assert facts_of(filing)
    db.session.rollback()
    assert filing.status == "submitted" and facts_of(filing) == []


def test_a_reported_filing_has_facts_at_once_and_keeps_them_when_it_is_returned(company):
    day = clock.today()
    definition = definition_ids_on(["GG01"], day)["GG01"]
    values = {"card": {"org_name": "示例融资担保有限公司", "setup_date": "2020-01-02"}}
    one_off = filing_at(Place(company.institution, set_by_key(ONE_OFF), None, company.account, clock.now()))
    accepted = another_version(one_off, {"GG01": {"definition": definition, "values": values}})
    one_off.number = accepted.number
    accept_version(one_off, accepted)
    held = table()
    assert {row.raw for row in facts_of(one_off)} == {"示例融资担保有限公司", "2020-01-02"}
    review.return_filing(one_off.id, one_off.version, make_account("Supervisor"), clock.now(), "请核对")
    db.session.commit()
    assert one_off.status == "returned" and one_off.accepted_version_id == accepted.id
    assert table() == held


def test_facts_made_again_are_the_same(app, filing, company):
    review.approve(filing.id, filing.version, make_account("Supervisor"), clock.now())
    db.session.commit()
    before = table()
    answer = app.test_cli_runner().invoke(args=["rebuild-facts"])
    assert answer.exit_code == 0 and f"facts: {len(before)} of 2 filings" in answer.output
    assert table() == before


def test_facts_belong_to_the_institution_that_filed_them(filing):
    review.approve(filing.id, filing.version, make_account("Supervisor"), clock.now())
    db.session.commit()
    other = make_institution()
    for scope in (Scope("institution", other.id), Scope("staff", industries=("pawn",)), Scope()):
        with scoped(scope):
            assert db.session.scalars(select(Fact)).all() == []
    with scoped(Scope("institution", filing.institution_id)):
        assert db.session.scalar(select(func.count()).select_from(Fact))


def test_numbers_come_back_as_they_were_filed_and_add_up(filing, company):
    texts = ["0.1", "0.2", "123456789012.34", "-7", "1234567890123456.78", "0.00"]
    for number, text in enumerate(texts):
        db.session.add(
            Fact(
                filing_id=filing.id,
                form_code="ZZ01",
                row_key=str(number),
                col_key="a",
                version_id=review.current_version(filing).id,
                definition_id=definition_ids_on(["GG01"], clock.today())["GG01"],
                institution_id=filing.institution_id,
                period_code="once",
                frequency="once",
                kind="decimal",
                unit="万元",
                raw=text,
                number=Decimal(text),
            )
        )
    db.session.commit()
    db.session.expire_all()
    found = facts_of(filing)
    assert [fact.value for fact in found] == [Decimal(text) for text in texts]
    assert found[2].number == Decimal("123456789012.34") and str(found[3].number) == "-7"
    total = select(func.sum(Fact.number)).where(Fact.row_key.in_(("0", "1")))
    assert db.session.scalar(total) == Decimal("0.3")


@pytest.mark.slow
def test_a_large_table_takes_a_few_seconds(company):
    """A quarter of 10,000 rows of 20 columns: 50,000 cells of the widest table form."""
    definition = definition_ids_on(["DB17"], clock.today())["DB17"]
    columns = forms_by_id([definition])[definition].columns
    rows = 50_000 // len(columns)
    texts = {"date": "2026-03-05"}
    row = {c.key: texts.get(c.type, "12.50" if c.is_numeric else "示例") for c in columns}
    cells = {str(number): row for number in range(1, rows + 1)}
    filing = hand_in(company.institution, MONTHLY, company.period, {"DB17": cells})
    version = review.current_version(filing)
    begun = time.process_time()
    accept_version(filing, version)
    db.session.commit()
    seconds = time.process_time() - begun
    assert db.session.scalar(select(func.count()).select_from(Fact)) == rows * (len(columns) - 1)
    assert db.session.scalar(select(Fact.raw).where(Fact.col_key == "id_no").limit(1)) is None  # personal
    assert seconds < 8, seconds
