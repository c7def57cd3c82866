"""The opinion goes out on the word of two: the team writes it, somebody who was not of the team signs it."""

from __future__ import annotations

from typing import Any

import pytest

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, NotAllowed
from app.core.events import history
from app.inspections import opinions, planning
from app.inspections.intake import Incomplete
from app.inspections.models import Inspection
from app.inspections.queries import waiting_opinions
from app.letters.services import letters_of
from app.messages.models import Message
from tests.factories import make_account
from tests.integration.inspections.helpers import FINDING, OPINION, bring

CONSOLE, WORK, SPACE = "/console/inspections", "/console/inspection-work", "/workspace/inspections"


def told(account: Any) -> list[str]:
    return [one.title_zh for one in db.session.query(Message).filter_by(account_id=account.id)]


def fresh(found: Inspection) -> Inspection:
    db.session.expire_all()
    return db.session.get(Inspection, found.id)


def sign(client: Any, found: Inspection, verdict: str = "approve", opinion: str = "") -> Any:
    data = {"version": str(fresh(found).version), "verdict": verdict, "opinion": opinion}
    return client.post(f"{CONSOLE}/sign/{found.id}", data=data)


def test_nobody_of_the_team_and_nobody_without_the_role_sends_an_opinion(desk, sign_in):
    found = bring(desk, "signing")
    for one in (desk.inspector, desk.second, make_account("Supervisor"), make_account("Inspector")):
        assert sign(sign_in(one), found).status_code == 403
    for one in (desk.inspector, desk.second):
        with pytest.raises(NotAllowed, match="检查组成员不能签批"):
            opinions.decide_opinion(found.id, found.version, "approve", "", one, clock.now())
    foreign = make_account("Approver", region_prefix="3302")
    assert sign(sign_in(foreign), found).status_code == 404
    assert sign_in(desk.inspector).post(f"{WORK}/do/{found.id}/issue", data={}).status_code == 404
    assert (fresh(found).status, fresh(found).opinion_no) == ("signing", "")


def test_an_approver_who_was_of_the_team_even_excluded_does_not_sign(desk, sign_in):
    found = bring(desk, "notified")
    member = next(one for one in found.team if one.account_id == desk.second.id)
    fields = {"member": str(member.id), "reason": "与被检查机构有利害关系"}
    other = make_account("Inspector")
    fields |= {"account": str(other.id), "certificate": "检009"}
    planning.exclude_member(found.id, found.version, fields, desk.inspector, clock.now())
    assert opinions.signer_reasons(found, desk.second) == ("team",)
    assert opinions.signer_reasons(found, desk.approver) == ()


def test_the_approver_is_told_finds_it_reads_all_of_it_and_signs(desk, sign_in):
    found = bring(desk, "signing")
    assert "检查意见书待签批" in told(desk.approver)[-1]
    assert waiting_opinions(desk.approver.id) == 1 and waiting_opinions(desk.inspector.id) == 0
    approver = sign_in(desk.approver)
    page = approver.get(f"{CONSOLE}/show/{found.id}").get_data(as_text=True)
    assert "签批并发送" in page and FINDING["fact"] in page and OPINION["overview"] in page
    assert approver.get(f"{CONSOLE}/draft/{found.id}/inspection_opinion").status_code == 200
    assert sign_in(desk.company).get(f"{SPACE}/{found.id}/opinion").status_code == 404
    assert sign(approver, found, opinion="同意发送").status_code == 302
    found = fresh(found)
    assert found.status == "rectifying" and letters_of(found)[-1].number == found.opinion_no
    assert "已签批并发送" in told(desk.second)[-1] and any("检查意见书" in one for one in told(desk.company))
    shown = sign_in(desk.company).get(f"{SPACE}/{found.id}").get_data(as_text=True)
    assert "同意发送" not in shown and "签批" not in shown, "what was said inside stays inside"


def test_it_is_sent_back_with_a_reason_corrected_and_handed_in_again(desk, sign_in):
    found = bring(desk, "signing")
    approver = sign_in(desk.approver)
    refused = sign(approver, found, "send_back", "无")
    assert refused.status_code == 422 and "请写明退回的原因" in refused.get_data(as_text=True)
    assert sign(approver, found, "maybe").status_code == 422
    assert sign(approver, found, "send_back", "证据不足，请补充").status_code == 302
    found = fresh(found)
    assert found.status == "concluding" and "已退回" in told(desk.inspector)[-1]
    opinions.save_opinion(found.id, found.version, OPINION | {"overview": "补充后的概况"}, desk.inspector)
    opinions.submit_opinion(found.id, found.version, desk.inspector, clock.now())
    opinions.recall_opinion(found.id, found.version, desk.second, clock.now())
    assert [one.kind for one in history("inspection", found.id)][-3:] == [
        "InspectionOpinionSentBack", "InspectionOpinionSubmitted", "InspectionOpinionRecalled",
    ]  # fmt: skip


def test_while_it_lies_there_nothing_of_it_changes_but_documents_still_come(desk):
    found = bring(desk, "signing")
    now, who = clock.now(), desk.inspector
    for act in (
        lambda: opinions.save_opinion(found.id, found.version, OPINION, who),
        lambda: opinions.save_finding(found.id, found.version, None, FINDING, who),
        lambda: opinions.drop_finding(found.id, found.version, found.findings[0].id, who),
        lambda: opinions.submit_opinion(found.id, found.version, who, now),
    ):
        with pytest.raises(Conflict):
            act()
    from app.inspections import services

    services.confirm_notice(found.id, "", desk.company, now)


def test_a_deadline_that_passed_on_the_approvers_desk_is_not_sent(desk):
    from datetime import timedelta

    found = bring(desk, "concluding")
    soon = (clock.today() + timedelta(days=2)).isoformat()
    opinions.save_finding(found.id, found.version, None, {**FINDING, "due_on": soon}, desk.inspector)
    opinions.submit_opinion(found.id, found.version, desk.inspector, clock.now())
    late = clock.now() + timedelta(days=5)
    with pytest.raises(Incomplete, match="1 处"):
        opinions.decide_opinion(found.id, found.version, "approve", "", desk.approver, late)
