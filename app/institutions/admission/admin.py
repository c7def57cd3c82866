"""The console's screens on admission: the queue of applications, the steps of approval, the modes of changes."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.filters import FilterNotEqual
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.badges import badge, minute
from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.fab import SafeInterface, SafeModelView
from app.core.i18n import lang
from app.core.parsing import number_of
from app.institutions.admission import course, decisions, plans, queries, rules
from app.institutions.admission.comparison import comparison
from app.institutions.admission.labels import (
    CHANGE_TYPES,
    DECIDER_REASONS,
    FILE_KEYS,
    KINDS,
    MODES,
    ROLES,
)
from app.institutions.admission.models import Application, ApprovalMode, StepPlan
from app.institutions.admission.wording import STATE_CHOICES, decision_words, state_word
from app.institutions.labels import INDUSTRY_LABELS
from app.institutions.lists import FilterWithin, linked
from app.institutions.models import Institution, Region
from app.institutions.queries import region_choices, region_path, region_tree


def place_name(prefix: str) -> str:
    """The region that a prefix of its code stands for; the whole province without one."""
    region = db.session.get(Region, prefix.ljust(6, "0")) if prefix else None
    return region_path(region) if region else prefix or _("全省")


def step_words(value: Any) -> str:
    """The steps of a plan in their order, each with its role."""
    return " → ".join(
        _("%(name)s（%(role)s）", name=one.name(lang()), role=ROLES[one.role])
        for one in rules.steps_from(value)
    )


def mode_facts(pk: str) -> list[tuple[Any, Any]]:
    """(label, words) of what a mode is for; its edit page has let nobody in for a row that is not there."""
    item = db.session.get_one(ApprovalMode, int(pk))
    return [
        (_("行业"), INDUSTRY_LABELS.get(item.industry, item.industry)),
        (_("变更类型"), CHANGE_TYPES.get(item.change_type, item.change_type)),
        (_("地区"), place_name(item.region_prefix)),
    ]


class ApplicationAdmin(SafeModelView):
    """Applications of institutions within the reader's industries and region, and the decisions on them."""

    datamodel = SafeInterface(Application, joined=(Application.institution,))
    route_base = "/console/applications"
    exclude_route_methods = {"download", "add", "edit", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show", "can_decide"]
    list_title = _l("准入审批")
    list_columns = ["number", "institution", "kind", "industry", "standing", "step_role", "submitted_at"]
    show_columns = list_columns
    search_columns = [
        "status",
        "kind",
        "step_role",
        "number",
        "submitted_at",
        "industry",
        "region_code",
    ]
    search_choices = {
        "status": STATE_CHOICES,
        "kind": KINDS,
        "step_role": ROLES,
        "industry": INDUSTRY_LABELS,
        "region_code": region_tree,
    }
    search_filters = {"region_code": FilterWithin}
    order_columns = ["number", "kind", "standing", "submitted_at"]
    base_order = ("submitted_at", "desc")
    base_filters = [["status", FilterNotEqual, "draft"]]  # a draft is the institution's own affair
    label_columns = {
        "number": _l("申请编号"),
        "institution": _l("机构"),
        "kind": _l("申请事项"),
        "status": _l("状态"),
        "standing": _l("状态"),
        "step_role": _l("等待办理的岗位"),
        "submitted_at": _l("提交时间"),
        "industry": _l("行业"),
        "region_code": _l("所属地区"),
    }
    formatters_columns: dict[str, Any] = {
        "institution": linked,
        "kind": lambda value: KINDS.get(value, value),
        "industry": lambda value: INDUSTRY_LABELS.get(value, value),
        "standing": lambda value: badge(value[0], {value[0]: state_word(value[1], value[0])}),
        "step_role": lambda value: ROLES.get(value, "——"),
        "submitted_at": minute,
    }

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """What was asked for, the whole course, and the decision."""
        return self._page(self._item_or_404(pk), {})

    @expose("/decide/<pk>", methods=["POST"])
    @has_access
    @permission_name("decide")
    @commits
    def decide(self, pk: str) -> Any:
        """Take the present step: agree, return with reason, reject with reason."""
        item = self._item_or_404(pk)
        key = item.id
        try:
            with db.session.begin_nested():
                decisions.decide(
                    key,
                    _seen(),
                    request.form.get("decision", ""),
                    request.form.get("opinion", ""),
                    current_account(),
                    clock.now(),
                )
        except DomainError as refusal:
            db.session.rollback()
            field = str(refusal.details.get("field", ""))
            return self._page(self._item_or_404(pk), {field: str(refusal.message)}), refusal.status
        flash(_("已办理。"), "success")
        still_there = self.datamodel.get(
            key, self._base_filters
        )  # a change of region may lead out of the scope
        return redirect(url_for(".show", pk=key) if still_there else url_for(".list"))

    def _page(self, item: Application, errors: dict[str, str]) -> Any:
        reasons = queries.decider_reasons(item, current_account()) if item.status == "submitted" else ()
        may_decide = item.status == "submitted" and may("can_decide", "ApplicationAdmin")
        institution: Institution = item.institution
        change = item.payload.get("change_type", "")
        mode = queries.mode_for(institution, change) if change in rules.CHANGE_FIELDS else None
        return self.render_template(
            "console/admission/show.html",
            item=item,
            institution=institution,
            file_link=linked(institution),
            region=region_path(institution.region),
            industry=INDUSTRY_LABELS[institution.industry],
            kind=KINDS[item.kind],
            state=state_word(item.mode, item.status),
            decisions=decision_words(item.mode),
            facts=course.facts(item),
            comparison=comparison(item),
            course=course.course(item),
            clock=course.clock_of(item, clock.now()),
            step=item.current_step.name(lang()) if item.current_step else "",
            basis=mode.basis(lang()) if mode else "",
            files=item.files,
            file_keys=FILE_KEYS,
            may_decide=may_decide,
            reasons=[DECIDER_REASONS[code] for code in reasons],
            ended=may_decide and decisions.has_ended(item, clock.now()),
            errors=errors,
            typed=request.form,
        )


class StepPlanAdmin(SafeModelView):
    """The steps of approval by kind, industry and region. A change makes a new version; running ones keep theirs."""

    datamodel = SafeInterface(StepPlan, joined=(StepPlan.made_by,))
    route_base = "/console/steps"
    exclude_route_methods = {"download", "show", "add", "edit", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_edit"]
    list_template = "console/admission/plans.html"
    list_title = _l("审批步骤")
    list_columns = ["kind", "industry", "region_prefix", "version", "steps", "made_at", "made_by"]
    search_columns = ["kind", "industry", "version"]
    search_choices = {"kind": KINDS, "industry": {"": _l("全部行业"), **INDUSTRY_LABELS}}
    order_columns = ["kind", "industry", "version", "made_at"]
    base_order = ("id", "desc")
    extra_args = {"may": may}
    label_columns = {
        "kind": _l("申请事项"),
        "industry": _l("行业"),
        "region_prefix": _l("地区"),
        "version": _l("版本"),
        "steps": _l("步骤"),
        "made_at": _l("启用时间"),
        "made_by": _l("制定人"),
    }
    formatters_columns: dict[str, Any] = {
        "kind": lambda value: KINDS.get(value, value),
        "industry": lambda value: INDUSTRY_LABELS.get(value) or _("全部行业"),
        "region_prefix": place_name,
        "steps": step_words,
        "made_at": minute,
        "made_by": lambda value: str(value) if value else "——",
    }

    @expose("/plan", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    @commits
    def plan(self) -> Any:
        """Lay the steps of a kind down anew."""
        if request.method == "GET":
            return self._page(_typed_from(plans.newest(*_place(request.args))), {})
        typed = _typed(request.form)
        try:
            with db.session.begin_nested():
                plans.lay_down(
                    *_place(request.form), typed["steps"], actor=current_account(), now=clock.now()
                )
        except DomainError as refusal:
            return self._page(
                typed, {str(refusal.details.get("field", "")): str(refusal.message)}
            ), refusal.status
        flash(_("新的审批步骤已启用；办理中的申请仍按原步骤办理。"), "success")
        return redirect(url_for(".list"))

    def _page(self, typed: dict[str, Any], errors: dict[str, str]) -> Any:
        kind, industry, prefix = _place(request.form if request.method == "POST" else request.args)
        return self.render_template(
            "console/admission/plan.html",
            kinds=list(KINDS.items()),
            industries=[("", _("全部行业")), *INDUSTRY_LABELS.items()],
            regions=region_choices(),
            roles=list(ROLES.items()),
            kind=kind,
            industry=industry,
            prefix=prefix,
            typed=typed,
            errors=errors,
            rows=rules.MAX_STEPS,
        )


class ApprovalModeAdmin(SafeModelView):
    """审批, 备案 or 报告 by industry, kind of change and region, with the legal basis."""

    datamodel = SafeInterface(ApprovalMode)
    route_base = "/console/modes"
    exclude_route_methods = {"download", "show", "add", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_edit"]
    list_title, edit_title = _l("变更办理方式"), _l("修改办理方式")
    edit_template = "console/admission/mode.html"
    extra_args = {"mode_facts": mode_facts}
    list_columns = ["industry", "change_type", "region_prefix", "mode", "basis_zh"]
    edit_columns = ["mode", "basis_zh", "basis_en"]
    search_columns = ["industry", "change_type", "mode"]
    search_choices = {"industry": INDUSTRY_LABELS, "change_type": CHANGE_TYPES, "mode": MODES}
    order_columns = ["industry", "change_type", "mode"]
    base_order = ("id", "asc")
    label_columns = {
        "industry": _l("行业"),
        "change_type": _l("变更类型"),
        "region_prefix": _l("地区"),
        "mode": _l("办理方式"),
        "basis_zh": _l("法律依据"),
        "basis_en": _l("法律依据（英文）"),
    }
    formatters_columns: dict[str, Any] = {
        "industry": lambda value: INDUSTRY_LABELS.get(value, value),
        "change_type": lambda value: CHANGE_TYPES.get(value, value),
        "region_prefix": place_name,
        "mode": lambda value: MODES.get(value, value),
    }
    edit_form_extra_fields = plans.mode_fields()

    def post_update(self, item: ApprovalMode) -> None:
        """Who changed it stands in the history."""
        plans.note_mode(item, current_account(), clock.now())


def _seen() -> int:
    value = request.form.get("version", "")
    return number_of(value, 8)


def _place(given: Any) -> tuple[str, str, str]:
    return given.get("kind", ""), given.get("industry", ""), given.get("region_prefix", "")


def _typed(given: Any) -> dict[str, Any]:
    rows = []
    for number in range(rules.MAX_STEPS):
        zh = given.get(f"zh_{number}", "").strip()
        en = given.get(f"en_{number}", "").strip()
        role = given.get(f"role_{number}", "")
        if zh or en or role:
            rows.append(rules.Step(zh, en or zh, role))
    return {"steps": rows}


def _typed_from(steps: tuple[rules.Step, ...]) -> dict[str, Any]:
    return {"steps": list(steps)}
