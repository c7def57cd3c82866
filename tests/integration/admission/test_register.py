"""The register: only ever added to, effective from a day on, and any day of the past can be shown."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.events import AppendOnlyError, Event
from app.institutions.models import Institution, OutsideRegister
from app.institutions.register import hooks
from app.institutions.register.models import RegisterEntry
from app.institutions.register.queries import register_on, version_on
from app.institutions.register.rules import loaded
from app.institutions.register.services import Change, Origin, bring_up_to_date, change_register
from tests.factories import make_account, make_institution
from tests.statements import counted_statements

START = date(2020, 1, 1)
ORIGIN = Origin("application", 1)


def change(institution: Institution, day: date, kind: str = "institution", **values: Any) -> None:
    change_register(institution, [Change(kind, values)], effective_from=day, origin=ORIGIN, now=clock.now())
    db.session.commit()


def test_a_change_of_today_stands_in_the_institution_at_once():
    company = make_institution()
    change(company, clock.today(), name="改名融资担保有限公司", registered_capital=Decimal("1234.5"))
    assert (company.name, company.registered_capital) == ("改名融资担保有限公司", Decimal("1234.50"))


def test_a_change_of_tomorrow_takes_effect_with_the_first_request_of_tomorrow(app, client):
    company = make_institution()
    former, tomorrow = company.name, clock.today() + timedelta(days=1)
    change(company, tomorrow, name="改名融资担保有限公司")
    hooks.forget_day(app)
    client.get("/")
    assert db.session.get_one(Institution, company.id).name == former
    with time_machine.travel(clock.start_of(tomorrow), tick=False):
        page = client.get("/registry/guarantee/").get_data(as_text=True)
    hooks.forget_day(app)
    assert "改名融资担保有限公司" in page
    assert former not in page
    assert db.session.get_one(Institution, company.id).name == "改名融资担保有限公司"


def test_the_command_does_the_same_and_can_be_repeated(app):
    company = make_institution()
    tomorrow = clock.today() + timedelta(days=1)
    change(company, tomorrow, status="deregistered")
    with time_machine.travel(clock.start_of(tomorrow), tick=False):
        told = app.test_cli_runner().invoke(args=["apply-register"]).output
        assert "1 institutions changed" in told
        assert "0 institutions changed" in app.test_cli_runner().invoke(args=["apply-register"]).output
    db.session.expire_all()
    assert company.status == "deregistered"
    kinds = db.session.scalars(select(Event.kind).where(Event.subject_id == company.id)).all()
    assert kinds.count("InstitutionTerminated") == 1


def test_an_institution_is_opened_from_the_day_that_was_meant_even_when_nobody_looked_in():
    company = make_institution(opened=False)
    day = clock.today() + timedelta(days=2)
    change(company, day, status="operating")
    with time_machine.travel(clock.start_of(day + timedelta(days=3)), tick=False):
        bring_up_to_date(clock.now())
    assert company.admitted_at == clock.start_of(day)


def test_columns_that_follow_from_the_register_cannot_be_set_past_it():
    company = make_institution()
    with pytest.raises(OutsideRegister):
        company.name = "别名"


def test_an_entry_is_neither_changed_nor_deleted():
    make_institution()
    entry = db.session.scalars(select(RegisterEntry)).first()
    entry.values = {}
    with pytest.raises(AppendOnlyError):
        db.session.flush()
    db.session.rollback()


def recomputed(institution: Institution, day: date) -> dict[tuple[str, str], dict[str, Any]]:
    """The register from the events alone, written as plainly as it can be."""
    query = select(Event).where(
        Event.institution_id == institution.id, Event.kind.in_(["RegisterOpened", "RegisterChanged"])
    )
    told = []
    for number, event in enumerate(db.session.scalars(query.order_by(Event.id))):
        for entry in event.data["entries"]:
            told.append((date.fromisoformat(event.data["from"]), number, entry))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for effective, _number, entry in sorted(told, key=lambda one: one[:2]):
        key = (entry["kind"], entry["key"])
        if effective > day:
            continue
        if entry["ends"]:
            found.pop(key, None)
        else:
            found[key] = {**found.get(key, {}), **loaded(entry["kind"], entry["values"])}
    return found


def random_change(chance: random.Random) -> Change:
    kind = chance.choice(["institution", "institution", "licence", "branch", "shareholder"])
    if kind == "institution":
        name = chance.choice(["name", "address", "legal_representative", "business_scope"])
        return Change(kind, {name: f"值{chance.randrange(100)}"})
    if kind == "licence":
        return Change(kind, {"licence_to": date(2030, 1, 1) + timedelta(days=chance.randrange(900))})
    key = str(chance.randrange(3))
    if chance.random() < 0.3:
        return Change(kind, key=key, ends=True)
    return Change(kind, {"name": f"名{chance.randrange(100)}"}, key)


@pytest.mark.parametrize("seed", range(6))
def test_every_day_of_a_random_history_equals_a_recomputation_from_the_events(seed):
    chance = random.Random(seed)
    company = make_institution()
    for _step in range(10):
        day = START + timedelta(days=chance.randrange(12))
        changes = [random_change(chance) for _n in range(chance.randrange(1, 3))]
        change_register(company, changes, effective_from=day, origin=ORIGIN, now=clock.now())
    db.session.commit()
    for number in range(-1, 14):
        day = START + timedelta(days=number)
        state, expected = register_on(company.id, day)[company.id], recomputed(company, day)
        assert dict(state.subjects) == expected
        version = version_on(company.id, day)
        shown = (
            {name: getattr(version, name) for name in ("name", "address", "licence_to")} if version else {}
        )
        assert shown == {name: state.flat[name] for name in shown}
    today = register_on(company.id, clock.today())[company.id].flat
    assert (company.name, company.licence_to) == (today["name"], today["licence_to"])


def test_the_register_of_many_is_read_in_one_statement():
    companies = [make_institution() for _n in range(5)]
    keys = [company.id for company in companies]
    with counted_statements() as seen:
        found = register_on(keys, clock.today())
    assert len(seen) == 1
    assert [found[key].institution["uscc"] for key in keys] == [c.uscc for c in companies]


def test_an_approved_registration_opens_the_register(sign_in):
    from app.institutions.services import approve_registration
    from tests.factories import make_registration

    registration = make_registration()
    approve_registration(registration, version=1, actor=make_account("Approver"), now=clock.now())
    db.session.commit()
    state = register_on(registration.institution_id, clock.today())[registration.institution_id]
    assert state.institution["name"] == registration.name
    assert state.licence["licence_no"] == registration.licence_no
    entry = db.session.scalars(select(RegisterEntry)).first()
    assert (entry.source, entry.source_id) == ("registration", registration.id)
