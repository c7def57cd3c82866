"""Colleagues: the accounts of one's own institution, and accepting an invitation to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts import colleagues
from app.accounts.access import current_account, workspace_required
from app.accounts.forms import AcceptForm, InviteForm
from app.accounts.models import Account, Invitation
from app.core import clock
from app.core.db import commits, db
from app.core.errors import Conflict, DomainError, Invalid
from app.core.scope import SYSTEM, scoped
from app.extensions import limiter

blueprint = Blueprint("colleagues", __name__)
HERE = "/workspace/colleagues"


@blueprint.get(f"{HERE}/")
@workspace_required
def index() -> str:
    """Who of us has an account; managers see what they can do."""
    return _page(InviteForm(formdata=None))


@blueprint.post(f"{HERE}/invite")
@limiter.limit("20 per minute; 60 per hour")
@workspace_required
@commits
def invite() -> Any:
    """Send a colleague a link."""
    form, actor = InviteForm(), current_account()
    colleagues.refuse_unless_manager(actor)
    if form.validate():
        try:
            with db.session.begin_nested():
                row = colleagues.invite(form.data, actor=actor, now=clock.now())
        except DomainError as problem:
            name = problem.details.get("field", "email")
            form[name].errors = [problem.message]
        else:
            flash(_("邀请已发到 %(email)s，7 天内有效。", email=row.email), "success")
            return redirect(url_for(".index"))
    return _page(form), 422


@blueprint.post(f"{HERE}/invitations/<int:pk>/withdraw")
@workspace_required
@commits
def withdraw(pk: int) -> Any:
    """Take an invitation back."""
    row = db.session.get(Invitation, pk)
    if row is None:
        abort(404)
    return _done(_("邀请已撤回。"), colleagues.withdraw, row)


@blueprint.post(f"{HERE}/<int:pk>/active")
@workspace_required
@commits
def switch(pk: int) -> Any:
    """Disable or enable a colleague."""
    account, active = _colleague(pk), _wanted("active")
    said = _("账号已启用。") if active else _("账号已停用，其登录已全部退出。")
    return _done(said, colleagues.set_active, account, active)


@blueprint.post(f"{HERE}/<int:pk>/manager")
@workspace_required
@commits
def appoint(pk: int) -> Any:
    """Make a colleague a manager of accounts, or no longer."""
    account, manages = _colleague(pk), _wanted("manages")
    said = _("已设为机构管理员。") if manages else _("已取消机构管理员身份。")
    return _done(said, colleagues.set_manager, account, manages)


@blueprint.get("/invitation/<token>")
def invitation(token: str) -> Any:
    """The form behind the link. Opening it uses nothing up: mail scanners open links."""
    return _accept_page(token, AcceptForm(formdata=None))


@blueprint.post("/invitation/<token>")
@limiter.limit("20 per minute")
@commits
def accept(token: str) -> Any:
    """Make the account."""
    form, now = AcceptForm(), clock.now()
    row = colleagues.invitation_of(token, now)
    if row is None or not form.validate():
        return _accept_page(token, form, 422)
    try:
        with db.session.begin_nested():
            account = colleagues.accept(row, form.data, form.new.data or "", now=now)
    except Invalid as problem:
        form[problem.details["field"]].errors = [problem.message]
        return _accept_page(token, form, 422)
    except Conflict:
        return _accept_page("", form)
    flash(_("账号 %(name)s 已开通，请登录。", name=account.username), "success")
    return redirect(url_for("AuthView.login"))


def _done(said: str, verb: Any, *values: Any) -> Any:
    """Run one verb and say what became of it."""
    try:
        with db.session.begin_nested():
            verb(*values, actor=current_account(), now=clock.now())
    except Conflict as problem:
        flash(problem.message, "danger")
    else:
        flash(said, "success")
    return redirect(url_for(".index"))


def _colleague(pk: int) -> Account:
    found = colleagues.colleague(current_account(), pk)
    if found is None:
        abort(404)
    return found


def _wanted(name: str) -> bool:
    value = request.form.get(name)
    if value not in ("0", "1"):
        abort(400)
    return value == "1"


def _page(form: InviteForm) -> str:
    account, now = current_account(), clock.now()
    return render_template(
        "workspace/profile/colleagues.html",
        form=form,
        me=account,
        people=colleagues.colleagues_of(account),
        invitations=colleagues.open_invitations(account, now),
    )


def _accept_page(token: str, form: AcceptForm, status: int = 200) -> Any:
    row = colleagues.invitation_of(token, clock.now()) if token else None
    name = ""
    if row is not None:
        with scoped(SYSTEM):
            inviter = db.session.get(Account, row.invited_by_id)
            name = str(inviter.institution) if inviter else ""
    page = render_template("accounts/invitation.html", form=form, row=row, token=token, institution=name)
    return page, 410 if row is None else status
