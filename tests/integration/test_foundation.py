"""The foundation: sessions, scope, headers."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, select

from app.core.db import db, prepared
from app.core.events import AppendOnlyError, Event, record
from app.core.scope import NOTHING, SYSTEM, Scope, scoped
from app.core.workflow import IllegalTransition
from app.institutions.models import Institution
from tests.factories import make_account, make_institution


def test_without_a_scope_nothing_is_visible(app):
    make_institution()
    with scoped(NOTHING):
        assert db.session.scalars(select(Institution)).all() == []


def test_an_institution_sees_only_itself(app):
    mine, other = make_institution(), make_institution()
    mine_id, other_id = mine.id, other.id
    db.session.expunge_all()
    with scoped(Scope("institution", institution_id=mine_id)):
        assert [i.id for i in db.session.scalars(select(Institution))] == [mine_id]
        assert db.session.get(Institution, other_id) is None


@prepared
def _of_industry():
    return select(Institution).where(Institution.industry == bindparam("industry"))


def test_a_statement_that_is_built_once_shows_each_reader_their_own(app):
    mine, other = make_institution("guarantee"), make_institution("guarantee")
    found = []
    scopes = [Scope("institution", institution_id=key) for key in (mine.id, other.id)]
    for scope in (*scopes, NOTHING, SYSTEM, Scope("staff", industries=("pawn",)), *scopes):
        db.session.expunge_all()
        with scoped(scope):
            seen = db.session.scalars(_of_industry(), {"industry": "guarantee"})
            found.append({one.id for one in seen})
    mine_id, other_id = (scope.institution_id for scope in scopes)
    assert found == [{mine_id}, {other_id}, set(), {mine_id, other_id}, set(), {mine_id}, {other_id}]


def test_staff_see_their_industries_and_region_subtree(app):
    inside = make_institution("guarantee", region="330102")
    make_institution("pawn", region="330102")
    make_institution("guarantee", region="330200")
    with scoped(Scope("staff", industries=("guarantee",), region_prefix="3301")):
        assert [i.id for i in db.session.scalars(select(Institution))] == [inside.id]


def test_a_state_cannot_be_assigned_past_the_transition_table(app):
    company = make_institution()
    with pytest.raises(IllegalTransition):
        company.status = "deregistered"


def test_history_cannot_be_rewritten(app):
    company = make_institution()
    entry = record("InstitutionOpened", company)
    db.session.commit()
    entry.kind = "SomethingElse"
    with pytest.raises(AppendOnlyError):
        db.session.commit()
    db.session.rollback()
    kept = db.session.scalars(select(Event.kind).where(Event.id == entry.id)).one()
    assert kept == "InstitutionOpened"


def test_a_signed_in_member_of_staff_reaches_the_console(app, sign_in):
    staff = sign_in(make_account("Supervisor"))
    assert staff.get("/console/").status_code == 200


def test_a_company_does_not_reach_the_console(app, sign_in):
    company = make_institution()
    enterprise = sign_in(make_account("Enterprise", institution=company))
    assert enterprise.get("/console/").status_code == 403


def test_answers_carry_the_security_headers(client):
    answer = client.get("/language/en?next=//evil.example/x")
    assert answer.headers["Location"] == "/"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
