"""Every kind of application and every type of change, on every way that is not the straight one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.events import history
from app.institutions.admission import plans, rules
from app.institutions.admission.models import Application, StepDecision
from tests.factories import end_institution, make_account
from tests.integration.admission.cases import CASES, Case
from tests.integration.admission.helpers import TWO, URL, Applicant, take, the_last, two_steps

each = pytest.mark.parametrize("case", CASES, ids=str)


def test_the_matrix_holds_every_kind_and_every_type_of_change():
    assert {one.kind for one in CASES} == set(rules.KINDS)
    assert {one.change_type for one in CASES if one.change_type} == set(rules.CHANGE_TYPES)


def begun(sign_in: Any, case: Case) -> tuple[Applicant, Application]:
    two_steps(case.kind)
    company = case.company(sign_in)
    return company, company.apply(**case.fields)


def withdraw(company: Applicant, item: Application) -> Any:
    data = {"csrf_token": company.token(), "version": str(item.version)}
    answer = company.client.post(f"{URL}/{item.id}/withdraw", data=data, follow_redirects=True)
    db.session.expire_all()
    return answer.get_data(as_text=True)


@each
def test_missing_attachments_are_named_and_nothing_typed_is_lost(sign_in, case):
    company = case.company(sign_in)
    answer = company.send(f"{URL}/new/{case.kind}", files=False, **case.fields)
    page, item = answer.get_data(as_text=True), the_last()
    needed = [key for key, required in rules.ATTACHMENTS[case.kind].items() if required]
    assert answer.status_code == 422 and item.status == "draft"
    assert all(f'id="file_{key}-error"' in page for key in needed)
    assert page.count("请上传“") == 2 * len(needed), "in the summary and at the field, and nothing else"
    for value in (
        one for name, one in case.fields.items() if name.startswith(("person", "new_value", "reason"))
    ):
        assert value in page
    assert company.send(f"{URL}/{item.id}/edit", version=str(item.version), **case.fields).status_code == 302
    assert the_last().status == "submitted"


@each
def test_returned_corrected_and_approved_the_register_says_it_and_keeps_the_old(sign_in, case):
    company, item = begun(sign_in, case)
    before = case.shown(company.institution)
    supervisor, approver = sign_in(make_account("Supervisor")), sign_in(make_account("Approver"))
    assert take(supervisor, item, "return", "决议缺少签字页").status_code == 302
    assert "决议缺少签字页" in company.page(f"{URL}/{item.id}/edit")
    assert case.shown(company.institution) == before
    assert company.again(the_last(), **case.fields).status_code == 302
    assert take(supervisor, the_last()).status_code == 302
    assert case.shown(company.institution) == before, "nothing before the last step"
    assert take(approver, the_last()).status_code == 302
    assert the_last().status == "approved"
    assert case.shown(company.institution) == case.value != before
    page = company.page(f"{URL}/{item.id}")
    assert "审批通过" in page and "决议缺少签字页" in page


@each
def test_rejected_or_withdrawn_leaves_no_trace_in_the_register_and_may_be_asked_anew(sign_in, case):
    company, item = begun(sign_in, case)
    before = case.shown(company.institution)
    if case.kind != rules.BRANCH:
        answer = company.send(f"{URL}/new/{case.kind}", **case.fields)
        assert answer.status_code == 409 and "已有一份同类申请未办结" in answer.get_data(as_text=True)
    supervisor = sign_in(make_account("Supervisor"))
    assert take(supervisor, item, "reject", "无").status_code == 422
    assert take(supervisor, item, "reject", "不符合规定条件").status_code == 302
    assert "不符合规定条件" in company.page(f"{URL}/{item.id}")
    assert company.again(the_last(), **case.fields).status_code == 409
    second = company.apply(**case.fields)
    assert "申请已撤回" in withdraw(company, second)
    assert take(supervisor, second).status_code == 409
    assert the_last().status == "withdrawn"
    third = company.apply(**case.fields)
    assert (third.status, case.shown(company.institution)) == ("submitted", before)


@each
def test_none_but_the_right_people_take_a_step_and_nobody_two(sign_in, case):
    plans.lay_down(
        case.kind, "", "", (TWO[0], rules.Step("复核", "Check", "Supervisor")), actor=None, now=clock.now()
    )
    db.session.commit()
    company = case.company(sign_in)
    item = company.apply(**case.fields)
    for limits in ({"region_prefix": "3302"}, {"industries": ["pawn"]}):
        assert take(sign_in(make_account("Supervisor", **limits)), item).status_code == 404
    assert take(sign_in(make_account("Approver")), item).status_code == 403
    data = {"csrf_token": company.token(), "decision": "pass", "version": str(item.version)}
    assert company.client.post(f"/console/applications/decide/{item.id}", data=data).status_code in (
        302,
        403,
        404,
    )
    own, first = make_account("Supervisor"), sign_in(make_account("Supervisor"))
    item.submitted_by_id = own.id
    db.session.commit()
    answer = take(sign_in(own), item)
    assert answer.status_code == 403 and "不能办理自己提交的申请" in answer.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(StepDecision)) == 0
    assert take(first, item).status_code == 302
    answer = take(first, the_last())
    assert answer.status_code == 403 and "您已办理过这份申请的一个步骤" in answer.get_data(as_text=True)
    assert the_last().status == "submitted"


@each
def test_a_stale_page_changes_nothing_and_says_so(sign_in, case):
    company = case.company(sign_in)
    company.send(f"{URL}/new/{case.kind}", action="save", **case.fields)
    draft = the_last()
    stale = str(draft.version)
    assert company.send(f"{URL}/{draft.id}/edit", version=stale, **case.fields).status_code == 302
    answer = company.send(f"{URL}/{draft.id}/edit", version=stale, **case.fields)
    assert answer.status_code == 409 and "您的操作没有生效" in answer.get_data(as_text=True)
    item = the_last()
    assert item.status == "submitted" and len(item.files) == len(rules.ATTACHMENTS[case.kind])
    supervisor, other = sign_in(make_account("Supervisor")), sign_in(make_account("Supervisor"))
    seen = str(item.version)
    assert take(supervisor, item, version=seen).status_code == 302
    for decision in ("pass", "return", "reject"):
        answer = take(other, the_last(), decision, "另一人的意见", version=seen)
        assert answer.status_code == 409 and "办理了这一步，您的操作没有生效" in answer.get_data(as_text=True)
    stale_withdrawal = company.client.post(
        f"{URL}/{item.id}/withdraw",
        data={"csrf_token": company.token(), "version": seen},
        follow_redirects=True,
    )
    assert "您的操作没有生效" in stale_withdrawal.get_data(as_text=True)
    assert (the_last().status, the_last().step) == ("submitted", 1)
    kinds = [one.kind for one in history("admission_application", item.id)]
    assert kinds == ["ApplicationBegun", "ApplicationSubmitted", "ApplicationStepPassed"]


@each
def test_of_an_institution_terminated_meanwhile_nothing_is_approved_any_more(sign_in, case):
    company, item = begun(sign_in, case)
    end_institution(company.institution, clock.today())
    db.session.commit()
    before = case.shown(company.institution)
    supervisor = sign_in(make_account("Supervisor"))
    for decision in ("pass", "return"):
        answer = take(supervisor, item, decision, "意见如上")
        assert answer.status_code == 409 and "机构已终止" in answer.get_data(as_text=True)
    assert company.again(the_last(), **case.fields).status_code in (403, 409)
    assert "只读" in withdraw(company, the_last())
    assert (the_last().status, case.shown(company.institution)) == ("submitted", before)
    assert take(supervisor, item, "reject", "机构已终止，不再办理").status_code == 302
    assert the_last().status == "rejected"


@each
def test_a_session_that_has_ended_stores_nothing_and_sends_to_the_log_in(sign_in, case):
    from app.accounts.models import LoginSession

    company = case.company(sign_in)
    token = company.token()
    db.session.query(LoginSession).delete()
    db.session.commit()
    answer = company.client.post(
        f"{URL}/new/{case.kind}", data={"csrf_token": token, "action": "submit", **case.fields}
    )
    assert answer.status_code == 302 and "/login" in answer.location
    assert the_last() is None


def test_a_branch_sent_twice_is_one_branch(sign_in):
    company = Applicant(sign_in, "branch")
    company.apply()
    answer = company.send(f"{URL}/new/branch")
    assert answer.status_code == 422
    assert re.search(r'id="branch_name-error"[^>]*>.*?同名', answer.get_data(as_text=True), re.DOTALL)
    query = select(func.count()).select_from(Application).where(Application.status == "submitted")
    assert db.session.scalar(query) == 1


def test_a_branch_that_stands_already_is_not_set_up_again(sign_in):
    two_steps("branch")
    company = Applicant(sign_in, "branch")
    item = company.apply()
    for role in ("Supervisor", "Approver"):
        take(sign_in(make_account(role)), item)
    answer = company.send(f"{URL}/new/branch", branch_name=" 示例宁波分公司 ")
    assert answer.status_code == 422 and "同名" in answer.get_data(as_text=True)


def test_a_set_up_whose_licence_begins_later_closes_the_door_too(sign_in):
    from tests.integration.admission.helpers import in_days

    two_steps("set_up")
    company = Applicant(sign_in, "set_up")
    item = company.apply(licence_from=in_days(10))
    for role in ("Supervisor", "Approver"):
        take(sign_in(make_account(role)), item)
    assert the_last().status == "approved"
    page = company.page(f"{URL}/")
    assert f'href="{URL}/new/set_up"' not in page and "等待生效" in page
    assert company.send(f"{URL}/new/set_up").status_code == 409
