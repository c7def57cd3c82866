"""Log-in and log-out."""

from __future__ import annotations

from typing import Any

from flask import redirect
from flask_appbuilder import BaseView, expose


class AuthView(BaseView):
    """FAB sends everybody who must log in here."""

    route_base = ""
    default_view = "login"

    @expose("/login", methods=["GET", "POST"])
    def login(self) -> Any:
        """The log-in page."""
        return redirect("/")
