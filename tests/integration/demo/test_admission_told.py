"""The demonstration has applications in every state, decided by different people."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.demo.accounts import colleagues, staff_accounts
from app.demo.admission import PLANS, tell_admission, tell_set_up
from app.demo.registrations import register_applicants
from app.institutions.admission.models import Application, ApprovalMode, StepDecision, StepPlan
from app.institutions.regions import load_regions
from tests.factories import make_account, make_institution


def test_every_state_is_there_and_nobody_took_two_steps():
    load_regions()
    for _number in range(8):
        make_account("Enterprise", institution=make_institution(region="330106"))
    staff_accounts(clock.now())
    told = tell_admission({role: colleagues(role) for role in ("Supervisor", "Approver")}, clock.now())
    db.session.commit()
    applications = list(db.session.scalars(select(Application)))
    assert len(applications) == told == 9
    assert {one.status for one in applications} == {
        "draft",
        "submitted",
        "approved",
        "returned",
        "rejected",
        "withdrawn",
    }
    taken = Counter((one.application_id, one.actor_id) for one in db.session.scalars(select(StepDecision)))
    assert set(taken.values()) == {1}
    assert len(list(db.session.scalars(select(StepPlan)))) == len(PLANS)
    assert {one.mode for one in db.session.scalars(select(ApprovalMode))} == {"approve", "file", "report"}


def test_a_newcomer_without_a_licence_has_its_set_up_in_course():
    load_regions()
    for _number in range(8):
        make_account("Enterprise", institution=make_institution(region="330106"))
    staff = staff_accounts(clock.now())
    deciders = {role: colleagues(role) for role in ("Supervisor", "Approver")}
    newcomer = register_applicants(staff["Approver"], clock.now())
    tell_admission(deciders, clock.now())
    tell_set_up(newcomer, deciders, clock.now())
    db.session.commit()
    application = db.session.scalars(select(Application).where(Application.kind == "set_up")).one()
    assert (application.status, application.step, application.step_role) == ("submitted", 2, "Approver")
    assert newcomer.institution.status == "preparing"
