"""Log-in and log-out."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from flask import current_app, jsonify, redirect, render_template, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from app.accounts import authentication, pending, second_factor
from app.accounts.access import current_account, home_of, next_target
from app.accounts.authentication import Attempt
from app.accounts.demo import shown_accounts
from app.accounts.forms import LoginForm
from app.accounts.models import Account
from app.accounts.security import SESSION_KEY
from app.core import clock
from app.core.db import commits
from app.extensions import limiter


class AuthView(BaseView):
    """FAB sends everybody who must log in here."""

    route_base = ""
    default_view = "login"

    @expose("/login", methods=["GET"])
    def login(self) -> Any:
        """The log-in page; with ?window=1 what stands in a window over another page."""
        if current_user.is_authenticated:
            account = current_account()
            return redirect(next_target(request.args.get("next"), home_of(account)))
        form = LoginForm(formdata=None, next=request.args.get("next", ""))
        form.renew_captcha()
        _keep_only_good_news()
        return _page(form)

    @expose("/login", methods=["POST"])
    @limiter.limit("30 per minute")
    @commits
    def try_login(self) -> Any:
        """Check the captcha, then the password; a failure is counted and committed as well."""
        form = LoginForm()
        if not form.validate():
            return _page(form), 422
        now = clock.now()
        attempt = authentication.authenticate(form.account.data, form.password.data, now)
        if attempt.account is None:
            form.form_errors.append(failure_message(attempt, now))
            return _page(form), 422
        return _go(_after_password(attempt.account, form.next.data, now))

    @expose("/logout", methods=["POST"])
    @commits
    def logout(self) -> Any:
        """End the session on the server, then forget it here."""
        if current_user.is_authenticated:
            authentication.end_session(session[SESSION_KEY], current_account(), clock.now())
        logout_user()
        session.clear()
        return redirect("/")


def _after_password(account: Account, wanted: str | None, now: datetime) -> str:
    """Where to go now: to the second step if there is one, else in."""
    target = next_target(wanted, home_of(account))
    step = second_factor.step_after_password(account)
    if step:
        pending.begin(account, target, now)
        return url_for(f"second_factor.{step}")
    open_session(account, now)
    return target


def _go(target: str) -> Any:
    """A redirect; the window's script is told where to go instead, so that the page is fetched once."""
    return jsonify(next=target) if _in_window() else redirect(target)


def _in_window() -> bool:
    return request.args.get("window") == "1"


def open_session(account: Account, now: datetime) -> None:
    """Log the account in under a new session identifier, so that one planted before is worth nothing."""
    agent = str(request.user_agent)
    live = authentication.start_session(account, now=now, ip=request.remote_addr or "", user_agent=agent)
    session.clear()
    session[SESSION_KEY] = live.id
    login_user(account)
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]


def failure_message(attempt: Attempt, now: datetime) -> str:
    """Why the log-in failed, in the same words whether or not there is such an account."""
    if attempt.problem == "locked" and attempt.locked_until is not None:
        minutes = max(1, math.ceil((attempt.locked_until - now).total_seconds() / 60))
        return _("密码连续输错次数过多，该账号已暂时锁定，请在 %(n)s 分钟后再试。", n=minutes)
    if attempt.problem == "code_locked" and attempt.locked_until is not None:
        minutes = max(1, math.ceil((attempt.locked_until - now).total_seconds() / 60))
        return _("动态口令连续输错次数过多，请在 %(n)s 分钟后再试。", n=minutes)
    if attempt.problem == "code":
        return _(
            "动态口令不正确或已经用过。请等手机上出现新的口令后再输入；再输错 %(n)s 次将锁定 15 分钟。",
            n=attempt.tries_left,
        )
    if attempt.problem == "unreadable":
        return _("暂时无法核对动态口令，请联系系统管理员重置。")
    if attempt.problem == "inactive":
        return _("该账号已停用。如需恢复，请联系监管部门。")
    return _("账号或密码不正确，请检查后重新输入；再输错 %(n)s 次将锁定 15 分钟。", n=attempt.tries_left)


def _keep_only_good_news() -> None:
    """Drop FAB's "access denied": the page itself says what to do."""
    kept = [(kind, text) for kind, text in session.pop("_flashes", []) if kind == "success"]
    if kept:
        session["_flashes"] = kept


def _page(form: LoginForm) -> str:
    window = _in_window()
    if window:  # the page below may have fields of the same names
        for field in form:
            field.id = f"window-{field.id}"
    template = "accounts/_login_window.html" if window else "accounts/login.html"
    return render_template(template, form=form, demo_accounts=shown_accounts(), window=window)
