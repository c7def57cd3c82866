"""What happens around every request: scope, write intent, security headers, error pages."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Flask, Request, Response, abort, current_app, g, jsonify, render_template, request, session
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock, static_urls
from app.core.db import SAFE_METHODS, db, write_intent
from app.core.error_words import ERROR_WORDS
from app.core.errors import DomainError
from app.core.problems import is_api, problem, problem_of_http
from app.core.scope import NOTHING, SYSTEM, current_scope, scoped, set_scope
from app.core.sealed import Unreadable

SEEN_EVERY_SECONDS = 60
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
SESSION_KEPT_EVERY_SECONDS = 900  # the store forgets sessions that nobody writes for hours
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def open_request() -> None:
    """Find out who asks, and let the session show only what they may see."""
    g.former_scope = current_scope()
    set_scope(NOTHING)
    if request.endpoint in {"static", "appbuilder.static"}:
        return
    refuse_nul()
    if is_api():
        return  # a program shows its token; whatever session its cookies name is not looked at
    _keep_session()
    with scoped(SYSTEM):
        authenticated = current_user.is_authenticated
        scope = current_user.scope if authenticated else NOTHING
    if authenticated:
        _mark_seen()
    set_scope(scope)


def refuse_nul() -> None:
    """No text of ours holds a NUL; PostgreSQL would answer one with an error."""
    texts = [request.path, *request.args, *request.args.values()]
    if request.method not in SAFE_METHODS and request.mimetype in FORM_TYPES and not is_api():
        texts += [*request.form, *request.form.values()]
    if any("\0" in (text or "") for text in texts):  # a part of a broken upload may have no name
        abort(400)


def _keep_session() -> None:
    """Write a session that is in use now and then; with every page would cost a write and lose flashes."""
    if session_is_due(session):
        session["kept"] = clock.now().timestamp()


def session_is_due(held: Mapping[str, Any]) -> bool:
    """Whether a session was not written for so long that its store might forget it."""
    return bool(held) and clock.now().timestamp() - held.get("kept", 0) >= SESSION_KEPT_EVERY_SECONDS


def _mark_seen() -> None:
    live = g.get("login_session")
    if live is None or (clock.now() - live.seen_at).total_seconds() < SEEN_EVERY_SECONDS:
        return
    # In a transaction of its own: the view's may be rolled back, or be a read.
    from sqlalchemy import update

    log_in, key = type(live), live.id  # the model lives in accounts, which core does not import
    db.session.rollback()  # forgets what was read: asking for the key again would need a second connection
    write_intent.set(True)
    try:
        with db.engine.begin() as connection:
            connection.execute(update(log_in).where(log_in.id == key).values(seen_at=clock.now()))
    except OperationalError:
        current_app.logger.warning("the database is busy: a visit was not noted")  # the page matters more
    finally:
        write_intent.set(False)


def close_request(_error: BaseException | None = None) -> None:
    """Leave nothing behind for the next request of this thread."""
    if "former_scope" in g:  # contexts that only open a session never set one
        set_scope(g.former_scope)
    write_intent.set(False)


def add_headers(response: Response) -> Response:
    """Security headers on everything; nothing behind the log-in is stored by caches."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint not in {"static", "appbuilder.static"} and current_user_known():
        headers["Cache-Control"] = "no-store"
    elif is_api():
        headers.setdefault("Cache-Control", "no-store")
    return response


def current_user_known() -> bool:
    """Whether this request belongs to a logged-in account, without loading anything anew."""
    return "login_session" in g


