"""Where one is logged in, and ending that from afar."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from app.accounts import sessions
from app.accounts.access import current_account, login_required
from app.accounts.profile import LAYOUTS, elsewhere, own_face
from app.accounts.security import SESSION_KEY
from app.core import clock
from app.core.db import commits

blueprint = Blueprint("sessions", __name__)
FACES = "/<any(workspace, console):face>/profile/sessions"


@blueprint.get("/session")
@login_required
def alive() -> Any:
    """For scripts that are about to send a long form: whether somebody is still logged in, and the token of now."""
    return jsonify(token=generate_csrf())


@blueprint.get(FACES)
@login_required
def index(face: str) -> Any:
    """Every live log-in of the own account."""
    live = sessions.live_sessions(current_account(), session[SESSION_KEY], clock.now())
    return elsewhere(face, ".index") or render_template(
        "workspace/profile/sessions.html", layout=LAYOUTS[face], face=face, live=live
    )


@blueprint.post(f"{FACES}/end")
@login_required
@commits
def end(face: str) -> Any:
    """End one of them, or all but this one."""
    account, which, now = current_account(), request.form.get("which", ""), clock.now()
    if which == "others":
        ended = sessions.end_others(account, session[SESSION_KEY], now=now)
        flash(_("已退出其他 %(n)s 处登录。", n=ended), "success")
    elif sessions.end_one(account, which, now=now):
        flash(_("已退出该处登录。"), "success")
    else:
        flash(_("该处登录已经结束。"), "info")
    return redirect(url_for(".index", face=own_face()))
