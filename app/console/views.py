"""The console's first page."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name


class ConsoleHome(BaseView):
    """Where staff land after log-in."""

    route_base = "/console"
    default_view = "index"

    @expose("/")
    @has_access
    @permission_name("use")
    def index(self) -> Any:
        """To-dos of the regulator's staff."""
        return self.render_template("console/home.html")
