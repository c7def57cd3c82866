"""Menus of the three faces, and what every layout needs to know. Entries are shown only to who may open them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.routing import BuildError

from app.accounts.avatars import avatar_address
from app.accounts.models import ENTERPRISE
from app.accounts.roles import ROLES_BY_NAME
from app.accounts.security import may
from app.core.http import current_user_known
from app.core.i18n import lang, page_address


@dataclass(frozen=True)
class Entry:
    """One line of a menu; `view` and `permission` decide who sees it, `under` when it is the present one."""

    label: Any
    endpoint: str
    icon: str
    view: str
    permission: str = "can_list"
    under: str = ""


CONSOLE: tuple[tuple[Any, str, tuple[Entry, ...]], ...] = (
    (
        _l("工作台"),
        "layout-dashboard",
        (Entry(_l("待办事项"), "ConsoleHome.index", "list-check", "ConsoleHome", "can_use"),),
    ),
    (
        _l("机构管理"),
        "building-bank",
        (
            Entry(_l("注册审核"), "RegistrationAdmin.list", "user-check", "RegistrationAdmin"),
            Entry(_l("准入审批"), "ApplicationAdmin.list", "checks", "ApplicationAdmin"),
            Entry(_l("机构名册"), "InstitutionAdmin.list", "building", "InstitutionAdmin"),
        ),
    ),
    (
        _l("报送管理"),
        "file-text",
        (
            Entry(
                _l("报送审核"), "FilingAdmin.list", "clipboard-check", "FilingAdmin", under="/console/review"
            ),
            Entry(_l("完成情况"), "CompletenessAdmin.list", "list-check", "CompletenessAdmin"),
            Entry(_l("报告期"), "PeriodAdmin.list", "calendar", "PeriodAdmin"),
            Entry(_l("延期审批"), "ExtensionAdmin.list", "clock", "ExtensionAdmin"),
            Entry(_l("报表目录"), "CatalogueAdmin.list", "forms", "CatalogueAdmin"),
        ),
    ),
    (
        _l("现场检查"),
        "clipboard-list",
        (
            Entry(
                _l("检查列表"),
                "InspectionAdmin.list",
                "clipboard-list",
                "InspectionAdmin",
                under="/console/inspection-work",
            ),
            Entry(_l("常用资料清单"), "ChecklistAdmin.list", "checklist", "ChecklistAdmin"),
        ),
    ),
    (
        _l("信息发布"),
        "news",
        (
            Entry(_l("公告管理"), "AnnouncementAdmin.list", "speakerphone", "AnnouncementAdmin"),
            Entry(_l("页面管理"), "PageAdmin.list", "file-description", "PageAdmin"),
            Entry(_l("意见建议"), "SuggestionAdmin.list", "message", "SuggestionAdmin"),
        ),
    ),
    (
        _l("系统管理"),
        "settings",
        (
            Entry(_l("审批步骤"), "StepPlanAdmin.list", "list-check", "StepPlanAdmin"),
            Entry(_l("变更办理方式"), "ApprovalModeAdmin.list", "forms", "ApprovalModeAdmin"),
            Entry(_l("文书模板"), "LetterTemplateAdmin.list", "file-text", "LetterTemplateAdmin"),
            Entry(_l("账号管理"), "AccountAdmin.list", "users", "AccountAdmin"),
            Entry(_l("角色授权"), "RoleGrantAdmin.list", "shield-lock", "RoleGrantAdmin"),
            Entry(_l("操作记录"), "EventAdmin.list", "history", "EventAdmin"),
            Entry(_l("运行情况"), "OperationsAdmin.list", "clock", "OperationsAdmin"),
        ),
    ),
)

WORKSPACE: tuple[Entry, ...] = (
    Entry(_l("个人中心"), "workspace.home", "home", "Workspace", "can_use"),
    Entry(
        _l("机构准入"),
        "admission.index",
        "building-bank",
        "Workspace",
        "can_use",
        under="/workspace/admission",
    ),
    Entry(_l("信息报送"), "filings.index", "file-text", "Workspace", "can_use", under="/workspace/filings"),
    Entry(
        _l("现场检查"),
        "inspections.index",
        "clipboard-list",
        "Workspace",
        "can_use",
        under="/workspace/inspections",
    ),
    Entry(_l("同事账号"), "colleagues.index", "users", "Workspace", "can_use", under="/workspace/colleagues"),
    Entry(_l("接口令牌"), "api_tokens.index", "key", "Workspace", "can_use", under="/workspace/api-tokens"),
)


def _address(endpoint: str) -> str | None:
    try:
        return url_for(endpoint)
    except BuildError:
        return None


def _item(entry: Entry) -> dict[str, Any] | None:
    url = _address(entry.endpoint)
    if url is None or not may(entry.permission, entry.view):
        return None
    base = url.removesuffix("list/")
    exact = entry.endpoint.rpartition(".")[2] in {"index", "home"} and not entry.under
    inside = request.path == url if exact else request.path.startswith(base)
    active = inside or bool(entry.under and request.path.startswith(entry.under))
    return {"label": entry.label, "url": url, "icon": entry.icon, "active": active, "badge": None}


def console_items() -> list[dict[str, Any]]:
    """The console's side bar for the present account."""
    groups = []
    for label, icon, entries in CONSOLE:
        children = [item for item in map(_item, entries) if item]
        if children:
            active = any(child["active"] for child in children)
            # Always open: a regulator's menu is short, and a closed group only hides work.
            groups.append(
                {"label": label, "icon": icon, "children": children, "active": True, "here": active}
            )
    return groups


