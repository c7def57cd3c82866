"""FAB's security manager on our accounts: one permission set per request, our own log-in, no side doors."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, session
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from flask_limiter import Limiter
from flask_login import current_user
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload, undefer

from app.accounts.models import Account, LoginSession
from app.core import clock
from app.core.db import db, prepared
from app.extensions import limiter

SESSION_KEY = "login_session"


class PlatformSecurityManager(SecurityManager):
    """Permissions come from the roles table; log-in, reset and user administration are our own views."""

    user_model = Account

    def register_views(self) -> None:
        """Register only our log-in; FAB's own security views and APIs stay out."""
        from app.accounts.views import AuthView

        self.auth_view = AuthView()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def create_jwt_manager(self, app: Flask) -> None:
        """No tokens for the console: FAB's would survive a password change."""

    def create_limiter(self, app: Flask) -> Limiter:
        """The platform has one limiter; two would count twice."""
        return limiter

    def load_user(self, pk: Any) -> Account | None:
        """The account of a live session that is neither idle nor too old; else nobody."""
        return live_account(pk)

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the present account holds the permission; anonymous visitors hold none."""
        return (permission_name, view_name) in permissions()

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Menu entries that the account may open."""
        return {view for permission, view in permissions() if permission == "menu_access"}

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing of the console is public."""
        return False


@prepared
def _live_session() -> Select[tuple[LoginSession]]:
    return (
        select(LoginSession)
        .options(
            joinedload(LoginSession.account).options(
                undefer(Account.unread_messages), joinedload(Account.institution)
            )
        )
        .where(
            LoginSession.id == bindparam("key"),
            LoginSession.account_id == bindparam("account"),
            LoginSession.ended_at.is_(None),
        )
    )


def live_account(pk: Any) -> Account | None:
    """Load session, account and its institution in one statement, and check idle and absolute age."""
    from flask import current_app

    key = session.get(SESSION_KEY)
    if not key:
        return None
    live = db.session.scalars(_live_session(), {"key": key, "account": int(pk)}).first()
    if live is None or not live.account.is_active:
        return None
    now = clock.now()
    idle, absolute = current_app.config["SESSION_IDLE"], current_app.config["SESSION_ABSOLUTE"]
    if now - live.seen_at > idle or now - live.created_at > absolute:
        return None
    g.login_session = live
    account: Account = live.account
    return account


def permissions() -> frozenset[tuple[str, str]]:
    """All (permission, view) pairs of the present account, read once per request."""
    if not current_user.is_authenticated:
        return frozenset()
    if "permissions" not in g:
        g.permissions = permissions_of(current_user.id)
    held: frozenset[tuple[str, str]] = g.permissions
    return held


def permissions_of(account_id: int) -> frozenset[tuple[str, str]]:
    """All (permission, view) pairs that an account holds through its roles."""
    held = db.session.execute(_permissions(), {"account": account_id})
    return frozenset((permission, view) for permission, view in held)


@prepared
def _permissions() -> Select[Any]:
    return (
        select(Permission.name, ViewMenu.name)
        .join(PermissionView, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .join(assoc_user_role, assoc_user_role.c.role_id == assoc_permissionview_role.c.role_id)
        .where(assoc_user_role.c.user_id == bindparam("account"))
    )


def may(permission_name: str, view_name: str) -> bool:
    """Shorthand for templates and views."""
    return (permission_name, view_name) in permissions()
