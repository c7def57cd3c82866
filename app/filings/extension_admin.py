"""The console's screens on extensions 延期: the list, the decision, more time without having been asked."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import DateField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.badges import badge, minute
from app.core.db import commits, db
from app.core.errors import DomainError, Invalid
from app.core.events import history
from app.core.fab import SafeInterface, SafeModelView
from app.core.i18n import lang
from app.core.parsing import is_number, number_of
from app.filings.calendar import extensions
from app.filings.calendar.days import day_of
from app.filings.calendar.models import Extension, ReportingPeriod
from app.filings.definitions.models import ReportSet
from app.filings.labels import EXTENSION_STATES, EXTENSION_TONES, INDUSTRIES, word
from app.institutions.lists import FilterWithin, linked
from app.institutions.models import Institution
from app.institutions.queries import offered_institutions, region_tree

EVENT_LABELS = {
    "ExtensionRequested": _l("申请延期"),
    "ExtensionWithdrawn": _l("撤回延期申请"),
    "ExtensionGranted": _l("批准延期"),
    "ExtensionRefused": _l("不予延期"),
}
OFFERED_PERIODS = 60  # the newest ones that have begun


def last_minute(moment: Any) -> str:
    """An exclusive end as people say it."""
    return clock.show_end(moment) if moment else "——"


def _key(value: Any) -> int:
    """A choice's number; 0, the invitation to choose, for anything that is none."""
    text = str(value)
    return number_of(text, 9)


def institution_words(institution: Institution) -> str:
    """How a picker shows an institution: two may share a name, none a code."""
    return f"{institution.name}（{institution.uscc}）"


class GrantForm(FlaskForm):
    """More time for an institution that has not asked."""

    institution = SelectField(_l("机构"), [DataRequired(_l("请选择机构。"))], coerce=_key)
    report_set = SelectField(_l("报表集"), [DataRequired(_l("请选择报表集。"))], coerce=_key)
    period = SelectField(_l("报告期"), [DataRequired(_l("请选择报告期。"))], coerce=_key)
    until = DateField(
        _l("延期到（含当日）"),
        [InputRequired(_l("请选择延期到哪一天。"))],
        description=_l("当日 23:59 前仍可上报；应晚于原截止日。"),
    )
    reason = TextAreaField(_l("理由"), [InputRequired(_l("请填写延期的理由，企业将看到。"))])

    def fill_choices(self) -> None:
        """Some institutions of the reader's scope, sets of their industries, periods whose window has opened."""
        blank = (0, _("请选择"))
        words = request.args.get("q", "").strip()[:60]  # of a page without script
        institutions = offered_institutions(words, chosen=self.institution.data or 0)
        self.institution.choices = [blank] + [(one.id, institution_words(one)) for one in institutions]
        industries = select(Institution.industry).distinct()
        sets = select(ReportSet).where(ReportSet.industry.in_(industries), ReportSet.frequency != "once")
        self.report_set.choices = [blank] + [
            (one.id, f"{word(INDUSTRIES, one.industry)} · {one.name(lang())}")
            for one in db.session.scalars(sets.order_by(ReportSet.id))
        ]
        periods = select(ReportingPeriod).where(ReportingPeriod.opens_at <= clock.now())
        self.period.choices = [blank] + [
            (one.id, one.name(lang()))
            for one in db.session.scalars(
                periods.order_by(ReportingPeriod.end_date.desc()).limit(OFFERED_PERIODS)
            )
        ]


