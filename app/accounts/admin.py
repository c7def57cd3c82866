"""The console's screens on accounts, roles and the history. Passwords appear on none of them."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from app.accounts import colleagues, second_factor, staff
from app.accounts.access import current_account
from app.accounts.forms import GrantForm, StaffForm
from app.accounts.labels import (
    FIELD_LABELS,
    KIND_LABELS,
)
from app.accounts.models import STAFF, Account
from app.accounts.queries import area_choices, area_text, industries_text, role_title, role_titles
from app.accounts.roles import ROLES_BY_NAME, STAFF_ROLES
from app.core import clock
from app.core.badges import badge, minute
from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.fab import SafeInterface, SafeModelView
from app.core.personal_rules import masked_number

ACTIVE_LABELS = {"active": _l("启用"), "closed": _l("停用")}


def _active(value: Any) -> Any:
    return badge("active" if value else "closed", ACTIVE_LABELS)


FORMATTERS: dict[str, Any] = {
    "kind": lambda value: KIND_LABELS.get(value, value),
    "roles": role_titles,
    "active": _active,
    "mobile": lambda value: masked_number(value or ""),
    "industries": industries_text,
    "region_prefix": area_text,
    "locked_until": lambda value: minute(value) if value and value > clock.now() else "——",
    "password_changed_at": minute,
}


class AccountInterface(SafeInterface):
    """Accounts with their roles: one statement for the roles of a whole page."""

    def apply_all(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Every read of rows goes through here."""
        return super().apply_all(query.options(selectinload(Account.roles)), *args, **kwargs)


