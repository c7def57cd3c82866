"""The console's catalogue of forms."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l

from app.core.fab import SafeInterface, SafeModelView
from app.filings.definitions.models import FormDefinition
from app.filings.definitions.queries import forms_by_id
from app.filings.labels import FAMILIES, FREQUENCIES, INDUSTRIES, word


class CatalogueAdmin(SafeModelView):
    """The catalogue of forms, by version."""

    datamodel = SafeInterface(FormDefinition)
    route_base = "/console/forms"
    base_permissions = ["can_list", "can_show"]
    list_title = _l("报表目录")
    list_columns = ["code", "shown_name", "industry", "family", "frequency", "version", "effective_from"]
    show_columns = list_columns
    search_columns = ["code", "name_zh", "name_en", "industry", "family", "frequency"]
    search_choices = {"industry": INDUSTRIES, "family": FAMILIES, "frequency": FREQUENCIES}
    order_columns = ["code", "industry", "family", "frequency", "version", "effective_from"]
    base_order = ("code", "asc")
    label_columns = {
        "code": _l("代码"),
        "shown_name": _l("名称"),
        "name_zh": _l("名称"),
        "name_en": _l("英文名称"),
        "industry": _l("行业"),
        "family": _l("类别"),
        "frequency": _l("频率"),
        "version": _l("版本"),
        "effective_from": _l("生效日期"),
    }
    formatters_columns: dict[str, Any] = {
        "industry": lambda value: word(INDUSTRIES, value),
        "family": lambda value: word(FAMILIES, value),
        "frequency": lambda value: word(FREQUENCIES, value),
    }

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The form as it is printed, with its formulas and checks."""
        definition = self._item_or_404(pk)
        form = forms_by_id([definition.id])[definition.id]
        return self.render_template("console/filings/form.html", definition=definition, form=form)
