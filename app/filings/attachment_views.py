"""Attachments of a form: upload and removal in the workspace. Files are downloaded under /files/."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.access import workspace_required
from app.core.db import commits
from app.core.errors import DomainError, Invalid
from app.filings.submissions.attaching import attach, detach
from app.filings.views import find_place

blueprint = Blueprint("attachments", __name__, url_prefix="/workspace/filings")


@blueprint.post("/<set_key>/<period>/<code>/attachments")
@workspace_required
def add(set_key: str, period: str, code: str) -> Any:
    """Put a file to the form's draft; a refusal says why and stores nothing."""

    @commits
    def store() -> str:
        place = find_place(set_key, period)
        if code not in place.codes:
            abort(404)
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            raise Invalid(_("请先选择要上传的文件。"))
        return str(attach(place, code, request.form.get("key", ""), upload).file.name)

    try:
        flash(_("附件“%(name)s”已上传。", name=store()), "success")
    except DomainError as error:
        flash(str(error.message), "danger")
    return _back(set_key, period, code)


@blueprint.post("/<set_key>/<period>/<code>/attachments/<int:attachment_id>/remove")
@workspace_required
def remove(set_key: str, period: str, code: str, attachment_id: int) -> Any:
    """Take a file out of the draft."""

    @commits
    def store() -> None:
        place = find_place(set_key, period)
        if code not in place.codes:
            abort(404)
        detach(place, attachment_id)

    try:
        store()
        flash(_("附件已删除。"), "success")
    except DomainError as error:
        flash(str(error.message), "danger")
    return _back(set_key, period, code)


def _back(set_key: str, period: str, code: str) -> Any:
    where = url_for("filings.form", set_key=set_key, period=period, code=code, _anchor="attachments")
    return redirect(where)
