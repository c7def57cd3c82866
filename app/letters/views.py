"""Issued letters for those who may read their subject: on a page, as PDF, as Word file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template
from sqlalchemy import select

from app.accounts.access import current_account, login_required
from app.core.db import db
from app.core.files import send_file_row
from app.letters.models import Letter
from app.letters.services import file_of, issued_html, may_open

blueprint = Blueprint("letters", __name__, url_prefix="/letters")
FORMS = ("pdf", "docx")


def _letter_or_404(letter_id: int) -> Letter:
    """Within the row scope, and by the rule of its subject; anything else is not there."""
    query = select(Letter).where(Letter.id == min(letter_id, 2**31 - 1))  # `get` might skip the scope
    letter = db.session.scalars(query).first()
    if letter is None or not may_open(letter, current_account()):
        abort(404)
    return letter


@blueprint.get("/<int:letter_id>")
@login_required
def show(letter_id: int) -> Any:
    """The letter in the browser, with its hashes and files."""
    letter = _letter_or_404(letter_id)
    face = "console" if current_account().is_staff else "workspace"
    return render_template("letters/show.html", letter=letter, sheet=issued_html(letter), face=face)


@blueprint.get("/<int:letter_id>/<form>")
@login_required
def download(letter_id: int, form: str) -> Any:
    """The very file that was made when the letter was issued."""
    if form not in FORMS:
        abort(404)
    return send_file_row(file_of(_letter_or_404(letter_id), form))
