"""The course of an inspection through its services: each step, who may take it, what is refused, what is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, Refused
from app.core.events import Event, history
from app.core.workflow import IllegalTransition
from app.filings.calendar.periods import is_workday, next_workday
from app.inspections import feedback, opinions, planning, services
from app.inspections.defaults import load_checklist
from app.inspections.intake import Incomplete
from app.inspections.letters import FEEDBACK, NOTICE, OPINION
from app.inspections.models import Inspection
from app.inspections.reminders import tell_rectifications
from app.letters.services import letters_of
from app.messages.models import Message, OutboxMail
from tests.factories import make_account, make_institution
from tests.integration.inspections.helpers import (
    FINDING,
    STAGES,
    Desk,
    begin_plan,
    bring,
    first_item,
    measures,
    paper,
    verdicts,
)


def steps(found: Inspection) -> list[Event]:
    return [one for one in history("inspection", found.id) if one.kind != "LetterIssued"]


def kinds(found: Inspection) -> list[str]:
    return [one.kind for one in steps(found)]


def subjects(desk: Desk) -> list[str]:
    query = select(OutboxMail.subject).where(OutboxMail.recipient == desk.institution.email)
    return list(db.session.scalars(query.order_by(OutboxMail.id)))


def titles(account: Account) -> list[str]:
    query = select(Message.title_zh).where(Message.account_id == account.id)
    return list(db.session.scalars(query.order_by(Message.id)))


def test_the_whole_course_leaves_one_event_a_step_and_tells_the_company(desk):
    found = bring(desk, "closed")
    assert (found.status, [one.status for one in found.findings]) == ("closed", ["accepted", "accepted"])
    assert kinds(found) == [
        "InspectionPlanned", "InspectionSubmitted", "InspectionApproved", "InspectionServed", "InspectionBegun",
        "InspectionFinished", "InspectionOpinionSubmitted", "InspectionOpinionSigned", "InspectionOpinionIssued",
        "RectificationReported", "RectificationAccepted", "InspectionClosed",
    ]  # fmt: skip
    states = [one.to_state for one in steps(found) if one.kind != "InspectionOpinionSigned"]
    assert states == list(STAGES)
    told = [title.partition("（")[0] for title in titles(desk.company)]
    assert told == ["检查通知书", "检查意见书", "整改验收通过", "现场检查已办结"]
    assert len(subjects(desk)) == 4
    assert [title.partition("：")[0] for title in titles(desk.approver)] == [
        "检查计划待审批",
        "检查意见书待签批",
    ]
    name = desk.institution.name
    assert titles(desk.second) == [f"检查意见书已签批并发送：{name}", f"{name}：提交整改反馈"]
    assert titles(desk.inspector)[0] == f"检查计划已批准：{desk.institution.name}"
    letters = letters_of(found)
    assert [one.kind for one in letters] == [NOTICE, OPINION, FEEDBACK]
    assert (found.notice_no, found.opinion_no) == (letters[0].number, letters[1].number)


def test_a_new_plan_brings_the_usual_list_basis_and_leader(desk):
    load_checklist()
    found = planning.plan_inspection(desk.institution, "special", desk.inspector, clock.now())
    assert len(found.items) == 15  # thirteen for all and two for guarantee companies
    assert "683" in found.legal_basis
    assert [(one.account_id, one.is_leader) for one in found.team] == [(desk.inspector.id, True)]
    assert load_checklist() == 0


def test_an_incomplete_plan_is_kept_but_not_handed_in(desk):
    found = planning.plan_inspection(desk.institution, "routine", desk.inspector, clock.now())
    planning.save_plan(
        found.id, found.version, desk.plan_fields(planned_to="", member_1_account=""), desk.inspector
    )
    with pytest.raises(Incomplete) as refused:
        planning.submit_plan(found.id, found.version, desk.inspector, clock.now())
    assert set(refused.value.errors) == {"planned_to", "team", "items"}
    with pytest.raises(Incomplete):
        planning.save_plan(
            found.id, found.version, desk.plan_fields(planned_from="2026-02-31"), desk.inspector
        )


def test_documents_without_a_day_are_due_the_working_day_before(desk):
    found = bring(desk, "pending")
    assert {one.due_on for one in found.items} == {max(one.due_on for one in found.items)}
    assert found.items[0].due_on < found.planned_from


def test_a_plan_is_approved_by_somebody_else_and_can_be_sent_back_or_recalled(desk):
    found = bring(desk, "pending")
    now = clock.now()
    for own in (desk.inspector, desk.second):
        with pytest.raises(NotAllowed):
            planning.decide_plan(found.id, found.version, "approve", "", own, now)
    with pytest.raises(Incomplete):
        planning.decide_plan(found.id, found.version, "send_back", "无", desk.approver, now)
    planning.decide_plan(found.id, found.version, "send_back", "请补充检查范围", desk.approver, now)
    assert found.status == "planned"
    planning.submit_plan(found.id, found.version, desk.inspector, now)
    planning.decide_plan(found.id, found.version, "approve", "同意", desk.approver, now)
    planning.recall_plan(found.id, found.version, desk.inspector, now)
    assert (found.status, found.approved_at) == ("planned", None)
    assert history("inspection", found.id)[-2].comment == "同意"


def test_of_two_who_decide_at_once_one_wins(desk):
    found = bring(desk, "pending")
    seen = found.version
    planning.decide_plan(found.id, seen, "approve", "", desk.approver, clock.now())
    other = make_account("Approver")
    with pytest.raises(Conflict):
        planning.decide_plan(found.id, seen, "send_back", "另一人的意见", other, clock.now())
    assert kinds(found).count("InspectionApproved") == 1
    assert "InspectionSentBack" not in kinds(found)


def test_the_state_changes_only_along_its_table(desk):
    found = begin_plan(desk)
    with pytest.raises(IllegalTransition):
        found.status = "closed"
    with pytest.raises(Conflict):
        services.serve_notice(found.id, found.version, desk.inspector, clock.now())


def test_only_the_team_works_on_it_and_an_excluded_member_no_more(desk):
    found = bring(desk, "notified")
    stranger = make_account("Inspector")
    with pytest.raises(NotAllowed):
        services.begin_work(found.id, found.version, stranger, clock.now())
    member = next(one for one in found.team if one.account_id == desk.second.id)
    fields = {"member": str(member.id), "reason": "与被检查机构有利害关系"}
    with pytest.raises(Incomplete), db.session.begin_nested():  # one would be left
        planning.exclude_member(found.id, found.version, fields, desk.inspector, clock.now())
    fields |= {"account": str(stranger.id), "certificate": "检009"}
    planning.exclude_member(found.id, found.version, fields, desk.inspector, clock.now())
    assert len(found.active_team) == 2
    with pytest.raises(NotAllowed):
        services.begin_work(found.id, found.version, desk.second, clock.now())
    services.begin_work(found.id, found.version, stranger, clock.now())


def test_the_company_confirms_once_and_may_ask_for_recusal(desk):
    found = bring(desk, "notified")
    services.confirm_notice(found.id, "申请测试甲回避", desk.company, clock.now())
    assert (found.confirmed_by, found.recusal_request) == (str(desk.company), "申请测试甲回避")
    with pytest.raises(Conflict):
        services.confirm_notice(found.id, "", desk.company, clock.now())
    stranger = make_account("Enterprise", institution=make_institution())
    with pytest.raises(NotAllowed):
        services.confirm_notice(found.id, "", stranger, clock.now())


def test_documents_are_provided_returned_provided_again_and_received(desk):
    found = bring(desk, "notified")
    item, now = first_item(found), clock.now()
    with pytest.raises(Invalid):
        services.provide(found.id, item.id, [], "", desk.company, now)
    services.provide(found.id, item.id, [paper()], "", desk.company, now)
    with pytest.raises(Incomplete):
        services.decide_item(found.id, item.id, "provided", "return", "", desk.inspector, now)
    services.decide_item(found.id, item.id, "provided", "return", "缺少盖章页", desk.inspector, now)
    assert any("检查资料" in one for one in subjects(desk))
    services.provide(found.id, item.id, [paper("补充.pdf")], "已补盖章", desk.company, now)
    with pytest.raises(Conflict):  # a page from before
        services.decide_item(found.id, item.id, "returned", "receive", "", desk.inspector, now)
    services.take_back(found.id, item.files[0].id, desk.company, now)
    services.decide_item(found.id, item.id, "provided", "receive", "", desk.second, now)
    assert (item.status, [one.name for one in item.files]) == ("received", ["补充.pdf"])
    for late in (
        lambda: services.provide(found.id, item.id, [paper()], "", desk.company, now),
        lambda: services.take_back(found.id, item.files[0].id, desk.company, now),
    ):
        with pytest.raises(Conflict):
            late()


def test_work_on_site_is_recorded_with_internal_files(desk):
    found = bring(desk, "on_site")
    today = clock.today().isoformat()
    with pytest.raises(Incomplete):
        services.add_day(found.id, {"day": "2099-01-01", "note": ""}, [], desk.inspector, clock.now())
    row = services.add_day(
        found.id, {"day": today, "note": "查阅台账"}, [paper("底稿.pdf")], desk.inspector, clock.now()
    )
    assert row.files[0].is_internal
    assert row.files[0].file.institution_id is None


def test_an_opinion_needs_its_texts_and_sets_the_deadlines(desk):
    found = bring(desk, "on_site")
    now = clock.now()
    services.finish_work(found.id, found.version, desk.inspector, now)
    soon = (clock.today() + timedelta(days=3)).isoformat()
    opinions.save_finding(found.id, found.version, None, {**FINDING, "due_on": soon}, desk.inspector)
    opinions.save_finding(found.id, found.version, None, FINDING, desk.inspector)
    gone = opinions.save_finding(found.id, found.version, None, FINDING, desk.inspector)
    opinions.drop_finding(found.id, found.version, gone.id, desk.inspector)
    with pytest.raises(Incomplete) as refused:
        opinions.submit_opinion(found.id, found.version, desk.inspector, now)
    assert set(refused.value.errors) == {"overview", "evaluation"}
    fields = {"overview": "概况", "evaluation": "评价", "requirements": "", "rectify_days": "30"}
    opinions.save_opinion(found.id, found.version, fields, desk.inspector)
    opinions.submit_opinion(found.id, found.version, desk.inspector, now)
    opinions.decide_opinion(found.id, found.version, "approve", "", desk.approver, now)
    assert [one.due_on.isoformat() == soon for one in found.findings] == [True, False]
    assert found.rectify_by == found.findings[1].due_on
    with pytest.raises(Conflict):
        opinions.save_finding(found.id, found.version, found.findings[0].id, FINDING, desk.inspector)


def test_an_opinion_without_findings_needs_no_rectification(desk):
    found = bring(desk, "signing", findings=0)
    opinions.decide_opinion(found.id, found.version, "approve", "", desk.approver, clock.now())
    feedback.close_inspection(found.id, found.version, "", desk.inspector, clock.now())
    assert (found.status, found.rectify_by) == ("closed", None)


def test_feedback_is_saved_piece_by_piece_and_handed_in_only_when_complete(desk):
    found = bring(desk, "rectifying")
    seen = found.feedback_version
    one, two = found.findings
    feedback.save_feedback(found.id, seen, measures(found, **{f"measure_{two.id}": ""}), desk.company)
    with pytest.raises(Conflict):  # a colleague's page from before
        feedback.save_feedback(found.id, seen, measures(found), desk.company)
    with pytest.raises(Incomplete) as refused:
        feedback.hand_in(found.id, desk.company, clock.now())
    assert set(refused.value.errors) == {f"measure_{two.id}"}
    services.attach_evidence(found, one, [paper("凭证.pdf")], desk.company, clock.now())
    feedback.save_feedback(found.id, found.feedback_version, measures(found), desk.company)
    feedback.hand_in(found.id, desk.company, clock.now())
    assert found.status == "reported"
    with pytest.raises(Conflict):
        feedback.save_feedback(found.id, found.feedback_version, measures(found), desk.company)


def test_a_returned_finding_is_corrected_while_the_accepted_one_stays(desk):
    found = bring(desk, "reported")
    one, two = found.findings
    now = clock.now()
    with pytest.raises(Incomplete):
        feedback.decide_feedback(
            found.id, found.version, {f"verdict_{one.id}": "accept"}, desk.inspector, now
        )
    given = {f"verdict_{one.id}": "accept", f"verdict_{two.id}": "return", f"reason_{two.id}": "缺少凭证"}
    seen = found.version
    feedback.decide_feedback(found.id, seen, given, desk.inspector, now)
    with pytest.raises(Conflict):
        feedback.decide_feedback(found.id, seen, given, desk.second, now)
    assert (found.status, one.status, two.status) == ("returned", "accepted", "returned")
    assert found.rectify_by >= clock.today() + timedelta(days=10)
    assert feedback.open_findings(found) == [two]
    feedback.save_feedback(found.id, found.feedback_version, measures(found), desk.company)
    feedback.hand_in(found.id, desk.company, now)
    feedback.decide_feedback(found.id, found.version, verdicts(found, "accept"), desk.inspector, now)
    assert (found.status, found.feedback_round) == ("accepted", 2)
    assert any("整改反馈" in subject for subject in subjects(desk))


def test_overdue_is_reminded_once_a_day_and_can_be_transferred(desk):
    found = bring(desk, "rectifying")
    late = clock.now() + timedelta(days=60)
    feedback.remind(found.id, desk.inspector, late)
    with pytest.raises(Conflict):
        feedback.remind(found.id, desk.inspector, late + timedelta(hours=23))
    feedback.remind(found.id, desk.inspector, late + timedelta(hours=25))
    feedback.transfer(found.id, found.version, "移送行政处罚", desk.inspector, late)
    assert (found.status, found.conclusion) == ("transferred", "移送行政处罚")


def test_reminders_by_themselves_go_out_once_before_and_once_after_the_deadline(desk):
    found = bring(desk, "rectifying")
    before = len(titles(desk.company))
    by = found.rectify_by
    for days, told in ((-8, 0), (-7, 1), (-1, 1), (0, 1), (1, 2), (5, 2)):
        tell_rectifications(clock.start_of(by + timedelta(days=days)))
        assert len(titles(desk.company)) - before == told, days


def test_a_follow_up_is_linked_and_a_deregistered_company_gets_none(desk):
    found = bring(desk, "closed")
    after = feedback.follow_up(found.id, desk.inspector, clock.now())
    assert (after.previous_id, after.status, after.kind) == (found.id, "planned", "special")
    with pytest.raises(Conflict, match="后续检查已在办理"):
        feedback.follow_up(found.id, desk.inspector, clock.now())
    gone = make_institution()
    from tests.factories import end_institution

    end_institution(gone, clock.today())
    with pytest.raises(Refused):
        planning.plan_inspection(gone, "routine", desk.inspector, clock.now())


def test_a_cancelled_notice_is_told(desk):
    found = bring(desk, "notified")
    planning.cancel_inspection(found.id, found.version, "与上级检查重复", desk.inspector, clock.now())
    assert found.status == "cancelled"
    assert any("已取消" in subject for subject in subjects(desk))


def test_a_deadline_that_an_inspector_sets_on_a_holiday_moves_to_the_next_working_day(desk):
    found = bring(desk, "concluding", now=clock.now())
    holiday = "2030-10-05"  # a Saturday in the week of the national day
    finding = opinions.save_finding(
        found.id, found.version, None, {**FINDING, "due_on": holiday}, desk.inspector
    )
    assert finding.due_on == next_workday(date.fromisoformat(holiday))[0] != date.fromisoformat(holiday)
    opinions.submit_opinion(found.id, found.version, desk.inspector, clock.now())
    opinions.decide_opinion(found.id, found.version, "approve", "", desk.approver, clock.now())
    assert found.rectify_by == finding.due_on and is_workday(found.rectify_by)[0]


def test_the_same_day_on_site_sent_twice_is_recorded_once(desk):
    found = bring(desk, "on_site")
    day = {"day": clock.today().isoformat(), "note": "核对会计凭证"}
    services.add_day(found.id, day, [paper("底稿.pdf")], desk.inspector, clock.now())
    with pytest.raises(Conflict, match="相同的记录"):
        services.add_day(found.id, day, [paper("底稿.pdf")], desk.inspector, clock.now())
    services.add_day(found.id, day | {"note": "询问财务人员"}, [], desk.inspector, clock.now())
