"""Shapes of input about accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, Length

from app.accounts.rules import MAX_LENGTH
from app.core.forms import CaptchaForm, Required, stripped


class LoginForm(CaptchaForm):
    """Account or e-mail, password, captcha."""

    account = StringField(
        _l("账号或邮箱"),
        [Required(_l("请输入账号或邮箱。")), Length(max=120, message=_l("账号过长。"))],
        filters=[stripped],
    )
    password = PasswordField(
        _l("密码"), [Required(_l("请输入密码。")), Length(max=MAX_LENGTH, message=_l("密码过长。"))]
    )
    next = HiddenField()


class PasswordForm(FlaskForm):
    """Change of one's own password."""

    old = PasswordField(_l("原密码"), [Required(_l("请输入原密码。")), Length(max=MAX_LENGTH)])
    new = PasswordField(_l("新密码"), [Required(_l("请输入新密码。"))])
    again = PasswordField(
        _l("再次输入新密码"),
        [Required(_l("请再次输入新密码。")), EqualTo("new", _l("两次输入的新密码不一致，请重新输入。"))],
    )
