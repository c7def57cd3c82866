"""Staff decide on registrations."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.core.files import store_bytes
from app.institutions.models import Institution, Registration
from app.messages.models import OutboxMail
from tests.factories import make_account, make_institution, make_registration
from tests.integration.accounts.helpers import field, post, try_login

BASE = "/console/registrations"


def decide(client, registration, verb, **data):
    page = f"{BASE}/show/{registration.id}"
    return post(client, f"{BASE}/{verb}/{registration.id}", page, version=registration.version, **data)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_approval_makes_institution_and_account_in_one_go(app, sign_in):
    registration = make_registration()
    approver = make_account("Approver")
    assert decide(sign_in(approver), registration, "approve").status_code == 302
    institution = db.session.scalars(select(Institution)).one()
    assert (institution.status, institution.licence_no) == ("operating", registration.licence_no)
    assert institution.admitted_at is not None
    assert registration.status == "approved"
    assert registration.institution_id == institution.id
    assert try_login(app.test_client(), registration.username).headers["Location"] == "/workspace/"
    kinds = db.session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert kinds[:5] == [
        "InstitutionRegistered",
        "InstitutionOpened",
        "RegisterOpened",
        "AccountCreated",
        "RegistrationApproved",
    ]
    assert "已启用" in db.session.scalars(select(OutboxMail)).one().body


def test_without_a_licence_the_institution_is_still_preparing(sign_in):
    registration = make_registration(has_licence=False, licence_no=None, licence_from=None, licence_to=None)
    decide(sign_in(make_account("Approver")), registration, "approve")
    institution = db.session.scalars(select(Institution)).one()
    assert (institution.status, institution.admitted_at) == ("preparing", None)


def test_before_approval_nobody_can_log_in(client):
    registration = make_registration()
    assert "账号或密码不正确" in try_login(client, registration.username).text


def test_rejection_needs_a_reason_and_tells_it_to_the_applicant(sign_in):
    registration = make_registration()
    client = sign_in(make_account("Approver"))
    answer = decide(client, registration, "reject", reason=" 不 ")
    assert answer.status_code == 422
    assert "请填写驳回原因" in answer.text
    assert decide(client, registration, "reject", reason="名称与营业执照不符").status_code == 302
    assert (registration.status, registration.decision_reason) == ("rejected", "名称与营业执照不符")
    assert "名称与营业执照不符" in db.session.scalars(select(OutboxMail)).one().body
    assert (count(Institution), count(Account)) == (0, 1)


def test_the_second_decision_is_told_who_was_faster(sign_in):
    registration = make_registration()
    first, second = make_account("Approver"), make_account("Approver")
    slow = sign_in(second)
    page = slow.get(f"{BASE}/show/{registration.id}").text
    decide(sign_in(first), registration, "approve")
    tokens = {name: field(page, name) for name in ("csrf_token", "version")}
    answer = slow.post(f"{BASE}/reject/{registration.id}", data={**tokens, "reason": "材料不全，请补充"})
    assert answer.status_code == 409
    assert first.display_name in answer.text
    assert "您的操作没有生效" in answer.text
    assert registration.status == "approved"


def test_two_reviewers_at_the_same_moment_have_one_winner(app, sign_in):
    registration = make_registration()
    pk = registration.id
    clients = [sign_in(make_account("Approver")) for _number in range(4)]
    tokens = [field(client.get(f"{BASE}/show/{pk}").text, "csrf_token") for client in clients]
    db.session.rollback()

    def approve(pair):
        client, token = pair
        return client.post(f"{BASE}/approve/{pk}", data={"csrf_token": token, "version": "1"}).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(approve, zip(clients, tokens, strict=True)))
    assert statuses == [302, 409, 409, 409]
    assert count(Institution) == 1
    decisions = select(func.count()).where(Event.kind == "RegistrationApproved")
    assert db.session.scalar(decisions) == 1


def test_a_user_name_taken_meanwhile_stops_the_approval_with_the_reason(sign_in):
    registration = make_registration()
    make_account("Supervisor", username=registration.username)
    answer = decide(sign_in(make_account("Approver")), registration, "approve")
    assert answer.status_code == 409
    assert "请驳回并请申请人更换账号" in answer.text
    assert registration.status == "submitted"
    assert count(Institution) == 0


@pytest.mark.parametrize("area", [{"industries": ["pawn"]}, {"region_prefix": "3302"}])
def test_registrations_outside_the_area_do_not_exist(app, sign_in, area):
    registration = make_registration()
    client = sign_in(make_account("Approver", **area))
    page = client.get(f"{BASE}/list/")
    assert page.status_code == 200
    assert registration.name not in page.text
    for url in (f"{BASE}/show/{registration.id}", f"{BASE}/licence/{registration.id}"):
        assert client.get(url).status_code == 404
    token = field(page.text, "csrf_token")
    answer = client.post(f"{BASE}/approve/{registration.id}", data={"csrf_token": token, "version": "1"})
    assert answer.status_code == 404
    assert registration.status == "submitted"


def test_supervisors_read_and_only_approvers_decide(sign_in):
    registration = make_registration()
    client = sign_in(make_account("Supervisor"))
    page = client.get(f"{BASE}/show/{registration.id}").text
    assert f"{BASE}/approve/" not in page
    answer = client.post(
        f"{BASE}/approve/{registration.id}", data={"csrf_token": field(page, "csrf_token"), "version": "1"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["licence_file", "business_file", "authorisation_file"])
def test_attachments_can_be_read_before_the_decision_and_belong_to_the_institution_after(sign_in, name):
    file = store_bytes(b"%PDF-1.4", name="证.pdf", kind="pdf", purpose="test", now=clock.now())
    registration = make_registration(**{f"{name}_id": file.id})
    client = sign_in(make_account("Approver"))
    assert f"{BASE}/file/{registration.id}/{name}" in client.get(f"{BASE}/show/{registration.id}").text
    assert client.get(f"{BASE}/file/{registration.id}/{name}").data == b"%PDF-1.4"
    assert client.get(f"{BASE}/file/{registration.id}/password").status_code == 404
    assert client.get(f"/files/{file.key}").status_code == 404
    decide(client, registration, "approve")
    assert client.get(f"/files/{file.key}").status_code == 200


def test_mobile_numbers_are_masked_until_somebody_asks_and_that_is_written_down(sign_in):
    registration = make_registration(mobile="13812345678")
    client = sign_in(make_account("Supervisor"))
    page = client.get(f"{BASE}/show/{registration.id}").text
    assert "138****5678" in page
    assert "13812345678" not in page
    ask = (f"{BASE}/reveal/{registration.id}", f"{BASE}/show/{registration.id}")
    for reason in ("", " x ", "长" * 101):
        assert post(client, *ask, reason=reason).status_code == 302
    assert client.get(ask[0]).status_code == 405
    shown = post(client, *ask, reason="核对联系人")
    assert "13812345678" in shown.text
    event = db.session.scalars(select(Event).where(Event.kind == "PersonalDataRevealed")).one()
    assert (event.subject_type, event.subject_id) == ("registration", registration.id)
    assert (event.comment, event.data) == ("核对联系人", {"fields": ["mobile"]})
    assert event.actor_id is not None
    assert event.at


def test_the_list_filters_by_state_industry_and_words(sign_in):
    waiting = make_registration()
    other = make_registration(industry="pawn", org_type="pawn")
    client = sign_in(make_account("Supervisor"))
    everything = client.get(f"{BASE}/list/").text
    assert waiting.name in everything
    assert other.name in everything
    assert "审核中" in everything
    pawn = client.get(f"{BASE}/list/?_flt_0_industry=pawn&_flt_0_status=submitted").text
    assert other.name in pawn
    assert waiting.name not in pawn
    operators = re.findall(r"_flt_\d+_name", everything)
    assert operators


def test_the_register_shows_only_institutions_in_the_area(sign_in):
    mine, other = make_institution("guarantee"), make_institution("pawn")
    client = sign_in(make_account("Supervisor", industries=["guarantee"]))
    page = client.get("/console/institutions/list/").text
    assert mine.name in page
    assert other.name not in page
    assert mine.address in client.get(f"/console/institutions/show/{mine.id}").text
    assert client.get(f"/console/institutions/show/{other.id}").status_code == 404


def test_a_registration_row_and_its_history_stay_after_the_decision(sign_in):
    registration = make_registration()
    decide(sign_in(make_account("Approver")), registration, "approve")
    assert count(Registration) == 1
