"""The console's screens on registrations and institutions."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.badges import badge, minute
from app.core.db import commits, db
from app.core.errors import DomainError, Invalid
from app.core.fab import SafeInterface, SafeModelView
from app.core.files import send_file_row
from app.core.parsing import is_number
from app.core.personal_rules import masked_number
from app.institutions import queries, services
from app.institutions.labels import (
    FIELD_LABELS,
    INDUSTRY_LABELS,
    ORG_TYPE_LABELS,
    REGISTRATION_STATE_LABELS,
)
from app.institutions.lists import FilterWithin, file_link
from app.institutions.models import Registration
from app.institutions.reveal import RevealsMobile
from app.institutions.views import course


def _yes_no(value: Any) -> Any:
    return _("是") if value else _("否")


def _day(value: Any) -> str:
    return value.isoformat() if value else "——"


FORMATTERS: dict[str, Any] = {
    "industry": lambda value: INDUSTRY_LABELS.get(value, value),
    "org_type": lambda value: ORG_TYPE_LABELS.get(value, value),
    "region": lambda value: queries.region_name(value) if value else "——",
    "has_licence": _yes_no,
    "submitted_at": minute,
    "decided_at": minute,
    "admitted_at": minute,
    "licence_from": _day,
    "licence_to": _day,
    "terminated_on": _day,
    "mobile": masked_number,
}


class RegistrationAdmin(RevealsMobile, SafeModelView):
    """Requests of institutions for an account: read them, approve them, or reject them with a reason."""

    datamodel = SafeInterface(Registration)
    route_base = "/console/registrations"
    exclude_route_methods = {"download", "add", "edit", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show", "can_decide"]
    list_title, show_title = _l("注册审核"), _l("注册申请")
    list_columns = [
        "name",
        "receipt_no",
        "industry",
        "region",
        "has_licence",
        "submitted_at",
        "status",
        "institution_id",
    ]
    show_columns = list_columns
    search_columns = [
        "status",
        "industry",
        "region_code",
        "name",
        "uscc",
        "receipt_no",
        "submitted_at",
        "has_licence",
    ]
    order_columns = ["name", "receipt_no", "industry", "submitted_at", "status"]
    base_order = ("submitted_at", "desc")
    label_columns = {**FIELD_LABELS, "region_code": _l("所属地区"), "institution_id": _l("一户一档")}
    formatters_columns = {
        **FORMATTERS,
        "status": lambda value: badge(value, REGISTRATION_STATE_LABELS),
        "institution_id": lambda value: file_link(value, _("查看")),
    }
    search_choices = {
        "status": REGISTRATION_STATE_LABELS,
        "industry": INDUSTRY_LABELS,
        "region_code": queries.region_tree,
    }
    search_filters = {"region_code": FilterWithin}

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """Everything that was stated, the course, and the decision."""
        return self._page(self._item_or_404(pk))

    @expose("/file/<pk>/<name>", methods=["GET"])
    @has_access
    @permission_name("show")
    def file(self, pk: str, name: str) -> Response:
        """One of the attachments."""
        found = queries.registration_files(self._item_or_404(pk)).get(name)
        if found is None:
            abort(404)
        return send_file_row(found)

    def revealed_page(self, item: Any) -> Any:
        """See RevealsMobile."""
        return self._page(item, revealed=True)

    @expose("/approve/<pk>", methods=["POST"])
    @has_access
    @permission_name("decide")
    @commits
    def approve(self, pk: str) -> Any:
        """Make the institution and open its account."""
        registration = self._item_or_404(pk)
        return self._decide(
            registration,
            lambda: services.approve_registration(
                registration, version=_seen(), actor=current_account(), now=clock.now()
            ),
            _("已通过，账号 %(name)s 已启用。", name=registration.username),
        )

    @expose("/reject/<pk>", methods=["POST"])
    @has_access
    @permission_name("decide")
    @commits
    def reject(self, pk: str) -> Any:
        """Turn it down with a reason."""
        registration = self._item_or_404(pk)
        return self._decide(
            registration,
            lambda: services.reject_registration(
                registration,
                version=_seen(),
                reason=request.form.get("reason", ""),
                actor=current_account(),
                now=clock.now(),
            ),
            _("已驳回，原因将发送给申请人。"),
        )

    def _decide(self, registration: Registration, decision: Any, done: str) -> Any:
        pk = registration.id
        try:
            with db.session.begin_nested():
                decision()
        except DomainError as refusal:
            db.session.rollback()
            item = self._item_or_404(str(pk))
            return self._page(item, problem=refusal.message), refusal.status
        flash(done, "success")
        return redirect(url_for(".show", pk=pk))

    def _page(self, item: Registration, problem: Any = "", revealed: bool = False) -> Any:
        return self.render_template(
            "console/registrations/show.html",
            item=item,
            groups=_groups(item),
            files=[
                (FIELD_LABELS[name], name, file) for name, file in queries.registration_files(item).items()
            ],
            mobile=item.mobile if revealed else "",
            linked=_linked(item),
            state=REGISTRATION_STATE_LABELS[item.status],
            course=course(item, staff=True),
            may_decide=item.status == "submitted" and may("can_decide", "RegistrationAdmin"),
            reason=request.form.get("reason", ""),
            problem=problem,
        )


def _seen() -> int:
    value = request.form.get("version", "")
    if not is_number(value, 9):
        raise Invalid(_("页面已过期，请刷新后重试。"))
    return int(value)


def _rows(item: Any, names: tuple[str, ...]) -> list[tuple[Any, Any]]:
    rows = []
    for name in names:
        value = getattr(item, name)
        rows.append((FIELD_LABELS[name], FORMATTERS[name](value) if name in FORMATTERS else value))
    return rows


def _linked(item: Registration) -> dict[str, Any] | None:
    """The institution on the register that a waiting registration would be linked to, and where both differ."""
    known = queries.known_institution(item.uscc) if item.status == "submitted" else None
    if known is None or queries.has_account(known) or not queries.is_in_scope(known):
        return None
    names = (
        "name", "industry", "org_type", "region", "address", "legal_representative",
        "licence_no", "licence_issuer", "licence_from", "licence_to",
    )  # fmt: skip
    pairs = zip(_rows(known, names), _rows(item, names), strict=True)
    differing = [
        (label, old, new) for (label, old), (_label, new) in pairs if str(old or "") != str(new or "")
    ]
    return {"institution": known, "differences": differing}


def _groups(item: Registration) -> list[tuple[Any, list[tuple[Any, Any]]]]:
    groups = [
        (
            _("机构信息"),
            [
                *_rows(item, ("name", "uscc", "industry", "org_type")),
                (FIELD_LABELS["region"], queries.region_path(item.region)),
                *_rows(item, ("address", "legal_representative")),
            ],
        ),
        (_("账号与联系人"), _rows(item, ("username", "contact_name", "mobile", "email", "consent_version"))),
    ]
    licence = ("licence_no", "licence_issuer", "licence_from", "licence_to") if item.has_licence else ()
    return [*groups, (_("经营许可证"), _rows(item, ("has_licence", *licence)))]
