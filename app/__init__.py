"""The application factory."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Config


def create_app(config: type[Config] | None = None, **overrides: Any) -> Flask:
    """Build one application. `overrides` are settings by name, for tests and tools."""
    from app import registry
    from app.accounts.demo import refuse_demonstration_accounts
    from app.cli import register_commands
    from app.core import http, i18n, startup, static_files
    from app.core.json_provider import StrictJSONProvider
    from app.extensions import csrf, db, limiter, mail, migrate, server_sessions

    app = Flask(__name__, instance_path=str((config or Config).INSTANCE_DIR))
    app.config.from_object(config or Config)
    app.config.update(overrides)
    app.json = StrictJSONProvider(app)
    startup.prepare(app)
    if app.config["PROXY_HOPS"]:
        hops = app.config["PROXY_HOPS"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    db.init_app(app)
    migrate.init_app(app, db, directory=str(startup.MIGRATIONS))
    server_sessions.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    mail.init_app(app)
    http.init_app(app)
    static_files.init_app(app)
    registry.init_app(app)
    i18n.init_app(app)
    register_commands(app)
    if app.config["PRODUCTION"]:
        with app.app_context():
            refuse_demonstration_accounts()
    return app
