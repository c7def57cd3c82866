"""Who owes what in a period: states, scope, dates that end an obligation, export, reminders."""

from __future__ import annotations

import io
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from app.core import clock
from app.core.db import commits, db
from app.core.events import Event
from app.core.scope import SYSTEM, scoped
from app.core.workflow import transition
from app.filings import completeness, reminders
from app.filings.completeness import CompletenessFilter, dues, summary
from app.filings.definitions.models import ReportSet
from app.filings.definitions.queries import set_by_key
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import FILING_WORKFLOW
from app.institutions.models import Institution
from app.messages.models import OutboxMail
from tests.factories import make_account, make_institution
from tests.filing_places import MONTHLY, make_month
from tests.statements import counted_statements

PAGE = "/console/completeness/"
ADMITTED = clock.now() - timedelta(days=400)


@pytest.fixture
def month(catalogue: None) -> Any:
    """Last month, still open; the sets have begun long ago."""
    db.session.execute(update(ReportSet).values(starts_on=clock.today() - timedelta(days=900)))
    return make_month()


def owing(name: str, **more: Any) -> Institution:
    """A company that was admitted long ago."""
    institution = make_institution(name=name, **more)
    institution.admitted_at = ADMITTED
    db.session.commit()
    return institution


def begin(institution: Institution, month: Any, *verbs: str, **columns: Any) -> Filing:
    """Its filing of the month, moved along."""
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    filing = Filing(
        institution_id=institution.id,
        report_set_id=report_set.id,
        period_id=month.id,
        period_code=month.code,
        **columns,
    )
    for verb in verbs:
        transition(filing, FILING_WORKFLOW, verb)
    db.session.add(filing)
    db.session.commit()
    return filing


def states(month: Any) -> dict[str, str]:
    """State by institution."""
    return {due.institution.name: due.state for due in dues(month, clock.now())}


