"""The filter of the institution list by a licence's end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from app.core import clock

LICENCE_CHOICES = {
    "expired": _l("已到期"),
    "30": _l("30 天内到期"),
    "90": _l("90 天内到期"),
    "none": _l("没有许可证"),
}


class FilterLicence(BaseFilter):
    """By how long the licence still runs; those that have left the register are not asked for a new one."""

    name = _l("许可证有效期")
    arg_name = "eq"

    def apply(self, query: Any, value: Any) -> Any:
        """See LICENCE_CHOICES."""
        return query.filter(self._condition(str(value)), self.model.status != "deregistered")

    def _condition(self, value: str) -> ColumnElement[bool]:
        column, today = getattr(self.model, self.column_name), clock.today()
        if value == "none":
            return column.is_(None)
        if value == "expired":
            return column < today
        days = int(value) if value in LICENCE_CHOICES else 0
        return column.between(today, today + timedelta(days=days))
