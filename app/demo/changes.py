"""Major changes (重大信息变更) in the demonstration: approved, in review (one leaves other forms to be changed), returned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.accounts.models import Account
from app.core import clock
from app.demo.companies import Company
from app.demo.courses import EXPLANATION
from app.demo.filing import enter, hand_in
from app.filings.definitions.queries import change_set_of
from app.filings.submissions import review
from app.filings.submissions.models import Filing
from app.filings.submissions.place import Place
from app.filings.submissions.rules import change_code
from app.filings.submissions.services import load_place
from app.filings.values import to_json

MOVED, RAISED, RETURNED_TO = 1, 4, 15
RAISED_BY = 3500  # 万元
PLANNED = "股东会已决议同比例增资，本次变更通过后随即变更股东（出资人）信息表，并申请换发许可证。"
APPROVED_DAYS_AGO, FILED_DAYS_AGO = 6, 2


def tell_changes(company: Company, place: Place, reviewer: Account, now: datetime) -> None:
    """What the company of a place has changed since it completed its one-off set, if anything."""
    if company.number == MOVED:
        moved = _filed(place, "GG01", now - timedelta(days=APPROVED_DAYS_AGO + 1), _moved(company))
        review.approve(
            moved.id, moved.version, reviewer, now - timedelta(days=APPROVED_DAYS_AGO), "同意变更。"
        )
        _filed(place, "GG07", now - timedelta(days=FILED_DAYS_AGO), {"1": _penalty(now)})
    if company.number == RAISED:  # the shareholders' table and the licence no longer fit: explained
        more = {"card": {"reg_capital": str(company.capital + RAISED_BY)}}
        _filed(place, "GG01", now - timedelta(days=FILED_DAYS_AGO), more, PLANNED)
    if company.number == RETURNED_TO:
        told = _filed(place, "GG01", now - timedelta(days=FILED_DAYS_AGO), {"card": {"gm": "示例新任"}})
        reason = "请上传新任总经理的任职文件后重新上报"
        review.add_mark(told.id, review.Mark("GG01", "card", "gm", reason), reviewer, now - timedelta(days=1))
        review.return_filing(told.id, told.version, reviewer, now - timedelta(days=1), f"{reason}。")


def _filed(
    place: Place, form: str, moment: datetime, changed: Mapping[str, Any], explanation: str = EXPLANATION
) -> Filing:
    """Open the form, change some of it and hand it in."""
    report_set = change_set_of(place.institution.industry)
    assert report_set is not None
    at = replace(place, report_set=report_set, period=None, now=moment, change=change_code(form, 1))
    data = load_place(at)
    entries: dict[str, dict[str, Any]] = dict(to_json(data.forms[form], data.values[form] or {}))
    for row, cells in changed.items():
        entries[row] = {**entries.get(row, {}), **cells}
    filing, _data = enter(at, {form: entries})
    hand_in(at, f"demo-{at.change}", explanation)
    return filing


def _moved(company: Company) -> dict[str, dict[str, str]]:
    address = f"浙江省{company.city}市新城区示范大道{company.number}00号"
    return {"card": {"reg_address": address, "biz_address": address}}


def _penalty(now: datetime) -> dict[str, str]:
    return {
        "doc_no": "示例罚决字〔2026〕1号",
        "authority": "示例市场监督管理局",
        "date": (clock.local(now).date() - timedelta(days=20)).isoformat(),
        "target": "org",
        "penalty_type": "fine",
        "amount": "1.5",
        "reason": "户外广告未按规定备案",
        "legal_basis": "《示例条例》第十条",
        "rectified": "Y",
        "rectify_date": (clock.local(now).date() - timedelta(days=10)).isoformat(),
    }
