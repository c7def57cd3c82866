"""Reading what a caller sends: JSON that says one thing only, checked by the declared schema, every fault named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from flask import request
from flask_babel import gettext as _
from jsonschema import Draft202012Validator, ValidationError

from app.api.errors import ApiError, Error, invalid
from app.api.schemas import COMPONENTS, MOST_ROWS, Schema

SHOWN = 100
Entries = dict[str, dict[str, str]]


def json_body(schema: str, *, optional: bool = False) -> Any:
    """The request's JSON, checked by the component `schema`. Raises ApiError 400, 415 or 422."""
    if optional and not request.get_data():
        return {}
    if not request.is_json:
        raise ApiError(415, _("请以 application/json 发送请求内容。"), code="wrong_media_type")
    body = _parse(request.get_data())
    errors = [
        _error(fault) for fault, _n in zip(_validator(schema).iter_errors(body), range(SHOWN), strict=False)
    ]
    if errors:
        raise invalid(errors, _("请求内容不符合接口说明，见 errors。"))
    return body


def _parse(data: bytes) -> Any:
    try:
        body = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_constant)
        _check_texts(body)
    except RecursionError as error:
        raise ApiError(400, _("JSON 嵌套过深。"), code="bad_json") from error
    except UnicodeError as error:
        raise ApiError(400, _("请求内容不是有效的 UTF-8 文本。"), code="bad_json") from error
    except ValueError as error:
        raise ApiError(400, _("请求内容不是有效的 JSON：%(why)s", why=str(error)), code="bad_json") from error
    return body


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"duplicate member {twice[:60]!r}")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _check_texts(value: Any) -> None:
    """Halves of surrogate pairs and NUL are in no text of ours; databases would stumble over them."""
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError("NUL in a text")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_texts(key)
            _check_texts(item)
    elif isinstance(value, list):
        for item in value:
            _check_texts(item)


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(_inlined(COMPONENTS[schema]))


def _inlined(schema: Any) -> Any:
    """The schema without references, and without the big parts that are checked by hand."""
    if isinstance(schema, list):
        return [_inlined(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" not in schema:
        return {key: _inlined(value) for key, value in schema.items()}
    name = schema["$ref"].rpartition("/")[2]
    by_hand: dict[str, Schema] = {
        "Cells": {"type": "object"},
        "Rows": {"type": "array", "maxItems": MOST_ROWS},
    }
    return by_hand.get(name) or _inlined(COMPONENTS[name])


def pointer(*parts: object) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _error(fault: ValidationError) -> Error:
    return {
        "pointer": pointer(*fault.absolute_path),
        "code": str(fault.validator),
        "detail": _words(fault),
    }


def _words(fault: ValidationError) -> str:
    """The fault in the caller's language."""
    limit: Any = fault.validator_value
    kind = str(fault.validator)
    if kind == "required":
        missing = [name for name in limit if name not in fault.instance]
        return _("缺少 %(names)s。", names="、".join(missing))
    if kind == "additionalProperties" and isinstance(fault.instance, dict):
        known = fault.schema.get("properties", {})
        unknown = [str(name)[:60] for name in fault.instance if name not in known][:10]
        return _("不认识 %(names)s。", names="、".join(unknown))
    if kind == "type":
        return _("类型应为 %(type)s。", type=limit if isinstance(limit, str) else " / ".join(limit))
    if kind in ("maxLength", "maxItems", "maxProperties", "maximum"):
        return _("超过上限 %(limit)s。", limit=limit)
    if kind in ("minLength", "minItems", "minProperties", "minimum"):
        return _("低于下限 %(limit)s。", limit=limit)
    if kind == "const":
        return _("应为 %(value)s。", value=json.dumps(limit))
    return _("不符合接口说明中的要求（%(rule)s）。", rule=kind)


def entries_of_input(given: dict[str, Any], layout: str, at: str = "") -> tuple[Entries, list[Error]]:
    """What the intake takes of one form's input ('cells', or 'rows' of a table), and what is wrong with its shape."""
    wanted, other = ("rows", "cells") if layout == "table" else ("cells", "rows")
    if other in given or wanted not in given:
        words = (
            _("这是表格式报表，请以 rows（行的列表）给出内容。")
            if layout == "table"
            else _("请以 cells（{行: {栏: 文本}}）给出内容。")
        )
        return {}, [{"pointer": at + pointer(wanted), "code": "wrong_layout", "detail": words}]
    content = given[wanted]
    lines = enumerate(content) if layout == "table" else content.items()
    entries: Entries = {}
    errors: list[Error] = []
    for key, cells in lines:
        place = at + pointer(wanted, key)
        errors += _cell_errors(cells, place)
        if isinstance(cells, dict):
            row = str(int(key) + 1) if layout == "table" else str(key)
            entries[row] = {col: text or "" for col, text in cells.items()}
    return entries, errors


def _cell_errors(cells: Any, at: str) -> Iterator[Error]:
    if not isinstance(cells, dict):
        yield {"pointer": at, "code": "type", "detail": _("类型应为 %(type)s。", type="object")}
        return
    for col, text in cells.items():
        if text is not None and not isinstance(text, str):
            words = _('单元格的内容应为文本：数字请加引号，例如 "1200.50"；空白用 null。')
            yield {"pointer": at + pointer(col), "code": "type", "detail": words}
