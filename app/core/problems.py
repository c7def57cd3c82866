"""Errors of the API as problem documents (RFC 9457): JSON whatever happened, in the caller's language."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from flask import Response, has_request_context, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException

from app.core import clock
from app.extensions import limiter

API_PREFIX = "/api/"
DOCS_PATH = "/api/v1/docs"
PROBLEM_TYPE = "application/problem+json"

# What is said when nothing more precise is known: status -> (code, title).
GENERAL: dict[int, tuple[str, Any]] = {
    400: ("bad_request", _l("请求无法识别")),
    401: ("not_authenticated", _l("需要有效的接口令牌")),
    403: ("not_allowed", _l("没有权限")),
    404: ("not_found", _l("没有找到")),
    405: ("method_not_allowed", _l("此地址不支持该方法")),
    406: ("not_acceptable", _l("无法按要求的格式返回")),
    409: ("refused", _l("现在不能办理")),
    412: ("changed_meanwhile", _l("内容已被改动")),
    413: ("too_large", _l("请求内容过大")),
    415: ("wrong_media_type", _l("请求内容的格式不受支持")),
    422: ("invalid", _l("请求内容有误")),
    429: ("too_many_requests", _l("请求过于频繁")),
    500: ("internal_error", _l("系统内部错误")),
    503: ("unavailable", _l("系统繁忙")),
}


def is_api() -> bool:
    """Whether this request is a program's: no session, no page, errors as JSON. The API's manual is a page."""
    return has_request_context() and request.path.startswith(API_PREFIX) and request.path != DOCS_PATH


def json_response(body: Any, status: int = 200, mimetype: str = "application/json") -> Response:
    """JSON in the order written, readable for people too."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text + "\n", status=status, mimetype=mimetype)


def problem(status: int, detail: Any = "", *, code: str = "", **more: Any) -> Response:
    """One problem document. `more` are members of its own: errors, reasons, findings …"""
    known, title = GENERAL.get(status, GENERAL[500] if status >= 500 else GENERAL[400])
    body: dict[str, Any] = {
        "type": f"{DOCS_PATH}#problem-{code or known}",
        "title": str(title),
        "status": status,
        "code": code or known,
    }
    if detail:
        body["detail"] = str(detail)
    body |= {key: value for key, value in more.items() if value}
    return json_response(body, status, PROBLEM_TYPE)


def problem_of_http(error: HTTPException) -> Response:
    """An HTTP error that nobody turned into something more precise; headers that the protocol asks for are kept."""
    status = error.code or 500
    answer = problem(status, _details().get(status, ""))
    kept: Mapping[str, str] = dict(error.get_headers())
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in kept:
            answer.headers[name] = kept[name]
    limit = limiter.current_limit if status == 429 else None
    if limit is not None:
        answer.headers["Retry-After"] = str(max(1, math.ceil(limit.reset_at - clock.now().timestamp())))
    return answer


def _details() -> dict[int, str]:
    return {
        400: _("请检查地址和参数是否正确。"),
        404: _("没有这个地址，或者它不属于本机构。"),
        413: _("请求内容超过了大小上限。"),
        429: _("请稍候再试，间隔见 Retry-After。"),
        500: _("请求没有完成，请稍后重试；仍不行时请联系监管部门。"),
        503: _("系统繁忙，您的操作没有保存。请稍候再试。"),
    }
