"""Operations that read: who am I, obligations, a filing's state, its definition, values and findings."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _

from app.api.answers import changes_json, checked_json, filing_json, form_values_json, obligation_json
from app.api.authentication import caller
from app.api.definitions import definition_json, etag_of
from app.api.errors import ApiError, moment
from app.api.operations import Operation, Parameter, argument, operation
from app.api.places import find_place, load, require_form
from app.core import clock
from app.core.problems import json_response
from app.filings.change_page import change_page
from app.filings.labels import FAMILIES, FILING_STATES
from app.filings.obligations import Obligation, obligations
from app.filings.submissions.intake import assess
from app.filings.submissions.place import reasons_at

STATE = Parameter("state", ("状态", "State"), {"type": "string", "enum": sorted(FILING_STATES)})
FAMILY = Parameter("family", ("报送类别", "Family"), {"type": "string", "enum": sorted(FAMILIES)})
PERIOD = Parameter(
    "period",
    ("报告期编号，或年份", "Code of a period, or a year"),
    {"type": "string", "pattern": r"^[0-9A-Za-z-]{1,20}$"},
)
OPEN = Parameter("open", ("只看现在可以填报的", "Only what can be filed now"), {"type": "boolean"})
PAGE = Parameter("page", ("第几页", "Page"), {"type": "integer", "minimum": 1, "default": 1})
PAGE_SIZE = Parameter(
    "page_size",
    ("每页多少条", "Items on a page"),
    {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
)


@operation(
    Operation(
        "institution",
        "GET",
        "/institution",
        "institution",
        ("本机构和当前令牌", "The institution and the token in use"),
        answers={200: "Institution"},
    )
)
def institution() -> Any:
    """Whose token this is: the first call of a new connection."""
    who = caller()
    return json_response(
        {
            "uscc": who.institution.uscc,
            "name": who.institution.name,
            "industry": who.institution.industry,
            "status": who.institution.status,
            "token": {
                "name": who.token.name,
                "prefix": who.token.prefix,
                "expires_at": moment(who.token.expires_at),
            },
        }
    )


@operation(
    Operation(
        "obligations",
        "GET",
        "/obligations",
        "obligations",
        ("应报送的内容：报表集 × 报告期，最近的在前", "What has to be filed: set × period, newest first"),
        parameters=(STATE, PERIOD, FAMILY, OPEN, PAGE, PAGE_SIZE),
        answers={200: "Obligations"},
    )
)
def list_obligations() -> Any:
    """One page of the institution's obligations."""
    page, size = argument(PAGE), argument(PAGE_SIZE)
    wanted = {p.name: argument(p) for p in (STATE, PERIOD, FAMILY, OPEN)}
    found = [item for item in obligations(caller().institution, clock.now()) if _matches(item, wanted)]
    shown = found[(page - 1) * size : page * size]
    return json_response(
        {
            "items": [obligation_json(item) for item in shown],
            "page": page,
            "page_size": size,
            "pages": -(-len(found) // size),
            "total": len(found),
        }
    )


def _matches(item: Obligation, wanted: dict[str, Any]) -> bool:
    period = wanted["period"]
    return (
        wanted["state"] in (None, item.state)
        and wanted["family"] in (None, item.report_set.family)
        and (period is None or period == item.period_code or item.period_code.startswith(f"{period}-"))
        and wanted["open"] in (None, item.is_open)
    )


@operation(
    Operation(
        "changes",
        "GET",
        "/changes",
        "obligations",
        (
            "重大信息变更：可以变更的报表，以及办结的变更",
            "Major changes: the forms that can be changed, and past changes",
        ),
        (
            "每张报表的 set 和 period 合起来就是这次变更的地址；内容从现行有效的版本开始。同一张报表一次只能有一项未办结的变更。",
            "“set” and “period” of a form make the address of its change, which opens with what is in force. A form "
            "has one open change at a time. “is_event” marks forms that report something that happened.",
        ),
        answers={200: "Changes"},
        problems=(404,),
    )
)
def list_changes() -> Any:
    """The one-off forms that can be changed, each with the code of its next or open change."""
    page = change_page(caller().institution, clock.now())
    if page is None:
        raise ApiError(404, _("本行业没有重大信息变更的报表集。"), code="no_such_set")
    return json_response(changes_json(page))


@operation(
    Operation(
        "filing",
        "GET",
        "/filings/{set_key}/{period}",
        "filings",
        (
            "状态、回执、退回原因、审核标注、各报表的进度",
            "State, receipt, reason of a return, reviewer's marks, progress of each form",
        ),
        answers={200: "Filing"},
    )
)
def filing(set_key: str, period: str) -> Any:
    """How far a filing is."""
    place = find_place(set_key, period)
    data = load(place)
    reasons = reasons_at(place, data.filing)
    return json_response(filing_json(place, data, assess(data), reasons))


@operation(
    Operation(
        "definition",
        "GET",
        "/filings/{set_key}/{period}/definition",
        "filings",
        (
            "报表定义：行、栏、类型、单位、公式、校验",
            "Definition: rows, columns, types, units, formulas, checks",
        ),
        (
            "支持 ETag：带 If-None-Match 再取时，没有变化则返回 304。",
            "Carries an ETag; with If-None-Match an unchanged definition answers 304.",
        ),
        answers={200: "Definition", 304: ""},
    )
)
def definition(set_key: str, period: str) -> Any:
    """All forms of the set in the versions in force for the period."""
    place = find_place(set_key, period)
    content = definition_json(place, load(place))
    answer = json_response(content)
    answer.set_etag(etag_of(content))
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request)


@operation(
    Operation(
        "values",
        "GET",
        "/filings/{set_key}/{period}/values",
        "values",
        ("全部报表的内容", "The values of all forms"),
        answers={200: "Values"},
    )
)
def values(set_key: str, period: str) -> Any:
    """The draft, or what was handed in last: they are the same until somebody edits."""
    place = find_place(set_key, period)
    data = load(place)
    assessment = assess(data)
    return json_response(
        {
            "set": place.report_set.key,
            "period": place.period_code,
            "state": data.filing.status if data.filing else "blank",
            "forms": {code: form_values_json(data, assessment, code) for code in data.forms},
        }
    )


@operation(
    Operation(
        "form_values",
        "GET",
        "/filings/{set_key}/{period}/forms/{code}",
        "values",
        ("一张报表的内容", "The values of one form"),
        (
            "ETag 是这张报表的版本，保存时用作 If-Match。",
            "The ETag is the form's version; send it back as If-Match when saving.",
        ),
        answers={200: "FormValues"},
    )
)
def form_values(set_key: str, period: str, code: str) -> Any:
    """One form with its version."""
    place = find_place(set_key, period)
    require_form(place, code)
    data = load(place)
    content = form_values_json(data, assess(data), code)
    answer = json_response(content)
    answer.set_etag(form_etag(code, content["version"]))
    return answer


def form_etag(code: str, version: int) -> str:
    """The entity tag of one form's draft."""
    return f"{code}-{version}"


@operation(
    Operation(
        "checks",
        "GET",
        "/filings/{set_key}/{period}/checks",
        "checks",
        ("校验：全部错误和提示，两种语言", "Run the checks: all errors and warnings, in both languages"),
        answers={200: "Checked"},
    )
)
def checks(set_key: str, period: str) -> Any:
    """Compute and check what is stored, as the page does."""
    data = load(find_place(set_key, period))
    return json_response(checked_json(data, assess(data)))
