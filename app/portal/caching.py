"""Public pages answered from memory until something that they show changes.

A kept page is labelled with the marks of the rows it was made of (`core.row_versions`), read before the rows, and
holds until the next scheduled announcement or the end of the day. Every request compares the marks, so any number
of workers is right. Numbers of openings are holes in a kept page, filled anew each time; an opening is counted
whether the page is kept or not. Browsers are told to ask each time; what has not changed is answered with 304.
Whoever is logged in or has a message waiting gets a page of their own that nobody keeps; so does a page with a form,
whose token is one visitor's. All others share what is kept, whether they hold a session or not.
What is kept is answered in front of the application (`portal.kept`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec

from flask import Flask, current_app, g, make_response, request, session
from flask_babel import get_locale
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.core import clock
from app.core.row_versions import marks
from app.portal import kept, queries
from app.portal.counting import count_opening
from app.portal.kept import LARGEST, Front, Kept, Opening

P = ParamSpec("P")
HOLE = re.compile("\0([a-z]+):([A-Za-z0-9-]+)\0")  # no text of ours holds a NUL


def opened(subject: str, key: str | int) -> Markup:
    """For templates: how often this was opened, filled in when the page is sent."""
    return Markup(f"\0{subject}:{key}\0")  # noqa: S704 - codes and numbers of ours


def public_page(
    *groups: str, counts: Callable[..., Opening] | None = None
) -> Callable[[Callable[P, Any]], Callable[P, Response]]:
    """Keep what the view gives. `groups`: whose rows it shows; `counts`: from the view's arguments, what is opened."""

    def decorate(view: Callable[P, Any]) -> Callable[P, Response]:
        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
            now, key = clock.now(), request.environ.get("portal.key")
            present = marks() if key is not None else {}
            made = make_response(view(*args, **kwargs))
            if made.status_code != 200:
                return made
            page = _page_of(made, counts(*args, **kwargs) if counts else None)
            own = _is_own()
            if key is not None and not own and sum(map(len, page.texts)) <= LARGEST:
                page.marks = {group: present.get(group, 0) for group in groups}
                page.until = _until(groups, now)
                front: Front = current_app.extensions["portal_front"]
                front.pages.put(key, page)
                request.environ["portal.fresh"] = page
            return _sent(page, now, own=own)

        return wrapper

    return decorate


def _is_own() -> bool:
    """Whether the page just made could show something that only this visitor should see."""
    held_token = (
        current_app.config.get("WTF_CSRF_FIELD_NAME", "csrf_token") in g
    )  # made for a form on the page
    return (
        current_user.is_authenticated or session.modified or held_token or not kept.shows_nothing_own(session)
    )


def _page_of(response: Response, counts: Opening | None) -> Kept:
    pieces = HOLE.split(response.get_data(as_text=True))
    holes = list(zip(pieces[1::3], pieces[2::3], strict=True))
    texts = [piece.encode() for piece in pieces[0::3]]
    return Kept(texts, holes, str(response.mimetype), str(get_locale()), counts)


def _until(groups: tuple[str, ...], now: datetime) -> datetime:
    return queries.next_change(now) if "news" in groups else clock.end_of(clock.local(now).date())


def _sent(page: Kept, now: datetime, *, own: bool) -> Response:
    """What goes out now: with its numbers, this opening counted."""
    known: dict[Opening, int] = {}
    if page.counts:
        known[page.counts] = count_opening(*page.counts, now)
    wanted: dict[str, set[str]] = {}
    for subject, key in set(page.holes) - set(known):
        wanted.setdefault(subject, set()).add(key)
    for subject, keys in wanted.items():
        known |= {(subject, key): views for key, views in queries.views(subject, sorted(keys)).items()}
    if own:
        response = Response(page.filled(known)[0], mimetype=page.mimetype)
        response.headers["Cache-Control"] = "no-store"
    else:
        status, headers, body = kept.answer(page, known, request.environ)
        response = Response(body, status, headers)
        response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Cookie, Accept-Encoding"
    return response


def not_stored(view: Callable[P, Any]) -> Callable[P, Response]:
    """For pages that hold a form or an answer for one visitor: always fetched anew."""

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        response = make_response(view(*args, **kwargs))
        response.headers["Cache-Control"] = "no-store"
        return response

    return wrapper


def init_app(app: Flask) -> None:
    """Each application keeps its own pages."""
    app.extensions["portal_front"] = kept.init_app(app)
    app.jinja_env.globals["opened"] = opened
