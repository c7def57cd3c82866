"""Asking for an extension 延期 in the workspace."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.access import workspace_required
from app.core.db import commits
from app.core.errors import DomainError
from app.core.parsing import number_of
from app.filings.calendar.days import day_of
from app.filings.calendar.extensions import request_extension, withdraw_request
from app.filings.extension_page import extension_page
from app.filings.labels import EXTENSION_STATES, EXTENSION_TONES
from app.filings.pages import place_title
from app.filings.submissions.place import filing_at
from app.filings.views import find_place, here

blueprint = Blueprint("extensions", __name__, url_prefix="/workspace/filings")


@blueprint.get("/<set_key>/<period>/extension")
@workspace_required
def form(set_key: str, period: str) -> Any:
    """What was asked for and decided, and the form to ask."""
    return _page(set_key, period)


@blueprint.post("/<set_key>/<period>/extension")
@workspace_required
def ask(set_key: str, period: str) -> Any:
    """申请延期; a refusal keeps what was typed."""

    @commits
    def store() -> None:
        until = day_of(request.form.get("until", ""), "until")
        request_extension(find_place(set_key, period), until, request.form.get("reason", ""))

    try:
        store()
    except DomainError as error:
        field = str(error.details.get("field", ""))
        return _page(set_key, period, errors={field: str(error.message)}), error.status
    flash(_("延期申请已提交，审批结果会显示在本页和报送页。"), "success")
    return redirect(url_for("extensions.form", set_key=set_key, period=period))


@blueprint.post("/<set_key>/<period>/extension/<int:extension_id>/withdraw")
@workspace_required
def withdraw(set_key: str, period: str, extension_id: int) -> Any:
    """撤回 a request that nobody has decided yet."""

    @commits
    def store() -> None:
        seen = request.form.get("version", "")
        version = number_of(seen, 8)
        withdraw_request(find_place(set_key, period), extension_id, version)

    try:
        store()
        flash(_("延期申请已撤回。"), "success")
    except DomainError as error:
        if error.status == 403:
            abort(404)
        flash(str(error.message), "danger")
    return redirect(url_for("extensions.form", set_key=set_key, period=period))


def _page(set_key: str, period: str, errors: dict[str, str] | None = None) -> str:
    place = find_place(set_key, period)
    page = extension_page(place, filing_at(place))
    if page is None:
        abort(404)
    return render_template(
        "workspace/extensions/ask.html",
        page=page,
        place=place,
        here=here(place),
        title=place_title(place),
        states=EXTENSION_STATES,
        tones=EXTENSION_TONES,
        errors=errors or {},
        typed={name: request.form.get(name, "") for name in ("until", "reason")},
    )
