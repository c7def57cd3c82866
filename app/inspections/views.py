"""Inspections in the workspace: notice with document list, opinion, rectification feedback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.access import current_account, workspace_required
from app.core import clock
from app.core.db import commits, db
from app.core.errors import Conflict, DomainError
from app.core.file_rules import ACCEPT
from app.core.parsing import number_of
from app.inspections import drafts, feedback, letters, pages, queries, rules, services, unsaved
from app.inspections.intake import Incomplete
from app.inspections.labels import COMPANY_STATES, FIELDS
from app.inspections.models import Inspection

blueprint = Blueprint("inspections", __name__, url_prefix="/workspace/inspections")


@blueprint.get("/")
@workspace_required
def index() -> str:
    """Everything that the institution was told of."""
    today = clock.today()
    return render_template(
        "workspace/inspections/index.html",
        inspections=queries.company_inspections(int(current_account().institution_id or 0)),
        states=COMPANY_STATES,
        rules=rules,
        today=today,
        pages=pages,
        **pages.WORDS,
    )


@blueprint.get("/<int:inspection_id>")
@workspace_required
def notice(inspection_id: int) -> Any:
    """检查通知: the letter, and the document list below it."""
    return _notice_page(_inspection(inspection_id), {})


def _notice_page(item: Inspection, errors: dict[str, str]) -> str:
    issued = letters.issued(item)
    return render_template(
        "workspace/inspections/notice.html",
        item=item,
        sheet=letters.sheet_of(issued, letters.NOTICE),
        letters=[one for one in issued if one.kind == letters.NOTICE],
        takes=item.status in rules.TAKES_DOCUMENTS and _may_act(item),
        course=pages.course(item, for_company=True),
        errors=errors,
        typed=request.form,
        **_common(item),
    )


def _common(item: Inspection) -> dict[str, Any]:
    return {
        "state": COMPANY_STATES[item.status],
        "deadline": pages.deadline_of(item, clock.now()),
        "fields": FIELDS,
        "accept": ACCEPT,
        "today": clock.today(),
        "rules": rules,
        "pages": pages,
        **pages.WORDS,
    }


def _may_act(item: Inspection) -> bool:
    """Whoever has left the register only reads."""
    return item.institution.status != "deregistered"


@blueprint.post("/<int:inspection_id>/confirm")
@workspace_required
@commits
def confirm(inspection_id: int) -> Any:
    """确认收到, with a request for recusal when there is one."""
    item = _inspection(inspection_id)
    request_text = request.form.get("recusal_request", "")
    return _do(
        item,
        lambda: services.confirm_notice(item.id, request_text, current_account(), clock.now()),
        _notice_page,
        _("已确认收到检查通知。"),
    )


@blueprint.post("/<int:inspection_id>/items/<int:item_id>")
@workspace_required
@commits
def provide(inspection_id: int, item_id: int) -> Any:
    """Files for a line of the list, a note, or a file taken back."""
    item, account, now = _inspection(inspection_id), current_account(), clock.now()
    drop = _number(request.form.get("drop", ""))
    if drop:
        return _do(
            item,
            lambda: services.take_back(item.id, drop, account, now),
            _notice_page,
            _("文件已删除。"),
            f"item-{item_id}",
        )
    uploads, note = request.files.getlist(f"file_{item_id}"), request.form.get(f"note_{item_id}", "")
    return _do(
        item,
        lambda: services.provide(item.id, item_id, uploads, note, account, now),
        _notice_page,
        _("资料已提供。"),
        f"item-{item_id}",
    )


def _do(item: Inspection, act: Callable[[], Any], page: Any, told: str, anchor: str | None = None) -> Any:
    key = item.id
    try:
        with db.session.begin_nested():
            act()
    except DomainError as refusal:
        db.session.rollback()
        return page(_inspection(key), _errors(refusal)), refusal.status
    flash(told, "success")
    return redirect(url_for("inspections.notice", inspection_id=key, _anchor=anchor))


def _errors(refusal: DomainError) -> dict[str, str]:
    if isinstance(refusal, Incomplete):
        return {**refusal.errors, "": str(refusal.message)}
    field = str(refusal.details.get("field", ""))
    return {field: str(refusal.message), "": str(refusal.message)}


@blueprint.get("/<int:inspection_id>/opinion")
@workspace_required
def opinion(inspection_id: int) -> Any:
    """检查意见: the letter, the findings, and how the rectification stands."""
    item = _issued(inspection_id)
    issued = letters.issued(item)
    return render_template(
        "workspace/inspections/opinion.html",
        item=item,
        sheet=letters.sheet_of(issued, letters.OPINION),
        letters=[one for one in issued if one.kind != letters.NOTICE],
        takes=item.status in rules.TAKES_FEEDBACK and _may_act(item),
        may_confirm=item.opinion_read_at is None and _may_act(item),
        course=pages.course(item, for_company=True),
        **_common(item),
    )


@blueprint.post("/<int:inspection_id>/opinion")
@workspace_required
@commits
def confirm_opinion(inspection_id: int) -> Any:
    """The institution confirms that it has the opinion."""
    item = _issued(inspection_id)
    try:
        with db.session.begin_nested():
            feedback.note_read(item.id, current_account(), clock.now())
        flash(_("已确认收到检查意见书。"), "success")
    except DomainError as refusal:
        flash(str(refusal.message), "danger")
    return redirect(url_for(".opinion", inspection_id=inspection_id))


@blueprint.route("/<int:inspection_id>/feedback", methods=["GET", "POST"])
@workspace_required
@commits
def rectify(inspection_id: int) -> Any:
    """整改反馈: per finding, with evidence; kept piece by piece, handed in when complete."""
    item = _issued(inspection_id)
    if request.method == "POST":
        return _take(item)
    if item.status not in rules.TAKES_FEEDBACK or not _may_act(item):
        return redirect(url_for(".opinion", inspection_id=item.id))
    return _feedback_page(item, {}, None)


@blueprint.post("/<int:inspection_id>/feedback/draft")
@workspace_required
@commits
def draft(inspection_id: int) -> Any:
    """What is being typed, kept as the writer's draft; or the draft dropped."""
    item, account = _issued(inspection_id), current_account()
    if request.form.get("action") == "discard":
        unsaved.forget(item.id, unsaved.FEEDBACK, account)
        flash(_("草稿已放弃。"), "success")
        return redirect(url_for(".rectify", inspection_id=item.id))
    told, status = unsaved.answer(item.id, unsaved.FEEDBACK, request.form, account, clock.now())
    return jsonify(told), status


