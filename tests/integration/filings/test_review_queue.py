"""The queue: filters, counts, export, picking up, and clean filings together."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.events import history
from app.core.workflow import transition
from app.filings.definitions.queries import set_by_key
from app.filings.submissions import queue, review
from app.filings.submissions.facts import facts_of
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark
from app.filings.submissions.rules import FILING_WORKFLOW, sha256
from tests.factories import make_account, make_institution
from tests.filing_places import MONTHLY, make_month

LIST = "/console/filings/list/"


@pytest.fixture
def month(catalogue: None) -> Any:
    """Last month."""
    return make_month()


def waiting(month: Any, *, warnings: int = 0, days: int = 0, key: str = MONTHLY, **company: Any) -> Filing:
    """A filing that waits, handed in `days` ago behind the services' back."""
    institution = make_institution(**company)
    report_set = set_by_key(key)
    assert report_set is not None
    found = [
        {"form": "DB01", "key": f"w{n}", "row": "", "col": "", "zh": "提示", "en": "warning"}
        for n in range(warnings)
    ]
    payload = {"forms": {}, "warnings": found, "explanations": {one["key"]: "说明" for one in found}}
    filing = Filing(
        institution_id=institution.id,
        report_set_id=report_set.id,
        period_id=month.id,
        period_code=month.code,
        submitted_at=clock.now() - timedelta(days=days),
        number=1,
        warnings=warnings,
        is_late=days > 5,
    )
    transition(filing, FILING_WORKFLOW, "submit")
    db.session.add(filing)
    db.session.flush()
    filing.receipt_no = f"BS-{filing.id}"
    db.session.add(
        FilingVersion(
            filing_id=filing.id,
            institution_id=institution.id,
            number=1,
            request_key="first",
            receipt_no=filing.receipt_no,
            submitted_at=filing.submitted_at,
            payload=payload,
            sha256=sha256(payload),
            values_sha256=sha256(payload),
        )
    )
    db.session.commit()
    return filing


def names(client: Any, query: str = "") -> list[str]:
    """The institutions in the queue, in order."""
    text = client.get(LIST + query).get_data(as_text=True)
    return re.findall(r'<a class="row-link"[^>]*>([^<]+)</a>', text)


