"""Pages kept in memory, and answered from there in front of the application: see `portal.caching`."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from babel.numbers import format_decimal
from flask import Flask
from sqlalchemy import Engine
from werkzeug.http import parse_cookie
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core import clock
from app.core.db import db
from app.core.http import session_is_due
from app.core.i18n import LANGUAGE_COOKIE
from app.portal.counting import Visit, count_visit, numbers

MOST_PAGES = 400
LARGEST = 512 * 1024
MARKS = "SELECT name, mark FROM row_version"
# Said anew with every answer.
OWN_HEADERS = {"content-length", "content-encoding", "etag", "content-type"}
USER, FLASHES = "_user_id", "_flashes"  # where Flask-Login and Flask keep them in the session
Opening = tuple[str, str]  # subject and key of a number of openings
StartResponse = Callable[..., Any]


@dataclass(slots=True)
class Kept:
    """One page in one language: text, opening, text, opening … text, and how long it holds."""

    texts: list[bytes]
    holes: list[Opening]
    mimetype: str
    locale: str
    counts: Opening | None = None
    marks: dict[str, int] = field(default_factory=dict)
    until: datetime | None = None
    headers: list[tuple[str, str]] | None = (
        None  # None until the first answer has been through the application
    )
    digest: bytes = b""
    packed: tuple[str, bytes] = ("", b"")  # the last body that was compressed, by its tag

    def __post_init__(self) -> None:
        self.digest = hashlib.blake2b(b"\0".join(self.texts), digest_size=16).digest()

    def filled(self, known: dict[Opening, int]) -> tuple[bytes, str]:
        """The page with its numbers, and a tag that only this text has."""
        shown = [self._number(known[hole]) for hole in self.holes]
        parts = [self.texts[0]]
        for number, text in zip(shown, self.texts[1:], strict=True):
            parts += (number, text)
        tag = hashlib.blake2b(self.digest + b"\0".join(shown), digest_size=16).hexdigest()
        return b"".join(parts), tag

    def _number(self, views: int) -> bytes:
        return (str(views) if views < 1000 else str(format_decimal(views, locale=self.locale))).encode()

    def compressed(self, body: bytes, tag: str) -> bytes:
        """The body for those who take gzip; nothing secret stands on a public page that its size could give away."""
        if self.packed[0] != tag:
            self.packed = (tag, gzip.compress(body, 5, mtime=0))
        return self.packed[1]


class Pages:
    """The pages that this process keeps; the one that was not asked for longest goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any) -> Kept | None:
        """The kept page, whether it still holds or not."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Any, page: Kept) -> None:
        """Keep a page."""
        with self._lock:
            self._kept[key] = page
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_PAGES:
                self._kept.popitem(last=False)


def answer(
    page: Kept, known: dict[Opening, int], environ: dict[str, Any]
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status, headers of the content, body: compressed for those who take it, nothing for those who have it."""
    body, tag = page.filled(known)
    packed = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    quoted = f'"{tag}-gzip"' if packed else f'"{tag}"'
    headers = [("ETag", quoted)]
    if quoted in environ.get("HTTP_IF_NONE_MATCH", ""):
        return "304 NOT MODIFIED", headers, b""
    if packed:
        body = page.compressed(body, tag)
        headers.append(("Content-Encoding", "gzip"))
    headers += [("Content-Type", f"{page.mimetype}; charset=utf-8"), ("Content-Length", str(len(body)))]
    return "200 OK", headers, body


class Front:
    """Answers what is kept and still holds; everything else goes on to the application."""

    def __init__(self, inner: Callable[..., Iterable[bytes]], app: Flask) -> None:
        self.inner, self.app, self.pages = inner, app, Pages()
        self.engine: Engine | None = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        key = environ["portal.key"] = self.key_of(environ)
        page = self.pages.get(key) if key is not None else None
        if page is not None and page.headers is not None and self.is_for(environ):
            known = self.numbers_if_it_holds(page, environ)
            if known is not None:
                status, headers, body = answer(page, known, environ)
                start_response(status, [*page.headers, *headers])
                return [body]
        if key is None:
            return self.inner(environ, start_response)

        def listening(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            fresh: Kept | None = environ.get("portal.fresh")
            if fresh is not None and not any(name.lower() == "set-cookie" for name, _value in headers):
                fresh.headers = [pair for pair in headers if pair[0].lower() not in OWN_HEADERS]
            return start_response(status, headers, *more)

        return self.inner(environ, listening)

    def key_of(self, environ: dict[str, Any]) -> Any:
        """What a kept page is found by; None for requests that are none of ours: other methods, searches."""
        query = environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] != "GET" or (
            query and not (query.startswith("page=") and query[5:].isdigit())
        ):
            return None
        settings = self.app.config
        cookies = environ["portal.cookies"] = parse_cookie(environ.get("HTTP_COOKIE", ""))
        language = cookies.get(LANGUAGE_COOKIE, "")
        if language not in settings["LANGUAGES"]:
            language = settings["BABEL_DEFAULT_LOCALE"]
        parts = ("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO")
        return (*(environ.get(part, "") for part in parts), query, language)

    def is_for(self, environ: dict[str, Any]) -> bool:
        """Whether this visitor sees what everybody sees: no session, or one without log-in and waiting messages.

        A session that has to be written again goes to the application, which does that.
        """
        cookies = environ["portal.cookies"]
        if self.app.config["SESSION_COOKIE_NAME"] not in cookies:
            return True
        try:
            # Of a request, the stores of sessions read the cookies alone.
            session: Any = self.app.session_interface.open_session(self.app, SimpleNamespace(cookies=cookies))  # type: ignore[arg-type]
        except Exception:  # whatever the store says, the application will hear it too
            return False
        return shows_nothing_own(session) and not session_is_due(session)

    def numbers_if_it_holds(self, page: Kept, environ: dict[str, Any]) -> dict[Opening, int] | None:
        """The numbers of openings on a page that still holds, this opening counted; else None."""
        now = clock.now()
        if page.until is None or now >= page.until:
            return None
        if self.engine is None:
            with self.app.app_context():
                self.engine = db.engine
        dialect = self.engine.dialect
        try:
            connection = self.engine.raw_connection()
            try:
                cursor = connection.cursor()
                if not holds(page, cursor):
                    return None
                known = numbers(cursor, [hole for hole in page.holes if hole != page.counts])
                connection.rollback()
                if page.counts:
                    counted = count_visit(self.engine, Visit.of(environ), *page.counts, now)
                    known |= numbers(cursor, [page.counts]) if counted is None else {page.counts: counted}
                return known
            finally:
                connection.close()
        except dialect.loaded_dbapi.Error:
            return None  # the application says what there is to say about a database that is away


def shows_nothing_own(session: Mapping[str, Any]) -> bool:
    """Whether a public page looks to the holder of this session as it looks to all: not logged in, no message."""
    return not {USER, FLASHES} & session.keys()


def holds(page: Kept, cursor: Any) -> bool:
    """Whether nothing has changed that the page shows."""
    cursor.execute(MARKS)
    present = dict(cursor.fetchall())
    return all(present.get(group, 0) == mark for group, mark in page.marks.items())


def init_app(app: Flask) -> Front:
    """Stand in front of the application, behind what knows the visitor's real address."""
    outer = app.wsgi_app
    if isinstance(outer, ProxyFix):
        front = Front(outer.app, app)
        outer.app = front
    else:
        front = Front(outer, app)
        app.wsgi_app = front  # type: ignore[method-assign]
    return front
