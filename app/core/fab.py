"""The one hardened base layer that every console view inherits. What it closes is listed per method.

FAB as it comes shares filters between threads, lets actions reach rows outside the base filter, changes data
by GET and takes any page size. See docs/architecture.md.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import AppBuilder, ModelView, expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.urltools import get_filter_args
from flask_appbuilder.views import UtilView
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import joinedload
from wtforms import SelectField

from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.parsing import is_number

MAX_PAGE_SIZE = 100
MAX_PAGE = 100_000


class PlatformBuilder(AppBuilder):
    """FAB without the views that we replace: no language by GET, no swagger, no menu API."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.add_view_no_menu(UtilView)
        self.sm.register_views()


class SafeInterface(SQLAInterface):
    """Commits nothing itself: the request does, once, in `commits`. `joined` names relations that list and
    show pages read, so that they come with the rows instead of one by one."""

    def __init__(self, obj: Any, session: Any = None, *, joined: tuple[Any, ...] = ()) -> None:
        super().__init__(obj, session)
        self.load_options = tuple(joinedload(relation) for relation in joined)

    def is_nullable(self, col_name: str) -> bool:
        """Calculated columns are never required."""
        return bool(getattr(self.list_columns.get(col_name), "nullable", True))

    def is_unique(self, col_name: str) -> bool:
        """Calculated columns are never unique."""
        return getattr(self.list_columns.get(col_name), "unique", False) is True

    def apply_all(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Every read of rows goes through here."""
        return super().apply_all(query.options(*self.load_options), *args, **kwargs)

    def apply_order_by(self, *args: Any, **kwargs: Any) -> Any:
        """Equal values are ordered by the key as well: else a row may stand on two pages, and another on none."""
        return super().apply_order_by(*args, **{**kwargs, "add_pk": True})

    def add(self, item: Any, raise_exception: bool = False) -> bool:
        """Put a new row into the running transaction."""
        self.session.add(item)
        self.session.flush()
        return True

    def edit(self, item: Any, raise_exception: bool = False) -> bool:
        """Write the changes of a row into the running transaction."""
        self.session.merge(item)
        self.session.flush()
        return True

    def delete(self, item: Any, raise_exception: bool = False) -> bool:
        """Delete a row in the running transaction."""
        self.session.delete(item)
        self.session.flush()
        return True


def _integers(prefix: str, low: int, high: int) -> dict[str, int]:
    """Clamp `page_X`, `psize_X` before FAB sees them; what is no number is dropped."""
    found = {}
    for key, value in request.args.items():
        if key.startswith(prefix):
            try:
                found[key] = max(low, min(high, int(value)))
            except ValueError:
                continue
    return found


CHANGED_MEANWHILE = _l(
    "这条记录刚被其他人修改过，您的修改没有保存。下面是您填写的内容；核对后再次保存，将以它为准。"
)


def row_state(item: Any, columns: list[str]) -> str:
    """What the editor of a row has seen of it, so that a save over somebody else's change is noticed."""
    seen = repr([str(getattr(item, column, None)) for column in columns])
    return hashlib.sha256(seen.encode()).hexdigest()


class SafeModelView(ModelView):
    """Base of every console model view: explicit columns, safe paging, POST-only changes, one commit."""

    page_size = 20
    exclude_route_methods = {"download"}
    page_sizes = (20, 50, 100)
    # {column: {stored value: words}}: the filter is a choice among these instead of a text box.
    # Or a function that gives (value, words) anew for each request.
    search_choices: dict[str, Any] = {}
    # {column: filter class}: the one filter of a column of search_choices, where equality is not what is meant.
    search_filters: dict[str, Any] = {}

    def __init__(self, **kwargs: Any) -> None:
        extra = {
            column: SelectField(
                self.label_columns.get(column, column),
                choices=words if callable(words) else list(words.items()),
            )
            for column, words in self.search_choices.items()
        }
        self.search_form_extra_fields: dict[str, Any] = extra
        super().__init__(**kwargs)

    # One copy of the filters per request: FAB's are shared by all threads of a worker.
    @property
    def _filters(self) -> Any:
        key = f"filters:{type(self).__name__}"
        try:
            if key not in g:
                setattr(g, key, self._fresh_filters())
            return getattr(g, key)
        except RuntimeError:  # start-up, outside any request
            return self._filters_template

    @_filters.setter
    def _filters(self, value: Any) -> None:
        self._filters_template = value

    def _fresh_filters(self) -> Any:
        found = self.datamodel.get_filters(self.search_columns)
        for column in self.search_choices:
            special = self.search_filters.get(column)
            equal = [f for f in found._all_filters[column] if f.arg_name == "eq"]
            equal = [special(column, self.datamodel)] if special else equal
            found._search_filters[column] = found._all_filters[column] = equal
        return found

    def _filtered(self) -> Any:
        """All rows that the list's filters let through, in its order; for an export."""
        get_filter_args(self._filters)
        filters = self._filters.get_joined_filters(self._base_filters)
        return self.datamodel.query(filters, *(self.base_order or ("", "")))[1]

    def _check_arguments(self) -> None:
        """Answer impossible pages, sizes and order columns with what is nearest, never with an error."""
        arguments = request.args.copy()
        for prefix, low, high in (("page_", 0, MAX_PAGE), ("psize_", 1, MAX_PAGE_SIZE)):
            valid = _integers(prefix, low, high)
            for key in [k for k in arguments if k.startswith(prefix)]:
                arguments.pop(key)
                if key in valid:
                    arguments[key] = str(valid[key])
        for key in [k for k in arguments if k.startswith("_oc_")]:
            if arguments[key] not in self.order_columns:
                arguments.pop(key)
        for key in [k for k in arguments if k.startswith("_flt_")]:
            if not arguments[key].strip() or not self._is_filter(key):
                arguments.pop(key)
        request.args = arguments

    def _is_filter(self, key: str) -> bool:
        """Whether `_flt_<index>_<column>` names a filter that this list has."""
        match = re.fullmatch(r"_flt_(\d)_(\w+)", key)
        if match is None:
            return False
        offered = self._filters.get_search_filters().get(match[2], [])
        return int(match[1]) < len(offered)

    def _item_or_404(self, pk: str) -> Any:
        """The row, through scope and base filters; 404 for bad ids and for other people's rows alike."""
        if not is_number(pk, 18):
            abort(404)
        item = self.datamodel.get(int(pk), self._base_filters)
        if item is None:
            abort(404)
        return item

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """The list page."""
        self._check_arguments()
        self.update_redirect()
        widgets = self._list()
        return self.render_template(self.list_template, title=self.list_title, widgets=widgets)

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """One row."""
        self._check_arguments()
        self._item_or_404(pk)
        return super().show(pk)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    @commits
    def add(self) -> Any:
        """The form for a new row."""
        return super().add()

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    @commits
    def edit(self, pk: str) -> Any:
        """The form for an existing row."""
        return super().edit(pk)

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    @commits
    def delete(self, pk: str) -> Any:
        """Delete one row; a row that others refer to stays, and the reader is told why."""
        item = self._item_or_404(pk)
        self.pre_delete(item)
        try:
            with db.session.begin_nested():
                self.datamodel.delete(item)
        except IntegrityError:
            flash(_("“%(name)s”已被其他记录引用，不能删除。请先处理引用它的记录。", name=str(item)), "danger")
        else:
            self.post_delete(item)
            flash(_("已删除“%(name)s”。", name=str(item)), "success")
        return self.post_delete_redirect()

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    @commits
    def action(self, name: str, pk: str) -> Any:
        """An action on one row, loaded through the base filters."""
        self._check_action(name)
        return self.actions[name].func(self._item_or_404(pk))

    @expose("/action_post", methods=["POST"])
    @commits
    def action_post(self) -> Any:
        """An action on several rows, each loaded through the base filters."""
        name = request.form.get("action", "")
        self._check_action(name)
        keys = request.form.getlist("rowid")[:MAX_PAGE_SIZE]
        items = [self._item_or_404(key) for key in keys]
        if not items:
            flash(_("请先勾选要处理的记录。"), "warning")
            return redirect(self.get_redirect())
        return self.actions[name].func(items)

    def post_delete_redirect(self) -> Any:
        """Back to the list the row stood in."""
        return redirect(url_for(f"{self.endpoint}.list"))

    def _check_action(self, name: str) -> None:
        allowed = {
            one
            for one in self.actions
            if self.appbuilder.sm.has_access(self.get_action_permission_name(one), self.class_permission_name)
        }
        if name not in self.actions and allowed:
            abort(404)
        if name not in allowed:
            abort(403)

    def _save(self, form: Any, item: Any, *, new: bool) -> bool:
        """Store a valid form; a refusal is shown on the form with the input kept and nothing stored."""
        before, store, after = (
            (self.pre_add, self.datamodel.add, self.post_add)
            if new
            else (self.pre_update, self.datamodel.edit, self.post_update)
        )
        self.process_form(form, new)
        try:
            with db.session.begin_nested():
                form.populate_obj(item)
                before(item)
                store(item)
                after(item)
        except DomainError as refusal:
            db.session.rollback()
            flash(refusal.message, "danger")
            return False
        except IntegrityError:
            db.session.rollback()
            flash(_("与已有记录重复，没有保存。请检查不能重复的字段。"), "danger")
            return False
        except DataError:
            db.session.rollback()
            flash(_("有数值或文字超出允许的长度，没有保存。请缩短后重试。"), "danger")
            return False
        flash(self.add_row_message if new else self.edit_row_message, "success")
        return True

    def _add(self) -> Any:
        get_filter_args(self._filters, disallow_if_not_in_search=False)
        exclude = self._filters.get_relation_cols()
        form = self.add_form.refresh()
        if request.method == "POST":
            self._fill_form_exclude_cols(exclude, form)
            if form.validate() and self._save(form, self.datamodel.obj(), new=True):
                return None
        else:
            self.update_redirect()
        return self._get_add_widget(form=form, exclude_cols=exclude)

    def _edit(self, pk: Any) -> Any:
        get_filter_args(self._filters, disallow_if_not_in_search=False)
        exclude = self._filters.get_relation_cols()
        item = self._item_or_404(str(pk))
        g.row_state = row_state(item, self.edit_columns)
        if request.method == "POST":
            form = self.edit_form.refresh(request.form)
            self._fill_form_exclude_cols(exclude, form)
            form._id = self.datamodel.get_pk_value(item)  # FAB's unique validators skip this row
            if request.form.get("row_state") != g.row_state:
                flash(CHANGED_MEANWHILE, "warning")
            elif form.validate() and self._save(form, item, new=False):
                return None
            item = self._item_or_404(str(pk))
        else:
            form = self.edit_form.refresh(obj=item)
            self.prefill_form(form, pk)
            self.update_redirect()
        widgets = self._get_edit_widget(form=form, exclude_cols=exclude)
        return self._get_related_views_widgets(
            item, filters={}, orders={}, pages={}, page_sizes={}, widgets=widgets
        )
