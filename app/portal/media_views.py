"""The addresses of pictures and attachments. Nothing here is public that the text showing it is not."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request

from app.accounts.security import may
from app.core import clock
from app.core.file_rules import CONTENT_TYPES
from app.core.files import read_file, send_file_row
from app.portal import media
from app.portal.views import MAX_ID, blueprint


def _writes() -> bool:
    """Whether the reader may write the texts, and so see what is not released."""
    return may("can_edit", "AnnouncementAdmin") or may("can_edit", "PageAdmin")


@blueprint.get("/pictures/<key>.<kind>")
def picture(key: str, kind: str) -> Any:
    """A picture, asked for anew each time: a withdrawn text takes its pictures away at once."""
    now = clock.now()
    file = media.public_picture(key, kind, now) or (
        media.public_picture(key, kind, now, staff=True) if _writes() else None
    )
    if file is None:
        abort(404)
    response = Response(mimetype=CONTENT_TYPES[file.kind])
    response.set_etag(file.sha256[:32])
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.make_conditional(request)
    if response.status_code == 200:
        response.set_data(read_file(file))
    return response


@blueprint.get("/attachments/<int:file_id>")
def attachment(file_id: int) -> Any:
    """An attachment of a released announcement, as a download."""
    now = clock.now()
    found = media.public_attachment(file_id, now) if file_id <= MAX_ID else None
    if found is None and file_id <= MAX_ID and _writes():
        found = media.public_attachment(file_id, now, staff=True)
    if found is None:
        abort(404)
    return send_file_row(found)
