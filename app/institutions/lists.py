"""What the console's lists about institutions share: the region with all below it as a filter, the way to 一户一档."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.accounts.security import may
from app.core.db import db
from app.institutions.models import Region


class FilterWithin(BaseFilter):
    """The region and everything below it."""

    name = _l("属于")
    arg_name = "eq"

    def apply(self, query: Any, value: Any) -> Any:
        """Rows whose code begins as the region's does; an unknown region finds nothing."""
        region = db.session.get(Region, str(value)[:6])
        column = getattr(self.model, self.column_name)
        if region is None:
            return query.filter(column.is_(None) & column.is_not(None))
        return query.filter(column.startswith(region.prefix, autoescape=True))


def file_link(institution_id: int | None, words: Any) -> Any:
    """The words as a link to the institution's file for those who may see it; a dash without an institution."""
    if institution_id is None:
        return "——"
    if not may("can_show", "InstitutionAdmin"):
        return words
    address = url_for("InstitutionAdmin.show", pk=institution_id)
    return Markup('<a href="{}">{}</a>').format(address, words)


def linked(institution: Any) -> Any:
    """An institution by its name, leading to its file."""
    return file_link(institution.id, institution.name) if institution is not None else "——"
