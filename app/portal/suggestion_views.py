"""Suggestions of the public: write one, look its answer up."""

from __future__ import annotations

import re
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from app.core import clock
from app.core.db import commits
from app.extensions import limiter
from app.portal import queries
from app.portal.caching import not_stored
from app.portal.forms import SuggestionForm
from app.portal.services import submit_suggestion
from app.portal.views import blueprint

RECEIPT = re.compile(r"YJ\d{8}-[0-9A-Z]{5}-[0-9A-Z]{5}")
LAST_RECEIPT = "suggestion_receipt"


def _in_window() -> bool:
    """Whether the form stands in a window over another page: then only its content is wanted."""
    return request.args.get("window") == "1"


def _form_page(form: SuggestionForm) -> str:
    if not _in_window():
        return render_template("portal/suggest.html", form=form)
    form.name_apart("suggest-")
    return render_template("portal/_suggest_window.html", form=form)


@blueprint.get("/suggestions")
@not_stored
def suggest() -> Any:
    """The form."""
    form = SuggestionForm(formdata=None)
    form.renew_captcha()
    return _form_page(form)


@blueprint.post("/suggestions")
@limiter.limit("20 per hour")
@commits
def send_suggestion() -> Any:
    """Take a suggestion in; the answer is the receipt."""
    form = SuggestionForm()
    if not form.validate():
        return _form_page(form), 422
    item = submit_suggestion(
        name=form.name.data,
        contact=form.contact.data,
        topic=form.topic.data,
        text=form.text.data,
        now=clock.now(),
    )
    session[LAST_RECEIPT] = item.receipt
    if _in_window():
        found = queries.suggestion_by_receipt(item.receipt)
        return render_template("portal/_suggest_window.html", item=found)
    return redirect(url_for("portal.suggestion_received"))


@blueprint.get("/suggestions/received")
@not_stored
def suggestion_received() -> Any:
    """The receipt of the suggestion that this visitor has just sent."""
    receipt = session.get(LAST_RECEIPT)
    item = queries.suggestion_by_receipt(receipt) if receipt else None
    if item is None:
        return redirect(url_for("portal.suggest"))
    return render_template("portal/suggestion_received.html", item=item)


@blueprint.get("/suggestions/status")
@limiter.limit("30 per minute")
@not_stored
def suggestion_status() -> Any:
    """State and reply by receipt number. Name and contact are never shown here."""
    typed = "".join((request.args.get("receipt") or "")[:40].split()).upper()
    item, problem = None, ""
    if typed and not RECEIPT.fullmatch(typed):
        problem = _("回执编号的样子应为 YJ20260305-7K3QX-M9PRT，请对照回执重新输入。")
    elif typed:
        item = queries.suggestion_by_receipt(typed)
        problem = "" if item else _("没有找到这个回执编号，请核对后重新输入。")
    return render_template("portal/suggestion_status.html", typed=typed, item=item, problem=problem)
