"""Operations that change a draft: values of one form, of several at once, and explanations of warnings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.api.answers import checked_json, form_values_json
from app.api.bodies import SHOWN, entries_of_input, json_body, pointer
from app.api.errors import ApiError, Error, invalid
from app.api.operations import Operation, Parameter, operation
from app.api.places import find_place, require_form
from app.api.reading_views import form_etag
from app.core.db import commits
from app.core.errors import Conflict, Invalid
from app.core.i18n import lang
from app.core.problems import json_response
from app.filings.submissions.batch import (
    EntryProblem,
    FormInput,
    explain_warnings,
    open_draft,
    save_forms,
    version_of,
)
from app.filings.submissions.data import FilingData
from app.filings.submissions.intake import Assessment
from app.filings.submissions.place import Place

Saved = tuple[FilingData, Assessment]
IF_MATCH = Parameter(
    "If-Match",
    (
        "取得内容时的 ETag；已被改动则返回 412。也可在内容里给 version（改动则 409）",
        "The ETag that came with the values; 412 when they have changed. Or send “version” in the body (409)",
    ),
    {"type": "string"},
    "header",
)


@operation(
    Operation(
        "save_form",
        "PUT",
        "/filings/{set_key}/{period}/forms/{code}",
        "values",
        ("保存一张报表", "Save one form"),
        (
            '整张替换：没有给出的单元格为空。数字用文本，例如 "1200.50"。有任何不能识别的内容则什么都不保存。',
            'Replaces the whole form: cells that are not given are empty. Numbers are texts, such as "1200.50". '
            "If anything cannot be read, nothing is stored.",
        ),
        parameters=(IF_MATCH,),
        body="FormInput",
        answers={200: "FormValues"},
        problems=(409, 412),
    )
)
def save_form(set_key: str, period: str, code: str) -> Any:
    """Store one form against the version that the caller has seen."""
    require_form(find_place(set_key, period), code)
    given = json_body("FormInput")
    by_header = bool(request.if_match)

    def inputs(data: FilingData) -> dict[str, FormInput]:
        seen = _seen_by_header(data, code) if by_header else given.get("version")
        if seen is None:
            words = _("请给出 version（取得内容时的版本号，新报表为 0），或 If-Match。")
            raise invalid([{"pointer": "/version", "code": "required", "detail": words}], words)
        return _inputs(data, {code: {**given, "version": seen}}, lambda _code: "")

    data, assessment = _store(set_key, period, inputs, lambda _code: "", 412 if by_header else 409)
    answer = json_response(form_values_json(data, assessment, code))
    answer.set_etag(form_etag(code, version_of(data, code)))
    return answer


def _seen_by_header(data: FilingData, code: str) -> int:
    """The version that If-Match stands for; -1, which no draft has, when it is an older one."""
    version = version_of(data, code)
    return version if request.if_match.contains(form_etag(code, version)) else -1


@operation(
    Operation(
        "save_values",
        "PUT",
        "/filings/{set_key}/{period}/values",
        "values",
        ("一次保存几张报表", "Save several forms at once"),
        (
            "全部保存，或者什么都不保存。每张报表都要给出 version。没有列出的报表不变。",
            "All of them or none. Each form carries its “version”. Forms that are not listed stay as they are.",
        ),
        body="FormsInput",
        answers={200: "Values"},
        problems=(409,),
    )
)
def save_values(set_key: str, period: str) -> Any:
    """Store several forms in one transaction."""
    find_place(set_key, period)
    given = json_body("FormsInput")["forms"]
    data, assessment = _store(set_key, period, lambda data: _inputs(data, given, _in_forms), _in_forms, 409)
    return json_response(
        {
            "set": set_key,
            "period": period,
            "state": data.filing.status if data.filing else "blank",
            "forms": {code: form_values_json(data, assessment, code) for code in data.forms},
        }
    )


def _in_forms(code: str) -> str:
    return pointer("forms", code)


def _inputs(data: FilingData, given: dict[str, Any], at: Callable[[str], str]) -> dict[str, FormInput]:
    """The forms' entries; raises ApiError 422 with every fault of their shape."""
    inputs: dict[str, FormInput] = {}
    errors: list[Error] = []
    for code, content in given.items():
        form = data.forms.get(code)
        if form is None:
            words = _("报表集中没有报表 %(code)s。", code=code[:60])
            errors.append({"pointer": at(code), "code": "no_such_form", "detail": words})
            continue
        if "version" not in content:
            words = _("请给出 version（取得内容时的版本号，新报表为 0）。")
            errors.append({"pointer": at(code) + "/version", "code": "required", "detail": words})
        entries, faults = entries_of_input(content, form.layout, at(code))
        errors += faults
        inputs[code] = FormInput(entries, content.get("version"))
    if errors:
        raise invalid(errors[:SHOWN], _("请求内容不符合接口说明，见 errors。"))
    return inputs


def _store(
    set_key: str,
    period: str,
    inputs: Callable[[FilingData], dict[str, FormInput]],
    at: Callable[[str], str],
    conflict: int,
) -> Saved:
    @commits
    def store() -> Saved:
        place: Place = find_place(set_key, period)
        filing, data = open_draft(place)
        return data, save_forms(place, filing, data, inputs(data))

    try:
        return store()
    except Conflict as error:
        versions = error.details.get("conflicts")
        raise ApiError(conflict, error.message, code="changed_meanwhile", conflicts=versions) from error
    except Invalid as error:
        problems: list[EntryProblem] = error.details.get("problems", [])
        raise invalid(
            [_entry_error(problem, at(problem.form)) for problem in problems[:SHOWN]],
            error.message,
            str(error.details.get("code", "invalid")),
        ) from error


def _entry_error(problem: EntryProblem, at: str) -> Error:
    words = problem.message_en if lang() == "en" else problem.message_zh
    if problem.code == "too_many_rows":
        return {"pointer": at + pointer("rows"), "code": problem.code, "detail": words}
    return {"pointer": at + _cell_pointer(problem), "code": problem.code, "detail": words}


def _cell_pointer(problem: EntryProblem) -> str:
    row: list[object] = ["rows", int(problem.row) - 1] if problem.in_table else ["cells", problem.row]
    return pointer(*row, *([problem.col] if problem.col else []))


@operation(
    Operation(
        "explain",
        "PUT",
        "/filings/{set_key}/{period}/explanations",
        "checks",
        ("说明提示", "Explain warnings"),
        (
            "以提示的 key 为名；空文本表示撤回说明。没有列出的说明不变。也可以在上报时一并给出。",
            "By the warning's “key”; an empty text takes an explanation back. Explanations that are not listed stay. "
            "They can also be given when submitting.",
        ),
        body="ExplanationsInput",
        answers={200: "Checked"},
        problems=(409,),
    )
)
def explain(set_key: str, period: str) -> Any:
    """Keep explanations of warnings that stand."""
    find_place(set_key, period)
    given = json_body("ExplanationsInput")["explanations"]

    @commits
    def store() -> dict[str, Any]:
        return checked_json(*explain_warnings(find_place(set_key, period), given))

    try:
        return json_response(store())
    except Invalid as error:
        words = _("没有这条提示，或者它已不存在。")
        keys: list[str] = error.details.get("keys", [])
        errors = [
            {"pointer": pointer("explanations", key), "code": "unknown_warning", "detail": words}
            for key in keys
        ]
        raise invalid(errors[:SHOWN], error.message, "unknown_warning") from error
