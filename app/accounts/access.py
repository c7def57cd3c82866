"""Who is asking, and the gates in front of workspace and console views."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import abort, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.models import ENTERPRISE, STAFF, Account
from app.accounts.security import may
from app.core.http import wants_json
from app.core.i18n import is_local_target

P = ParamSpec("P")
R = TypeVar("R")


def current_account() -> Account:
    """The logged-in account, itself and not a proxy; 403 when nobody is logged in."""
    if not current_user.is_authenticated:
        abort(403)
    return cast(Account, current_user._get_current_object())


def workspace_required(view: Callable[P, R]) -> Callable[P, Any]:
    """Only for members of an institution; others are sent to the log-in or refused."""

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Any:
        if not current_user.is_authenticated:
            return ask_to_log_in()
        account = current_account()
        if account.kind != ENTERPRISE or account.institution_id is None or not may("can_use", "Workspace"):
            abort(403)
        return view(*args, **kwargs)

    return wrapper


def staff_required(permission: str, view_name: str) -> Callable[[Callable[P, R]], Callable[P, Any]]:
    """Only for staff who hold the permission on the view name."""

    def decorate(view: Callable[P, R]) -> Callable[P, Any]:
        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> Any:
            if not current_user.is_authenticated:
                return ask_to_log_in()
            if current_account().kind != STAFF or not may(permission, view_name):
                abort(403)
            return view(*args, **kwargs)

        return wrapper

    return decorate


def login_required(view: Callable[P, R]) -> Callable[P, Any]:
    """For everybody who is logged in."""

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Any:
        return view(*args, **kwargs) if current_user.is_authenticated else ask_to_log_in()

    return wrapper


def ask_to_log_in() -> Any:
    """Send a person to the log-in and back here afterwards; tell a script 401."""
    if wants_json():
        return jsonify({"error": 401, "message": _("登录已失效，请重新登录。您填写的内容仍在页面上。")}), 401
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("AuthView.login", next=here))


def home_of(account: Account) -> str:
    """Where an account lands after log-in."""
    return "/workspace/" if account.kind == ENTERPRISE else "/console/"


def next_target(raw: str | None, fallback: str) -> str:
    """Where to go after log-in: a path of this site, also when it came as a full address of this very host."""
    if raw and raw.startswith(("http://", "https://")):
        parts = urlsplit(raw)
        if parts.netloc != request.host:
            return fallback
        raw = parts.path + (f"?{parts.query}" if parts.query else "")
    return raw if raw and is_local_target(raw) else fallback
