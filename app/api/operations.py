"""Operations: declared once, served from there and described from there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from app.api.authentication import limit_key, require_token
from app.api.errors import ApiError, invalid, of_domain
from app.core.errors import DomainError
from app.core.problems import GENERAL
from app.extensions import client_address, limiter

PREFIX = "/api/v1"
PER_CALLER = "300 per minute"
FAILURES = "30 per minute"  # tokens that are no good, from one address
Words = tuple[str, str]  # Chinese, English
FILE = "multipart/form-data"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
limiter.limit(PER_CALLER, key_func=limit_key)(blueprint)
limiter.limit(FAILURES, key_func=client_address, deduct_when=lambda answer: answer.status_code == 401)(
    blueprint
)
blueprint.before_request(require_token)
blueprint.register_error_handler(ApiError, lambda error: error.response())
blueprint.register_error_handler(DomainError, lambda error: of_domain(error).response())


@dataclass(frozen=True)
class Parameter:
    """One argument in the query or a header."""

    name: str
    words: Words
    schema: dict[str, Any]
    place: str = "query"
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One method on one path. `answers`: status to component name, or to a media type that is no JSON."""

    id: str
    method: str
    path: str
    tag: str
    words: Words
    more: Words = ("", "")
    parameters: tuple[Parameter, ...] = ()
    body: str = ""
    answers: dict[int, str] = field(default_factory=dict)
    problems: tuple[int, ...] = ()

    @property
    def path_parameters(self) -> list[str]:
        """The names in braces."""
        return re.findall(r"\{(\w+)\}", self.path)


OPERATIONS: list[Operation] = []
PATH_WORDS: dict[str, Words] = {
    "set_key": ("报表集编号，见 obligations 的 set", "Key of the report set: “set” of an obligation"),
    "period": (
        "报告期编号，如 2026-05；一次性报送为 once；重大信息变更为变更编号，如 GG01-02（见 changes）",
        "Code of the period, such as 2026-05; “once” for the one-off set; of a major change its code, such as "
        "GG01-02 (see “changes”)",
    ),
    "code": ("报表编号，如 DB01", "Code of the form, such as DB01"),
    "staged_id": ("导入编号", "Id of the import"),
    "key": ("附件种类，见报表定义的 attachments", "Kind of attachment, see the form's definition"),
    "attachment_id": ("附件编号", "Id of the attachment"),
}


def operation(declared: Operation) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Serve a function as this operation, and list it."""

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        OPERATIONS.append(declared)
        rule = re.sub(r"\{(\w+)\}", r"<\1>", declared.path)
        blueprint.add_url_rule(rule, declared.id, view, methods=[declared.method])
        return view

    return register


def problem_statuses(declared: Operation) -> list[int]:
    """Every error an operation may answer with."""
    always = {401, 403, 429, 503}
    if declared.path_parameters:
        always |= {404}
    if declared.parameters:
        always |= {422}
    if declared.body:
        always |= {400, 413, 415, 422}
    return sorted(always | set(declared.problems) & set(GENERAL))


def argument(parameter: Parameter) -> Any:
    """The checked value of a query argument; its default when it is not there. Raises ApiError 422."""
    text = request.args.get(parameter.name)
    schema = parameter.schema
    if text is None:
        return schema.get("default")
    kind = schema["type"]
    if kind == "integer" and re.fullmatch(r"\d{1,9}", text):
        number = int(text)
        if schema.get("minimum", 0) <= number <= schema.get("maximum", number):
            return number
    elif kind == "boolean" and text in ("true", "false"):
        return text == "true"
    elif kind == "string" and text in schema.get("enum", (text,)):
        return text
    words = _("参数 %(name)s 的值不正确。", name=parameter.name)
    raise invalid([{"parameter": parameter.name, "code": "invalid", "detail": words}], words)
