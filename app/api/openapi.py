"""The OpenAPI 3.1 document, made of the declared operations and schemas."""

from __future__ import annotations

from typing import Any

from app.api.operations import (
    FILE,
    OPERATIONS,
    PATH_WORDS,
    PREFIX,
    XLSX,
    Operation,
    Parameter,
    Words,
    problem_statuses,
)
from app.api.schemas import COMPONENTS, ref
from app.core.problems import GENERAL, PROBLEM_TYPE

VERSION = "1.0.0"
TAGS: dict[str, Words] = {
    "institution": ("机构", "Institution"),
    "obligations": ("应报送内容", "Obligations"),
    "filings": ("报送", "Filings"),
    "values": ("内容", "Values"),
    "workbooks": ("工作簿", "Workbooks"),
    "attachments": ("附件", "Attachments"),
    "checks": ("校验与说明", "Checks and explanations"),
    "submission": ("上报", "Submission"),
}
TITLE: Words = ("地方金融监管服务信息平台 报送接口", "Local financial supervision platform: filing API")
ABOUT: Words = (
    "机构自己的系统用接口令牌列出应报送内容、取得报表定义、保存、校验并上报，规则与网页完全相同。",
    "An institution's own system lists what it has to file, fetches definitions, saves, checks and submits with a "
    "token, under the very same rules as the pages.",
)


def document(lang: str) -> dict[str, Any]:
    """The whole description, in 'zh' or 'en'."""

    def say(words: Words) -> str:
        return words[lang == "en"]

    paths: dict[str, Any] = {}
    for declared in OPERATIONS:
        paths.setdefault(PREFIX + declared.path, {})[declared.method.lower()] = _operation(declared, say)
    return {
        "openapi": "3.1.0",
        "info": {"title": say(TITLE), "version": VERSION, "description": say(ABOUT)},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag, "description": say(words)} for tag, words in TAGS.items()],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": COMPONENTS,
        },
    }


def _operation(declared: Operation, say: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": declared.id,
        "tags": [declared.tag],
        "summary": say(declared.words),
        "parameters": [
            *(_path_parameter(name, say) for name in declared.path_parameters),
            *(_parameter(parameter, say) for parameter in declared.parameters),
        ],
        "responses": _responses(declared, say),
    }
    if declared.more[0]:
        found["description"] = say(declared.more)
    if declared.body:
        found["requestBody"] = _body(declared)
    return found


def _path_parameter(name: str, say: Any) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 60}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": say(PATH_WORDS[name]),
        "schema": schema,
    }


def _parameter(parameter: Parameter, say: Any) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": say(parameter.words),
        "schema": parameter.schema,
    }


def _body(declared: Operation) -> dict[str, Any]:
    if declared.body == FILE:
        one: dict[str, Any] = {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
        }
        return {"required": True, "content": {FILE: {"schema": one | {"required": ["file"]}}}}
    if declared.body == XLSX:
        fields = {"type": "object", "properties": {"workbook": {"type": "string", "format": "binary"}}}
        fields["required"] = ["workbook"]
        content = {
            "multipart/form-data": {"schema": fields},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
        return {"required": True, "content": content}
    return {
        "required": declared.id != "submit",
        "content": {"application/json": {"schema": ref(declared.body)}},
    }


def _responses(declared: Operation, say: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, name in sorted(declared.answers.items()):
        found[str(status)] = {"description": say(declared.words)}
        if name == XLSX:
            found[str(status)]["content"] = {XLSX: {"schema": {"type": "string", "format": "binary"}}}
        elif name:
            found[str(status)]["content"] = {"application/json": {"schema": ref(name)}}
    for status in problem_statuses(declared):
        found[str(status)] = {
            "description": str(GENERAL[status][1]),
            "content": {PROBLEM_TYPE: {"schema": ref("Problem")}},
        }
    return found
