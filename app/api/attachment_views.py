"""Operations on attachments of forms: what there is, put one to the draft, take one out."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _

from app.api.errors import ApiError, moment
from app.api.operations import FILE, Operation, operation
from app.api.places import find_place, load, require_form
from app.core.db import commits
from app.core.errors import NotAllowed
from app.core.parsing import is_number
from app.core.problems import json_response
from app.filings.submissions.attaching import attach, detach
from app.filings.submissions.data import FilingData
from app.filings.submissions.models import FilingAttachment


def _attachments_json(data: FilingData) -> dict[str, Any]:
    """What is attached to the draft, and what the forms ask for."""
    return {
        "items": [_item_json(item) for code in data.forms for item in data.attachments.get(code, ())],
        "wanted": [
            {
                "form": code,
                "key": spec.key,
                "name": {"zh": spec.name_zh, "en": spec.name_en},
                "required": spec.required,
            }
            for code, form in data.forms.items()
            for spec in form.attachments
        ],
    }


def _item_json(item: FilingAttachment) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "form": item.form_code,
        "key": item.key,
        "name": item.file.name,
        "size": item.file.size,
        "sha256": item.file.sha256,
        "added_at": moment(item.added_at),
    }


@operation(
    Operation(
        "attachments",
        "GET",
        "/filings/{set_key}/{period}/attachments",
        "attachments",
        ("附件：已有的和需要的", "Attachments: those there are, and those that are asked for"),
        answers={200: "Attachments"},
    )
)
def attachments(set_key: str, period: str) -> Any:
    """The draft's attachments."""
    return json_response(_attachments_json(load(find_place(set_key, period))))


@operation(
    Operation(
        "attach",
        "POST",
        "/filings/{set_key}/{period}/forms/{code}/attachments/{key}",
        "attachments",
        ("上传附件", "Attach a file"),
        (
            "以 multipart/form-data 的 file 字段发送，格式和大小与网页相同。key 见 attachments 的 wanted。",
            "Send it in the field “file” of multipart/form-data; kinds and sizes are those of the page. The key is one "
            "of “wanted” of the attachments.",
        ),
        body=FILE,
        answers={201: "Attachment"},
        problems=(409,),
    )
)
def add(set_key: str, period: str, code: str, key: str) -> Any:
    """Check the file and put it to the draft."""
    require_form(find_place(set_key, period), code)
    if request.mimetype != FILE:
        raise ApiError(415, _("请以 multipart/form-data 发送文件。"), code="wrong_media_type")
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise ApiError(400, _("请在 file 字段中发送文件。"), code="no_file")

    @commits
    def store() -> dict[str, Any]:
        return _item_json(attach(find_place(set_key, period), code, key, upload))

    return json_response(store(), 201)


@operation(
    Operation(
        "detach",
        "DELETE",
        "/filings/{set_key}/{period}/attachments/{attachment_id}",
        "attachments",
        ("删除附件", "Take a file out of the draft"),
        ("已上报的版本保留其附件。", "Versions that were handed in keep theirs."),
        answers={200: "Attachments"},
        problems=(409,),
    )
)
def remove(set_key: str, period: str, attachment_id: str) -> Any:
    """Take a file out of the draft."""
    gone = ApiError(404, _("没有这个附件，可能已被删除。"), code="no_such_attachment")
    if not is_number(attachment_id, 9):
        raise gone

    @commits
    def store() -> None:
        detach(find_place(set_key, period), int(attachment_id))

    try:
        store()
    except NotAllowed as error:
        raise gone from error
    return json_response(_attachments_json(load(find_place(set_key, period))))