class AccountAdmin(SafeModelView):
    """Accounts, for the system administrator: who may log in. Roles are granted elsewhere, by somebody else."""

    datamodel = AccountInterface(Account)
    route_base = "/console/accounts"
    exclude_route_methods = {"download", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    list_title, show_title = _l("账号管理"), _l("账号")
    add_title, edit_title = _l("新增监管人员账号"), _l("修改账号")
    list_columns = ["username", "display_name", "kind", "roles", "active", "locked_until"]
    show_columns = [*list_columns, "email", "mobile", "password_changed_at"]
    add_columns = edit_columns = ["username"]  # the forms are our own; FAB only wants to know a column
    search_columns = ["username", "display_name", "kind", "active"]
    order_columns = ["username", "display_name", "kind", "active"]
    base_order = ("username", "asc")
    label_columns = FIELD_LABELS
    formatters_columns = FORMATTERS
    search_choices = {"kind": KIND_LABELS}

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """One account and what can be done with it."""
        account = self._item_or_404(pk)
        shown = [name for name in self.show_columns if name not in ("industries", "region_prefix")]
        values = [(FIELD_LABELS[name], self._shown(account, name)) for name in shown]
        factor = second_factor.factor_of(account)
        values.append((_("动态口令"), _("已启用") if factor else _("未启用")))
        if account.kind != STAFF:
            values.append((_("机构管理员"), _("是") if account.manages_colleagues else _("否")))
        return self.render_template(
            "console/accounts/show.html", account=account, values=values, factor=factor
        )

    def _shown(self, account: Account, name: str) -> Any:
        value = getattr(account, name)
        return FORMATTERS[name](value) if name in FORMATTERS else value

    @expose("/add", methods=["GET", "POST"])
    @has_access
    @commits
    def add(self) -> Any:
        """A new member of staff, without any role yet."""
        form = StaffForm()
        if not form.is_submitted():
            return self._form(form, None)
        if form.validate():
            try:
                with db.session.begin_nested():
                    account = staff.create_staff(
                        form.data,
                        password=form.password.data or "",
                        roles=(),
                        actor=current_account(),
                        now=clock.now(),
                    )
            except DomainError as problem:
                form[problem.details["field"]].errors = [problem.message]
            else:
                flash(
                    _("账号 %(name)s 已建立，授予角色后方可使用监管功能。", name=account.username), "success"
                )
                return redirect(url_for(".show", pk=account.id))
        return self._form(form, None), 422

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    @commits
    def edit(self, pk: str) -> Any:
        """Name and addresses of a member of staff; what institutions have stated is not changed here."""
        account = self._item_or_404(pk)
        if account.kind != STAFF:
            flash(_("企业账号的信息由企业登记，不能在此修改。"), "warning")
            return redirect(url_for(".show", pk=pk))
        form = StaffForm(obj=account)
        del form.password, form.username
        if not form.is_submitted():
            return self._form(form, account)
        if form.validate():
            try:
                with db.session.begin_nested():
                    staff.change_staff(account, form.data, actor=current_account(), now=clock.now())
            except DomainError as problem:
                form[problem.details["field"]].errors = [problem.message]
            else:
                flash(_("已保存。"), "success")
                return redirect(url_for(".show", pk=pk))
        return self._form(form, account), 422

    @expose("/active/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    @commits
    def switch(self, pk: str) -> Any:
        """Disable or enable."""
        account, wanted = self._item_or_404(pk), request.form.get("active")
        if wanted not in ("0", "1"):
            abort(400)
        active = wanted == "1"
        try:
            staff.set_active(account, active, actor=current_account(), now=clock.now())
        except DomainError as problem:
            flash(problem.message, "danger")
        else:
            flash(_("账号已启用。") if active else _("账号已停用，其登录已全部退出。"), "success")
        return redirect(url_for(".show", pk=pk))

    @expose("/second-factor/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    @commits
    def reset_factor(self, pk: str) -> Any:
        """For somebody who lost device and recovery codes: the next log-in goes without, or sets up anew."""
        account = self._item_or_404(pk)
        try:
            second_factor.reset(account, actor=current_account(), now=clock.now())
        except DomainError as problem:
            flash(problem.message, "danger")
        else:
            flash(_("动态口令已重置，该账号的登录已全部退出。请用可靠的方式告知本人。"), "success")
        return redirect(url_for(".show", pk=pk))

    @expose("/manager/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    @commits
    def appoint(self, pk: str) -> Any:
        """Let somebody of an institution look after its accounts, when the last one who did has left."""
        account, wanted = self._item_or_404(pk), request.form.get("manages")
        if wanted not in ("0", "1"):
            abort(400)
        try:
            colleagues.appoint(account, wanted == "1", actor=current_account(), now=clock.now())
        except DomainError as problem:
            flash(problem.message, "danger")
        else:
            flash(_("已设为机构管理员。") if wanted == "1" else _("已取消机构管理员身份。"), "success")
        return redirect(url_for(".show", pk=pk))

    def _form(self, form: StaffForm, account: Account | None) -> Any:
        return self.render_template("console/accounts/form.html", form=form, account=account)


class RoleGrantAdmin(SafeModelView):
    """Roles and areas of staff, for the security administrator; never one's own."""

    datamodel = AccountInterface(Account)
    base_filters = [["kind", FilterEqual, STAFF]]
    route_base = "/console/grants"
    exclude_route_methods = {"download", "add", "show", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_edit"]
    list_title, edit_title = _l("角色授权"), _l("授予角色")
    list_columns = ["username", "display_name", "roles", "industries", "region_prefix", "active"]
    edit_columns = ["username"]
    search_columns = ["username", "display_name", "active"]
    order_columns = ["username", "display_name"]
    base_order = ("username", "asc")
    label_columns = FIELD_LABELS
    formatters_columns = FORMATTERS

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    @commits
    def edit(self, pk: str) -> Any:
        """The roles of one member of staff."""
        account = self._item_or_404(pk)
        held = sorted(role.name for role in account.roles)
        form = GrantForm(
            data={"roles": held, "industries": account.industries, "region_prefix": account.region_prefix}
        )
        form.roles.choices = [(name, role_title(ROLES_BY_NAME[name])) for name in STAFF_ROLES]
        form.industries.choices, form.region_prefix.choices = area_choices()
        if not form.is_submitted():
            return self._page(form, account, held)
        if form.validate() and self._grant(form, account):
            flash(_("已更新 %(name)s 的角色，立即生效。", name=str(account)), "success")
            return redirect(url_for(".list"))
        return self._page(form, account, request.form.getlist("seen")), 422

    def _grant(self, form: GrantForm, account: Account) -> bool:
        try:
            with db.session.begin_nested():
                staff.grant_roles(
                    account,
                    form.roles.data or [],
                    seen=request.form.getlist("seen"),
                    industries=form.industries.data or [],
                    region_prefix=form.region_prefix.data or "",
                    actor=current_account(),
                    now=clock.now(),
                )
        except DomainError as problem:
            form.form_errors.append(problem.message)
            return False
        return True

    def _page(self, form: GrantForm, account: Account, seen: list[str]) -> Any:
        own = account.id == current_account().id
        return self.render_template(
            "console/accounts/grant.html", form=form, account=account, seen=seen, own=own
        )
