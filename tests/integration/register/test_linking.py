"""An imported institution asks for its account: it is linked, not entered twice."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.institutions.models import Institution
from app.institutions.queries import code_is_taken
from app.institutions.register.queries import register_on
from tests.factories import make_account, make_institution, make_registration, uscc
from tests.integration.accounts.helpers import post, try_login

BASE = "/console/registrations"
CODE = uscc(8001)


def approve(client, registration):
    page = f"{BASE}/show/{registration.id}"
    return post(client, f"{BASE}/approve/{registration.id}", page, version=registration.version)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_the_account_is_opened_for_the_institution_that_is_there(app, sign_in):
    known = make_institution(uscc=CODE, name="名册中的名称有限公司", contact_name="", mobile="")
    assert not code_is_taken(CODE)
    registration = make_registration(uscc=CODE, name="申请中的名称有限公司", contact_name="测试丙")
    client = sign_in(make_account("Approver"))
    page = client.get(f"{BASE}/show/{registration.id}").text
    assert "通过后账号关联到它，不新建机构" in page
    assert "名册中的名称有限公司" in page
    assert approve(client, registration).status_code == 302
    assert count(Institution) == 1
    db.session.refresh(known)
    assert (known.name, known.contact_name) == ("名册中的名称有限公司", "测试丙")
    assert registration.institution_id == known.id
    assert try_login(app.test_client(), registration.username).headers["Location"] == "/workspace/"
    assert "InstitutionLinked" in db.session.scalars(select(Event.kind)).all()
    assert code_is_taken(CODE)


def test_a_licence_that_the_register_lacks_comes_with_the_registration(sign_in):
    known = make_institution(uscc=CODE, opened=False, licence_no=None, licence_from=None, licence_to=None)
    registration = make_registration(uscc=CODE)
    approve(sign_in(make_account("Approver")), registration)
    db.session.refresh(known)
    assert (known.status, known.licence_no) == ("operating", registration.licence_no)
    assert register_on(known.id, clock.today())[known.id].licence["licence_no"] == registration.licence_no


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"industry": "pawn"}, "行业不同，不能关联"),
        ({"region": "330200"}, "不在您负责的行业或地区内"),
    ],
)
def test_what_does_not_fit_is_not_linked(sign_in, known, message):
    make_institution(uscc=CODE, **{"region": "330100", **known})
    registration = make_registration(uscc=CODE)
    answer = approve(sign_in(make_account("Approver", region_prefix="3301")), registration)
    assert answer.status_code == 409
    assert message in answer.text
    db.session.rollback()
    assert count(Account) == 1


def test_an_institution_with_an_account_is_never_linked(sign_in):
    company = make_institution(uscc=CODE)
    make_account("Enterprise", institution=company)
    registration = make_registration(uscc=CODE)
    answer = approve(sign_in(make_account("Approver")), registration)
    assert answer.status_code == 409
    assert "不能重复登记" in answer.text
