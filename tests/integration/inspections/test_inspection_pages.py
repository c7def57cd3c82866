"""The pages of inspections: what staff and institution see and can do there, and what stays hidden."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from app.core import clock
from app.core.db import db
from app.inspections import services
from app.inspections.models import Inspection
from app.inspections.rules import STATES
from tests.factories import end_institution, make_account, make_institution
from tests.integration.inspections.helpers import (
    FINDING,
    OPINION,
    PDF,
    STAGES,
    Desk,
    begin_plan,
    bring,
    first_item,
    make_desk,
    measures,
    paper,
    verdicts,
)
from tests.integration.security.world import text_of

CONSOLE, WORK, SPACE = "/console/inspections", "/console/inspection-work", "/workspace/inspections"


@pytest.fixture
def desk() -> Desk:
    return make_desk(name="金丝雀融资担保有限公司")


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def fresh(found: Inspection) -> Inspection:
    db.session.expire_all()
    return db.session.get(Inspection, found.id)


def version(found: Inspection) -> str:
    return str(fresh(found).version)


def test_a_plan_is_written_handed_in_and_approved_on_the_pages(desk, sign_in):
    inspector, approver = sign_in(desk.inspector), sign_in(desk.approver)
    answer = inspector.post(f"{WORK}/new", data={"institution": desk.institution.id, "kind": "special"})
    assert answer.status_code == 302
    found = db.session.query(Inspection).one()
    bad = {**desk.plan_fields(planned_from="2026-02-30"), "version": version(found)}
    refused = inspector.post(f"{WORK}/plan/{found.id}", data=bad)
    assert refused.status_code == 422
    assert "请填写有效的日期" in text(refused)
    assert "2026-02-30" in text(refused)
    good = {**desk.plan_fields(kind="special"), "version": version(found), "action": "next"}
    assert inspector.post(f"{WORK}/plan/{found.id}", data=good).location.endswith(
        f"{WORK}/checklist/{found.id}"
    )
    lines = {**desk.item_fields(), "version": version(found), "action": "next"}
    inspector.post(f"{WORK}/checklist/{found.id}", data=lines)
    assert "业务台账" in text(inspector.get(f"{CONSOLE}/show/{found.id}"))
    inspector.post(f"{WORK}/do/{found.id}/submit", data={"version": version(found)})
    assert "等待审批人员批准" in text(inspector.get(f"{CONSOLE}/show/{found.id}"))
    seen = version(found)
    assert (
        inspector.post(
            f"{CONSOLE}/decide/{found.id}", data={"version": seen, "verdict": "approve"}
        ).status_code
        == 403
    )
    assert "批准检查方案" in text(approver.get(f"{CONSOLE}/show/{found.id}"))
    approver.post(f"{CONSOLE}/decide/{found.id}", data={"version": seen, "verdict": "approve"})
    late = approver.post(f"{CONSOLE}/decide/{found.id}", data={"version": seen, "verdict": "approve"})
    assert (late.status_code, fresh(found).status) == (409, "approved")
    assert "刚被更新过" in text(late)


def test_the_company_sees_nothing_before_the_notice_and_no_notes_after(desk, sign_in):
    company = sign_in(desk.company)
    found = bring(desk, "approved")
    assert company.get(f"{SPACE}/{found.id}").status_code == 404
    assert "没有现场检查" in text(company.get(f"{SPACE}/"))
    services.serve_notice(found.id, found.version, desk.inspector, clock.now())
    services.begin_work(found.id, found.version, desk.inspector, clock.now())
    today = clock.today().isoformat()
    day = services.add_day(
        found.id, {"day": today, "note": "内部底稿内容"}, [paper("底稿.pdf")], desk.inspector, clock.now()
    )
    key, file_id = day.files[0].key, day.files[0].id
    db.session.commit()
    page = text(company.get(f"{SPACE}/{found.id}"))
    assert "业务台账" in page
    assert "底稿" not in page
    assert "提交检查方案" not in page
    assert company.get(f"{SPACE}/{found.id}/opinion").status_code == 404
    assert company.get(f"/files/{key}").status_code == 404
    staff = sign_in(desk.second)
    assert staff.get(f"/files/{key}").status_code == 404  # only through the inspection
    assert staff.get(f"{CONSOLE}/file/{found.id}/{file_id}").data == PDF
    stranger = sign_in(make_account("Inspector", region_prefix="3302"))
    assert stranger.get(f"{CONSOLE}/file/{found.id}/{file_id}").status_code == 404


def test_another_company_finds_nothing_and_changes_nothing(desk, sign_in):
    found = bring(desk, "rectifying")
    item, finding = first_item(found), found.findings[0]
    stranger = sign_in(make_account("Enterprise", institution=make_institution()))
    for path in ("", "/opinion", "/feedback"):
        assert stranger.get(f"{SPACE}/{found.id}{path}").status_code == 404
    for path in ("/confirm", f"/items/{item.id}", "/opinion", "/feedback"):
        answer = stranger.post(f"{SPACE}/{found.id}{path}", data=measures(found))
        assert answer.status_code == 404
        assert "金丝雀" not in text(answer)
    assert (fresh(found).status, finding.measure) == ("rectifying", "")
    assert "金丝雀" not in text(stranger.get(f"{SPACE}/"))


def test_staff_of_another_area_or_industry_find_nothing(desk, sign_in):
    found = bring(desk, "on_site")
    for limits in ({"region_prefix": "3302"}, {"industries": ["pawn"]}):
        for role in ("Inspector", "Supervisor", "Approver"):
            staff = sign_in(make_account(role, **limits))
            assert staff.get(f"{CONSOLE}/show/{found.id}").status_code == 404
            for path in (
                "list/",
                "list/?name=x",
                "calendar?month=" + found.planned_from.strftime("%Y-%m"),
                "export",
            ):
                assert "金丝雀" not in text_of(staff.get(f"{CONSOLE}/{path}"))
    staff = sign_in(make_account("Inspector", region_prefix="3302"))
    assert staff.post(f"{WORK}/do/{found.id}/finish", data={"version": version(found)}).status_code == 404


def test_notice_confirmed_documents_provided_returned_and_received(desk, sign_in):
    found = bring(desk, "notified")
    company, inspector, item = sign_in(desk.company), sign_in(desk.inspector), first_item(found)
    company.post(f"{SPACE}/{found.id}/confirm", data={"recusal_request": "申请某人回避"})
    assert "申请某人回避" in text(inspector.get(f"{CONSOLE}/show/{found.id}"))
    url = f"{SPACE}/{found.id}/items/{item.id}"
    nothing = company.post(url, data={})
    assert (nothing.status_code, "请选择文件" in text(nothing)) == (422, True)
    wrong = company.post(url, data={f"file_{item.id}": (io.BytesIO(b"MZ"), "x.exe")})
    assert "格式不支持" in text(wrong)
    company.post(url, data={f"file_{item.id}": (io.BytesIO(PDF), "台账.pdf"), f"note_{item.id}": "见附件"})
    page = text(inspector.get(f"{CONSOLE}/show/{found.id}"))
    assert "台账.pdf" in page
    assert "见附件" in page
    key = first_item(fresh(found)).files[0].key
    assert inspector.get(f"/files/{key}").data == PDF
    decide = f"{WORK}/item/{found.id}/{item.id}"
    refused = inspector.post(decide, data={"seen": "provided", "verdict": "return"})
    assert "退回时请写明原因" in text(refused)
    inspector.post(decide, data={"seen": "provided", "verdict": "return", f"remark_{item.id}": "缺少盖章页"})
    assert "缺少盖章页" in text(company.get(f"{SPACE}/{found.id}"))
    file_id = first_item(fresh(found)).files[0].id
    company.post(url, data={"drop": file_id})
    assert first_item(fresh(found)).files == []


def test_findings_opinion_feedback_and_review_on_the_pages(desk, sign_in):
    found = bring(desk, "concluding", findings=0)
    inspector, company = sign_in(desk.inspector), sign_in(desk.company)
    empty = inspector.post(
        f"{WORK}/finding/{found.id}/0", data={"version": version(found), "title": "只有标题"}
    )
    assert (empty.status_code, "只有标题" in text(empty)) == (422, True)
    for _n in range(2):
        inspector.post(f"{WORK}/finding/{found.id}/0", data={**FINDING, "version": version(found)})
    gone = fresh(found).findings[1].id
    inspector.post(f"{WORK}/finding/{found.id}/{gone}/drop", data={"version": version(found)})
    inspector.post(f"{WORK}/opinion/{found.id}", data={**OPINION, "version": version(found)})
    inspector.post(f"{WORK}/do/{found.id}/propose", data={"version": version(found)})
    sign_in(desk.approver).post(
        f"{CONSOLE}/sign/{found.id}", data={"version": version(found), "verdict": "approve"}
    )
    assert fresh(found).status == "rectifying"
    assert "准备金少计提" in text(company.get(f"{SPACE}/{found.id}/opinion"))
    company.post(f"{SPACE}/{found.id}/opinion")
    (finding,) = fresh(found).findings
    fields = {**measures(found, **{f"planned_on_{finding.id}": ""}), "version": "1", "action": "submit"}
    refused = company.post(f"{SPACE}/{found.id}/feedback", data=fields)
    assert (refused.status_code, "尚未完成的请填写计划完成日期" in text(refused)) == (422, True)
    assert fresh(found).statement  # kept although it was not handed in
    stale = company.post(f"{SPACE}/{found.id}/feedback", data={**fields, "statement": "旧页面上写的话"})
    assert (stale.status_code, "旧页面上写的话" in text(stale)) == (409, True)
    done = {f"progress_{finding.id}": "done", f"done_on_{finding.id}": clock.today().isoformat()}
    evidence = {f"file_{finding.id}": (io.BytesIO(PDF), "凭证.pdf")}
    seen = {"version": str(fresh(found).feedback_version), "action": "submit"}
    company.post(f"{SPACE}/{found.id}/feedback", data={**measures(found), **done, **evidence, **seen})
    assert fresh(found).status == "reported"
    assert company.get(f"{SPACE}/{found.id}/feedback").status_code == 302
    undecided = inspector.post(f"{WORK}/do/{found.id}/review", data={"version": version(found)})
    assert "请选择验收或退回" in text(undecided)
    given = {**verdicts(found, "return", "凭证不清晰，请重新上传"), "version": version(found)}
    inspector.post(f"{WORK}/do/{found.id}/review", data=given)
    page = text(company.get(f"{SPACE}/{found.id}/feedback"))
    assert "凭证不清晰" in page
    assert 'name="drop"' not in page  # what was handed in stays


def test_evidence_is_added_and_taken_away_while_what_was_typed_stays(desk, sign_in):
    found = bring(desk, "rectifying", findings=1)
    company, (finding,) = sign_in(desk.company), found.findings
    url = f"{SPACE}/{found.id}/feedback"
    fields = {**measures(found), "version": "1", f"file_{finding.id}": (io.BytesIO(PDF), "凭证.pdf")}
    company.post(url, data=fields)
    (file,) = fresh(found).findings[0].files
    company.post(
        url, data={**measures(found), f"measure_{finding.id}": "改过的措施", "version": "2", "drop": file.id}
    )
    stored = fresh(found).findings[0]
    assert (stored.files, stored.measure) == ([], "改过的措施")


def test_an_inspection_in_every_state_opens_on_every_page(desk, sign_in):
    clients = [sign_in(one) for one in (desk.inspector, desk.approver, make_account("Supervisor"))]
    company = sign_in(desk.company)
    for stage in STAGES:
        found = bring(desk, stage)
        for client in clients:
            assert client.get(f"{CONSOLE}/show/{found.id}").status_code == 200, stage
        for path in ("plan", "checklist", "opinion"):
            assert clients[0].get(f"{WORK}/{path}/{found.id}").status_code in (200, 302), (stage, path)
        if found.served_at:
            assert company.get(f"{SPACE}/{found.id}").status_code == 200, stage
        if found.issued_at:
            assert company.get(f"{SPACE}/{found.id}/opinion").status_code == 200, stage
    english = clients[0]
    english.set_cookie("lang", "en")
    assert english.get(f"{CONSOLE}/list/").status_code == 200


def test_the_list_filters_counts_flags_and_exports(desk, sign_in):
    late = bring(desk, "rectifying", now=clock.now() - timedelta(days=90))
    bring(desk, "notified")
    staff = sign_in(make_account("Supervisor"))
    assert "逾期" in text(staff.get(f"{CONSOLE}/list/"))
    for query, number in (
        ("overdue=1", 1), ("state=notified", 1), ("kind=special", 0), ("region=330100", 2), ("region=330200", 0),
        ("industry=pawn", 0), (f"inspector={desk.second.id}", 2), ("inspector=999", 0), ("name=金丝雀", 2),
        ("name=%25", 0), ("since=2099-01-01", 0), ("until=2099-01-01", 2), ("since=x&page=zz&size=9&order=up", 2),
    ):  # fmt: skip
        page = text(staff.get(f"{CONSOLE}/list/?{query}"))
        assert page.count('class="opens"') == number, query
    sheet = load_workbook(io.BytesIO(staff.get(f"{CONSOLE}/export?overdue=1").data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [late.number]
    assert rows[1][13] == "是"
    month = late.planned_from.strftime("%Y-%m")
    assert "金丝雀" in text(staff.get(f"{CONSOLE}/calendar?month={month}"))
    assert staff.get(f"{CONSOLE}/calendar?month=2026-99").status_code == 200


def test_a_company_that_left_the_register_reads_and_changes_nothing(desk, sign_in):
    found = bring(desk, "rectifying")
    end_institution(desk.institution, clock.today())
    db.session.commit()
    company = sign_in(desk.company)
    assert company.get(f"{SPACE}/{found.id}/opinion").status_code == 200
    assert company.get(f"{SPACE}/{found.id}/feedback").status_code == 302
    fields = {**measures(found), "version": "1", "action": "submit"}
    assert company.post(f"{SPACE}/{found.id}/feedback", data=fields).status_code in (302, 409)
    assert fresh(found).statement == ""


def test_an_inspector_without_the_team_and_other_roles_only_read(desk, sign_in):
    found = bring(desk, "notified")
    stranger = sign_in(make_account("Inspector"))
    assert "只有检查组成员可以办理" in text(stranger.get(f"{CONSOLE}/show/{found.id}"))
    assert stranger.post(f"{WORK}/do/{found.id}/begin", data={"version": version(found)}).status_code == 403
    supervisor = sign_in(make_account("Supervisor"))
    assert supervisor.post(f"{WORK}/do/{found.id}/begin", data={"version": version(found)}).status_code == 403
    assert supervisor.get(f"{WORK}/new").status_code == 403
    assert fresh(found).status == "notified"


def test_bad_addresses_and_numbers_are_not_found(desk, sign_in):
    found = bring(desk, "concluding")
    staff = sign_in(desk.inspector)
    for path in (f"{CONSOLE}/show/999999999999999999999", f"{CONSOLE}/show/x", f"{CONSOLE}/file/{found.id}/x",
                 f"{WORK}/finding/{found.id}/4711", f"{CONSOLE}/file/{found.id}/2147483647"):  # fmt: skip
        assert staff.get(path).status_code == 404, path
    assert staff.post(f"{WORK}/do/{found.id}/explode", data={}).status_code == 404
    assert sign_in(desk.company).get(f"{SPACE}/99999999999999").status_code == 404
    assert len(STATES) == 14
    assert begin_plan(desk).status == "planned"


def test_a_follow_up_in_course_takes_the_button_away_and_says_why(desk, sign_in):
    from app.inspections import feedback, planning

    found, inspector = bring(desk, "closed"), sign_in(desk.inspector)
    path = f"{CONSOLE}/show/{found.id}"
    assert "安排后续检查" in text(inspector.get(path))
    after = feedback.follow_up(found.id, desk.inspector, clock.now())
    db.session.commit()
    page = text(inspector.get(path))
    assert "安排后续检查" not in page and f"后续检查 {after.number} 已在办理" in page
    planning.cancel_inspection(after.id, after.version, "不再需要后续检查", desk.inspector, clock.now())
    db.session.commit()
    assert "安排后续检查" in text(inspector.get(path))


def test_a_character_that_no_letter_can_print_is_named_before_it_goes_out(desk, sign_in):
    found = bring(desk, "approved")
    inspector = sign_in(desk.inspector)
    paths = (f"{CONSOLE}/show/{found.id}", f"{CONSOLE}/draft/{found.id}/inspection_notice")
    for path in paths:
        assert "印不出来" not in text(inspector.get(path))
    found.contact_name = "𰀀示例"
    db.session.commit()
    for path in paths:
        page = text(inspector.get(path))
        assert "印不出来" in page and "U+30000" in page