class ExtensionAdmin(SafeModelView):
    """Extensions asked for and granted, within the reader's industries and region."""

    datamodel = SafeInterface(
        Extension,
        joined=(Extension.institution, Extension.report_set, Extension.period, Extension.decided_by),
    )
    route_base = "/console/extensions"
    exclude_route_methods = {"download", "add", "edit", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show", "can_decide"]
    list_template = "console/calendar/extensions.html"
    list_title = _l("延期审批")
    list_columns = [
        "report_set",
        "institution",
        "period",
        "status",
        "requested_until",
        "granted_until",
        "requested_at",
        "decided_by",
    ]
    show_columns = list_columns
    search_columns = ["status", "region_code", "report_set", "period", "requested_at", "reason"]
    search_choices = {"status": EXTENSION_STATES, "region_code": region_tree}
    search_filters = {"region_code": FilterWithin}
    order_columns = ["status", "requested_until", "granted_until", "requested_at"]
    base_order = ("requested_at", "desc")
    extra_args = {"may": may}
    label_columns = {
        "institution": _l("机构"),
        "region_code": _l("所属地区"),
        "report_set": _l("报表集"),
        "period": _l("报告期"),
        "status": _l("状态"),
        "requested_until": _l("申请延期至"),
        "granted_until": _l("批准延期至"),
        "requested_at": _l("申请时间"),
        "decided_by": _l("审批人"),
        "reason": _l("理由"),
    }
    formatters_columns: dict[str, Any] = {
        "institution": linked,
        "status": lambda value: badge(value, EXTENSION_STATES, EXTENSION_TONES[value]),
        "report_set": lambda value: value.name(lang()) if value else "——",
        "period": lambda value: value.name(lang()) if value else "——",
        "requested_until": last_minute,
        "granted_until": last_minute,
        "requested_at": minute,
        "decided_by": lambda value: str(value) if value else "——",
    }

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """Reason, filing, course, and the decision."""
        return self._page(self._item_or_404(pk))

    @expose("/approve/<pk>", methods=["POST"])
    @has_access
    @permission_name("decide")
    @commits
    def approve(self, pk: str) -> Any:
        """批准 until the chosen day."""
        item = self._item_or_404(pk)

        def decision() -> None:
            until = day_of(request.form.get("until", ""), "until")
            opinion = request.form.get("opinion", "")
            extensions.grant_extension(item.id, _seen(), current_account(), clock.now(), until, opinion)

        return self._decide(item, decision, _("已批准延期。"))

    @expose("/refuse/<pk>", methods=["POST"])
    @has_access
    @permission_name("decide")
    @commits
    def refuse(self, pk: str) -> Any:
        """不予批准, with a reason."""
        item = self._item_or_404(pk)

        def decision() -> None:
            opinion = request.form.get("opinion", "")
            extensions.refuse_extension(item.id, _seen(), current_account(), clock.now(), opinion)

        return self._decide(item, decision, _("已退回申请，理由将显示给企业。"))

    @expose("/institutions", methods=["GET"])
    @has_access
    @permission_name("decide")
    def institutions(self) -> Any:
        """The institutions that the picker offers for the words typed so far."""
        found = offered_institutions(request.args.get("q", "").strip()[:60])
        return jsonify(results=[{"id": one.id, "text": institution_words(one)} for one in found])

    @expose("/grant", methods=["GET", "POST"])
    @has_access
    @permission_name("decide")
    @commits
    def grant(self) -> Any:
        """More time without having been asked; `?institution=&report_set=&period=` choose beforehand."""
        form = GrantForm(request.form if request.method == "POST" else request.args)
        form.fill_choices()
        if request.method == "GET":
            return self._grant_page(form)
        if not form.validate():
            return self._grant_page(form), 422
        try:
            with db.session.begin_nested():
                item = extensions.grant_directly(
                    db.session.scalars(
                        select(Institution).where(Institution.id == form.institution.data)
                    ).one(),
                    db.session.get_one(ReportSet, form.report_set.data),
                    db.session.get_one(ReportingPeriod, form.period.data),
                    current_account(),
                    clock.now(),
                    form.until.data,
                    form.reason.data or "",
                )
        except DomainError as refusal:
            form[refusal.details.get("field", "institution")].errors = [refusal.message]
            return self._grant_page(form), refusal.status
        flash(_("已延期至 %(until)s。", until=last_minute(item.granted_until)), "success")
        return redirect(url_for(".show", pk=item.id))

    def _decide(self, item: Extension, decision: Any, done: str) -> Any:
        pk = item.id
        try:
            with db.session.begin_nested():
                decision()
        except DomainError as refusal:
            db.session.rollback()
            again = self._item_or_404(str(pk))
            problem = {str(refusal.details.get("field", "")): str(refusal.message)}
            return self._page(again, problem), refusal.status
        flash(done, "success")
        return redirect(url_for(".show", pk=pk))

    def _grant_page(self, form: GrantForm) -> Any:
        return self.render_template("console/calendar/grant.html", form=form)

    def _page(self, item: Extension, errors: dict[str, str] | None = None) -> Any:
        course = [
            {
                "title": EVENT_LABELS.get(entry.kind, entry.kind),
                "who": entry.actor_name,
                "when": entry.at,
                "state": entry.to_state,
                "label": EXTENSION_STATES.get(entry.to_state or "", ""),
                "tone": EXTENSION_TONES.get(entry.to_state or "", ""),
                "opinion": entry.comment,
            }
            for entry in reversed(history("filing_extension", item.id))
        ]
        typed = {name: request.form.get(name, "") for name in ("until", "opinion")}
        typed["until"] = typed["until"] or clock.last_day(item.requested_until).isoformat()
        return self.render_template(
            "console/calendar/extension.html",
            file_link=linked(item.institution),
            item=item,
            course=course,
            state=EXTENSION_STATES[item.status],
            tone=EXTENSION_TONES[item.status],
            may_decide=item.status == "requested" and may("can_decide", "ExtensionAdmin"),
            errors=errors or {},
            typed=typed,
        )


def _seen() -> int:
    value = request.form.get("version", "")
    if not is_number(value, 9):
        raise Invalid(_("页面已过期，请刷新后重试。"))
    return int(value)
