"""Extensions that exist once per process and are bound to an app in `create_app`.

The AppBuilder is not here: it is made inside `create_app`, because a second app would lose its views.
"""

from __future__ import annotations

from flask import request
from flask_limiter import Limiter
from flask_mailman import Mail
from flask_migrate import Migrate
from flask_session import Session
from flask_wtf.csrf import CSRFProtect

from app.core.db import db


def client_address() -> str:
    """Whom a limit counts against; behind proxies ProxyFix has put the real address here."""
    return request.remote_addr or "unknown"


migrate = Migrate(render_as_batch=True, compare_type=True)
csrf = CSRFProtect()
limiter = Limiter(key_func=client_address)
server_sessions = Session()
mail = Mail()

__all__ = ["csrf", "db", "limiter", "mail", "migrate", "server_sessions"]
