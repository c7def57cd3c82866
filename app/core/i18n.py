"""Language: Chinese by default, English at a click, kept in a cookie so that public pages need no session."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from babel.support import NullTranslations
from flask import Blueprint, Flask, Response, abort, current_app, g, has_request_context, redirect, request
from flask_babel import Domain, force_locale, get_locale

from app.core.clock import show_end
from app.core.problems import is_api

LANGUAGE_COOKIE = "lang"
blueprint = Blueprint("core", __name__)


class KeptDomain(Domain):
    """The catalogue of this request, looked up once: a page asks for hundreds of texts.

    It is kept under the name that flask_babel itself forgets when the language changes on the way
    (`force_locale`, `refresh`).
    """

    def get_translations(self) -> NullTranslations:
        """The catalogue of the present language."""
        kept = g.get("_flask_babel") if g else None
        found = getattr(kept, "babel_translations", None)
        if found is None:
            found = super().get_translations()
            if g:
                g._flask_babel.babel_translations = found
        return found


def select_locale() -> str | None:
    """The language of this request; None lets Babel take the default."""
    if not has_request_context():
        return None
    if is_api():
        return _asked_for()
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in current_app.config["LANGUAGES"] else current_app.config["BABEL_DEFAULT_LOCALE"]


def _asked_for() -> str:
    """The language that a program asks for in Accept-Language."""
    languages, default = current_app.config["LANGUAGES"], current_app.config["BABEL_DEFAULT_LOCALE"]
    for wanted, quality in request.accept_languages:
        for key in languages:
            if quality > 0 and wanted.lower().split("-")[0] == key.lower().split("_")[0]:
                return str(key)
    return str(default)


def lang() -> str:
    """'zh' or 'en': which of a bilingual pair to show."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def both(text: Any) -> tuple[str, str]:
    """A lazy text in both languages, (Chinese, English): for what others read than the one who acts."""
    found = []
    for locale in ("zh_Hans_CN", "en"):
        with force_locale(locale):
            found.append(str(text))
    return found[0], found[1]


def is_local_target(target: str | None) -> bool:
    """Whether a redirect target stays on this site: a path, never a scheme, a host or a backslash trick."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return False
    if any(ord(char) < 32 for char in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def local_target(target: str | None, fallback: str = "/") -> str:
    """The target when it is safe, else the fallback."""
    return target if target and is_local_target(target) else fallback


def page_address() -> str:
    """Where this page is opened again: its own address, or for the answer to a POST the nearest one above it."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    parts = request.path.rstrip("/").split("/")
    while adapter is not None and len(parts) > 1:
        path = "/".join(parts)
        for address in (path, path + "/"):
            if adapter.test(address, "GET"):
                return address
        parts.pop()
    return "/"


@blueprint.get("/language/<lang>")
def set_language(lang: str) -> Response:
    """Remember the language and go back to where the visitor was."""
    if lang not in current_app.config["LANGUAGES"]:
        abort(404)
    response = redirect(local_target(request.args.get("next")))
    response.set_cookie(
        LANGUAGE_COOKIE,
        lang,
        max_age=365 * 86400,
        samesite="Lax",
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response  # type: ignore[return-value]


def init_app(app: Flask) -> None:
    """Replace FAB's selector, which would write a session for every visitor."""
    babel = app.extensions["babel"]
    babel.locale_selector = select_locale
    babel.instance.domain_instance = KeptDomain(domain=babel.default_domain)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["lang"] = lang
    app.jinja_env.globals["page_address"] = page_address
    app.jinja_env.filters["last_minute"] = show_end
