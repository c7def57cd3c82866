"""Who may decide, and that exactly one of two deciders wins."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.db import commits, db
from app.core.errors import Conflict, DomainError, NotAllowed
from app.core.scope import SYSTEM, Scope, scoped
from app.core.workflow import IllegalTransition
from app.institutions.admission import decisions, plans, queries, rules
from app.institutions.admission.models import Application, StepDecision
from tests.factories import make_account
from tests.integration.admission.helpers import TWO, URL, Applicant, take, the_last, two_steps


def decide(item: Application, actor: Any, decision: str = "pass", opinion: str = "意见如上") -> None:
    decisions.decide(item.id, item.version, decision, opinion, actor, clock.now())
    db.session.commit()


def test_a_step_is_only_for_its_role(sign_in):
    two_steps()
    item = Applicant(sign_in).apply()
    assert take(sign_in(make_account("Approver")), item).status_code == 403
    with pytest.raises(NotAllowed, match="其他岗位"):
        decide(item, make_account("Approver"))
    assert the_last().step == 0


def test_nobody_takes_two_steps_of_one_application(sign_in):
    plans.lay_down(
        "change", "", "", (TWO[0], rules.Step("复核", "Check", "Supervisor")), actor=None, now=clock.now()
    )
    db.session.commit()
    item = Applicant(sign_in).apply()
    one, other = make_account("Supervisor"), make_account("Supervisor")
    client = sign_in(one)
    assert take(client, item).status_code == 302
    assert take(client, item).status_code == 403
    assert "您已办理过这份申请的一个步骤" in client.get(f"/console/applications/show/{item.id}").get_data(
        as_text=True
    )
    assert the_last().status == "submitted"
    assert take(sign_in(other), item).status_code == 302
    assert the_last().status == "approved"


def test_nobody_decides_an_application_of_their_own(sign_in):
    two_steps()
    company = Applicant(sign_in)
    item = company.apply()
    staff = make_account("Supervisor")
    item.submitted_by_id = staff.id
    db.session.commit()
    with pytest.raises(NotAllowed, match="自己"):
        decide(item, staff)
    with pytest.raises(NotAllowed):
        decide(item, company.account)


@pytest.mark.parametrize("limits", [{"region_prefix": "3302"}, {"industries": ["pawn"]}])
def test_staff_of_another_region_or_industry_reach_nothing(sign_in, limits):
    two_steps()
    company = Applicant(sign_in)
    item = company.apply()
    staff = make_account("Supervisor", **limits)
    client = sign_in(staff)
    assert client.get(f"/console/applications/show/{item.id}").status_code == 404
    assert take(client, item).status_code == 404
    assert item.number not in client.get("/console/applications/list/").get_data(as_text=True)
    with scoped(staff.scope), pytest.raises(NotAllowed):
        decide(item, staff)
    with scoped(Scope()), pytest.raises(NotAllowed):
        decide(item, staff)
    assert the_last().step == 0


def test_another_company_reaches_nothing(sign_in):
    item = Applicant(sign_in).apply()
    other = Applicant(sign_in)
    for path in (f"{URL}/{item.id}", f"{URL}/{item.id}/edit"):
        assert other.client.get(path).status_code == 404
    data = {"csrf_token": other.token(), "version": str(item.version)}
    assert other.client.post(f"{URL}/{item.id}/withdraw", data=data).status_code == 404
    assert other.send(f"{URL}/{item.id}/edit", version=str(item.version)).status_code == 404
    assert the_last().status == "submitted"


@pytest.mark.parametrize("status", ["draft", "approved", "rejected", "withdrawn", "returned"])
def test_what_is_not_submitted_cannot_be_decided(sign_in, status):
    two_steps()
    company = Applicant(sign_in)
    company.send(f"{URL}/new/change", action="save")
    item = the_last()
    if status != "draft":
        company.again(item)
        item = the_last()
        {
            "approved": lambda: [decide(item, make_account(r)) for r in ("Supervisor", "Approver")],
            "rejected": lambda: decide(item, make_account("Supervisor"), "reject"),
            "returned": lambda: decide(item, make_account("Supervisor"), "return"),
            "withdrawn": lambda: company.client.post(
                f"{URL}/{item.id}/withdraw",
                data={"csrf_token": company.token(), "version": str(item.version)},
            ),
        }[status]()
    item = the_last()
    assert item.status == status
    with pytest.raises(DomainError):
        decide(item, make_account("Supervisor"))
    assert the_last().status == status


def test_a_state_is_never_set_by_hand(sign_in):
    item = Applicant(sign_in).apply()
    with pytest.raises(IllegalTransition):
        item.status = "approved"


def test_running_applications_keep_their_steps(sign_in):
    two_steps()
    company = Applicant(sign_in)
    item = company.apply()
    plans.lay_down("change", "", "", TWO[:1], actor=None, now=clock.now())
    db.session.commit()
    assert [one.name_zh for one in the_last().parsed_steps] == ["受理", "终审"]
    assert [one.name_zh for one in queries.plan_for("change", company.institution)] == ["受理"]
    decide(item, make_account("Supervisor"))
    assert the_last().status == "submitted"


def test_the_nearest_plan_applies(sign_in):
    company = Applicant(sign_in)
    now = clock.now()
    for industry, prefix, name in (
        ("", "", "甲"),
        ("", "3301", "乙"),
        ("guarantee", "", "丙"),
        ("pawn", "3301", "丁"),
    ):
        plans.lay_down("change", industry, prefix, [rules.Step(name, name, "Approver")], actor=None, now=now)
    assert queries.plan_for("change", company.institution)[0].name_zh == "丙"
    assert queries.plan_for("branch", company.institution) == rules.DEFAULT_STEPS


def test_of_two_simultaneous_decisions_one_wins_and_the_other_is_told(app, sign_in):
    two_steps()
    item = Applicant(sign_in).apply()
    key, version = item.id, item.version
    actors = [make_account("Supervisor").id for _n in range(2)]
    db.session.remove()
    start, told = threading.Barrier(2), []

    def one(actor_id: int) -> None:
        from app.accounts.models import Account

        with app.app_context(), scoped(SYSTEM):
            start.wait()
            try:

                def work() -> None:
                    actor = db.session.get_one(Account, actor_id)
                    decisions.decide(key, version, "pass", "", actor, clock.now())

                commits(work)()
                told.append("won")
            except Conflict as problem:
                told.append(str(problem.message))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=(actor,)) for actor in actors]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(text == "won" for text in told) == [False, True], told
    assert any("您的操作没有生效" in text for text in told)
    assert db.session.scalar(select(func.count()).select_from(StepDecision)) == 1
    assert the_last().step == 1


def test_steps_are_laid_down_in_the_console_by_the_system_administrator_only(sign_in):
    import re

    path = "/console/steps/plan?kind=change"
    assert sign_in(make_account("Approver")).get(path).status_code in (302, 403)
    admin = sign_in(make_account("SystemAdministrator"))
    page = admin.get(path).get_data(as_text=True)
    assert "受理" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    data = {"csrf_token": token, "kind": "change", "industry": "guarantee", "region_prefix": ""}
    answer = admin.post("/console/steps/plan", data={**data, "zh_0": "受理"})
    assert answer.status_code == 422
    assert "请为每个步骤选择岗位" in answer.get_data(as_text=True)
    assert admin.post("/console/steps/plan", data=data).status_code == 422
    assert (
        admin.post("/console/steps/plan", data={**data, "zh_0": "受理", "role_0": "Approver"}).status_code
        == 302
    )
    assert plans.newest("change", "guarantee", "") == (rules.Step("受理", "受理", "Approver"),)
    assert "受理" in admin.get("/console/steps/list/").get_data(as_text=True)
    assert admin.get("/console/modes/list/").status_code == 200


def test_a_draft_is_not_seen_by_the_regulator(sign_in):
    company = Applicant(sign_in)
    company.send(f"{URL}/new/change", action="save")
    item = the_last()
    client = sign_in(make_account("Supervisor"))
    assert client.get(f"/console/applications/show/{item.id}").status_code == 404
    assert item.number not in client.get("/console/applications/list/").get_data(as_text=True)
