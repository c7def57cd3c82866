"""Admission 机构准入 in the workspace: list, the four forms, the course of each application."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.access import current_account, workspace_required
from app.core import clock
from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.file_rules import ACCEPT
from app.core.i18n import lang
from app.core.parsing import number_of
from app.institutions import queries as institution_queries
from app.institutions.admission import course, queries, rules, services
from app.institutions.admission.change_form import change_page, typed_for
from app.institutions.admission.comparison import comparison
from app.institutions.admission.labels import (
    CHANGE_TYPES,
    FIELDS,
    FILE_KEYS,
    KINDS,
    MODES,
    OPENING_REASONS,
)
from app.institutions.admission.models import Application
from app.institutions.admission.wording import state_word
from app.institutions.models import Institution, Region

blueprint = Blueprint("admission", __name__, url_prefix="/workspace/admission")
MAX_ID = 2**31 - 1


@blueprint.get("/")
@workspace_required
def index() -> str:
    """The institution, its branches, every application, and what can be begun."""
    institution, now = _institution(), clock.now()
    applications = queries.applications_of(institution.id)
    live = {one.kind for one in applications if one.status in rules.LIVE}
    reasons = {kind: queries.opening_reasons(institution, kind, live, now) for kind in rules.KINDS}
    state = queries.register_of(institution, clock.today())
    return render_template(
        "workspace/admission/index.html",
        institution=institution,
        branches=[_branch(values) for values in state.all_of("branch").values()],
        applications=applications,
        kinds=KINDS,
        state_word=state_word,
        reasons={kind: [OPENING_REASONS[code] for code in codes] for kind, codes in reasons.items()},
        step_name=lambda step: step.name(lang()),
        change_types=CHANGE_TYPES,
    )


@blueprint.route("/new/<kind>", methods=["GET", "POST"])
@workspace_required
@commits
def new(kind: str) -> Any:
    """The empty form of a kind; what is sent makes a draft and, when all is right, hands it in."""
    if kind not in rules.KINDS:
        abort(404)
    institution, now = _institution(), clock.now()
    codes = queries.opening_reasons(institution, kind, queries.open_kinds(institution.id), now)
    if codes:
        return _closed_page(kind, codes), 409 if request.method == "POST" else 200
    if request.method == "GET" or _only_shown_anew():
        return _form_page(institution, kind, None, {})
    try:
        application = services.begin(institution, kind, current_account(), now)
    except DomainError as refusal:
        return _form_page(institution, kind, None, {"": str(refusal.message)}), refusal.status
    return _take(application)


@blueprint.route("/<int:application_id>/edit", methods=["GET", "POST"])
@workspace_required
@commits
def edit(application_id: int) -> Any:
    """A draft, or a returned application, to be completed."""
    application = _application(application_id)
    if request.method == "POST" and not _only_shown_anew():
        return _take(application)
    if application.status not in ("draft", "returned"):
        return redirect(url_for(".detail", application_id=application.id))
    return _form_page(application.institution, application.kind, application, {})


@blueprint.get("/<int:application_id>")
@workspace_required
def detail(application_id: int) -> str:
    """详情: what was asked for, old and new, the whole course."""
    application = _application(application_id)
    return render_template(
        "workspace/admission/detail.html",
        item=application,
        kind=KINDS[application.kind],
        state=state_word(application.mode, application.status),
        facts=course.facts(application),
        comparison=comparison(application),
        course=course.course(application),
        clock=course.clock_of(application, clock.now()),
        files=application.files,
        file_keys=FILE_KEYS,
        may_edit=application.status in ("draft", "returned"),
        may_withdraw=bool(rules.APPLICATION_WORKFLOW.next_state(application.status, "withdraw")),
        mode=_mode(application),
    )


@blueprint.post("/<int:application_id>/withdraw")
@workspace_required
@commits
def withdraw(application_id: int) -> Any:
    """撤回."""
    application = _application(application_id)
    try:
        with db.session.begin_nested():
            services.withdraw(application, _seen(), current_account(), clock.now())
        flash(_("申请已撤回。"), "success")
    except DomainError as refusal:
        flash(str(refusal.message), "danger")
    return redirect(url_for(".detail", application_id=application_id))


def _only_shown_anew() -> bool:
    """Whether a page without script asks for other fields of the same form; nothing is stored for that."""
    return request.form.get("action") in ("choose", "rows")


def _take(application: Application) -> Any:
    """Save what was sent; hand it in when that was asked for. Whatever is wrong, what was typed is kept."""
    account, now = current_account(), clock.now()
    errors: dict[str, str] = {}
    seen = application.version if request.endpoint == "admission.new" else _seen()
    try:
        with db.session.begin_nested():
            services.save_draft(application, seen, request.form, account, now)
    except DomainError as refusal:
        errors[""] = str(refusal.message)
        return _form_page(application.institution, application.kind, application, errors, stale=True), 409
    errors |= _store_files(application, account, now)
    if request.form.get("action") != "submit":
        if errors:
            return _form_page(application.institution, application.kind, application, errors), 422
        flash(_("已存为草稿，尚未提交。"), "success")
        return redirect(url_for(".edit", application_id=application.id))
    try:
        with db.session.begin_nested():
            services.submit(application, account, now)
    except services.Incomplete as problem:
        errors = problem.errors | errors
    except DomainError as refusal:
        errors[""] = str(refusal.message)
    if errors:
        return _form_page(application.institution, application.kind, application, errors), 422
    flash(_("申请已提交，编号 %(no)s。办理进度见下方过程。", no=application.number), "success")
    return redirect(url_for(".detail", application_id=application.id))


def _store_files(application: Application, account: Any, now: Any) -> dict[str, str]:
    errors = {}
    for key in rules.ATTACHMENTS[application.kind]:
        upload = request.files.get(f"file_{key}")
        if upload is None or not upload.filename:
            continue
        try:
            with db.session.begin_nested():
                services.attach(application, key, upload, account, now)
        except DomainError as problem:
            errors[f"file_{key}"] = str(problem.message)
    return errors


def _form_page(
    institution: Institution,
    kind: str,
    application: Application | None,
    errors: dict[str, str],
    *,
    stale: bool = False,
) -> str:
    typed = typed_for(kind, application, request)
    return render_template(
        "workspace/admission/form.html",
        kind=kind,
        title=KINDS[kind],
        item=application,
        typed=typed,
        errors=errors,
        stale=stale,
        closed=application is not None and application.status not in ("draft", "returned"),
        fields=FIELDS,
        files={one.key: one.file for one in application.files} if application else {},
        attachments=rules.ATTACHMENTS[kind],
        file_keys=FILE_KEYS,
        accept=ACCEPT,
        **(change_page(institution, typed, request) if kind == rules.CHANGE else {}),
        regions=institution_queries.region_choices() if kind in (rules.BRANCH, rules.CHANGE) else {},
        action=url_for(".edit", application_id=application.id) if application else url_for(".new", kind=kind),
        last_opinion=_last_opinion(application),
    )


def _closed_page(kind: str, codes: tuple[str, ...]) -> str:
    return render_template(
        "workspace/admission/closed.html",
        title=KINDS[kind],
        reasons=[OPENING_REASONS[code] for code in codes],
        open_one=queries.open_application(_institution().id, kind) if "open_already" in codes else None,
    )


def _last_opinion(application: Application | None) -> str:
    if application is None or application.status != "returned" or not application.decisions:
        return ""
    return application.decisions[-1].opinion


def _institution() -> Institution:
    institution: Institution = current_account().institution
    return institution


def _application(application_id: int) -> Application:
    account = current_account()
    found = None
    if application_id <= MAX_ID and account.institution_id is not None:
        found = queries.application_of(account.institution_id, application_id)
    if found is None:
        abort(404)
    return found


def _mode(application: Application) -> Any:
    kind = application.payload.get("change_type", "")
    if application.kind != rules.CHANGE or kind not in rules.CHANGE_FIELDS:
        return None
    found = queries.mode_for(application.institution, kind)
    return {
        "word": MODES[application.mode if application.round else found.mode],
        "basis": found.basis(lang()),
    }


def _seen() -> int:
    value = request.form.get("version", "")
    return number_of(value, 8)


def _branch(values: Any) -> dict[str, Any]:
    region = db.session.get(Region, values.get("region_code") or "")
    return {**values, "region": institution_queries.region_path(region) if region else ""}
