"""零申报: the declaration in the workspace."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.access import workspace_required
from app.core.db import commits
from app.core.errors import DomainError, Invalid
from app.core.i18n import lang
from app.filings.calendar.rules import describe
from app.filings.pages import finding_items, place_title
from app.filings.submissions.nil import nil_return, submit_nil
from app.filings.submissions.place import Place, reasons_at
from app.filings.submissions.services import load_place
from app.filings.views import find_place, here

blueprint = Blueprint("nil_returns", __name__, url_prefix="/workspace/filings")


@blueprint.get("/<set_key>/<period>/nil")
@workspace_required
def form(set_key: str, period: str) -> str:
    """The words of the declaration and the button, or what stands against it."""
    place = find_place(set_key, period)
    return _page(place, uuid.uuid4().hex, place.actor.display_name or "")


def _page(place: Place, request_key: str, name: str, problem: str = "") -> str:
    data = load_place(place)
    reasons = [describe(reason, lang()) for reason in reasons_at(place, data.filing)]
    against = nil_return(place, data)
    return render_template(
        "workspace/filings/nil.html",
        place=place,
        here=here(place),
        title=place_title(place),
        reasons=reasons or against.reasons,
        findings=[] if reasons else finding_items(place, against.findings[:20], data),
        total=len(data.forms),
        name=name,
        problem=problem,
        request_key=request_key,
    )


@blueprint.post("/<set_key>/<period>/nil")
@workspace_required
def submit(set_key: str, period: str) -> Any:
    """Declare; the same request key gives the same receipt, however often it arrives."""
    request_key = request.form.get("request_key", "")[:64] or uuid.uuid4().hex
    name = request.form.get("name", "")

    @commits
    def declare() -> None:
        place = find_place(set_key, period)
        if request.form.get("attest") != "y":
            raise Invalid(_("请阅读声明并勾选确认。"))
        submit_nil(place, request_key, name)

    try:
        declare()
    except DomainError as error:
        return _page(find_place(set_key, period), request_key, name, str(error.message)), error.status
    flash(_("零申报已上报，回执已生成。"), "success")
    return redirect(url_for("filings.report_set", set_key=set_key, period=period))