@blueprint.get("/<int:inspection_id>/feedback/preview")
@workspace_required
def preview(inspection_id: int) -> Any:
    """How the feedback reads as it is saved now."""
    item = _issued(inspection_id)
    back = url_for(".rectify", inspection_id=item.id)
    crumbs = [
        (_("现场检查"), url_for(".index")),
        (item.notice_no, url_for(".notice", inspection_id=item.id)),
        (_("整改反馈"), back),
    ]
    return drafts.page(
        item,
        letters.FEEDBACK,
        face="workspace",
        back=back,
        crumbs=crumbs,
        file_url=lambda form: url_for(".preview_file", inspection_id=item.id, form=form),
    )


@blueprint.get("/<int:inspection_id>/feedback/preview/<form>")
@workspace_required
def preview_file(inspection_id: int, form: str) -> Any:
    """The same as a PDF or a Word file."""
    return drafts.file(_issued(inspection_id), letters.FEEDBACK, form)


def _take(item: Inspection) -> Any:
    """Keep what was written, add and remove files, and hand in when that was asked for. Nothing typed is lost."""
    key, account, now = item.id, current_account(), clock.now()
    try:
        with db.session.begin_nested():
            feedback.save_feedback(key, _number(request.form.get("version", "")), request.form, account)
    except DomainError as refusal:
        db.session.rollback()
        fresh = _issued(key)
        if fresh.status not in rules.TAKES_FEEDBACK:
            flash(str(refusal.message), "danger")
            return redirect(url_for(".opinion", inspection_id=key))
        taken = isinstance(refusal, Conflict)
        return _feedback_page(fresh, _errors(refusal), request.form, stale=taken), refusal.status
    errors = _evidence(item, account, now)
    if request.form.get("action") == "submit" and not errors:
        try:
            with db.session.begin_nested():
                feedback.hand_in(key, account, now)
            flash(_("整改反馈已提交，等待验收。"), "success")
            return redirect(url_for(".opinion", inspection_id=key))
        except DomainError as refusal:
            errors = _errors(refusal)
    if errors:
        return _feedback_page(item, errors, request.form), 422
    flash(_("已保存，尚未提交。"), "success")
    if request.form.get("action") == "preview":
        return redirect(url_for(".preview", inspection_id=key))
    return redirect(url_for(".rectify", inspection_id=key))


def _evidence(item: Inspection, account: Any, now: Any) -> dict[str, str]:
    errors: dict[str, str] = {}
    drop = _number(request.form.get("drop", ""))
    try:
        if drop:
            with db.session.begin_nested():
                services.take_back(item.id, drop, account, now)
            db.session.expire_all()
    except DomainError as refusal:
        errors = _errors(refusal)
    for finding in feedback.open_findings(item):
        try:
            with db.session.begin_nested():
                services.attach_evidence(
                    item, finding, request.files.getlist(f"file_{finding.id}"), account, now
                )
        except DomainError as refusal:
            errors[f"file_{finding.id}"] = errors[""] = str(refusal.message)
    return errors


def _feedback_page(item: Inspection, errors: dict[str, str], typed: Any, *, stale: bool = False) -> str:
    url, asked = url_for(".draft", inspection_id=item.id), request.args.get("draft", "")
    kept = unsaved.shown(item, unsaved.FEEDBACK, current_account(), url, asked)
    return render_template(
        "workspace/inspections/feedback.html",
        item=item,
        open_findings=feedback.open_findings(item),
        errors=errors,
        typed=typed or kept.content,
        unsaved=bool(typed),
        kept=kept,
        saved_url=url_for(".preview", inspection_id=item.id),
        stale=stale,
        **_common(item),
    )


def _number(text: str) -> int:
    return number_of(text, 9)


def _inspection(inspection_id: int) -> Inspection:
    account = current_account()
    found = queries.company_inspection(int(account.institution_id or 0), inspection_id)
    if found is None:
        abort(404)
    return found


def _issued(inspection_id: int) -> Inspection:
    found = _inspection(inspection_id)
    if found.issued_at is None:
        abort(404)
    return found
