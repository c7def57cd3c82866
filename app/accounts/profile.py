"""The personal centre: one's own account and password, in the face that the account belongs to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from app.accounts.access import current_account, home_of, login_required, next_target
from app.accounts.authentication import verify_password
from app.accounts.avatars import ACCEPT, avatar_address
from app.accounts.forms import PasswordForm
from app.accounts.models import ENTERPRISE
from app.accounts.passwords import change_password as set_password
from app.accounts.queries import titles_of
from app.accounts.second_factor import factor_of
from app.accounts.security import SESSION_KEY
from app.accounts.views import failure_message
from app.core import clock
from app.core.db import commits
from app.core.errors import Invalid
from app.extensions import limiter

blueprint = Blueprint("accounts", __name__)

LAYOUTS = {"workspace": "layout/workspace.html", "console": "layout/console.html"}


def own_face() -> str:
    """Where the present account belongs."""
    return "workspace" if current_account().kind == ENTERPRISE else "console"


def elsewhere(face: str, endpoint: str) -> Any:
    """A redirect when the account belongs to the other face."""
    return None if face == own_face() else redirect(url_for(endpoint, face=own_face()))


@blueprint.get("/account/", defaults={"face": ""})
@blueprint.get("/<any(workspace, console):face>/profile")
@login_required
def profile(face: str) -> Any:
    """Who I am here."""
    return elsewhere(face, ".profile") or profile_page(face)


def profile_page(face: str, avatar_error: str = "") -> str:
    """The page itself; with what is wrong with a picture that was sent."""
    account = current_account()
    return render_template(
        "workspace/profile/profile.html",
        layout=LAYOUTS[face],
        face=face,
        account=account,
        roles=titles_of(account),
        factor=factor_of(account),
        avatar=avatar_address(account),
        avatar_error=avatar_error,
        accept=ACCEPT,
    )


@blueprint.get("/account/logout")
@login_required
def ask_log_out() -> str:
    """Ask before the log-out; with script a window over the page does."""
    back = next_target(request.args.get("next"), home_of(current_account()))
    return render_template("accounts/log_out.html", back=back)


@blueprint.get("/account/password", defaults={"face": ""})
@blueprint.get("/<any(workspace, console):face>/profile/password")
@login_required
def change_password(face: str) -> Any:
    """The form for a new password."""
    return elsewhere(face, ".change_password") or _page(face, PasswordForm(formdata=None))


@blueprint.post("/<any(workspace, console):face>/profile/password")
@limiter.limit("20 per minute")
@login_required
@commits
def save_password(face: str) -> Any:
    """Check the old password under the same lock as the log-in, then take the new one."""
    form, account, now = PasswordForm(), current_account(), clock.now()
    if not form.validate():
        return _page(own_face(), form), 422
    attempt = verify_password(account, form.old.data or "", now)
    if attempt.account is None:
        form.old.errors = [
            _("原密码不正确，再输错 %(n)s 次账号将锁定 15 分钟。", n=attempt.tries_left)
            if attempt.problem == "wrong"
            else failure_message(attempt, now)
        ]
        return _page(own_face(), form), 422
    try:
        set_password(account, form.new.data or "", now=now, session_key=session[SESSION_KEY])
    except Invalid as problem:
        form.new.errors = problem.details["reasons"]
        return _page(own_face(), form), 422
    flash(_("密码已修改，其他设备上的登录已全部退出。"), "success")
    return redirect(url_for(".profile", face=own_face()))


def _page(face: str, form: PasswordForm) -> str:
    return render_template("workspace/profile/password.html", layout=LAYOUTS[face], face=face, form=form)
