"""The inspectors' desk in the console: plan, document list, notice, documents, days, findings, opinion, feedback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.access import current_account
from app.core import clock
from app.core.db import commits, db
from app.core.errors import DomainError
from app.inspections import feedback, opinions, pages, planning, queries, rules, services, unsaved
from app.inspections.admin import InspectionPages, number, refusal_of, seen
from app.inspections.labels import FIELDS, KINDS
from app.inspections.models import Inspection
from app.institutions.models import Institution
from app.institutions.queries import offered_institutions

Verb = Callable[[int, int, Any, Any, Any], Any]

# What a press of a button on the page does: (id, version, form, actor, now), and what is said afterwards.
VERBS: dict[str, tuple[Verb, Any]] = {
    "submit": (lambda i, v, f, a, n: planning.submit_plan(i, v, a, n), _l("检查方案已提交，等待批准。")),
    "recall": (lambda i, v, f, a, n: planning.recall_plan(i, v, a, n), _l("检查方案已撤回，可以修改。")),
    "cancel": (
        lambda i, v, f, a, n: planning.cancel_inspection(i, v, f.get("reason", ""), a, n),
        _l("检查已取消。"),
    ),
    "serve": (lambda i, v, f, a, n: services.serve_notice(i, v, a, n), _l("检查通知书已送达企业。")),
    "exclude": (lambda i, v, f, a, n: planning.exclude_member(i, v, f, a, n), _l("检查组已调整。")),
    "begin": (lambda i, v, f, a, n: services.begin_work(i, v, a, n), _l("已进场检查。")),
    "day": (
        lambda i, v, f, a, n: services.add_day(i, f, request.files.getlist("files"), a, n),
        _l("现场工作已记录。"),
    ),
    "finish": (
        lambda i, v, f, a, n: services.finish_work(i, v, a, n),
        _l("现场工作已结束，请出具检查意见。"),
    ),
    "resume": (lambda i, v, f, a, n: services.resume_work(i, v, a, n), _l("已恢复现场工作。")),
    "propose": (
        lambda i, v, f, a, n: opinions.submit_opinion(i, v, a, n),
        _l("检查意见书已提交，等待签批。"),
    ),
    "recall_opinion": (
        lambda i, v, f, a, n: opinions.recall_opinion(i, v, a, n),
        _l("检查意见书已撤回，可以修改。"),
    ),
    "remind": (lambda i, v, f, a, n: feedback.remind(i, a, n), _l("已催办。")),
    "review": (lambda i, v, f, a, n: feedback.decide_feedback(i, v, f, a, n), _l("整改反馈已办理。")),
    "close": (
        lambda i, v, f, a, n: feedback.close_inspection(i, v, f.get("conclusion", ""), a, n),
        _l("检查已办结。"),
    ),
    "transfer": (
        lambda i, v, f, a, n: feedback.transfer(i, v, f.get("reason", ""), a, n),
        _l("已移送处理。"),
    ),
}


def _kept(item: Inspection, form: str) -> dict[str, Any]:
    """What stands in a form: what was just sent, or the writer's own draft, or (None) what is saved."""
    url, asked = url_for("InspectionWork.draft", pk=item.id, form=form), request.args.get("draft", "")
    kept = unsaved.shown(item, form, current_account(), url, asked)
    sent = request.form if request.method == "POST" else None
    return {
        "kept": kept,
        "typed": sent if sent is not None else kept.content,
        "unsaved": sent is not None,
        "saved_url": url_for("InspectionAdmin.show", pk=item.id),
    }


