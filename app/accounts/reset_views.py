"""Forgotten password: ask for a link, and choose a new password through it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts import resets
from app.accounts.forms import ForgottenForm, NewPasswordForm
from app.core import clock
from app.core.db import commits, db
from app.core.errors import Conflict, Invalid
from app.extensions import limiter

blueprint = Blueprint("password_reset", __name__, url_prefix="/login")


@blueprint.get("/forgotten")
def ask() -> str:
    """The form: account, e-mail, captcha."""
    form = ForgottenForm(formdata=None)
    form.renew_captcha()
    return render_template("accounts/forgotten.html", form=form)


@blueprint.post("/forgotten")
@limiter.limit("10 per minute; 40 per hour")
@commits
def send() -> Any:
    """Queue the mail if there is reason to, and answer the same in any case."""
    form = ForgottenForm()
    if not form.validate():
        return render_template("accounts/forgotten.html", form=form), 422
    resets.request_reset(form.account.data or "", form.email.data or "", now=clock.now())
    return redirect(url_for(".sent"))


@blueprint.get("/forgotten/sent")
def sent() -> str:
    """What happens now."""
    return render_template("accounts/forgotten_sent.html")


@blueprint.get("/reset/<token>")
def choose(token: str) -> Any:
    """The form for a new password, while the link is good. Opening it uses nothing up: mail scanners open links."""
    return _page(token, NewPasswordForm(formdata=None))


@blueprint.post("/reset/<token>")
@limiter.limit("20 per minute")
@commits
def save(token: str) -> Any:
    """Take the new password; the link is used up only when it is good enough."""
    form, now = NewPasswordForm(), clock.now()
    if resets.reset_state(token, now) != "open" or not form.validate():
        return _page(token, form, 422)
    try:
        with db.session.begin_nested():
            resets.use_reset(token, form.new.data or "", now=now)
    except Invalid as problem:
        form.new.errors = problem.details["reasons"]
        return _page(token, form, 422)
    except Conflict:
        return _page(token, form, 422)
    flash(_("新密码已生效，其他设备上的登录已全部退出。请用新密码登录。"), "success")
    return redirect(url_for("AuthView.login"))


def _page(token: str, form: NewPasswordForm, status: int = 200) -> Any:
    state = resets.reset_state(token, clock.now())
    page = render_template("accounts/reset.html", form=form, state=state, token=token)
    return page, 410 if state != "open" else status
