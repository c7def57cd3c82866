"""Registration: the form, handing in again, and looking up how it stands."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, session, url_for
from flask_babel import gettext as _

from app.accounts.authentication import hash_password
from app.core import clock
from app.core.db import commits, db
from app.core.errors import DomainError, Invalid
from app.core.events import history
from app.core.file_rules import ACCEPT
from app.core.files import StoredFile, store_upload
from app.extensions import limiter
from app.institutions import queries, services
from app.institutions.forms import RegistrationForm, StatusForm
from app.institutions.labels import EVENT_LABELS, REGISTRATION_STATE_LABELS
from app.institutions.models import Registration
from app.institutions.rules import ATTACHMENTS

blueprint = Blueprint("registration", __name__)

# What an unfinished registration has already brought stays on the server: {"user", "password" (hashed), "files"}.
DRAFT = "registration_draft"
SHOWN, RECEIPT = "registration_shown", "registration_receipt"


@blueprint.get("/register")
def form() -> Any:
    """The empty form."""
    session.pop(DRAFT, None)
    return _form_page(_prepared(RegistrationForm(formdata=None)))


@blueprint.post("/register")
@limiter.limit("15 per minute; 100 per hour")
@commits
def submit() -> Any:
    """Hand in a registration; whatever is wrong is said at its field, and nothing has to be typed again."""
    return _take(RegistrationForm(), None)


@blueprint.get("/register/edit")
def edit() -> Any:
    """A rejected registration again, to be corrected; only after its receipt number and code were given."""
    registration = _shown_registration()
    if registration.status != "rejected":
        return redirect(url_for(".status"))
    values = {name: getattr(registration, name) for name in (*services.DETAILS, *services.LICENCE)}
    values["has_licence"] = "yes" if registration.has_licence else "no"
    files = {name: file.id for name, file in queries.registration_files(registration).items()}
    session[DRAFT] = {"user": registration.username, "password": registration.password, "files": files}
    return _form_page(_prepared(RegistrationForm(formdata=None, data=values)), registration)


@blueprint.post("/register/edit")
@limiter.limit("15 per minute; 100 per hour")
@commits
def resubmit() -> Any:
    """Hand a rejected registration in again."""
    registration = _shown_registration()
    if registration.status != "rejected":
        return redirect(url_for(".status"))
    return _take(RegistrationForm(), registration)


@blueprint.get("/register/done")
def done() -> Any:
    """The receipt."""
    receipt = session.get(RECEIPT)
    return (
        render_template("registration/done.html", receipt=receipt) if receipt else redirect(url_for(".form"))
    )


@blueprint.get("/register/status")
def status() -> Any:
    """Ask how a registration stands."""
    return render_template("registration/status.html", form=StatusForm(formdata=None), registration=None)


@blueprint.post("/register/status")
@limiter.limit("10 per minute; 60 per hour")
def show_status() -> Any:
    """How it stands, for who knows both receipt number and code. Changes nothing; POST keeps both out of logs."""
    form = StatusForm()
    if not form.validate():
        return render_template("registration/status.html", form=form, registration=None), 422
    registration = queries.find_registration(form.receipt_no.data or "", form.uscc.data or "")
    if registration is None:
        form.form_errors.append(_("没有找到对应的注册申请，请检查回执编号和统一社会信用代码。"))
        return render_template("registration/status.html", form=form, registration=None), 404
    session[SHOWN] = registration.id
    return render_template(
        "registration/status.html",
        form=form,
        registration=registration,
        state=REGISTRATION_STATE_LABELS[registration.status],
        course=course(registration, staff=False),
    )


def course(registration: Registration, *, staff: bool) -> list[dict[str, Any]]:
    """The steps of a registration for a timeline; applicants see decisions, not who took them."""
    return [
        {
            "title": EVENT_LABELS.get(entry.kind, entry.kind),
            "who": entry.actor_name if staff else "",
            "when": entry.at,
            "state": entry.to_state,
            "label": REGISTRATION_STATE_LABELS.get(entry.to_state or "", ""),
            "opinion": entry.comment if staff or entry.kind != "PersonalDataRevealed" else None,
        }
        for entry in history("registration", registration.id)
    ]


def _shown_registration() -> Registration:
    registration = queries.registration_by_id(session.get(SHOWN, 0))
    if registration is None:
        abort(404)
    return registration


def _prepared(form: RegistrationForm) -> RegistrationForm:
    """Tell the form what an earlier try has left on the server."""
    draft = session.get(DRAFT, {})
    form.password_is_kept = "password" in draft and draft.get("user") == form.username.data
    form.kept_files = frozenset(draft.get("files", {}))
    if not form.captcha_token.data:
        form.renew_captcha()
    return form


def _take(form: RegistrationForm, former: Registration | None) -> Any:
    now = clock.now()
    services.forget_pending_files(now)
    _keep_files(form)
    _prepared(form)
    accepted = form.validate()
    _keep_password(form)
    if not accepted:
        return _form_page(form, former), 422
    draft = session[DRAFT]
    values = {name: form[name].data for name in (*services.DETAILS, *services.LICENCE)}
    values["has_licence"] = form.licence_given
    given: dict[str, Any] = {
        "password_hash": draft["password"],
        "files": _kept_files(),
        "now": now,
    }
    try:
        with db.session.begin_nested():
            if former is None:
                taken = services.submit_registration(values, **given)
            else:
                taken = services.resubmit_registration(former, values, **given)
    except DomainError as problem:
        field = form[problem.details.get("field", "uscc")]
        field.errors = [problem.message]
        return _form_page(form, former), 422
    session.pop(DRAFT, None)
    session[RECEIPT] = {"no": taken.receipt_no, "name": taken.name, "uscc": taken.uscc, "email": taken.email}
    return redirect(url_for(".done"))


def _keep_files(form: RegistrationForm) -> None:
    """Store files at once, so that an error elsewhere does not cost the applicant the upload."""
    kept, problems = dict(session.get(DRAFT, {}).get("files", {})), {}
    for name in ATTACHMENTS:
        upload = form[name].data
        if not upload or not upload.filename:
            continue
        try:
            with db.session.begin_nested():
                kept[name] = store_upload(upload, purpose=services.PENDING_FILE, now=clock.now()).id
        except Invalid as problem:
            problems[name] = str(problem.message)
    form.file_problems = problems
    if kept:
        session[DRAFT] = {**session.get(DRAFT, {}), "files": kept}


def _keep_password(form: RegistrationForm) -> None:
    """Keep a good new password, hashed; it belongs to the user name that it was chosen with."""
    if form.password.data and not (form.password.errors or form.again.errors or form.username.errors):
        kept = {"user": form.username.data, "password": hash_password(form.password.data)}
        session[DRAFT] = {**session.get(DRAFT, {}), **kept}
        form.password_is_kept = True


def _kept_files() -> dict[str, StoredFile]:
    found = {name: queries.stored_file(key) for name, key in session.get(DRAFT, {}).get("files", {}).items()}
    return {name: file for name, file in found.items() if file is not None}


def _form_page(form: RegistrationForm, former: Registration | None = None) -> str:
    form.mark_required()
    return render_template(
        "registration/form.html",
        form=form,
        former=former,
        kept_files=_kept_files(),
        accept=ACCEPT,
        action=url_for(".resubmit") if former else url_for(".submit"),
    )
