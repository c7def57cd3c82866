"""The console's reporting calendar: periods, their windows, making a year's periods by rule, the year at a glance."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.badges import minute
from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.events import history
from app.core.fab import SafeInterface, SafeModelView
from app.core.i18n import lang
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import day_note
from app.filings.calendar.services import (
    PeriodChange,
    apply_plan,
    change_period,
    fingerprint,
    plan_periods,
    seen_key,
)
from app.filings.calendar_forms import FIRST_YEAR, LAST_YEAR, PERIODIC, PROPOSED, PeriodForm, RuleForm
from app.filings.calendar_page import planned_lines, year_months
from app.filings.labels import FREQUENCIES, word

FIELDS: dict[str, Any] = {
    "name_zh": _l("名称"),
    "name_en": _l("英文名称"),
    "opens": _l("开放"),
    "due": _l("截止"),
    "closes": _l("补报截止"),
    "allows_late": _l("允许逾期补报"),
}
EVENT_LABELS = {"PeriodAdded": _l("新增报告期"), "PeriodChanged": _l("修改报告期")}


def ends(moment: Any) -> str:
    """An exclusive end as people say it: the last minute that counts."""
    return clock.show_end(moment) if moment else "——"


class PeriodAdmin(SafeModelView):
    """Reporting periods and their windows."""

    datamodel = SafeInterface(ReportingPeriod)
    route_base = "/console/periods"
    exclude_route_methods = {"download", "add", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    list_template = "console/calendar/periods.html"
    list_title = _l("报告期")
    list_columns = ["shown_name", "frequency", "start_date", "end_date", "opens_at", "due_at", "late_until"]
    show_columns = list_columns
    edit_columns = ["name_zh"]  # the form is our own; FAB only wants to know a column
    search_columns = ["name_zh", "name_en", "frequency", "code", "end_date"]
    search_choices = {"frequency": PERIODIC}
    order_columns = ["end_date", "start_date", "opens_at", "due_at", "frequency"]
    base_order = ("end_date", "desc")
    label_columns = {
        "code": _l("代码"),
        "shown_name": _l("名称"),
        "name_zh": _l("名称"),
        "name_en": _l("英文名称"),
        "frequency": _l("频率"),
        "start_date": _l("期初"),
        "end_date": _l("期末"),
        "opens_at": _l("开放"),
        "due_at": _l("截止"),
        "late_until": _l("补报截止"),
    }
    formatters_columns: dict[str, Any] = {
        "frequency": lambda value: word(FREQUENCIES, value),
        "opens_at": minute,
        "due_at": ends,
        "late_until": ends,
    }
    extra_args = {"may": may, "this_year": lambda: clock.today().year}

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The window and who changed it from what to what."""
        item = self._item_or_404(pk)
        return self.render_template(
            "console/calendar/period.html",
            item=item,
            frequency=word(FREQUENCIES, item.frequency),
            due=day_note(clock.last_day(item.due_at)),
            course=_course(item),
        )

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    @commits
    def edit(self, pk: str) -> Any:
        """Names and window; the dates of the period itself stay, because filings belong to them."""
        item = self._item_or_404(pk)
        if request.method == "GET":
            return self._edit_page(item, _filled(item))
        form = PeriodForm()
        if not form.validate():
            return self._edit_page(item, form), 422
        given = PeriodChange(
            form.name_zh.data or "",
            form.name_en.data or "",
            form.opens_on.data,
            form.due_on.data,
            bool(form.allows_late.data),
            form.closes_on.data,
        )
        key, seen = item.id, form.seen.data or ""
        try:
            with db.session.begin_nested():
                change_period(key, given, current_account(), clock.now(), seen=seen)
        except DomainError as refusal:
            db.session.rollback()
            item = self._item_or_404(str(key))
            form[refusal.details.get("field", "due_on")].errors = [refusal.message]
            form.seen.data = seen_key(item)
            return self._edit_page(item, form), refusal.status
        flash(_("已保存。"), "success")
        return redirect(url_for(".show", pk=key))

    @expose("/generate", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    @commits
    def generate(self) -> Any:
        """按规则生成报告期: GET previews and stores nothing, POST stores what the preview showed."""
        form = _rule_form()
        if "preview" not in request.values:
            return self._rule_page(form)
        if not form.validate():
            return self._rule_page(form), 422
        if request.method == "GET":
            return self._rule_page(form, has_preview=True)
        try:
            with db.session.begin_nested():
                plan = plan_periods(form.frequency.data, form.year.data, form.rule, clock.now(), lock=True)
                created, changed = apply_plan(
                    plan,
                    current_account(),
                    clock.now(),
                    seen=request.form.get("seen", ""),
                    change=request.form.get("change") == "y",
                )
        except DomainError as refusal:
            db.session.rollback()
            flash(refusal.message, "danger")
            return self._rule_page(form, has_preview=True), refusal.status
        flash(_("新增 %(n)s 个报告期，修改 %(m)s 个。", n=created, m=changed), "success")
        return redirect(url_for(".year", year=form.year.data))

    @expose("/year/<int:year>", methods=["GET"])
    @has_access
    @permission_name("list")
    def year(self, year: int) -> Any:
        """Twelve months with holidays, make-up working days and what is due when."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            abort(404)
        return self.render_template(
            "console/calendar/year.html",
            year=year,
            months=year_months(year, lang()),
            first=FIRST_YEAR,
            last=LAST_YEAR,
            may=may,
        )

    def _edit_page(self, item: ReportingPeriod, form: PeriodForm) -> Any:
        return self.render_template("console/calendar/edit.html", item=item, form=form)

    def _rule_page(self, form: RuleForm, *, has_preview: bool = False) -> Any:
        plan = []
        if has_preview:
            plan = plan_periods(form.frequency.data, form.year.data, form.rule, clock.now())
        return self.render_template(
            "console/calendar/generate.html",
            form=form,
            has_preview=has_preview,
            lines=planned_lines(plan, lang()),
            seen=fingerprint(plan),
            states=[one.state for one in plan],
            all_known=all(one.dates.holidays_known for one in plan),
            frequencies=PERIODIC,
        )


def _rule_form() -> RuleForm:
    """From the address or the form; a first visit proposes what is customary for the frequency."""
    if "preview" in request.values:
        return RuleForm(request.form if request.method == "POST" else request.args)
    frequency = request.args.get("frequency", "monthly")
    frequency = frequency if frequency in PROPOSED else "monthly"
    values = {"frequency": frequency, "year": str(clock.today().year + 1), **PROPOSED[frequency]}
    return RuleForm(MultiDict({key: str(value) for key, value in values.items()}))


def _filled(item: ReportingPeriod) -> PeriodForm:
    return PeriodForm(
        formdata=None,
        name_zh=item.name_zh,
        name_en=item.name_en,
        opens_on=clock.local(item.opens_at).date(),
        due_on=clock.last_day(item.due_at),
        allows_late=item.allows_late,
        closes_on=clock.last_day(item.closes_at) if item.allows_late else None,
        seen=seen_key(item),
    )


def _course(item: ReportingPeriod) -> list[dict[str, Any]]:
    course = []
    for entry in reversed(history("reporting_period", item.id)):
        before, after = entry.data.get("before", {}), entry.data.get("after", {})
        changes = [
            _("%(field)s：%(old)s → %(new)s", field=FIELDS[k], old=_said(before[k]), new=_said(after[k]))
            for k in before
        ]
        course.append(
            {
                "title": EVENT_LABELS.get(entry.kind, entry.kind),
                "who": entry.actor_name,
                "when": entry.at,
                "opinion": "；".join(changes) if lang() == "zh" else "; ".join(changes),
            }
        )
    return course


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value)
