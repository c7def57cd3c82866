"""What several people do to one application at the same moment: one is taken, the others are told."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.events import history
from app.institutions.admission import rules
from app.institutions.admission.models import Application, StepDecision
from tests.at_once import at_once, one_winner
from tests.factories import make_account
from tests.integration.admission.helpers import FIELDS, PDF, URL, Applicant, the_last, token_of, two_steps


def post_of(client: Any, path: str, data: dict[str, Any]) -> Any:
    """A complete post, with the token of a page that is open already."""
    page = "/workspace/profile/password" if path.startswith("/workspace") else "/console/profile/password"
    fields = {"csrf_token": token_of(client, page), **data}
    return lambda: client.post(path, data=fields)


def deciding(client: Any, item: Application, decision: str) -> Any:
    data = {"decision": decision, "opinion": "意见如上所述", "version": str(item.version)}
    return post_of(client, f"/console/applications/decide/{item.id}", data)


@pytest.mark.parametrize(
    "decisions", [("pass", "pass"), ("pass", "return"), ("return", "reject"), ("pass", "pass", "reject")]
)
def test_of_those_who_decide_a_step_at_once_one_wins_and_the_others_are_told(sign_in, decisions):
    two_steps()
    item = Applicant(sign_in).apply()
    posts = [deciding(sign_in(make_account("Supervisor")), item, one) for one in decisions]
    answers = at_once(posts)
    one_winner(answers, "您的操作没有生效")
    assert db.session.scalar(select(func.count()).select_from(StepDecision)) == 1
    assert len(history("admission_application", item.id)) == 3, "begun, submitted and one decision"


def test_one_person_in_two_windows_takes_one_step_only(sign_in):
    two_steps()
    item = Applicant(sign_in).apply()
    both = make_account("Supervisor")
    posts = [deciding(sign_in(both), item, "pass") for _window in range(2)]
    one_winner(at_once(posts), "您的操作没有生效")
    assert the_last().step == 1


def test_the_last_step_is_taken_once_and_the_register_changed_once(sign_in):
    from app.institutions.register.models import RegisterEntry

    two_steps("branch")
    company = Applicant(sign_in, "branch")
    item = company.apply()
    assert deciding(sign_in(make_account("Supervisor")), item, "pass")().status_code == 302
    item = the_last()
    posts = [deciding(sign_in(make_account("Approver")), item, "pass") for _one in range(2)]
    one_winner(at_once(posts), "您的操作没有生效")
    query = select(func.count()).select_from(RegisterEntry).where(RegisterEntry.subject_kind == "branch")
    assert (the_last().status, db.session.scalar(query)) == ("approved", 1)


def test_a_withdrawal_and_a_decision_at_once_leave_one_of_the_two(sign_in):
    two_steps()
    company = Applicant(sign_in)
    item = company.apply()
    withdrawal = post_of(company.client, f"{URL}/{item.id}/withdraw", {"version": str(item.version)})
    told = at_once([withdrawal, deciding(sign_in(make_account("Supervisor")), item, "reject")])
    events = [one.kind for one in history("admission_application", item.id)]
    assert len(events) == 3 and the_last().status in ("withdrawn", "rejected")
    assert (told[1].status == 302) == (the_last().status == "rejected")
    if told[1].status != 302:
        assert "您的操作没有生效" in told[1].text


@pytest.mark.parametrize("kind", rules.KINDS)
def test_a_form_that_is_sent_twice_at_once_is_one_application(sign_in, kind):
    company = Applicant(sign_in, kind)

    def sending() -> Any:
        files = {f"file_{key}": (io.BytesIO(PDF), f"{key}.pdf") for key in rules.ATTACHMENTS[kind]}
        return post_of(company.client, f"{URL}/new/{kind}", {"action": "submit", **FIELDS[kind], **files})

    answers = at_once([sending(), sending()])
    assert sorted(one.status for one in answers) in ([302, 409], [302, 422]), [one.status for one in answers]
    query = select(func.count()).select_from(Application).where(Application.status == "submitted")
    assert db.session.scalar(query) == 1
