"""What anybody may read: the OpenAPI document and the manual for people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.api import (
    attachment_views,
    operations,
    reading_views,
    saving_views,
    submitting_views,
    workbook_views,
)
from app.api.definitions import etag_of
from app.api.openapi import document
from app.core.i18n import lang
from app.core.problems import json_response

# Importing the views declares their operations; this names them, so that nothing looks unused.
DECLARING = (reading_views, saving_views, workbook_views, attachment_views, submitting_views)
blueprint = Blueprint("api_public", __name__, url_prefix=operations.PREFIX)


@blueprint.get("/openapi.json")
def openapi() -> Any:
    """The description for programs, in the language of Accept-Language."""
    content = document(lang())
    answer = json_response(content)
    answer.set_etag(etag_of(content))
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.vary.add("Accept-Language")
    return answer.make_conditional(request)