def send(client: Any, **fields: Any) -> Any:
    """The button 催报."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).get_data(as_text=True))
    assert token is not None
    return client.post(f"{PAGE}remind", data={"csrf_token": token[1], **fields}, follow_redirects=True)


def test_every_state_is_told(month):
    for name in ("未报公司", "草稿公司", "审批公司", "退回公司", "通过公司", "零报公司"):
        owing(name)
    by_name = {one.name: one for one in db.session.scalars(select(Institution))}
    begin(by_name["草稿公司"], month)
    begin(by_name["审批公司"], month, "submit")
    begin(by_name["退回公司"], month, "submit", "return")
    begin(by_name["通过公司"], month, "submit", "approve")
    begin(by_name["零报公司"], month, "submit", "approve", is_nil=True)
    assert states(month) == {
        "未报公司": "blank", "草稿公司": "draft", "审批公司": "submitted", "退回公司": "returned",
        "通过公司": "approved", "零报公司": "nil",
    }  # fmt: skip
    month.due_at = month.closes_at = clock.now() - timedelta(days=1)
    db.session.commit()
    late = states(month)
    assert late["未报公司"] == late["草稿公司"] == "overdue" and late["退回公司"] == "returned"
    (line,) = summary(dues(month, clock.now()), "industry")
    assert (line.code, line.total, line.done, line.states["overdue"]) == ("guarantee", 6, 3, 2)


def test_licence_and_termination_end_what_is_owed(month):
    owing("有效公司")
    owing("新设公司", licence_from=month.end_date + timedelta(days=1))
    owing("到期公司", licence_to=month.start_date - timedelta(days=1))
    owing("终止公司", terminated_on=month.end_date)
    make_institution(name="筹备公司", opened=False)
    assert states(month) == {"有效公司": "blank"}


def test_two_thousand_institutions_take_the_same_few_statements(month):
    owing("首家公司")
    columns = {
        c.name: getattr(db.session.scalars(select(Institution)).one(), c.name)
        for c in Institution.__table__.columns
    }
    columns.pop("id")
    rows = [{**columns, "name": f"第{n}家公司", "uscc": f"TEST{n:014d}"} for n in range(2_000)]
    db.session.execute(Institution.__table__.insert(), rows)
    db.session.commit()
    begun = clock.now()
    with counted_statements() as counted:
        found = dues(month, begun)
    assert len(found) == 2_001 and len(counted) <= 8, counted
    assert (clock.now() - begun).total_seconds() < 3


def test_the_page_counts_filters_and_leads_on(month, sign_in):
    for number in range(3):
        owing(f"第{number}公司")
    owing("丙典当", industry="pawn", region="330200")
    staff = sign_in(make_account("Supervisor"))
    with counted_statements() as counted:
        text = staff.get(PAGE).get_data(as_text=True)
    assert "第0公司" in text and "丙典当" in text and len(counted) <= 16, counted
    only = staff.get(f"{PAGE}?industry=pawn&state=missing").get_data(as_text=True)
    assert "丙典当" in only and "第0公司" not in only
    assert "没有符合条件的报送" in staff.get(f"{PAGE}?state=approved").get_data(as_text=True)
    assert staff.get(f"{PAGE}?period=once").status_code == 200
    assert staff.get(f"{PAGE}?period=x&page=-1&state=nothing").status_code == 200


def test_page_export_and_reminders_stay_inside_the_scope(month, sign_in):
    owing("甲公司")
    owing("丙典当", industry="pawn", region="330200")
    pawn = sign_in(make_account("Supervisor", industries=["pawn"]))
    assert "甲公司" not in pawn.get(PAGE).get_data(as_text=True)
    sheet = load_workbook(io.BytesIO(pawn.get(f"{PAGE}export").data)).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["丙典当"]
    send(pawn)
    reminded = db.session.scalars(select(OutboxMail)).all()
    assert len(reminded) == 1 and "丙典当" in reminded[0].body


def test_an_institution_is_reminded_once_a_day_by_mail_and_in_its_to_do_list(month, sign_in):
    company = owing("甲公司")
    begin(company, month)
    staff = sign_in(make_account("Supervisor"))
    assert "已催报 1 家机构" in send(staff, period=month.id).get_data(as_text=True)
    again = send(staff, period=month.id, institution=company.id).get_data(as_text=True)
    assert "已催报 0 家机构" in again and "没有重复发送" in again
    (mail,) = db.session.scalars(select(OutboxMail)).all()
    assert mail.recipient == company.email and month.name_zh in mail.body
    (event,) = db.session.scalars(select(Event).where(Event.kind == reminders.KIND)).all()
    assert event.institution_id == company.id and event.data["report_set"] == MONTHLY
    home = sign_in(make_account("Enterprise", institution=company)).get("/workspace/").get_data(as_text=True)
    assert "催报，请尽快完成" in home


def test_what_has_been_handed_in_is_not_reminded_of(month, sign_in):
    begin(owing("甲公司"), month, "submit")
    assert "已催报 0 家机构" in send(sign_in(make_account("Supervisor")), period=month.id).get_data(
        as_text=True
    )
    assert db.session.scalars(select(OutboxMail)).all() == []


def test_readers_without_the_right_cannot_remind(month, sign_in):
    owing("甲公司")
    reader = sign_in(make_account("Inspector"))
    assert "全部催报" not in reader.get(PAGE).get_data(as_text=True)
    token = re.search(r'csrf-token" content="([^"]+)"', reader.get(PAGE).get_data(as_text=True))
    answer = reader.post(f"{PAGE}remind", data={"csrf_token": token[1] if token else ""})
    assert answer.status_code in (400, 403) and db.session.scalars(select(OutboxMail)).all() == []


def test_two_who_remind_at_once_send_one_mail(app, month):
    owing("甲公司")
    people = [make_account("Supervisor").id for _ in range(2)]
    month_id = month.id
    start = threading.Barrier(2)

    def remind_now(account_id: int) -> None:
        from app.accounts.models import Account
        from app.filings.calendar.models import ReportingPeriod

        with app.test_request_context("/", method="POST"), scoped(SYSTEM):
            start.wait()

            @commits
            def attempt() -> None:
                period = db.session.get_one(ReportingPeriod, month_id)
                actor = db.session.get_one(Account, account_id)
                reminders.remind(dues(period, clock.now()), actor, clock.now())

            attempt()

    threads = [threading.Thread(target=remind_now, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(db.session.scalars(select(OutboxMail)).all()) == 1


def test_the_filter_keeps_to_what_can_be(month):
    asked = CompletenessFilter.of({"state": "nothing", "region": "330000", "name": " 甲 "})
    assert asked.chosen == {"region": "330000", "name": "甲"}
    assert completeness.region_prefix("330000") == "33"
