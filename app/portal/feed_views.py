"""For programs that read the portal: an Atom feed per category and the map of the site."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, make_response, render_template, url_for

from app.core import clock
from app.institutions.rules import INDUSTRIES
from app.portal import queries
from app.portal.caching import public_page
from app.portal.labels import CATEGORY_LABELS
from app.portal.rules import CATEGORIES
from app.portal.views import blueprint

FEED_SIZE = 30
SITEMAP_SIZE = 5000


def public_address(endpoint: str, **values: Any) -> str:
    """A full address from the configured public URL, never from the request's Host header."""
    return str(current_app.config["PUBLIC_URL"]).rstrip("/") + url_for(endpoint, **values)


def _xml(template: str, mimetype: str, **values: Any) -> Response:
    response = make_response(render_template(template, address=public_address, **values))
    response.mimetype = mimetype
    return response


@blueprint.get("/news/<category>/feed.atom")
@public_page("news")
def news_feed(category: str) -> Any:
    """The newest announcements of one category, or of all of them, as Atom."""
    if category not in CATEGORIES and category != "all":
        abort(404)
    now = clock.now()
    found = queries.announcements(now, category=None if category == "all" else category, size=FEED_SIZE)
    rows = sorted(found.rows, key=lambda row: row.publish_at, reverse=True)
    return _xml(
        "portal/feed.xml",
        "application/atom+xml",
        category=category,
        title=CATEGORY_LABELS.get(category, ""),
        rows=rows,
        updated=rows[0].publish_at if rows else clock.start_of(clock.today()),
    )


@blueprint.get("/sitemap.xml")
@public_page("news")
def sitemap() -> Any:
    """Every public page that search engines should know."""
    fixed = [public_address("portal.home")]
    fixed += [public_address("portal.news_list", category=category) for category in CATEGORIES]
    fixed += [public_address("portal.registry", industry=industry) for industry in INDUSTRIES]
    rows = queries.announcements(clock.now(), size=SITEMAP_SIZE).rows
    return _xml("portal/sitemap.xml", "application/xml", fixed=fixed, rows=rows)