def send(client: Any, path: str, **fields: Any) -> Any:
    """A post with the token of the queue."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(LIST).get_data(as_text=True))
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **fields})


def test_what_waits_longest_comes_first(month, sign_in):
    waiting(month, days=1, name="甲公司")
    waiting(month, days=3, name="乙公司")
    assert names(sign_in(make_account("Supervisor"))) == ["乙公司", "甲公司"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?name=甲", ["甲公司"]),
        ("?industry=pawn", ["丙典当"]),
        ("?region=330200", ["丙典当"]),
        ("?late=1", ["乙公司"]),
        ("?late=0&warnings=0", ["丙典当"]),
        ("?warnings=1", ["甲公司"]),
        ("?who=me", ["甲公司"]),
        ("?who=nobody&industry=guarantee", ["乙公司"]),
        (f"?report_set={MONTHLY}", ["乙公司", "甲公司"]),
        ("?family=periodic", []),
        ("?period=1999-01", []),
        ("?state=approved", []),
        ("?state=&period=", ["丙典当", "甲公司", "乙公司"]),
        ("?order=name-desc&page=99&size=7&who=x' OR 1=1", ["甲公司", "乙公司", "丙典当"]),
    ],
)
def test_filters_narrow_the_queue(month, sign_in, query, found):
    first = waiting(month, days=1, warnings=1, name="甲公司")
    waiting(month, days=9, name="乙公司")
    waiting(month, name="丙典当", industry="pawn", region="330200", key="pawn-business-monthly")
    staff = make_account("Supervisor")
    review.pick_up(first.id, first.version, staff, clock.now())
    db.session.commit()
    assert sorted(names(sign_in(staff), query)) == sorted(found)


def test_counts_and_rows_stay_inside_the_scope(month, sign_in):
    waiting(month, name="甲公司")
    waiting(month, name="丙典当", industry="pawn", region="330200", key="pawn-business-monthly")
    pawn = sign_in(make_account("Supervisor", industries=["pawn"]))
    text = pawn.get(LIST).get_data(as_text=True)
    assert names(pawn) == ["丙典当"] and "待审 1 份" in text and "guarantee-business" not in text
    here = sign_in(make_account("Supervisor", region_prefix="3301"))
    assert names(here) == ["甲公司"] and "330200" not in here.get(LIST).get_data(as_text=True)
    sheet = load_workbook(io.BytesIO(here.get("/console/filings/export").data)).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["甲公司"]


def test_the_export_has_the_filters_that_are_on_and_runs_no_formula(month, sign_in):
    waiting(month, name="=HYPERLINK(1)公司", warnings=1)
    waiting(month, name="乙公司")
    answer = sign_in(make_account("Supervisor")).get("/console/filings/export?warnings=1")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(min_row=2))
    assert len(rows) == 1 and rows[0][0].data_type == "s" and rows[0][0].value == "=HYPERLINK(1)公司"
    assert rows[0][11].value == 1


def test_a_colleague_sees_who_has_it_and_decides_only_after_taking_over(month, sign_in):
    filing = waiting(month, name="甲公司")
    first, second = (
        make_account("Supervisor", display_name="测试甲"),
        make_account("Supervisor", display_name="测试乙"),
    )
    one, two = sign_in(first), sign_in(second)
    send(one, f"/console/review/{filing.id}/pick-up", version=filing.version)
    db.session.refresh(filing)
    assert filing.reviewer_id == first.id and "测试甲" in two.get(LIST).get_data(as_text=True)
    refused = send(two, f"/console/review/{filing.id}/approve", version=filing.version)
    text = refused.get_data(as_text=True)
    assert refused.status_code == 409 and "测试甲 领取审核中" in text and "接手" in text
    send(two, f"/console/review/{filing.id}/take-over", version=filing.version)
    db.session.refresh(filing)
    assert filing.reviewer_id == second.id
    told = send(one, f"/console/review/{filing.id}/approve", version=filing.version - 1)
    assert told.status_code == 409 and "测试乙" in told.get_data(as_text=True)
    kinds = [entry.kind for entry in history("filing", filing.id)]
    assert kinds == ["FilingPickedUp", "FilingTakenOver"]
    db.session.refresh(filing)
    assert filing.status == "submitted"


def test_a_released_filing_is_free_again(month, sign_in):
    filing = waiting(month)
    staff = sign_in(make_account("Supervisor"))
    send(staff, f"/console/review/{filing.id}/pick-up", version=filing.version)
    db.session.refresh(filing)
    assert send(staff, f"/console/review/{filing.id}/release", version=filing.version).status_code == 302
    db.session.refresh(filing)
    assert filing.reviewer_id is None and filing.picked_up_at is None


def test_whoever_comes_second_is_told_who_decided_what(month, sign_in):
    filing = waiting(month)
    first, second = make_account("Supervisor", display_name="测试甲"), make_account("Supervisor")
    seen = filing.version
    review.approve(filing.id, seen, first, clock.now())
    db.session.commit()
    answer = send(sign_in(second), f"/console/review/{filing.id}/return", version=seen, reason="请核对")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "测试甲" in text and "审核通过" in text
    assert [entry.kind for entry in history("filing", filing.id)] == ["FilingApproved"]


def test_nobody_of_a_company_reviews_even_with_a_forged_role(month):
    filing = waiting(month)
    company = make_account("Enterprise", institution=make_institution())
    for attempt in (review.pick_up, review.approve, review.release, review.take_over):
        with pytest.raises(review.NotAllowed):
            attempt(filing.id, filing.version, company, clock.now())


def test_bulk_approval_lists_what_is_left_out_and_why_and_changes_nothing_yet(month, sign_in):
    clean, warned = waiting(month, name="甲公司"), waiting(month, name="乙公司", warnings=2)
    marked = waiting(month, name="丙公司")
    held = waiting(month, name="丁公司")
    other = make_account("Supervisor", display_name="测试甲")
    review.pick_up(held.id, held.version, other, clock.now())
    db.session.commit()
    staff = sign_in(make_account("Supervisor"))
    ids = [one.id for one in (clean, warned, marked, held)]
    text = send(staff, "/console/review/bulk", filing=ids).get_data(as_text=True)
    assert "将要通过（2 份）" in text and "不在这次批量通过之内（2 份）" in text
    assert "有 2 条校验提示" in text and "由 测试甲 领取审核中" in text
    db.session.expire_all()
    assert {one.status for one in (clean, warned, marked, held)} == {"submitted"}


def test_bulk_approval_decides_each_for_itself_and_says_what_failed(month, sign_in):
    first, second, third = (waiting(month, name=f"第{n}公司") for n in range(3))
    warned = waiting(month, name="提示公司", warnings=1)
    seen = [f"{one.id}-{one.version}" for one in (first, second, third, warned)]
    colleague = make_account("Supervisor", display_name="测试甲")
    review.return_filing(second.id, second.version, colleague, clock.now(), "请核对")
    db.session.commit()
    account = make_account("Supervisor")
    text = send(sign_in(account), "/console/review/bulk/approve", filing=seen).get_data(as_text=True)
    assert "2 份已通过，2 份没有通过" in text and "测试甲" in text
    db.session.expire_all()
    assert [one.status for one in (first, second, third, warned)] == [
        "approved",
        "returned",
        "approved",
        "submitted",
    ]
    for one in (first, third):
        assert [entry.kind for entry in history("filing", one.id)] == ["FilingApproved"]
        assert one.reviewer_id == account.id and facts_of(one) == []


def test_bulk_approval_reaches_no_filing_outside_the_scope(month, sign_in):
    filing = waiting(month)
    pawn = sign_in(make_account("Supervisor", industries=["pawn"]))
    reader = sign_in(make_account("Approver"))
    send(pawn, "/console/review/bulk/approve", filing=[f"{filing.id}-{filing.version}"])
    assert send(reader, "/console/review/bulk/approve", filing=["1-0"]).status_code == 403
    assert db.session.scalars(select(Filing.status)).all() == ["submitted"]


def test_the_company_has_until_the_chosen_day(month, sign_in):
    filing = waiting(month)
    staff = sign_in(make_account("Supervisor"))
    day = clock.today() + timedelta(days=12)
    path = f"/console/review/{filing.id}/return"
    far = (clock.today() + timedelta(days=400)).isoformat()
    for bad in (far, "2020-01-01", "morgen"):
        assert send(staff, path, version=filing.version, reason="请核对", until=bad).status_code == 422
    assert (
        send(staff, path, version=filing.version, reason="请核对", until=day.isoformat()).status_code == 302
    )
    db.session.refresh(filing)
    assert filing.correct_until == clock.end_of(day)


def test_each_filing_in_the_queue_has_its_own_marks_and_only_those_of_its_last_version(month: Any) -> None:
    marked, plain = waiting(month), waiting(month)
    version = db.session.scalars(select(FilingVersion).where(FilingVersion.filing_id == marked.id)).one()
    of = {"filing_id": marked.id, "version_id": version.id, "institution_id": marked.institution_id}
    db.session.add(ReviewMark(**of, form_code="DB01", comment="请核对", marked_at=clock.now()))
    db.session.commit()
    found = {row.id: row.has_marks for row in queue.rows_by_id([marked.id, plain.id])}
    assert found == {marked.id: True, plain.id: False}
