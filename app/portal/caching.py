"""Which public pages may be kept by browsers and proxies, and for how long."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from flask import current_app, make_response, request
from werkzeug.wrappers import Response

P = ParamSpec("P")
MAX_AGE = 60


def cacheable(view: Callable[P, Any]) -> Callable[P, Response]:
    """60 seconds for visitors without a session; a session could hold a message or an account's menu."""

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        response = make_response(view(*args, **kwargs))
        response.vary.add("Cookie")  # the language is in one
        if current_app.config["SESSION_COOKIE_NAME"] in request.cookies or response.status_code != 200:
            response.headers["Cache-Control"] = "no-store"
            return response
        response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
        response.add_etag()
        return response.make_conditional(request)

    return wrapper


def not_stored(view: Callable[P, Any]) -> Callable[P, Response]:
    """For pages whose every opening counts or that hold a form: always fetched anew."""

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        response = make_response(view(*args, **kwargs))
        response.headers["Cache-Control"] = "no-store"
        return response

    return wrapper
