"""The console's first page."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from app.accounts.access import current_account
from app.accounts.security import may
from app.console import queries
from app.console.operations import undelivered
from app.core import clock
from app.filings.calendar.extension_queries import waiting_extensions
from app.filings.labels import INDUSTRIES, word
from app.inspections.queries import overdue_number, waiting_opinions, waiting_plans, work_of
from app.institutions.admission.queries import waiting_for
from app.portal.queries import waiting_suggestions


class ConsoleHome(BaseView):
    """Where staff land after log-in."""

    route_base = "/console"
    default_view = "index"

    @expose("/")
    @has_access
    @permission_name("use")
    def index(self) -> Any:
        """To-dos of the present member of staff, and how complete the open periods are."""
        sees_filings = may("can_list", "FilingAdmin")
        now = clock.now()
        return self.render_template(
            "console/home.html",
            tasks=_tasks(),
            progress=queries.completeness(now) if sees_filings else [],
            sees_filings=sees_filings,
            industry_word=lambda key: word(INDUSTRIES, key),
            now=now,
        )


def _tasks() -> list[dict[str, Any]]:
    """Cards with a number and where to go; only what the account may open."""
    found = []
    if may("can_decide", "RegistrationAdmin"):
        url = url_for("RegistrationAdmin.list", _flt_0_status="submitted")
        found.append({"label": _("待审核注册"), "number": queries.waiting_registrations(), "url": url})
    if may("can_decide", "ApplicationAdmin"):
        roles = [role.name for role in current_account().roles]
        url = url_for("ApplicationAdmin.list", _flt_0_status="submitted", _flt_0_step_role=roles[0])
        found.append({"label": _("待办理准入申请"), "number": waiting_for(roles), "url": url})
    if may("can_review", "FilingReview"):
        url = url_for("FilingAdmin.list")
        found.append({"label": _("待审核报送"), "number": queries.waiting_filings(), "url": url})
    if may("can_decide", "ExtensionAdmin"):
        url = url_for("ExtensionAdmin.list", _flt_0_status="requested")
        found.append({"label": _("待审批延期"), "number": waiting_extensions(), "url": url})
    found += _inspection_tasks()
    if may("can_list", "OperationsAdmin"):
        url = url_for("OperationsAdmin.list", state="given_up")
        found.append({"label": _("未送达邮件"), "number": undelivered(), "url": url})
    if may("can_list", "SuggestionAdmin"):
        url = url_for("SuggestionAdmin.list")
        found.append({"label": _("待回复意见建议"), "number": waiting_suggestions(), "url": url})
    return found


def _inspection_tasks() -> list[dict[str, Any]]:
    """Plans to approve, inspections to work on, rectification that is overdue."""
    found, me = [], current_account().id
    if may("can_approve", "InspectionAdmin"):
        url = url_for("InspectionAdmin.list", state="pending")
        found.append({"label": _("待批准检查方案"), "number": waiting_plans(me), "url": url})
        url = url_for("InspectionAdmin.list", state="signing")
        found.append({"label": _("待签批检查意见书"), "number": waiting_opinions(me), "url": url})
    if may("can_work", "InspectionWork"):
        url = url_for("InspectionAdmin.list", inspector=me)
        found.append({"label": _("我的检查待办"), "number": work_of(me), "url": url})
    if may("can_list", "InspectionAdmin"):
        url = url_for("InspectionAdmin.list", overdue="1")
        found.append({"label": _("整改逾期"), "number": overdue_number(clock.today()), "url": url})
    return found
