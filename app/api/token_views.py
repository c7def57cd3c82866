"""接口令牌 in the workspace: make one, see it once, see when it was used, revoke it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from app.accounts.access import current_account, workspace_required
from app.accounts.authentication import verify_password
from app.accounts.views import failure_message
from app.api.rules import LIVE_TOKENS, USUAL
from app.api.tokens import create_token, revoke_token, tokens_of
from app.core import clock
from app.core.db import commits
from app.core.errors import DomainError
from app.core.forms import DayField, Required, stripped
from app.extensions import limiter

blueprint = Blueprint("api_tokens", __name__, url_prefix="/workspace/api-tokens")


class TokenForm(FlaskForm):
    """What a new token is for and how long it lives; the password says that it is really the account's holder."""

    name = StringField(_l("名称"), [Required(_l("请填写名称，例如使用令牌的系统。"))], filters=[stripped])
    expires_on = DayField(_l("有效期至（含当日）"), [InputRequired(_l("请填写有效期，例如 2026-03-05。"))])
    password = PasswordField(_l("登录密码"), [Required(_l("请输入您的登录密码。"))])


@blueprint.get("/")
@workspace_required
def index() -> Any:
    """The institution's tokens and the form for a new one."""
    return _page(TokenForm(formdata=None, expires_on=clock.today() + USUAL))


@blueprint.post("/")
@limiter.limit("10 per minute")
@workspace_required
@commits
def create() -> Any:
    """Make a token and show it, once; the password is checked under the same lock as the log-in."""
    form, account, now = TokenForm(), current_account(), clock.now()
    if not form.validate():
        return _page(form), 422
    attempt = verify_password(account, form.password.data or "", now)
    if attempt.account is None:
        form.password.errors = [
            _("密码不正确，再输错 %(n)s 次账号将锁定 15 分钟。", n=attempt.tries_left)
            if attempt.problem == "wrong"
            else failure_message(attempt, now)
        ]
        return _page(form), 422
    try:
        token, text = create_token(account, form.name.data or "", form.expires_on.data, now)
    except DomainError as error:
        field = str(error.details.get("field", ""))
        (form[field] if field else form.name).errors = [str(error.message)]
        return _page(form), 422
    return _page(TokenForm(formdata=None, expires_on=clock.today() + USUAL), new=token, text=text)


@blueprint.post("/<int:token_id>/revoke")
@workspace_required
def revoke(token_id: int) -> Any:
    """撤销: from now on the token is worth nothing."""

    @commits
    def take_away() -> str | None:
        token = revoke_token(current_account(), token_id, clock.now())
        return token.name if token is not None else None

    name = take_away()
    if name is None:
        abort(404)
    flash(_("令牌“%(name)s”已撤销，立即失效。", name=name), "success")
    return redirect(url_for(".index"))


def _page(form: TokenForm, new: Any = None, text: str = "") -> str:
    account, now = current_account(), clock.now()
    tokens = tokens_of(account.institution_id or 0)
    return render_template(
        "workspace/api/tokens.html",
        form=form,
        new=new,
        text=text,
        tokens=tokens,
        live=[token for token in tokens if token.is_live(now)],
        now=now,
        limit=LIVE_TOKENS,
        base=request.host_url.rstrip("/"),
    )
