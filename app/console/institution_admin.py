"""The console's list of institutions: filters, export."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, send_file
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.accounts.security import may
from app.console import institution_export
from app.console.institution_file import SHOWN, institution_file, together
from app.console.institution_file_words import (
    FILE_WORDS,
    SUBJECT_COLUMNS,
    event_course,
    file_groups,
    shown_value,
)
from app.console.institution_filters import LICENCE_CHOICES, FilterLicence
from app.core import clock
from app.core.badges import badge
from app.core.fab import SafeInterface, SafeModelView
from app.filings.labels import word
from app.inspections.rules import is_overdue
from app.institutions.admin import FORMATTERS
from app.institutions.labels import (
    FIELD_LABELS,
    INDUSTRY_LABELS,
    INSTITUTION_STATE_LABELS,
    ORG_TYPE_LABELS,
    PERSON_LABELS,
)
from app.institutions.lists import FilterWithin
from app.institutions.models import Institution
from app.institutions.queries import region_names, region_tree
from app.institutions.reveal import RevealsMobile
from app.institutions.rules import past_day


def _licence_end(value: Any) -> Any:
    """The licence's last day, with a word when it has passed or is near."""
    if value is None:
        return "——"
    left = (value - clock.today()).days
    if left > 90:
        return value.isoformat()
    word = _("已到期") if left < 0 else _("%(n)s 天后到期", n=left)
    tone = "problem" if left < 0 else "attention"
    return Markup('<span class="nowrap">{}</span> <span class="tag tag-{}">{}</span>').format(
        value.isoformat(), tone, word
    )


def _names() -> dict[str, str]:
    """Names with their city, read once a request."""
    if "region_names" not in g:
        g.region_names = region_names()
    names: dict[str, str] = g.region_names
    return names


class InstitutionAdmin(RevealsMobile, SafeModelView):
    """The register of institutions, within the reader's industries and region."""

    datamodel = SafeInterface(Institution)
    route_base = "/console/institutions"
    exclude_route_methods = {"download", "add", "edit", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show"]
    list_title = _l("机构名册")
    list_template = "console/institutions/list.html"
    list_columns = ["name", "uscc", "industry", "region", "licence_no", "licence_to", "status"]
    show_columns = list_columns
    search_columns = [
        "name",
        "uscc",
        "industry",
        "org_type",
        "region_code",
        "status",
        "licence_no",
        "licence_to",
    ]
    order_columns = ["name", "uscc", "industry", "licence_to", "status"]
    base_order = ("name", "asc")
    label_columns = {**FIELD_LABELS, "region_code": _l("所属地区"), "licence_to": _l("许可证有效期止")}
    formatters_columns = {
        **FORMATTERS,
        "status": lambda value: badge(value, INSTITUTION_STATE_LABELS),
        "licence_to": _licence_end,
        "region": lambda value: _names().get(value.code, value.name_zh) if value else "——",
    }
    search_choices = {
        "status": INSTITUTION_STATE_LABELS,
        "industry": INDUSTRY_LABELS,
        "org_type": ORG_TYPE_LABELS,
        "region_code": region_tree,
        "licence_to": LICENCE_CHOICES,
    }
    search_filters = {"region_code": FilterWithin, "licence_to": FilterLicence}

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """一户一档; `?on=2026-06-30` shows the register's part as of a past day."""
        return self._file(self._item_or_404(pk))

    def revealed_page(self, item: Any) -> Any:
        """See RevealsMobile."""
        return self._file(item, revealed=True)

    def _file(self, item: Institution, revealed: bool = False) -> Any:
        today = clock.today()
        day = past_day(request.args.get("on"), today)
        found = institution_file(item, day)
        sees_filings = may("can_read", "FilingReview")
        return self.render_template(
            "console/institutions/file.html",
            item=item,
            file=found,
            today=today,
            groups=file_groups(found),
            mobile=item.mobile if revealed else "",
            sees_filings=sees_filings,
            words=FILE_WORDS,
            labels=FIELD_LABELS,
            person_labels=PERSON_LABELS,
            region_names=region_names(),
            course=event_course(found.events.rows),
            change_groups=together(found.changes[:SHOWN]),
            shown=SHOWN,
            columns=SUBJECT_COLUMNS,
            shown_value=shown_value,
            word=word,
            is_overdue=is_overdue,
        )

    @expose("/export", methods=["GET"])
    @has_access
    @permission_name("list")
    def export(self) -> Response:
        """The list with the filters that are on, as a workbook."""
        self._check_arguments()
        content = institution_export.workbook(self._filtered())
        name = f"{_('机构名册')}-{clock.today():%Y%m%d}.xlsx"
        return send_file(content, mimetype=institution_export.XLSX, as_attachment=True, download_name=name)
