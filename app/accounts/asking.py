"""Dangerous buttons ask before they act, also where no script runs.

A button with a question sends the question along (`ask`, or `ask:name=value` when the button has a name of its own; the
macros `asks` and `asks_when` write them). The script of the page asks in a window and adds `confirmed`. Without it the
server answers with a page that asks and sends the same form again. This spares people slips, nothing more: what may be
done is decided by the view, and what was sent without a question (scripts, programs) goes straight there.
"""

from __future__ import annotations

from flask import Flask, g, render_template, request
from flask_login import current_user

from app.accounts.access import current_account, home_of, next_target
from app.core.http import FORM_TYPES, wants_json
from app.core.problems import is_api

ASK, CONFIRMED = "ask", "confirmed"


def question() -> str:
    """What the pressed button asks, unless that was answered already."""
    if request.method != "POST" or request.mimetype not in FORM_TYPES or is_api() or wants_json():
        return ""
    if CONFIRMED in request.form:
        return ""
    if any(file.filename for file in request.files.values()):
        return ""  # a page cannot send chosen files again: losing them is worse than not asking
    for name, value in request.form.items(multi=True):
        if name == ASK:
            return value
        if (named := request.form.get(f"{ASK}:{name}={value}")) is not None:
            return named
    return ""


def _ask_first() -> str | None:
    """The page that asks; only for forms whose token was checked, so that nobody else can put words on it."""
    asked = question() if g.get("csrf_valid") else ""
    if not asked or not current_user.is_authenticated:
        return None
    again = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != ASK and not name.startswith(f"{ASK}:")
    ]
    return render_template(
        "accounts/ask.html",
        question=asked,
        fields=[(name, value) for name, value in again if "password" not in name],
        secrets=[name for name, _value in again if "password" in name],  # never written into a page
        back=next_target(request.referrer, home_of(current_account())),  # the page the button stands on
    )


def init_app(app: Flask) -> None:
    """Ask after the form's token was checked and it is known who asks."""
    app.before_request(_ask_first)
