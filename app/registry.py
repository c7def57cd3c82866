"""The only place that registers views, and the order of the menus."""

from __future__ import annotations

from flask import Flask

from app.accounts.security import PlatformSecurityManager
from app.core.db import db
from app.core.fab import PlatformBuilder


def init_app(app: Flask) -> None:
    """Make the AppBuilder and register every feature."""
    from app.console.views import ConsoleHome

    with app.app_context():
        builder = PlatformBuilder(security_manager_class=PlatformSecurityManager, indexview=ConsoleHome)
        builder.init_app(app, db.session)
