"""Shareholders and managers in the register: as filed, from a day on, any past day, and from the events alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.demo.companies import companies
from app.demo.filing import Told, carry_out, enter, hand_in
from app.demo.one_off import one_off_entries
from app.filings.definitions.models import ReportSet
from app.filings.definitions.queries import change_set_of, definition_ids_on, forms_by_id
from app.filings.submissions import review
from app.filings.submissions.models import Filing
from app.filings.submissions.place import Place
from app.filings.submissions.services import load_place
from app.filings.values import to_json
from app.institutions.labels import HOLDER_TYPE_LABELS, POSITION_LABELS
from app.institutions.models import Institution
from app.institutions.register.models import RegisterEntry
from app.institutions.register.people import enter_people, list_changes
from app.institutions.register.queries import register_on
from app.institutions.register.services import Origin
from tests.factories import make_account, make_institution
from tests.filing_places import ONE_OFF, load_catalogue
from tests.integration.admission.test_register import recomputed

PERSON = companies()[0]
REPORTED, CHANGED = -20, -3
HOLDERS = {row["name"] for row in one_off_entries(PERSON)["GG02"].values()}


@dataclass
class Company:
    """A company at its forms, on any day."""

    institution: Institution
    account: Any

    def place(self, report_set: ReportSet, days: int, change: str = "") -> Place:
        moment = clock.now() + timedelta(days=days)
        return replace(Place(self.institution, report_set, None, self.account, moment), change=change)

    def report(self, days: int) -> None:
        """The whole one-off set."""
        report_set = db.session.scalars(select(ReportSet).where(ReportSet.key == ONE_OFF)).one()
        at = self.place(report_set, days)
        carry_out(Told(at, one_off_entries(PERSON), "reported"), self.account, at.now)
        db.session.commit()

    def file_change(self, form: str, number: int, days: int, rows: Mapping[str, Mapping[str, str]]) -> Filing:
        """Open a form in force, change cells (a row that is there keeps its others), hand it in."""
        report_set = change_set_of(self.institution.industry)
        assert report_set is not None
        at = self.place(report_set, days, f"{form}-{number:02d}")
        data = load_place(at)
        entries = dict(to_json(data.forms[form], data.values[form] or {}))
        for row, cells in rows.items():
            entries[row] = {**entries.get(row, {}), **cells}
        filing, _data = enter(at, {form: entries})
        hand_in(at, f"test-{at.change}")
        db.session.commit()
        return filing

    def holders(self, days: int = 0) -> dict[str, Any]:
        day = clock.today() + timedelta(days=days)
        return register_on(self.institution.id, day)[self.institution.id].all_of("shareholder")


@pytest.fixture
def company(fresh_database: None) -> Company:
    """One that handed its one-off set in twenty days ago."""
    load_catalogue()
    institution = make_institution(
        name=PERSON.name,
        uscc=PERSON.uscc,
        region=PERSON.region,
        address="浙江省杭州市示范路1号",
        registered_capital=PERSON.capital,
    )
    made = Company(institution, make_account("Enterprise", institution=institution))
    made.report(REPORTED)
    return made


def approve(filing: Filing, days: int) -> None:
    reviewer = make_account("Supervisor")
    review.approve(filing.id, filing.version, reviewer, clock.now() + timedelta(days=days))
    db.session.commit()


def test_the_one_off_set_enters_both_lists_from_the_day_it_came_into_force(company):
    assert company.holders(REPORTED - 1) == {}
    found = company.holders(REPORTED)
    assert set(found) == HOLDERS
    first = found[f"{PERSON.city}示例控股有限公司"]
    assert (first["amount"], first["share"]) == (Decimal(PERSON.capital * 6000), "60")
    assert (first["holder_type"], first["is_controller"]) == ("legal", "Y")
    state = register_on(company.institution.id, clock.today())[company.institution.id]
    positions = {one["position"] for one in state.all_of("manager").values()}
    assert "gm" in positions
    assert "id_no" not in str(state.subjects), "numbers of identity papers stay in the filing"
    entry = db.session.scalars(select(RegisterEntry).where(RegisterEntry.subject_kind == "manager")).first()
    assert entry is not None and (entry.source, entry.actor_id) == ("filing", company.account.id)


def test_an_approved_change_of_the_form_replaces_whom_it_replaces_from_its_day(company):
    filing = company.file_change("GG02", 1, CHANGED, {"2": {"name": "新示例投资有限公司"}})
    assert company.holders() == company.holders(REPORTED), "nothing before the approval"
    approve(filing, CHANGED + 1)
    assert set(company.holders(CHANGED)) == HOLDERS
    assert "新示例投资有限公司" in company.holders() and len(company.holders()) == len(HOLDERS)
    page = _file(company)
    assert "新示例投资有限公司" in page and "企业法人" in page
    for number in (REPORTED - 1, REPORTED, CHANGED, CHANGED + 1, 0):
        day = clock.today() + timedelta(days=number)
        state = register_on(company.institution.id, day)[company.institution.id]
        assert dict(state.subjects) == recomputed(company.institution, day)


def _file(company: Company) -> str:
    from app.console.institution_file import institution_file
    from app.console.institution_file_words import SUBJECT_COLUMNS, shown_value

    found = institution_file(company.institution, clock.today()).state
    rows = [
        str(shown_value(field, values.get(field)))
        for kind in ("shareholder", "manager")
        for values in found.all_of(kind).values()
        for field in SUBJECT_COLUMNS[kind]
    ]
    return " ".join(rows)


def test_a_change_of_another_form_or_of_another_column_brings_nobody_in(company):
    count = db.session.scalars(select(RegisterEntry.id)).all()
    approve(company.file_change("GG02", 1, CHANGED, {"2": {"phone": "0571-88000000"}}), CHANGED)
    approve(company.file_change("GG03", 1, CHANGED, {"1": {"fin_years": "12"}}), CHANGED)
    assert db.session.scalars(select(RegisterEntry.id)).all() == count


def test_two_of_one_name_stand_beside_each_other_and_leave_one_by_one():
    def person(name: str, share: str) -> dict[str, Any]:
        return {"name": name, "share": share}

    company = make_institution()
    origin, day = Origin("application", 1), clock.today()
    first = [person("测试甲", "40"), person("测试甲", "60")]
    lists = {"shareholder": first}
    enter_people(company, lists, effective_from=day, origin=origin, now=clock.now())
    again = enter_people(company, lists, effective_from=day, origin=origin, now=clock.now())
    assert again == 0, "the same list changes nothing"
    stood = register_on(company.id, day)[company.id].all_of("shareholder")
    assert [one["share"] for one in stood.values()] == ["40", "60"]
    changes = list_changes("shareholder", stood, [person("测试甲", "100")])
    assert [(one.key, one.ends) for one in changes] == [("测试甲#2", True), ("测试甲", False)]


def test_the_words_of_the_register_are_those_of_the_forms(fresh_database):
    load_catalogue()
    ids = definition_ids_on(["GG02", "GG03"], clock.today())
    for code, column, words in (
        ("GG02", "holder_type", HOLDER_TYPE_LABELS),
        ("GG03", "position", POSITION_LABELS),
    ):
        spec = forms_by_id([ids[code]])[ids[code]].cell_spec("1", column)
        assert spec is not None
        assert {one.v: one.zh for one in spec.choices} == {key: str(text) for key, text in words.items()}