class InspectionWork(InspectionPages):
    """Everything that the team does."""

    route_base = "/console/inspection-work"
    default_view = "new"

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    @commits
    def new(self) -> Any:
        """Choose the institution; the plan begins with what is usual."""
        chosen = number(request.values.get("institution", ""), 0)
        if request.method == "GET":
            return self._new_page(chosen, {})
        errors = {}
        institution = db.session.scalars(select(Institution).where(Institution.id == chosen)).first()
        if institution is None:
            errors["institution"] = _("请选择被检查机构。")
        else:
            try:
                with db.session.begin_nested():
                    item = planning.plan_inspection(
                        institution, request.form.get("kind", ""), current_account(), clock.now()
                    )
                return redirect(url_for("InspectionWork.plan", pk=item.id))
            except DomainError as refusal:
                errors = refusal_of(refusal)
        db.session.rollback()
        return self._new_page(chosen, errors), 422

    def _new_page(self, chosen: int, errors: dict[str, str]) -> Any:
        return self.render_template(
            "console/inspections/new.html",
            institutions=offered_institutions(request.args.get("q", "").strip()[:60], chosen),
            chosen=chosen,
            errors=errors,
            typed=request.form,
            kinds=KINDS,
            fields=FIELDS,
        )

    @expose("/institutions", methods=["GET"])
    @has_access
    @permission_name("work")
    def institutions(self) -> Any:
        """The institutions that the picker offers for the words typed so far."""
        found = offered_institutions(request.args.get("q", "").strip()[:60])
        return jsonify(results=[{"id": one.id, "text": f"{one.name}（{one.uscc}）"} for one in found])

    @expose("/plan/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    @commits
    def plan(self, pk: str) -> Any:
        """The fields of the plan and the team."""
        item = self._item_or_404(pk)

        def save() -> Any:
            return planning.save_plan(item.id, seen(), request.form, current_account())

        return self._form(item, save, self._plan_page, "InspectionWork.plan", "InspectionWork.checklist")

    @expose("/checklist/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    @commits
    def checklist(self, pk: str) -> Any:
        """The document list 资料清单, line by line."""
        item = self._item_or_404(pk)

        def save() -> Any:
            saved = planning.save_items(item.id, seen(), request.form, current_account())
            if request.form.get("action") == "usual":
                planning.add_usual_items(item.id, saved.version, current_account())

        return self._form(
            item, save, self._checklist_page, "InspectionWork.checklist", "InspectionAdmin.show"
        )

    def _form(self, item: Inspection, save: Any, page: Any, stay: str, on: str) -> Any:
        if request.method == "GET":
            if item.status not in rules.EDITABLE:
                return redirect(url_for("InspectionAdmin.show", pk=item.id))
            return page(item, {})
        pk = item.id
        try:
            with db.session.begin_nested():
                save()
        except DomainError as refusal:
            db.session.rollback()
            return page(self._item_or_404(str(pk)), refusal_of(refusal)), refusal.status
        flash(_("已保存。"), "success")
        return redirect(url_for(on if request.form.get("action") == "next" else stay, pk=pk))

    def _plan_page(self, item: Inspection, errors: dict[str, str]) -> Any:
        people = queries.possible_inspectors(item.institution)
        return self.render_template(
            "console/inspections/plan.html",
            item=item,
            institution=item.institution,
            people=people,
            certificates=queries.last_certificates([one.id for one in people]),
            rows=rules.MAX_TEAM,
            errors=errors,
            fields=FIELDS,
            kinds=KINDS,
            **_kept(item, "plan"),
        )

    def _checklist_page(self, item: Inspection, errors: dict[str, str]) -> Any:
        blank, kept = 5, _kept(item, "checklist")
        typed = sum(name.endswith("_name") for name in kept["typed"] or ())
        return self.render_template(
            "console/inspections/checklist.html",
            item=item,
            institution=item.institution,
            rows=min(max(len(item.items) + blank, typed), rules.MAX_ITEMS),
            errors=errors,
            fields=FIELDS,
            forms_words=pages.WORDS["forms"],
            **kept,
        )

    @expose("/draft/<pk>/<form>", methods=["POST"])
    @has_access
    @permission_name("work")
    @commits
    def draft(self, pk: str, form: str) -> Any:
        """What is being typed into a form, kept as the writer's draft; or the draft dropped."""
        item, account = self._item_or_404(pk), current_account()
        if request.form.get("action") != "discard":
            told, status = unsaved.answer(item.id, form, request.form, account, clock.now())
            return jsonify(told), status
        unsaved.forget(item.id, form, account)
        flash(_("草稿已放弃。"), "success")
        page, _sep, finding_id = form.partition("_")
        more: dict[str, Any] = {"finding_id": finding_id} if finding_id else {}
        return redirect(url_for(f"InspectionWork.{page}", pk=item.id, **more))

    @expose("/do/<pk>/<verb>", methods=["POST"])
    @has_access
    @permission_name("work")
    @commits
    def do(self, pk: str, verb: str) -> Any:
        """One step of the course, or a note on it; see VERBS."""
        item = self._item_or_404(pk)
        if verb not in VERBS:
            abort(404)
        act, told = VERBS[verb]
        key = item.id
        try:
            with db.session.begin_nested():
                act(key, seen(), request.form, current_account(), clock.now())
        except DomainError as refusal:
            return self._refused(key, refusal)
        flash(told, "success")
        return redirect(url_for("InspectionAdmin.show", pk=key))

    def _refused(self, key: int, refusal: DomainError) -> Any:
        db.session.rollback()
        return self._show(self._item_or_404(str(key)), refusal_of(refusal)), refusal.status

    @expose("/item/<pk>/<item_id>", methods=["POST"])
    @has_access
    @permission_name("work")
    @commits
    def item(self, pk: str, item_id: str) -> Any:
        """Receive a document or give it back."""
        found, form = self._item_or_404(pk), request.form
        key = found.id
        try:
            with db.session.begin_nested():
                services.decide_item(
                    key,
                    number(item_id, 0),
                    form.get("seen", ""),
                    form.get("verdict", ""),
                    form.get(f"remark_{item_id}", ""),
                    current_account(),
                    clock.now(),
                )
        except DomainError as refusal:
            return self._refused(key, refusal)
        flash(_("已办理。"), "success")
        return redirect(url_for("InspectionAdmin.show", pk=key, _anchor="documents"))

    @expose("/opinion/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    @commits
    def opinion(self, pk: str) -> Any:
        """Findings and the texts of the opinion."""
        item = self._item_or_404(pk)
        if request.method == "GET":
            return self._opinion_page(item, {})
        key = item.id
        try:
            with db.session.begin_nested():
                opinions.save_opinion(key, seen(), request.form, current_account())
        except DomainError as refusal:
            db.session.rollback()
            return self._opinion_page(self._item_or_404(pk), refusal_of(refusal)), refusal.status
        flash(_("已保存。"), "success")
        return redirect(url_for("InspectionWork.opinion", pk=key))

    def _opinion_page(self, item: Inspection, errors: dict[str, str]) -> Any:
        if item.status not in rules.WRITES_FINDINGS:
            return redirect(url_for("InspectionAdmin.show", pk=item.id))
        return self.render_template(
            "console/inspections/opinion.html",
            item=item,
            institution=item.institution,
            by=rules.rectify_by(clock.today(), item.rectify_days),
            errors=errors,
            fields=FIELDS,
            **_kept(item, "opinion"),
            **pages.WORDS,
        )

    @expose("/finding/<pk>/<finding_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    @commits
    def finding(self, pk: str, finding_id: str) -> Any:
        """A finding; the number 0 stands for a new one."""
        item, key = self._item_or_404(pk), number(finding_id, 0)
        finding = next((one for one in item.findings if one.id == key), None)
        if key and finding is None:
            abort(404)
        if request.method == "GET":
            return self._finding_page(item, key, {})
        own = item.id
        try:
            with db.session.begin_nested():
                opinions.save_finding(own, seen(), key or None, request.form, current_account())
        except DomainError as refusal:
            db.session.rollback()
            return self._finding_page(self._item_or_404(pk), key, refusal_of(refusal)), refusal.status
        flash(_("问题已保存。"), "success")
        return redirect(url_for("InspectionWork.opinion", pk=own))

    def _finding_page(self, item: Inspection, key: int, errors: dict[str, str]) -> Any:
        if item.status not in rules.WRITES_FINDINGS:
            return redirect(url_for("InspectionAdmin.show", pk=item.id))
        return self.render_template(
            "console/inspections/finding.html",
            item=item,
            finding=next((one for one in item.findings if one.id == key), None),
            key=key,
            errors=errors,
            fields=FIELDS,
            **_kept(item, f"finding_{key}"),
            **pages.WORDS,
        )

    @expose("/finding/<pk>/<finding_id>/drop", methods=["POST"])
    @has_access
    @permission_name("work")
    @commits
    def drop(self, pk: str, finding_id: str) -> Any:
        """Take a finding out."""
        key = self._item_or_404(pk).id
        try:
            with db.session.begin_nested():
                opinions.drop_finding(key, seen(), number(finding_id, 0), current_account())
        except DomainError as refusal:
            return self._refused(key, refusal)
        flash(_("问题已删除。"), "success")
        return redirect(url_for("InspectionWork.opinion", pk=key))

    @expose("/follow-up/<pk>", methods=["POST"])
    @has_access
    @permission_name("work")
    @commits
    def follow_up(self, pk: str) -> Any:
        """Begin the plan of an inspection that looks after this one."""
        key = self._item_or_404(pk).id
        try:
            with db.session.begin_nested():
                item = feedback.follow_up(key, current_account(), clock.now())
        except DomainError as refusal:
            return self._refused(key, refusal)
        flash(_("已新建后续检查方案。"), "success")
        return redirect(url_for("InspectionWork.plan", pk=item.id))