def wants_json() -> bool:
    """Whether the asker is a script that reads JSON."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json"


def error_page(status: int, message: Any = None, **extra: Any) -> tuple[Any, int]:
    """One error answer: a problem document of the API, JSON for scripts, a page for people."""
    if is_api():
        return problem(status, message, **extra), status
    page = status if status in ERROR_WORDS else 500
    if wants_json():
        return jsonify({"error": status, "message": str(message or ERROR_WORDS[page]), **extra}), status
    return render_template(f"errors/{page}.html", message=message, **extra), status


def handle_http(error: HTTPException) -> Any:
    """Every HTTP error on our own look."""
    if isinstance(error.response, BaseResponse):
        return error.response
    if isinstance(error, SecurityError):  # not one of our hosts: no page can be drawn, its links need a host
        return Response("400: unknown host\n", 400, mimetype="text/plain")
    db.session.rollback()
    if is_api():
        return problem_of_http(error)
    status = error.code or 500
    return error_page(status if status in ERROR_WORDS else 400 if status < 500 else 500)


def handle_csrf(_error: CSRFError) -> Any:
    """A form that was open too long, or did not come from us."""
    return error_page(
        400, _("页面已过期或请求来源无法确认。请返回上一页刷新后重新提交，您填写的内容不会自动提交。")
    )


def handle_domain(error: DomainError) -> Any:
    """A refusal that no view turned into something nicer."""
    db.session.rollback()
    known = error.status in ERROR_WORDS or is_api()
    return error_page(error.status if known else 400, error.message)


def handle_database(error: SQLAlchemyError) -> Any:
    """The database is busy or away: say so, promise nothing."""
    db.session.rollback()
    current_app.logger.exception("database unavailable", exc_info=error)
    _ask_for_nobody()
    return error_page(503, _("系统繁忙，您的操作没有保存。请稍候再试。"))


def handle_unreadable(error: Unreadable) -> Any:
    """Personal data that no key opens: whoever runs the platform has to put DATA_KEY right."""
    db.session.rollback()
    current_app.logger.critical("personal data cannot be decrypted: check DATA_KEY", exc_info=error)
    _ask_for_nobody(known=True)
    return error_page(
        503, _("服务器的数据密钥打不开已存储的数据，您的操作没有保存。请联系系统管理员检查数据密钥。")
    )


def _ask_for_nobody(*, known: bool = False) -> None:
    """Every template is given the current user: looking for one in a database that is away would fail again."""
    if known or "_login_user" not in g:
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


class UploadRequest(Request):
    """A request that knows the files its uploads wait in: one that could not be written is closed by nobody."""

    def _get_file_stream(self, *args: Any, **named: Any) -> Any:
        stream = super()._get_file_stream(*args, **named)
        self.environ.setdefault("platform.upload_streams", []).append(stream)
        return stream

    def drop_uploads(self) -> None:
        """Give back what the uploads took up."""
        for stream in self.environ.pop("platform.upload_streams", ()):
            with suppress(OSError):  # what is still to be written finds no room either
                stream.close()


def handle_full_disk(error: OSError) -> Any:
    """No room for what was sent (a large upload waits in a file while it is read); other faults stay faults."""
    if error.errno not in NO_ROOM:
        raise error
    db.session.rollback()
    request.drop_uploads()  # type: ignore[attr-defined]
    current_app.logger.exception("no room on the disk", exc_info=error)
    return error_page(503, _("服务器存储空间不足，您上传的内容没有保存。请稍候再试，或联系管理员。"))


def init_app(app: Flask) -> None:
    """Hook everything in. Order matters: the scope is set before any view of ours or FAB's runs."""
    app.jinja_env.globals["error_words"] = ERROR_WORDS
    app.request_class = UploadRequest
    static_urls.init_app(app)
    app.before_request(open_request)
    app.teardown_request(close_request)
    app.after_request(add_headers)
    app.register_error_handler(HTTPException, handle_http)
    app.register_error_handler(CSRFError, handle_csrf)
    app.register_error_handler(DomainError, handle_domain)
    for unavailable in (OperationalError, InterfaceError, TimeoutError):
        app.register_error_handler(unavailable, handle_database)
    app.register_error_handler(OSError, handle_full_disk)
    app.register_error_handler(Unreadable, handle_unreadable)
