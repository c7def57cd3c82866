"""What a web form reads of a request: texts from its fields, files only where it asks for files.

Flask-WTF merges uploads with texts, and takes JSON for a form: then a text field holds a file, a number or a list,
and its validators fail with an error of ours instead of a message.
"""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto, _is_submitted
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import FileField, MultipleFileField


def wrap_formdata(_meta: Any, form: Any, formdata: Any) -> Any:
    """The part of the request that this form may read."""
    if formdata is not _Auto:
        return formdata
    if not _is_submitted():
        return None
    wanted = {field.name for field in form if isinstance(field, FileField | MultipleFileField)}
    files = MultiDict((name, file) for name, file in request.files.items(multi=True) if name in wanted)
    return CombinedMultiDict((files, request.form)) if files or request.form else None


def install() -> None:
    """Make every form of the platform and of FAB read its request this way."""
    FlaskForm.Meta.wrap_formdata = wrap_formdata
