"""Operations that hand in or take back: submit, receipt, withdraw, cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.api.answers import filing_json, is_handed_in, receipt_json
from app.api.bodies import json_body
from app.api.errors import ApiError
from app.api.operations import Operation, Parameter, operation
from app.api.places import find_place, load
from app.api.rules import IDEMPOTENCY_KEY
from app.core.db import commits
from app.core.problems import json_response
from app.filings.pages import latest_version
from app.filings.submissions.intake import assess
from app.filings.submissions.models import FilingVersion
from app.filings.submissions.nil import submit_nil
from app.filings.submissions.place import Place, filing_at, reasons_at
from app.filings.submissions.services import cancel_change, submit_filing, withdraw_filing

KEY = Parameter(
    "Idempotency-Key",
    (
        "每次上报一个新的编号（1–64 个可见 ASCII 字符，例如 UUID）；同一编号重发得到同一张回执",
        "A new key for each submission (1–64 visible ASCII characters, a UUID for example); repeated with the "
        "same key, the same receipt comes back",
    ),
    {"type": "string", "pattern": r"^[\x21-\x7e]{1,64}$"},
    "header",
    required=True,
)


@operation(
    Operation(
        "submit",
        "POST",
        "/filings/{set_key}/{period}/submission",
        "submission",
        ("上报完成", "Submit"),
        (
            "校验没有错误、每条提示都有说明才能上报。返回 201 和回执；同一 Idempotency-Key 重发返回 200 和原回执。",
            "Needs a filing without errors in which every warning is explained. Answers 201 with the receipt, and 200 "
            "with the same receipt when repeated with the same Idempotency-Key.",
        ),
        parameters=(KEY,),
        body="SubmissionInput",
        answers={200: "Receipt", 201: "Receipt"},
        problems=(400, 409),
    )
)
def submit(set_key: str, period: str) -> Any:
    """Hand the set in, once for each key."""
    find_place(set_key, period)
    key = _key()
    explanations = json_body("SubmissionInput", optional=True).get("explanations", {})
    return _hand_in(set_key, period, lambda place: submit_filing(place, key, explanations))


@operation(
    Operation(
        "submit_nil",
        "POST",
        "/filings/{set_key}/{period}/nil",
        "submission",
        ("零申报", "Nil return"),
        (
            "声明本期没有应报送的业务，各项数据均为零。attest 必须为 true，name 是声明人姓名。允许零申报的报表集才可以。",
            "Declares that there is nothing to report and that all figures are zero. “attest” must be true, “name” is "
            "who declares it. Only where the set allows it.",
        ),
        parameters=(KEY,),
        body="NilInput",
        answers={200: "Receipt", 201: "Receipt"},
        problems=(400, 409),
    )
)
def nil(set_key: str, period: str) -> Any:
    """Declare that there is nothing to report, once for each key."""
    find_place(set_key, period)
    key, name = _key(), json_body("NilInput")["name"]
    return _hand_in(set_key, period, lambda place: submit_nil(place, key, name))


def _key() -> str:
    key = request.headers.get(KEY.name, "")
    if IDEMPOTENCY_KEY.fullmatch(key):
        return key
    words = _("请在请求头 Idempotency-Key 中给出本次上报的编号：1–64 个可见 ASCII 字符。")
    error = {"header": KEY.name, "code": "required", "detail": words}
    raise ApiError(400, words, code="idempotency_key", errors=[error])


def _hand_in(set_key: str, period: str, verb: Callable[[Place], FilingVersion]) -> Any:
    """201 with the receipt, 200 when the same key brings the same one again."""

    @commits
    def hand_in() -> tuple[dict[str, Any], bool]:
        place = find_place(set_key, period)
        version = verb(place)
        filing = filing_at(place)
        assert filing is not None
        is_new = version.submitted_at == place.now
        if version.number != filing.number or not is_handed_in(filing):
            words = _(
                "这个 Idempotency-Key 已用于回执 %(no)s，那次上报之后已被退回或撤回。再次上报请换一个新的编号。",
                no=version.receipt_no,
            )
            raise ApiError(409, words, code="idempotency_key_used")
        return receipt_json(filing, version), is_new

    receipt, is_new = hand_in()
    return json_response(receipt, 201 if is_new else 200)


@operation(
    Operation(
        "receipt",
        "GET",
        "/filings/{set_key}/{period}/submission",
        "submission",
        ("最近一次上报的回执", "The receipt of the latest submission"),
        answers={200: "Receipt"},
    )
)
def receipt(set_key: str, period: str) -> Any:
    """The receipt; 404 before the first submission."""
    filing = filing_at(find_place(set_key, period))
    version = latest_version(filing)
    if filing is None or version is None:
        raise ApiError(404, _("还没有上报过。"), code="never_submitted")
    return json_response(receipt_json(filing, version))


@operation(
    Operation(
        "withdraw",
        "POST",
        "/filings/{set_key}/{period}/withdrawal",
        "submission",
        ("撤回上报", "Withdraw a submission"),
        ("监管人员开始审核之前可以撤回。", "Possible until a reviewer has picked the filing up."),
        answers={200: "Filing"},
        problems=(409,),
    )
)
def withdraw(set_key: str, period: str) -> Any:
    """Back to draft."""

    return _move(set_key, period, withdraw_filing)


@operation(
    Operation(
        "cancel",
        "POST",
        "/filings/{set_key}/{period}/cancellation",
        "submission",
        ("作废变更", "Give up a change"),
        (
            "只用于重大信息变更：草稿或被退回的变更可以作废，原有内容继续有效；已上报的先撤回。",
            "For major changes only: one that is a draft or was returned can be given up, and what is in force stays. "
            "Withdraw one that was submitted first.",
        ),
        answers={200: "Filing"},
        problems=(409,),
    )
)
def cancel(set_key: str, period: str) -> Any:
    """Give a change up."""
    return _move(set_key, period, cancel_change)


def _move(set_key: str, period: str, verb: Callable[[Place], Any]) -> Any:
    """Move the filing on and tell how it stands."""

    @commits
    def move() -> None:
        verb(find_place(set_key, period))

    move()
    place = find_place(set_key, period)
    data = load(place)
    reasons = reasons_at(place, data.filing)
    return json_response(filing_json(place, data, assess(data), reasons))
