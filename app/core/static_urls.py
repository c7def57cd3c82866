"""Addresses of static files in templates: the same on every page, and a page names dozens of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request, url_for


def page_url_for(endpoint: str, **values: Any) -> str:
    """`url_for` for templates; the address of a static file is built once."""
    if endpoint == "static" and values.keys() == {"filename"} and has_request_context():
        return _of_file(request.script_root, values["filename"])
    return url_for(endpoint, **values)


@lru_cache(maxsize=1024)
def _of_file(_root: str, filename: str) -> str:
    """`_root`: where the platform is mounted, which is part of the address."""
    return url_for("static", filename=filename)


def init_app(app: Flask) -> None:
    """Templates build their addresses here."""
    app.jinja_env.globals["url_for"] = page_url_for
