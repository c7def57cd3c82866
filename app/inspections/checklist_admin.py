"""The reusable document list 常用资料清单 in the console."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.accounts.access import current_account
from app.core import clock
from app.core.events import record
from app.core.fab import SafeInterface, SafeModelView
from app.core.forms import Required
from app.inspections.labels import FORMS
from app.inspections.models import ChecklistEntry
from app.institutions.labels import INDUSTRY_LABELS

_INDUSTRIES = {"": _l("全部行业"), **INDUSTRY_LABELS}


class ChecklistAdmin(SafeModelView):
    """What new inspections ask for. Changing it touches no inspection that has begun."""

    datamodel = SafeInterface(ChecklistEntry)
    route_base = "/console/inspection-checklist"
    exclude_route_methods = {"download", "show", "action", "action_post"}
    base_permissions = ["can_list", "can_add", "can_edit", "can_delete"]
    list_title, add_title, edit_title = _l("常用资料清单"), _l("添加资料"), _l("修改资料")
    list_columns = ["position", "category", "name", "industry", "form"]
    add_columns = edit_columns = ["position", "industry", "category", "name", "form"]
    search_columns = ["name", "category", "industry", "form"]
    search_choices = {"industry": _INDUSTRIES, "form": FORMS}
    order_columns = ["position", "category", "name"]
    base_order = ("position", "asc")
    label_columns = {
        "position": _l("顺序"),
        "industry": _l("行业"),
        "category": _l("类别"),
        "name": _l("资料名称"),
        "form": _l("形式"),
    }
    formatters_columns: dict[str, Any] = {
        "industry": lambda value: INDUSTRY_LABELS.get(value) or _("全部行业"),
        "form": lambda value: FORMS.get(value, value),
    }
    add_form_extra_fields = edit_form_extra_fields = {
        "industry": SelectField(_l("行业"), choices=list(_INDUSTRIES.items())),
        "form": SelectField(_l("形式"), choices=list(FORMS.items()), validators=[Required()]),
    }

    def post_add(self, item: ChecklistEntry) -> None:
        """Who added it stands in the history."""
        self._note("ChecklistEntryAdded", item)

    def post_update(self, item: ChecklistEntry) -> None:
        """Who changed it stands in the history."""
        self._note("ChecklistEntryChanged", item)

    def pre_delete(self, item: ChecklistEntry) -> None:
        """Who removed it stands in the history."""
        self._note("ChecklistEntryRemoved", item)

    def _note(self, kind: str, item: ChecklistEntry) -> None:
        record(kind, item, actor=current_account(), now=clock.now(), data={"name": item.name})
