"""What several people do to one inspection at the same moment: one is taken, the others are told in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.core import clock
from app.core.db import db
from app.core.events import history
from app.inspections.models import Inspection
from app.letters.services import letters_of
from tests.at_once import at_once, one_winner
from tests.factories import make_account
from tests.integration.inspections.helpers import bring, first_item, measures, verdicts

CONSOLE, WORK, SPACE = "/console/inspections", "/console/inspection-work", "/workspace/inspections"


def kinds(found: Inspection) -> list[str]:
    db.session.expire_all()
    return [one.kind for one in history("inspection", found.id)]


def posts(clients: list[Any], path: str, *forms: dict[str, Any]) -> list[Any]:
    """One post for each form, by the clients in turn."""
    pairs = zip(clients, forms, strict=True)
    return [lambda c=client, f=form: c.post(path, data=f) for client, form in pairs]


@pytest.mark.parametrize(
    ("stage", "door", "events"),
    [
        ("pending", "decide", ("InspectionApproved", "InspectionSentBack")),
        ("signing", "sign", ("InspectionOpinionSigned", "InspectionOpinionSentBack")),
    ],
)
@pytest.mark.parametrize("second", ["approve", "send_back"])
def test_of_two_approvers_one_decides(desk, sign_in, stage, door, events, second):
    found = bring(desk, stage)
    seen = str(found.version)
    forms = [{"version": seen, "verdict": one, "opinion": "意见如上所述"} for one in ("approve", second)]
    clients = [sign_in(desk.approver), sign_in(make_account("Approver"))]
    one_winner(at_once(posts(clients, f"{CONSOLE}/{door}/{found.id}", *forms)), "刚被更新过")
    assert sum(kinds(found).count(one) for one in events) == 1


@pytest.mark.parametrize(
    ("stage", "verb", "event"),
    [
        ("planned", "submit", "InspectionSubmitted"),
        ("approved", "serve", "InspectionServed"),
        ("notified", "begin", "InspectionBegun"),
        ("on_site", "finish", "InspectionFinished"),
        ("concluding", "propose", "InspectionOpinionSubmitted"),
        ("accepted", "close", "InspectionClosed"),
    ],
)
def test_of_two_of_the_team_one_takes_the_step(desk, sign_in, stage, verb, event):
    found = bring(desk, stage)
    form = {"version": str(found.version)}
    clients = [sign_in(desk.inspector), sign_in(desk.second)]
    one_winner(at_once(posts(clients, f"{WORK}/do/{found.id}/{verb}", form, form)), "刚被更新过")
    assert kinds(found).count(event) == 1
    numbers = [one.number for one in letters_of(found)]
    assert len(set(numbers)) == len(numbers)


def test_a_recall_and_a_signature_at_once_leave_one_of_the_two(desk, sign_in):
    found = bring(desk, "signing")
    seen = str(found.version)
    inspector, approver = sign_in(desk.inspector), sign_in(desk.approver)
    key = found.id
    answers = at_once(
        [
            lambda: inspector.post(f"{WORK}/do/{key}/recall_opinion", data={"version": seen}),
            lambda: approver.post(f"{CONSOLE}/sign/{key}", data={"version": seen, "verdict": "approve"}),
        ]
    )
    one_winner(answers, "刚被更新过")
    events = kinds(found)
    assert events.count("InspectionOpinionIssued") + events.count("InspectionOpinionRecalled") == 1


def test_two_who_review_the_feedback_at_once_accept_or_return_it_once(desk, sign_in):
    found = bring(desk, "reported")
    seen = {"version": str(found.version)}
    forms = [verdicts(found, "accept") | seen, verdicts(found, "return", "缺少证明材料") | seen]
    clients = [sign_in(desk.inspector), sign_in(desk.second)]
    one_winner(at_once(posts(clients, f"{WORK}/do/{found.id}/review", *forms)), "刚被更新过")
    events = kinds(found)
    assert events.count("RectificationAccepted") + events.count("RectificationReturned") == 1


def test_two_colleagues_confirm_the_notice_at_once(desk, sign_in):
    found = bring(desk, "notified")
    clients = [sign_in(desk.company), sign_in(make_account("Enterprise", institution=desk.institution))]
    one_winner(at_once(posts(clients, f"{SPACE}/{found.id}/confirm", {}, {})), "确认收到")
    assert kinds(found).count("InspectionConfirmed") == 1


def test_two_colleagues_confirm_the_opinion_at_once(desk, sign_in):
    found = bring(desk, "rectifying")
    clients = [sign_in(desk.company), sign_in(make_account("Enterprise", institution=desk.institution))]
    at_once(posts(clients, f"{SPACE}/{found.id}/opinion", {}, {}))
    assert kinds(found).count("InspectionOpinionRead") == 1


def test_two_inspectors_decide_on_one_document_at_once(desk, sign_in):
    from app.inspections import services
    from tests.integration.inspections.helpers import paper

    found = bring(desk, "notified")
    item = first_item(found)
    services.provide(found.id, item.id, [paper()], "", desk.company, clock.now())
    db.session.commit()
    forms = [
        {"seen": "provided", "verdict": "receive"},
        {"seen": "provided", "verdict": "return", f"remark_{item.id}": "缺少盖章页"},
    ]
    clients = [sign_in(desk.inspector), sign_in(desk.second)]
    one_winner(at_once(posts(clients, f"{WORK}/item/{found.id}/{item.id}", *forms)), "您的操作没有生效")


def test_two_colleagues_hand_the_feedback_in_at_once(desk, sign_in):
    found = bring(desk, "rectifying")
    later = (clock.today() + timedelta(days=9)).isoformat()
    form = {**measures(found), "version": "1", "action": "submit"}
    other = {**form, **{name: later for name in form if name.startswith("planned_on")}}
    clients = [sign_in(desk.company), sign_in(make_account("Enterprise", institution=desk.institution))]
    at_once(posts(clients, f"{SPACE}/{found.id}/feedback", form, other))
    assert kinds(found).count("RectificationReported") == 1
    assert sum(one.kind == "rectification_feedback" for one in letters_of(found)) == 1


def test_a_follow_up_asked_for_twice_at_once_is_one(desk, sign_in):
    found = bring(desk, "closed")
    clients = [sign_in(desk.inspector), sign_in(desk.second)]
    one_winner(at_once(posts(clients, f"{WORK}/follow-up/{found.id}", {}, {})), "后续检查已在办理")
    assert db.session.query(Inspection).filter_by(previous_id=found.id).count() == 1
