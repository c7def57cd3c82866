"""上报完成 in the workspace: confirm page, receipt, withdrawal, return and correction."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.filings.submissions import review
from app.filings.submissions.models import Explanation, Filing, FilingVersion
from tests.factories import make_account
from tests.filing_places import MONTHLY, make_month, zeros
from tests.integration.filings.conftest import Company


@pytest.fixture
def filled(company: Company) -> Company:
    """Both forms of the month are ready."""
    company.save("DB01", zeros("DB01"))
    company.save("DB02", zeros("DB02"))
    return company


def filing(company: Company) -> Filing:
    db.session.expire_all()
    return db.session.scalars(select(Filing).where(Filing.period_code == company.period.code)).one()


def versions(company: Company) -> int:
    query = (
        select(func.count()).select_from(FilingVersion).where(FilingVersion.filing_id == filing(company).id)
    )
    return db.session.scalar(query) or 0


def submit(company: Company, **fields: Any) -> Any:
    return company.post(f"{company.url}submit", **{"request_key": "key-1", **fields})


def page(company: Company, path: str = "") -> str:
    return str(company.client.get(company.url + path).get_data(as_text=True))


def test_submitting_gives_one_receipt_with_number_time_and_fingerprint(filled: Company) -> None:
    assert submit(filled).status_code == 302
    shown = page(filled)
    stored = db.session.scalars(select(FilingVersion).where(FilingVersion.request_key == "key-1")).one()
    assert filing(filled).status == "submitted"
    assert "审批中" in shown
    for part in (stored.receipt_no, stored.sha256):
        assert part in shown
        assert part in page(filled, "receipt")
    assert "撤回" in shown
    assert ">编辑<" not in shown


def test_a_double_submit_gives_one_receipt(filled: Company) -> None:
    assert submit(filled).status_code == 302
    assert submit(filled).status_code == 302
    assert versions(filled) == 1
    assert submit(filled, request_key="key-2").status_code == 409
    assert versions(filled) == 1


def test_errors_block_and_lead_to_their_cells(filled: Company) -> None:
    filled.save("DB01", zeros("DB01", r3__dec="5"), version=1)
    confirm = page(filled, "submit")
    assert "改正后才能上报" in confirm
    assert "确认上报" not in confirm
    assert f"/workspace/filings/{MONTHLY}/{filled.period.code}/DB01/#c-r3-" in confirm
    assert submit(filled).status_code == 409
    assert versions(filled) == 0


def test_an_unfilled_required_form_blocks(company: Company) -> None:
    company.save("DB01", zeros("DB01"))
    answer = submit(company)
    assert answer.status_code == 409
    assert "DB02" in answer.get_data(as_text=True)


def test_warnings_need_an_explanation_which_is_kept(filled: Company) -> None:
    jump = {
        "r3__open": "100",
        "r3__inc": "900",
        "r3__ytd_inc": "900",
        "r14__open": "1",
        "r34__open": "1",
        "r12__open": "1",
    }
    saved = filled.save("DB01", zeros("DB01", **jump), version=1)
    warnings = [finding for finding in saved.json["findings"] if finding["level"] == "warning"]
    assert warnings, saved.json["findings"]
    errors = [finding for finding in saved.json["findings"] if finding["level"] == "error"]
    assert not errors
    confirm = page(filled, "submit")
    keys = re.findall(r'name="explain-([^"]+)"', confirm)
    assert len(keys) == len(warnings)
    refused = submit(filled)
    assert refused.status_code == 409
    assert "需要填写说明" in refused.get_data(as_text=True)
    first = {f"explain-{keys[0]}": "新增两笔大额业务"}
    if len(keys) > 1:
        partly = submit(filled, **first)
        assert "新增两笔大额业务" in partly.get_data(as_text=True)
    assert submit(filled, **{f"explain-{key}": "新增两笔大额业务" for key in keys}).status_code == 302
    assert db.session.scalar(select(func.count()).select_from(Explanation)) == len(keys)
    assert filing(filled).status == "submitted"


def test_a_closed_window_refuses_submission_and_stores_nothing(company: Company) -> None:
    closed = make_month(2, opens=-40, due=-20)
    answer = company.post(f"/workspace/filings/{MONTHLY}/{closed.code}/submit", request_key="late")
    assert answer.status_code == 409
    assert "现在已经截止" in answer.get_data(as_text=True)
    assert (
        db.session.scalar(select(func.count()).select_from(Filing).where(Filing.period_id == closed.id)) == 0
    )


def test_withdrawing_opens_the_draft_again_until_a_reviewer_has_it(filled: Company) -> None:
    submit(filled)
    assert filled.post(f"{filled.url}withdraw").status_code == 302
    assert filing(filled).status == "draft"
    assert ">编辑<" in page(filled)
    submit(filled, request_key="key-2")
    held = filing(filled)
    review.pick_up(held.id, held.version, make_account("Supervisor"), clock.now())
    db.session.commit()
    assert "已开始审核，不能撤回" in page(filled)
    filled.post(f"{filled.url}withdraw")
    assert filing(filled).status == "submitted"


def test_a_returned_filing_shows_reason_and_marks_and_can_be_corrected(filled: Company) -> None:
    submit(filled)
    held, reviewer = filing(filled), make_account("Supervisor")
    review.add_mark(held.id, review.Mark("DB01", "r3", "open", "请核对期初数"), reviewer, clock.now())
    held = filing(filled)
    review.return_filing(held.id, held.version, reviewer, clock.now(), "期初数与上月不符")
    db.session.commit()
    shown = page(filled)
    assert "期初数与上月不符" in shown
    assert "请核对期初数" in shown
    assert "has-mark" in page(filled, "DB01/")
    assert "期初数与上月不符" in filled.client.get("/workspace/").get_data(as_text=True)
    assert submit(filled, request_key="same").status_code == 409
    changes = zeros("DB01", r3__open="10", r14__open="1", r34__open="1", r12__open="1")
    assert filled.save("DB01", changes, version=1).status_code == 200
    answer = submit(filled, request_key="new")
    keys = re.findall(r'name="explain-([^"]+)"', answer.get_data(as_text=True))
    if keys:
        answer = submit(filled, request_key="new", **{f"explain-{key}": "已核对" for key in keys})
    assert answer.status_code == 302
    assert versions(filled) == 2


def test_the_course_tells_who_did_what(filled: Company) -> None:
    submit(filled)
    shown = page(filled)
    assert shown.index("办理过程") < shown.index("开始填报")
    assert shown.rindex("上报完成") < shown.index("开始填报")
    assert filled.account.display_name in shown


def test_get_changes_nothing(filled: Company) -> None:
    assert filled.client.get(f"{filled.url}withdraw", follow_redirects=True).status_code == 404
    page(filled, "submit")
    assert versions(filled) == 0


def test_posts_need_the_token(filled: Company) -> None:
    for path in ("submit", "withdraw", "import"):
        assert filled.client.post(filled.url + path).status_code == 400
    assert versions(filled) == 0
