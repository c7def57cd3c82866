"""Major changes: one form of the one-off set, checked with the others in force, approved into the register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Refused
from app.core.events import history
from app.demo.companies import companies
from app.demo.one_off import one_off_entries
from app.filings.calendar.gate import gate_reasons
from app.filings.definitions.queries import change_set_of, definition_ids_on, forms_by_id, sets_of
from app.filings.submissions import review
from app.filings.submissions.changes import register_changes
from app.filings.submissions.in_force import one_off_in_force
from app.filings.submissions.intake import take_entries
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.place import Place, place_of_address
from app.filings.submissions.services import (
    cancel_change,
    load_place,
    save_form,
    submit_filing,
    withdraw_filing,
)
from app.filings.values import to_json
from app.institutions.models import Institution
from tests.factories import make_account, make_institution
from tests.filing_places import ONE_OFF, hand_in, load_catalogue

PERSON = companies()[0]


def stored(entries: dict[str, Any]) -> dict[str, Any]:
    """Entries as a frozen version holds them."""
    ids = definition_ids_on(entries, clock.today())
    found = {}
    for code, rows in entries.items():
        form = forms_by_id([ids[code]])[ids[code]]
        found[code] = to_json(form, take_entries(form, rows).values)
    return found


@pytest.fixture
def institution(fresh_database: None) -> Institution:
    """A guarantee company whose whole one-off set is in force."""
    load_catalogue()
    made = make_institution(
        name=PERSON.name,
        uscc=PERSON.uscc,
        region=PERSON.region,
        address="浙江省杭州市示范路1号",
        registered_capital=PERSON.capital,
    )
    hand_in(made, ONE_OFF, None, stored(one_off_entries(PERSON)), attached=True)
    return made


@pytest.fixture
def begin(institution: Institution) -> Callable[..., Place]:
    """The place of the n-th change of a form."""
    account = make_account("Enterprise", institution=institution)

    def at(form: str, number: int = 1) -> Place:
        report_set = change_set_of(institution.industry)
        assert report_set is not None
        place = place_of_address(institution, report_set, f"{form}-{number:02d}", account, clock.now())
        assert place is not None
        return place

    return at


@pytest.fixture
def staff(institution: Institution) -> Any:
    """Somebody who reviews."""
    return make_account("Supervisor")


def card(place: Place, **changed: str) -> dict[str, dict[str, str]]:
    """The card as it opens, with some fields changed."""
    data = load_place(place)
    (code,) = data.forms
    entries = to_json(data.forms[code], data.values[code] or {})
    return {"card": {**entries["card"], **changed}}


def change(place: Place, key: str = "first", **changed: str) -> Filing:
    """Enter and hand in."""
    save_form(place, place.change_form, card(place, **changed), 0)
    submit_filing(place, key, {})
    db.session.commit()
    return the_filing(place)


def the_filing(place: Place) -> Filing:
    query = select(Filing).where(Filing.period_code == place.change)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def approve(filing: Filing, staff: Any) -> None:
    review.approve(filing.id, filing.version, staff, clock.now())
    db.session.commit()


def test_a_change_opens_with_the_values_in_force_and_holds_only_its_form(begin):
    data = load_place(begin("GG01"))
    assert list(data.forms) == ["GG01"]
    assert data.values["GG01"]["card"]["org_name"] == PERSON.name
    assert data.filing is None


def test_approval_changes_the_form_in_force_and_the_register(begin, institution, staff):
    filing = change(begin("GG01"), reg_address="浙江省杭州市新址路88号", legal_rep="示例新法人")
    assert filing.status == "submitted" and institution.address == "浙江省杭州市示范路1号"
    assert one_off_in_force(institution.id)["GG01"].values["card"]["legal_rep"] != "示例新法人"
    approve(filing, staff)
    db.session.expire_all()
    assert (
        institution.address == "浙江省杭州市新址路88号" and institution.legal_representative == "示例新法人"
    )
    standing = one_off_in_force(institution.id)
    assert standing["GG01"].values["card"]["reg_address"] == "浙江省杭州市新址路88号"
    assert standing["GG02"].values, "the other forms stand as they were"
    (event,) = [e for e in history("institution", institution.id) if e.kind == "InstitutionChanged"]
    assert (
        event.data["after"]["address"] == "浙江省杭州市新址路88号"
        and event.data["source"] == filing.receipt_no
    )


def test_the_past_can_still_be_asked_for(begin, institution, staff):
    before = clock.now()
    approve(change(begin("GG01"), reg_address="浙江省杭州市新址路88号"), staff)
    then = one_off_in_force(institution.id, before)["GG01"].values["card"]["reg_address"]
    assert then == one_off_entries(PERSON)["GG01"]["card"]["reg_address"]
    after = one_off_in_force(institution.id, clock.now() + timedelta(seconds=1))
    assert after["GG01"].values["card"]["reg_address"] == "浙江省杭州市新址路88号"
    second = load_place(begin("GG01", 2))
    assert second.values["GG01"]["card"]["reg_address"] == "浙江省杭州市新址路88号"


def test_only_fields_that_changed_reach_the_register(begin, institution, staff):
    institution.contact_name = "名册联系人"  # put right in the register by another way
    db.session.commit()
    approve(change(begin("GG01"), reg_address="浙江省杭州市新址路88号"), staff)
    db.session.expire_all()
    assert institution.contact_name == "名册联系人"


def test_the_licence_form_updates_the_licence_of_the_register(begin, institution, staff):
    approve(change(begin("GG06"), licence_no="浙杭20260099"), staff)
    db.session.expire_all()
    assert institution.licence_no == "浙杭20260099"


def test_nothing_changed_is_refused_and_leaves_nothing_behind(begin):
    place = begin("GG01")
    with pytest.raises(Refused, match="完全相同"):
        submit_filing(place, "first", {})
    db.session.rollback()
    assert db.session.scalars(select(Filing).where(Filing.change_form == "GG01")).first() is None


def test_a_second_open_change_of_the_same_form_is_refused_with_the_first_ones_code(begin, institution):
    save_form(begin("GG01"), "GG01", card(begin("GG01"), website="www.example.invalid"), 0)
    db.session.commit()
    second = begin("GG01", 2)
    with pytest.raises(Refused, match="GG01-01") as refused:
        save_form(second, "GG01", {"card": {}}, 0)
    assert refused.value.details["codes"] == ["change_open"]
    db.session.rollback()
    save_form(
        begin("GG02"), "GG02", one_off_entries(PERSON)["GG02"], 0
    )  # another form may be changed meanwhile
    db.session.commit()
    assert the_filing(begin("GG02")).status == "draft"


def test_a_returned_change_is_corrected_and_approved_at_any_time(begin, institution, staff):
    place = begin("GG01")
    filing = change(place, legal_rep="示例新法人")
    review.return_filing(filing.id, filing.version, staff, clock.now(), "请补充任职文件")
    db.session.commit()
    assert the_filing(place).correct_until is None
    with pytest.raises(Refused, match="完全相同"):
        submit_filing(place, "same", {})
    db.session.rollback()
    save_form(place, "GG01", card(place, legal_rep="示例另一法人"), 1)
    submit_filing(place, "second", {})
    db.session.commit()
    approve(the_filing(place), staff)
    db.session.expire_all()
    assert institution.legal_representative == "示例另一法人"


def test_checks_run_with_the_other_forms_in_force(begin):
    place = begin("GG02")
    rows = {key: dict(cells) for key, cells in one_off_entries(PERSON)["GG02"].items()}
    rows["1"]["subscribed"] = str(int(rows["1"]["subscribed"]) + 500)
    _, assessment = save_form(place, "GG02", rows, 0)
    assert "GG02-02" in {finding.check_id for finding in assessment.errors}
    with pytest.raises(Refused, match="错误"):
        submit_filing(place, "first", {})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("region", "999999", "行政区划"),
        ("org_type", "pawn", "机构类型"),
        ("uscc", companies()[1].uscc, "统一社会信用代码"),
        ("legal_rep", "示例" * 40, "超过名册"),
    ],
)
def test_what_the_register_cannot_take_is_refused_before_it_is_handed_in(begin, field, value, words):
    place = begin("GG01")
    save_form(place, "GG01", card(place, **{field: value}), 0)
    with pytest.raises(Refused, match=words):
        submit_filing(place, "first", {})


def test_a_change_can_be_withdrawn_and_given_up(begin, institution):
    place = begin("GG01")
    change(place, legal_rep="示例新法人")
    assert withdraw_filing(place).status == "draft"
    assert cancel_change(place).status == "cancelled"
    db.session.commit()
    assert load_place(begin("GG01", 2)).values["GG01"]["card"]["legal_rep"] == PERSON.legal_rep
    with pytest.raises(Refused, match="已作废"):
        save_form(place, "GG01", {"card": {}}, 1)


def test_event_reports_begin_blank_each_time_and_gg21_updates_the_profile(begin, institution, staff):
    place = begin("GG21")
    assert load_place(place).values["GG21"] is None
    today = clock.today().isoformat()
    said = {
        "change_type": "name",
        "approval_mode": "file",
        "before": PERSON.name,
        "after": "杭州示例更名融资担保有限公司",
        "reason": "战略调整",
        "decision_date": today,
        "effective_date": today,
        "licence_affected": "Y",
        "operator": "测试经办",
        "operator_phone": "13800000001",
    }
    save_form(place, "GG21", {"card": said}, 0)
    with pytest.raises(Refused) as refused:
        submit_filing(place, "first", {})
    missing = {finding.label_zh or finding.message_zh for finding in refused.value.details["findings"]}
    assert len(missing) >= 1, "resolution and proof are required"
    db.session.rollback()


def test_the_gate_asks_for_the_one_off_set_first(fresh_database):
    load_catalogue()
    fresh = make_institution()
    report_set = change_set_of(fresh.industry)
    found = gate_reasons(fresh, report_set, None, None, clock.now(), change="GG01-01")
    assert [reason.code for reason in found] == ["one_off_incomplete"]


def test_no_such_place(begin, institution):
    report_set = change_set_of(institution.industry)
    for code in ("GG01-00", "GG01-02", "GG01-1", "CW01-01", "once", "2026-01", "gg01-01", "GG01-001"):
        found = place_of_address(institution, report_set, code, None, clock.now())
        assert found is None, code


def test_changes_are_nothing_that_is_owed(begin, institution):
    assert "change" not in {report_set.family for report_set in sets_of(institution.industry)}


def test_two_colleagues_begin_the_same_change_and_one_is_told(begin):
    place = begin("GG01")
    save_form(place, "GG01", card(place, website="www.example.invalid"), 0)
    with pytest.raises(Conflict):
        save_form(place, "GG01", {"card": {}}, 0)


def test_the_frozen_version_tells_old_and_new(begin):
    filing = change(begin("GG01"), legal_rep="示例新法人")
    version = db.session.scalars(select(FilingVersion).where(FilingVersion.filing_id == filing.id)).one()
    assert version.payload["base"]["forms"]["GG01"]["values"]["card"]["legal_rep"] == PERSON.legal_rep
    assert register_changes(version.payload) == {"legal_representative": "示例新法人"}
