"""Operations on workbooks: the template with what there is, and a filled workbook in, as on the import page."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

from flask import request, send_file
from flask_babel import gettext as _

from app.api.answers import import_json
from app.api.errors import ApiError
from app.api.operations import PREFIX, XLSX, Operation, Parameter, argument, operation
from app.api.places import find_place, load, require_form
from app.core.db import commits, db
from app.core.i18n import lang
from app.core.problems import json_response
from app.filings.submissions import imports
from app.filings.submissions.imports import read_upload, stage_import
from app.filings.submissions.models import StagedImport
from app.filings.submissions.place import Place
from app.filings.submissions.templates import template_for

FORM = Parameter("form", ("只要这一张报表", "Only this form"), {"type": "string"})
TAKE = Parameter(
    "take",
    (
        "true：没有不能识别的单元格就直接导入，否则 422，什么都不导入",
        "true: take it at once when every cell can be read; otherwise 422, and nothing is taken",
    ),
    {"type": "boolean", "default": False},
)
FILE_NAME = Parameter(
    "file_name", ("文件名", "Name of the file"), {"type": "string", "maxLength": 200, "default": "api.xlsx"}
)
RAW = {XLSX, "application/octet-stream"}
PROBLEMS_SHOWN = 100


@operation(
    Operation(
        "workbook",
        "GET",
        "/filings/{set_key}/{period}/workbook",
        "workbooks",
        ("下载工作簿（模板，带已填内容）", "The workbook: template with what has been entered"),
        parameters=(FORM,),
        answers={200: XLSX},
    )
)
def workbook(set_key: str, period: str) -> Any:
    """The workbook of the set, or of one form."""
    place, code = _place_and_form(set_key, period)
    file_name, content = template_for(place, code, lang())
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=file_name)


def _place_and_form(set_key: str, period: str) -> tuple[Place, str | None]:
    place, code = find_place(set_key, period), argument(FORM)
    if code is not None:
        require_form(place, code)
    return place, code


@operation(
    Operation(
        "import_workbook",
        "POST",
        "/filings/{set_key}/{period}/workbook",
        "workbooks",
        ("导入工作簿", "Import a workbook"),
        (
            "以 multipart/form-data 的 workbook 字段，或直接以 xlsx 内容发送。先预览（201，列出问题和校验结果及其位置），"
            "再用 take 导入；或带 take=true 一步完成（200）。",
            "Send it as the field “workbook” of multipart/form-data, or as the body itself. It is staged (201, with all "
            "problems and findings by sheet and cell) and taken by “take”; or both at once with take=true (200).",
        ),
        parameters=(FORM, TAKE, FILE_NAME),
        body=XLSX,
        answers={200: "Import", 201: "Import"},
        problems=(409,),
    )
)
def import_workbook(set_key: str, period: str) -> Any:
    """Read, stage, and take when asked to and nothing is unreadable."""
    place, code = _place_and_form(set_key, period)
    take = argument(TAKE)
    file_name, content = _upload()
    # Reading may take seconds, so it stands before the transaction that writes.
    reading = read_upload(place, code, content)

    @commits
    def store() -> tuple[dict[str, Any], bool]:
        here = find_place(set_key, period)
        staged = stage_import(here, file_name, content, reading)
        is_taken = take and not staged.result["problems"] and bool(staged.result["forms"])
        found = imports.preview(staged)  # before taking: afterwards nothing would change any more
        if is_taken:
            imports.take_import(here, staged.id)
        return import_json(staged, found), is_taken

    answer, is_taken = store()
    address = f"{PREFIX}/filings/{quote(set_key)}/{quote(period)}/imports/{answer['id']}"
    if take and not is_taken:
        raise _not_taken(answer, address)
    sent = json_response(answer, 200 if is_taken else 201)
    sent.headers["Location"] = address
    return sent


def _not_taken(answer: dict[str, Any], address: str) -> ApiError:
    errors = [
        {
            "sheet": entry["sheet"],
            "cell": entry["cell"],
            "code": "unreadable",
            "detail": entry["message"][lang()],
        }
        for entry in answer["problems"][:PROBLEMS_SHOWN]
    ]
    words = _("工作簿中有无法识别的内容，没有导入。请按校验结果改正后重新上传。")
    more = {"import": answer["id"], "headers": {"Location": address}}
    return ApiError(422, words, code="unreadable_cells", errors=errors, **more)


def _upload() -> tuple[str, bytes]:
    """(file name, content) of the upload, however it was sent."""
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("workbook")
        if sent is None:
            raise ApiError(400, _("请在 workbook 字段中发送工作簿。"), code="no_workbook")
        return _clean_name(sent.filename or ""), sent.read()
    if request.mimetype not in RAW:
        words = _("请以 multipart/form-data 或 xlsx 内容发送工作簿。")
        raise ApiError(415, words, code="wrong_media_type")
    return _clean_name(argument(FILE_NAME)), request.get_data()


def _clean_name(name: str) -> str:
    """A name that every database takes."""
    text = name.encode("utf-8", "ignore").decode().replace("\0", "").strip()
    return text[-200:] or str(FILE_NAME.schema["default"])


def _staged(place: Place, staged_id: str) -> StagedImport:
    """The staged import of this very filing; ApiError 404 for anybody else's, another period's or unknown ones."""
    staged = db.session.get(StagedImport, staged_id)
    filing = load(place).filing
    if staged is None or filing is None or staged.filing_id != filing.id:
        raise ApiError(404, _("没有这次导入，请重新上传工作簿。"), code="no_such_import")
    return staged


@operation(
    Operation(
        "preview",
        "GET",
        "/filings/{set_key}/{period}/imports/{staged_id}",
        "workbooks",
        ("导入预览", "What an import would change, and what is wrong with it"),
        answers={200: "Import"},
    )
)
def preview(set_key: str, period: str, staged_id: str) -> Any:
    """The staged workbook, compared with the draft as it is now."""
    staged = _staged(find_place(set_key, period), staged_id)
    return json_response(import_json(staged, imports.preview(staged)))


@operation(
    Operation(
        "take_import",
        "POST",
        "/filings/{set_key}/{period}/imports/{staged_id}/take",
        "workbooks",
        ("把预览过的工作簿导入草稿", "Take a staged workbook into the draft"),
        answers={200: "Import"},
        problems=(409,),
    )
)
def take_import(set_key: str, period: str, staged_id: str) -> Any:
    """All forms of it in one transaction, or nothing."""

    @commits
    def take() -> dict[str, Any]:
        place = find_place(set_key, period)
        staged = _staged(place, staged_id)
        found = imports.preview(staged)
        imports.take_import(place, staged.id)
        return import_json(staged, found)

    return json_response(take())


@operation(
    Operation(
        "annotated_workbook",
        "GET",
        "/filings/{set_key}/{period}/imports/{staged_id}/annotated.xlsx",
        "workbooks",
        ("带批注的原工作簿", "The sender's own workbook with every bad cell marked"),
        answers={200: XLSX},
        problems=(422,),
    )
)
def annotated(set_key: str, period: str, staged_id: str) -> Any:
    """Bad cells coloured and commented, with a sheet of findings."""
    staged = _staged(find_place(set_key, period), staged_id)
    name = _("%(name)s（校验结果）.xlsx", name=staged.file_name.rsplit(".", 1)[0])
    return send_file(
        io.BytesIO(imports.annotated(staged)), mimetype=XLSX, as_attachment=True, download_name=name
    )