def workspace_items() -> list[dict[str, Any]]:
    """The workspace's side bar."""
    return [item for item in map(_item, WORKSPACE) if item]


def user_menu() -> dict[str, Any] | None:
    """Who is logged in, and what they can do about it."""
    if not current_user_known():
        return None
    enterprise = current_user.kind == ENTERPRISE
    links = [
        {"label": _l("个人中心"), "url": _address("accounts.profile"), "icon": "user-circle"},
        {"label": _l("修改密码"), "url": _address("accounts.change_password"), "icon": "key"},
    ]
    home = {"label": _l("企业工作台") if enterprise else _l("监管控制台"), "icon": "layout-dashboard"}
    home["url"] = "/workspace/" if enterprise else "/console/"
    return {
        "name": str(current_user),
        "subtitle": _subtitle(enterprise),
        "avatar_url": avatar_address(current_user),
        "links": [home, *(link for link in links if link["url"])],
        "logout_url": url_for("AuthView.logout"),
        "logout_page": url_for("accounts.ask_log_out", next=page_address()),
    }


def _subtitle(enterprise: bool) -> str:
    if enterprise:
        return str(current_user.institution or "")
    roles = [ROLES_BY_NAME[role.name] for role in current_user.roles if role.name in ROLES_BY_NAME]
    return "、".join(role.title_en if lang() == "en" else role.title_zh for role in roles)


def _face() -> str:
    """Which side bar the page has: by its address, and on letters by who reads them."""
    face = request.path.split("/", 2)[1]
    if face == "letters" and current_user_known():
        return "workspace" if current_user.kind == ENTERPRISE else "console"
    return face


def context() -> dict[str, Any]:
    """Variables for every template, by face."""
    face = _face()
    if face not in ("workspace", "console"):
        return {"user_menu": user_menu()}
    items = workspace_items() if face == "workspace" else console_items()
    found: dict[str, Any] = {"nav_items": items, "user_menu": user_menu()}
    if current_user_known():
        found["messages_url"] = url_for("messages.index", face=face)
        found["unread_count"] = current_user.unread_messages
        if face == "workspace" and current_user.institution:
            found["institution_name"] = current_user.institution.name
    return found


def init_app(app: Flask) -> None:
    """Give the menus to all templates."""
    app.context_processor(context)
