"""The portal's header, menu and footer: what layout/portal.html reads from its context."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from werkzeug.routing import BuildError

from app.institutions.rules import INDUSTRIES
from app.portal.labels import CATEGORY_LABELS, LIST_LABELS
from app.portal.rules import CATEGORIES

OTHER_FACES = ("/workspace", "/console")


def portal_context() -> dict[str, Any]:
    """nav_items, doors, contact and footer of a portal page; reads nothing from the database."""
    return {
        "nav_items": nav_items(),
        "home_url": url_for("portal.home"),
        "login_url": url_or_none("AuthView.login"),
        "register_url": register_url(),
        "contact": contact(),
        "footer_links": footer_links(),
    }


def nav_items() -> list[dict[str, Any]]:
    """Home, the six categories, the four lists, interaction."""
    values = request.view_args or {}
    endpoint = request.endpoint or ""
    items = [_item(_("首页"), url_for("portal.home"), endpoint == "portal.home")]
    for category in CATEGORIES:
        here = endpoint == "portal.news_list" and values.get("category") == category
        items.append(_item(CATEGORY_LABELS[category], url_for("portal.news_list", category=category), here))
    lists = [
        _item(
            LIST_LABELS[industry],
            url_for("portal.registry", industry=industry),
            endpoint.startswith("portal.registry") and values.get("industry") == industry,
        )
        for industry in INDUSTRIES
    ]
    items.append(_group(_("名单公示"), lists))
    items.append(
        _group(_("互动交流"), [_item(text, url, request.path == url) for text, url in interaction()])
    )
    return items


def interaction() -> list[tuple[str, str]]:
    """The ways to write to the regulator, as (label, url)."""
    return [
        (_("局长信箱"), url_for("portal.page", slug="director-mailbox")),
        (_("投诉渠道"), url_for("portal.page", slug="complaints")),
        (_("意见建议"), url_for("portal.suggest")),
        (_("办理结果查询"), url_for("portal.suggestion_status")),
    ]


def footer_links() -> list[tuple[str, str]]:
    """Links at the foot of every portal page."""
    return [
        (_("关于本平台"), url_for("portal.page", slug="about")),
        (_("隐私说明"), url_for("portal.page", slug="privacy")),
        *interaction()[:3],
    ]


def contact() -> dict[str, str]:
    """How to reach the regulator; the operator sets CONTACT_NAME, CONTACT_ADDRESS, CONTACT_PHONE, CONTACT_EMAIL."""
    found = {
        part: str(current_app.config.get(f"CONTACT_{part.upper()}", "") or "")
        for part in ("name", "address", "phone", "email")
    }
    found["name"] = found["name"] or _("主办单位：地方金融管理局")
    found["hours"] = _("工作日 9:00—12:00，14:00—17:30")
    return found


def register_url() -> str | None:
    """Where registration begins, as soon as it is there."""
    return url_or_none("registration.form")


def url_or_none(endpoint: str, **values: Any) -> str | None:
    """The address of a view that another feature brings; None where it is not installed."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def _item(label: Any, url: str, active: bool) -> dict[str, Any]:
    return {"label": label, "url": url, "active": active}


def _group(label: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    return {"label": label, "children": children, "active": any(child["active"] for child in children)}


def init_app(app: Flask) -> None:
    """Give every page outside workspace and console the portal's surroundings."""

    @app.context_processor
    def _surroundings() -> dict[str, Any]:
        return {} if request.path.startswith(OTHER_FACES) else portal_context()
