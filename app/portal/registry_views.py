"""The four public lists: table, one institution, download."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from flask import abort, render_template, request, send_file
from flask_babel import gettext as _

from app.core import clock
from app.core.errors import Invalid
from app.institutions.models import Region
from app.institutions.rules import INDUSTRIES, past_day
from app.portal import registry_queries
from app.portal.caching import not_stored, public_page
from app.portal.downloads import FORMATS, write_file
from app.portal.labels import LIST_LABELS
from app.portal.rules import page_number, query_words
from app.portal.views import MAX_ID, blueprint


def _industry_or_404(industry: str) -> str:
    if industry not in INDUSTRIES:
        abort(404)
    return industry


def _chosen_region(regions: list[Region]) -> tuple[Region | None, str]:
    """The region that `?region=` asks for, and what is wrong with it; without or with a wrong one it is everywhere."""
    code = request.args.get("region", "").strip()
    region = next((region for region in regions if region.code == code), None)
    if region or not code:
        return region, ""
    return None, _("没有代码为“%(text)s”的地区，下面不分地区。请从列表中选择所属地区。", text=code[:20])


def _day() -> tuple[date, str]:
    """The day that `?on=` asks for, and what is wrong with it; without or with a wrong one it is today."""
    text, today = request.args.get("on", "").strip(), clock.today()
    day = past_day(text, today)
    if not text or day.isoformat() == text:
        return day, ""
    return today, _(
        "“%(text)s”不是可以查看的日期，下面是今天的名单。请填写不晚于今天的日期，例如 %(day)s。",
        text=text[:20],
        day=today.isoformat(),
    )


@blueprint.get("/registry/<industry>/")
@public_page("registry", counts=lambda industry: ("list", industry))
def registry(industry: str) -> Any:
    """A public list; its opening is counted."""
    _industry_or_404(industry)
    regions = registry_queries.regions()
    region, no_region = _chosen_region(regions)
    words = query_words(request.args.get("q"))
    day, no_day = _day()
    found = registry_queries.listed_page(
        industry,
        day,
        words=words,
        region_prefix=region.prefix if region else "",
        page=page_number(request.args.get("page")),
    )
    return render_template(
        "portal/registry.html",
        industry=industry,
        found=found,
        words=words,
        region=region,
        regions=regions,
        today=clock.today(),
        day=day,
        problems=[one for one in (no_day, no_region) if one],
    )


@blueprint.get("/registry/<industry>/<int:institution_id>")
@public_page("registry", counts=lambda industry, institution_id: ("institution", str(institution_id)))
def registry_item(industry: str, institution_id: int) -> Any:
    """One institution; its opening is counted."""
    _industry_or_404(industry)
    day, _problem = _day()
    item = None
    if institution_id <= MAX_ID:
        item = registry_queries.listed_one(industry, institution_id, day)
    if item is None:
        abort(404)
    return render_template(
        "portal/registry_item.html", industry=industry, item=item, today=clock.today(), day=day
    )


@blueprint.get("/registry/<industry>/download.<kind>")
@not_stored
def registry_download(industry: str, kind: str) -> Any:
    """The list with the filters that are on, as Excel, CSV or JSON. Not an opening."""
    _industry_or_404(industry)
    if kind not in FORMATS:
        abort(404)
    region, no_region = _chosen_region(registry_queries.regions())
    day, no_day = _day()
    if no_day or no_region:  # a program would take the wrong list for the one that it asked for
        raise Invalid(no_day or no_region)
    rows = registry_queries.listed_all(
        industry,
        day,
        words=query_words(request.args.get("q")),
        region_prefix=region.prefix if region else "",
    )
    title = str(LIST_LABELS[industry])
    name = f"{title}-{day:%Y%m%d}.{kind}"
    response = send_file(write_file(kind, rows, title), mimetype=FORMATS[kind], max_age=0)
    # send_file leaves names outside ASCII to the browser's guess without an ASCII twin.
    response.headers["Content-Disposition"] = (
        f"attachment; filename={industry}-{day:%Y%m%d}.{kind}; filename*=UTF-8''{quote(name)}"
    )
    return response
