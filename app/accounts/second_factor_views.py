"""The second factor: the second step of a log-in, and setting it up there or in the personal centre."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts import pending, second_factor
from app.accounts.access import current_account, login_required
from app.accounts.authentication import verify_password
from app.accounts.forms import CodeForm, ConfirmedCodeForm
from app.accounts.models import Account
from app.accounts.profile import LAYOUTS, elsewhere, own_face
from app.accounts.views import failure_message, open_session
from app.core import clock
from app.core.db import commits, db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.extensions import limiter

blueprint = Blueprint("second_factor", __name__)
FACES = "/<any(workspace, console):face>/profile/second-factor"


@blueprint.get("/login/code")
def code() -> Any:
    """The second step: a code from the device."""
    if pending.pending_account(clock.now()) is None:
        return _start_again()
    return render_template("accounts/code.html", form=CodeForm(formdata=None))


@blueprint.post("/login/code")
@limiter.limit("30 per minute")
@commits
def check() -> Any:
    """Let in with a right code; a failure is counted and committed as well."""
    form, now = CodeForm(), clock.now()
    account = pending.pending_account(now)
    if account is None:
        return _start_again()
    if form.validate():
        attempt = second_factor.check_code(account, form.code.data or "", now=now)
        if attempt.account is not None:
            target = pending.pending_target()
            open_session(account, now)
            return redirect(target)
        form.code.errors = [failure_message(attempt, now)]
    return render_template("accounts/code.html", form=form), 422


@blueprint.get("/login/enrol")
def enrol() -> Any:
    """Staff who have no second factor yet set it up before they are let in."""
    account = pending.pending_account(clock.now())
    if account is None or second_factor.step_after_password(account) != "enrol":
        return _start_again()
    return render_template("accounts/enrol.html", form=CodeForm(formdata=None), **_setup(account))


@blueprint.post("/login/enrol")
@limiter.limit("30 per minute")
@commits
def finish_enrolment() -> Any:
    """A first right code: let in, and show the recovery codes once."""
    form, now = CodeForm(), clock.now()
    account = pending.pending_account(now)
    if account is None or second_factor.step_after_password(account) != "enrol":
        return _start_again()
    codes = _enable(account, form) if form.validate() else None
    if codes is None:
        return render_template("accounts/enrol.html", form=form, **_setup(account)), 422
    target = pending.pending_target()
    open_session(account, now)
    return render_template(
        "accounts/recovery_codes.html", layout="layout/plain.html", codes=codes, go_on=target
    )


@blueprint.get(FACES)
@login_required
def settings(face: str) -> Any:
    """What stands, or the set-up."""
    return elsewhere(face, ".settings") or _settings_page(ConfirmedCodeForm(formdata=None))


@blueprint.post(FACES)
@limiter.limit("20 per minute")
@login_required
@commits
def enable(face: str) -> Any:
    """Set up one's own, with the password and a first right code."""
    form, account = ConfirmedCodeForm(), current_account()
    if second_factor.factor_of(account) is not None:
        flash(_("该账号已启用动态口令。"), "warning")
        return redirect(url_for(".settings", face=own_face()))
    codes = _enable(account, form) if form.validate() and _password_is_right(form, account) else None
    return _settings_page(form, 422) if codes is None else _codes_page(codes)


@blueprint.post(FACES + "/codes")
@limiter.limit("20 per minute")
@login_required
@commits
def renew(face: str) -> Any:
    """New recovery codes instead of the former ones."""
    form, account = ConfirmedCodeForm(), current_account()
    if not _is_confirmed(form, account):
        return _settings_page(form, 422)
    return _codes_page(second_factor.renew_codes(account, now=clock.now()))


@blueprint.post(FACES + "/off")
@limiter.limit("20 per minute")
@login_required
@commits
def switch_off(face: str) -> Any:
    """Go without again, where that is allowed."""
    form, account = ConfirmedCodeForm(), current_account()
    if second_factor.is_required(account):
        raise NotAllowed(_("监管人员必须使用动态口令，不能停用。"))
    if not _is_confirmed(form, account):
        return _settings_page(form, 422)
    second_factor.disable(account, now=clock.now())
    flash(_("动态口令已停用。"), "success")
    return redirect(url_for(".settings", face=own_face()))


def _start_again() -> Any:
    return render_template("accounts/start_again.html"), 410


def _setup(account: Account) -> dict[str, Any]:
    """The secret of this set-up as a QR code and in letters; the same one until it is proved or the session ends."""
    secret = pending.kept_setup(account)
    if secret is None:
        secret = second_factor.new_secret()
        pending.keep_setup(account, secret)
    picture = segno.make(second_factor.setup_address(account, secret), error="m")
    letters = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    return {"picture": picture.svg_data_uri(scale=5, border=3), "letters": letters}


def _enable(account: Account, form: CodeForm) -> list[str] | None:
    secret = pending.kept_setup(account)
    if secret is None:
        form.code.errors = [_("页面已过期，请扫描新的二维码后再输入。")]
        return None
    try:
        with db.session.begin_nested():
            return second_factor.enable(account, secret, form.code.data or "", now=clock.now())
    except (Invalid, Conflict) as problem:
        form.code.errors = [problem.message]
        return None


def _is_confirmed(form: ConfirmedCodeForm, account: Account) -> bool:
    """Whether password and code are right; failures of both are counted under their locks."""
    if not form.validate() or not _password_is_right(form, account):
        return False
    now = clock.now()
    attempt = second_factor.check_code(account, form.code.data or "", now=now)
    if attempt.account is None:
        form.code.errors = [failure_message(attempt, now)]
    return attempt.account is not None


def _password_is_right(form: ConfirmedCodeForm, account: Account) -> bool:
    now = clock.now()
    attempt = verify_password(account, form.password.data or "", now)
    if attempt.account is None:
        form.password.errors = [
            _("当前密码不正确，再输错 %(n)s 次账号将锁定 15 分钟。", n=attempt.tries_left)
            if attempt.problem == "wrong"
            else failure_message(attempt, now)
        ]
    return attempt.account is not None


def _settings_page(form: ConfirmedCodeForm, status: int = 200) -> Any:
    account, face = current_account(), own_face()
    factor = second_factor.factor_of(account)
    more = {"left": second_factor.codes_left(account)} if factor else _setup(account)
    page = render_template(
        "workspace/profile/second_factor.html",
        layout=LAYOUTS[face],
        face=face,
        form=form,
        factor=factor,
        required=second_factor.is_required(account),
        **more,
    )
    return page, status


def _codes_page(codes: list[str]) -> str:
    face = own_face()
    go_on = url_for(".settings", face=face)
    return render_template("accounts/recovery_codes.html", layout=LAYOUTS[face], codes=codes, go_on=go_on)
