"""Home, announcements, pages and search: what anybody can read."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.core import clock
from app.institutions.rules import INDUSTRIES
from app.portal import labels, queries, registry_queries
from app.portal.caching import opened, public_page
from app.portal.media import attachments
from app.portal.navigation import interaction
from app.portal.richtext import reading
from app.portal.rules import CATEGORIES, excerpt, page_number, query_words, split_hits

blueprint = Blueprint("portal", __name__)
MAX_ID = 2**31 - 1
SLUG = re.compile(r"[a-z0-9-]{1,40}")


@blueprint.app_template_filter("hits")
def mark_hits(text: str, words: tuple[str, ...]) -> Markup:
    """The text, escaped, with the words that were searched for in <mark>."""
    pieces = (
        Markup("<mark>{}</mark>").format(piece) if hit else escape(piece)
        for piece, hit in split_hits(text or "", words)
    )
    return Markup("").join(pieces)


@blueprint.app_template_filter("around")
def around_hit(text: str, words: tuple[str, ...]) -> str:
    """A piece of a long text around the first word that was searched for."""
    return excerpt(text or "", words)


@blueprint.app_template_filter("reading")
def reading_markup(markup: str) -> Markup:
    """A text as a page shows it. It was sanitised when it was written, see portal/richtext.py."""
    return Markup(reading(markup or "", _("表格")))  # noqa: S704 - sanitised when it was written


@blueprint.app_template_filter("filesize")
def file_size(size: int) -> str:
    """A file's size for people: 12 KB, 1.4 MB."""
    return f"{max(1, round(size / 1024))} KB" if size < 1_000_000 else f"{size / 1_048_576:.1f} MB"


@blueprint.app_template_filter("shanghai_day")
def shanghai_day(moment: Any) -> date | None:
    """The calendar day of a stored moment, as people here read it."""
    return clock.local(moment).date() if moment else None


@blueprint.context_processor
def words_for_codes() -> dict[str, Any]:
    """The labels that portal templates use."""
    return {"labels": labels, "categories": CATEGORIES, "industries": INDUSTRIES}


def parse_day(raw: str | None) -> date | None:
    """A date from a query argument; None for anything that is none."""
    try:
        return date.fromisoformat((raw or "").strip())
    except ValueError:
        return None


@blueprint.get("/")
@public_page("news", "registry")
def home() -> Any:
    """The first page."""
    today = clock.today()
    return render_template(
        "portal/home.html",
        news=queries.newest_by_category(clock.now()),
        counts=registry_queries.listed_counts(today),
        interaction=interaction(),
        today=today,
    )


@blueprint.get("/news/<category>/")
@public_page("news")
def news_list(category: str) -> Any:
    """One category, or all of them, with search by words and dates."""
    if category not in CATEGORIES and category != "all":
        abort(404)
    words = query_words(request.args.get("q"))
    since, until = parse_day(request.args.get("since")), parse_day(request.args.get("until"))
    found = queries.announcements(
        clock.now(),
        category=None if category == "all" else category,
        words=words,
        since=since,
        until=until,
        page=page_number(request.args.get("page")),
    )
    return render_template(
        "portal/news_list.html", category=category, found=found, words=words, since=since, until=until
    )


@blueprint.route("/news/<int:item_id>", methods=["GET"])
@public_page("news", counts=lambda item_id: ("announcement", str(item_id)))
def news_item(item_id: int) -> Any:
    """One announcement; its opening is counted."""
    now = clock.now()
    item = queries.announcement(item_id, now) if item_id <= MAX_ID else None
    if item is None:
        abort(404)
    older, newer = queries.neighbours(item, now)
    return render_template(
        "portal/news_item.html",
        item=item,
        shown_at=item.publish_at,
        views=opened("announcement", item_id),
        attachments=attachments(item_id),
        older=older,
        newer=newer,
    )


@blueprint.get("/search")
@public_page("news", "registry")
def search() -> Any:
    """Announcements and institutions that hold the words."""
    words = query_words(request.args.get("q"))
    news = institutions = None
    if words:
        page = page_number(request.args.get("page"))
        news = queries.announcements(clock.now(), words=words, page=page)
        institutions = registry_queries.listed_page(None, clock.today(), words=words, size=8)
    return render_template("portal/search.html", words=words, news=news, institutions=institutions)


@blueprint.get("/pages/<slug>")
@public_page("news")
def page(slug: str) -> Any:
    """An editable page."""
    found = queries.page_by_slug(slug) if SLUG.fullmatch(slug) else None
    if found is None:
        abort(404)
    return render_template("portal/page.html", item=found, suggest_url=url_for("portal.suggest"))
