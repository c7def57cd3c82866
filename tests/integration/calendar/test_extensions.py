"""Extensions 延期: asked for in the workspace, decided in the console, looked at by the gate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, NotAllowed
from app.core.events import history
from app.core.scope import Scope, scoped
from app.filings.calendar.extensions import grant_extension, refuse_extension, request_extension
from app.filings.calendar.gate import gate_reasons
from app.filings.calendar.models import Extension
from app.filings.obligations import obligations
from app.filings.submissions.models import Filing
from tests.factories import make_account, make_institution, make_region
from tests.filing_places import make_month, zeros
from tests.integration.calendar.conftest import console_token, in_days, place_of
from tests.integration.filings.conftest import Company


def ask(company: Company, days: int | str = 5, reason: str = "财务系统升级，数据延迟导出") -> Any:
    until = in_days(days).isoformat() if isinstance(days, int) else days
    return company.post(f"{company.url}extension", until=until, reason=reason)


def the_one() -> Extension:
    db.session.expire_all()
    return db.session.scalars(select(Extension)).one()


def text(company: Company, path: str = "") -> str:
    return str(company.client.get(company.url + path).get_data(as_text=True))


def number() -> int:
    return db.session.scalar(select(func.count()).select_from(Extension)) or 0


def console_post(client: Any, path: str, **fields: Any) -> Any:
    token = console_token(client, "/console/extensions/grant")
    return client.post(path, data={"csrf_token": token, **fields})


@pytest.fixture
def staff(late: Company, sign_in: Any) -> Any:
    return sign_in(make_account("Approver"))


def test_the_set_page_of_a_closed_window_offers_to_ask(late: Company) -> None:
    assert "申请延期" in text(late)
    page = text(late, "extension")
    assert "希望延期到（含当日）" in page
    assert ask(late).status_code == 302
    extension = the_one()
    assert extension.status == "requested"
    assert clock.last_day(extension.requested_until) == in_days(5)
    assert "延期申请正在审批" in text(late)
    assert [event.kind for event in history("filing_extension", extension.id)] == ["ExtensionRequested"]


def test_before_the_window_there_is_nothing_to_ask_for(late: Company) -> None:
    early = make_month(0, opens=3, due=9)
    late.period = early
    assert "开放后才能申请延期" in text(late, "extension")
    assert ask(late, 20).status_code == 409
    assert number() == 0


@pytest.mark.parametrize(
    ("days", "reason", "told"),
    [
        ("", "理由", "请选择延期到哪一天"),
        ("明天", "理由", "日期无法识别"),
        (-1, "理由", "已经过去"),
        (400, "理由", "请检查年份"),
        (5, "  ", "请填写申请延期的理由"),
        (5, "长" * 1001, "最多 1000 个字"),
    ],
)
def test_bad_input_is_told_at_the_field_and_kept(late: Company, days: Any, reason: str, told: str) -> None:
    answer = ask(late, days, reason)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert told in page
    assert "没有" not in told and number() == 0
    if reason.strip():
        assert reason in page


def test_only_one_request_waits_at_a_time_and_it_can_be_taken_back(late: Company) -> None:
    ask(late)
    again = ask(late, 6)
    assert again.status_code == 409
    assert "已有一份延期申请正在审批" in again.get_data(as_text=True)
    extension = the_one()
    path = f"{late.url}extension/{extension.id}/withdraw"
    assert late.post(path, version=extension.version).status_code == 302
    assert the_one().status == "withdrawn"
    assert ask(late, 6).status_code == 302
    assert number() == 2


def test_a_granted_extension_opens_every_door_until_its_last_second_and_the_filing_is_late(
    late: Company, staff: Any
) -> None:
    ask(late)
    assert late.save("DB01", zeros("DB01")).status_code == 409
    extension = the_one()
    answer = console_post(
        staff,
        f"/console/extensions/approve/{extension.id}",
        version=extension.version,
        until=in_days(3).isoformat(),
        opinion="同意",
    )
    assert answer.status_code == 302
    page = text(late)
    assert f"可报送至 {in_days(3).isoformat()} 23:59" in page
    assert "同意" in page
    assert late.save("DB01", zeros("DB01")).status_code == 200
    late.save("DB02", zeros("DB02"))
    assert late.post(f"{late.url}submit", request_key="k").status_code == 302
    filing = db.session.scalars(select(Filing).where(Filing.period_id == late.period.id)).one()
    assert filing.status == "submitted" and filing.is_late


def test_an_extension_expires(late: Company) -> None:
    place = place_of(late)
    staff = make_account("Approver")
    extension = request_extension(place, in_days(2), "理由")
    grant_extension(extension.id, 1, staff, place.now, in_days(2))
    db.session.commit()
    end = clock.end_of(in_days(2))
    for moment, codes in ((end - timedelta(seconds=1), []), (end, ["extension_ended"])):
        reasons = gate_reasons(place.institution, place.report_set, place.period, None, moment)
        assert [reason.code for reason in reasons] == codes


def test_the_list_of_obligations_knows_the_extension(late: Company) -> None:
    place, staff = place_of(late), make_account("Approver")

    def mine() -> Any:
        return next(o for o in obligations(late.institution, clock.now()) if o.period == late.period)

    late.institution.admitted_at = clock.start_of(late.period.start_date)
    db.session.commit()
    assert mine().state == "overdue" and not mine().is_open
    extension = request_extension(place, in_days(2), "理由")
    grant_extension(extension.id, 1, staff, place.now, in_days(2))
    assert mine().state == "blank" and mine().is_open
    assert mine().due_at == clock.end_of(in_days(2))


def test_a_refusal_needs_a_reason_and_the_company_reads_it(late: Company, staff: Any) -> None:
    ask(late)
    extension = the_one()
    path = f"/console/extensions/refuse/{extension.id}"
    empty = console_post(staff, path, version=extension.version, opinion=" ")
    assert empty.status_code == 422
    assert "请填写不予批准的理由" in empty.get_data(as_text=True)
    assert the_one().status == "requested"
    assert console_post(staff, path, version=extension.version, opinion="理由不充分").status_code == 302
    assert the_one().status == "refused"
    assert "延期申请未获批准" in text(late) and "理由不充分" in text(late)
    assert late.save("DB01", zeros("DB01")).status_code == 409
    assert ask(late).status_code == 302


def test_two_decisions_have_one_winner(late: Company, staff: Any) -> None:
    ask(late)
    extension = the_one()
    first, second = make_account("Approver"), make_account("Supervisor")
    seen = extension.version
    grant_extension(extension.id, seen, first, clock.now(), in_days(3))
    db.session.commit()
    with pytest.raises(Conflict):
        refuse_extension(extension.id, seen, second, clock.now(), "不同意")
    db.session.rollback()
    assert the_one().decided_by_id == first.id
    told = console_post(staff, f"/console/extensions/refuse/{extension.id}", version=seen, opinion="不同意")
    assert told.status_code == 409
    assert "刚被其他人处理过" in told.get_data(as_text=True)


def test_staff_grant_without_being_asked(late: Company, staff: Any) -> None:
    place = place_of(late)
    fields = {
        "institution": late.institution.id,
        "report_set": place.report_set.id,
        "period": late.period.id,
        "until": in_days(4).isoformat(),
        "reason": "系统维护，统一延期",
    }
    answer = console_post(staff, "/console/extensions/grant", **fields)
    assert answer.status_code == 302
    assert the_one().status == "granted"
    assert "系统维护，统一延期" in text(late)
    assert late.save("DB01", zeros("DB01")).status_code == 200
    kinds = [(event.kind, event.to_state) for event in history("filing_extension", the_one().id)]
    assert kinds == [("ExtensionGranted", "granted")]


def test_a_direct_grant_checks_that_everything_fits(late: Company, staff: Any) -> None:
    place = place_of(late)
    good = {
        "institution": late.institution.id,
        "report_set": place.report_set.id,
        "period": late.period.id,
        "until": in_days(4).isoformat(),
        "reason": "理由",
    }
    other = make_institution("pawn")
    from app.filings.definitions.queries import set_by_key

    quarterly = set_by_key("guarantee-business-quarterly")
    for change, told in (
        ({"institution": other.id}, "不属于机构所在行业"),
        ({"report_set": quarterly.id if quarterly else 0}, "没有报送"),
        ({"until": in_days(-5).isoformat()}, "已经过去"),
        ({"until": "x"}, ""),
        ({"institution": "999999"}, ""),
    ):
        answer = console_post(staff, "/console/extensions/grant", **{**good, **change})
        assert answer.status_code == 422, change
        assert told in answer.get_data(as_text=True)
    assert number() == 0


def test_nobody_outside_the_scope_sees_or_decides(late: Company, sign_in: Any) -> None:
    ask(late)
    extension = the_one()
    make_region("330200", "另一市")
    for account in (
        make_account("Approver", industries=["pawn"]),
        make_account("Approver", region_prefix="3302"),
    ):
        client = sign_in(account)
        assert client.get(f"/console/extensions/show/{extension.id}").status_code == 404
        assert late.institution.name not in client.get("/console/extensions/list/").get_data(as_text=True)
        grant_page = client.get("/console/extensions/grant").get_data(as_text=True)
        assert late.institution.name not in grant_page
        path = f"/console/extensions/approve/{extension.id}"
        assert console_post(client, path, version=1, until=in_days(3).isoformat()).status_code == 404
        with scoped(account.scope), pytest.raises(NotAllowed):
            grant_extension(extension.id, 1, account, clock.now(), in_days(3))
    other = make_institution()
    with scoped(Scope("institution", institution_id=other.id)):
        assert db.session.scalars(select(Extension)).all() == []
    stranger = sign_in(make_account("Enterprise", institution=other))
    company = Company(other, None, stranger, late.period)
    assert company.post(f"{late.url}extension/{extension.id}/withdraw", version=1).status_code == 404
    assert the_one().status == "requested"
    inspector = sign_in(make_account("Inspector"))
    assert inspector.get(f"/console/extensions/show/{extension.id}").status_code == 403


def test_the_console_list_filters_by_state(late: Company, staff: Any) -> None:
    ask(late)
    assert late.institution.name in staff.get("/console/extensions/list/?_flt_0_status=requested").get_data(
        as_text=True
    )
    assert late.institution.name not in staff.get("/console/extensions/list/?_flt_0_status=granted").get_data(
        as_text=True
    )
    assert "待审批延期" in staff.get("/console/").get_data(as_text=True)


def test_a_near_end_offers_asking_too(late: Company) -> None:
    late.period = make_month(2, opens=-3, due=2)
    assert "申请延期" in text(late)
    late.period = make_month(3, opens=-3, due=9)
    assert "申请延期</a>" not in text(late)


def test_asking_has_no_time_zone_of_the_server(late: Company) -> None:
    with time_machine.travel(clock.end_of(in_days(0)) - timedelta(seconds=1), tick=False):
        extension = request_extension(place_of(late), in_days(0), "今天就能报")
        assert clock.show_end(extension.requested_until).endswith("23:59")
