"""Shapes of input about accounts."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import EqualTo, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.rules import MAX_LENGTH, is_email
from app.core.forms import CaptchaForm, Required, stripped

_CHECKBOXES = ListWidget(prefix_label=False)


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


class ForgottenForm(CaptchaForm):
    """Account and e-mail of somebody who forgot the password."""

    account = StringField(
        _l("账号"),
        [Required(_l("请输入账号。")), Length(max=120, message=_l("账号过长。"))],
        filters=[stripped],
    )
    email = StringField(
        _l("邮箱"),
        [Required(_l("请输入注册时填写的邮箱。")), Length(max=120, message=_l("邮箱过长。"))],
        filters=[stripped],
    )

    def validate_email(self, field: Any) -> None:
        if not is_email(field.data):
            raise ValidationError(_l("邮箱格式不正确，应类似 name@example.com。"))


class NewPasswordForm(FlaskForm):
    """A new password, chosen through a one-time link."""

    new = PasswordField(_l("新密码"), [Required(_l("请输入新密码。"))])
    again = PasswordField(
        _l("再次输入新密码"),
        [Required(_l("请再次输入新密码。")), EqualTo("new", _l("两次输入的新密码不一致，请重新输入。"))],
    )


class CodeForm(FlaskForm):
    """The second step of a log-in: a code from the device, or a recovery code."""

    code = StringField(
        _l("动态口令"),
        [Required(_l("请输入动态口令或备用码。")), Length(max=40, message=_l("动态口令是 6 位数字。"))],
        filters=[stripped],
    )


class ConfirmedCodeForm(CodeForm):
    """The same, by somebody who is logged in and shows that it is really them."""

    password = PasswordField(
        _l("当前密码"), [Required(_l("请输入当前密码。")), Length(max=MAX_LENGTH, message=_l("密码过长。"))]
    )


class PasswordForm(FlaskForm):
    """Change of one's own password."""

    old = PasswordField(_l("原密码"), [Required(_l("请输入原密码。")), Length(max=MAX_LENGTH)])
    new = PasswordField(_l("新密码"), [Required(_l("请输入新密码。"))])
    again = PasswordField(
        _l("再次输入新密码"),
        [Required(_l("请再次输入新密码。")), EqualTo("new", _l("两次输入的新密码不一致，请重新输入。"))],
    )


class InviteForm(FlaskForm):
    """A colleague of one's own institution."""

    display_name = StringField(
        _l("姓名"),
        [Required(_l("请输入姓名。")), Length(max=60, message=_l("姓名最多 60 个字。"))],
        [stripped],
    )
    email = StringField(
        _l("邮箱"),
        [Required(_l("请输入邮箱。")), Length(max=120, message=_l("邮箱过长。"))],
        filters=[stripped],
    )

    def validate_email(self, field: Any) -> None:
        if not is_email(field.data):
            raise ValidationError(_l("邮箱格式不正确，应类似 name@example.com。"))


class AcceptForm(FlaskForm):
    """A colleague's own account."""

    username = StringField(
        _l("账号"),
        [Required(_l("请输入账号。"))],
        filters=[stripped],
        description=_l("4 至 32 位，以字母开头，可含字母、数字、点、横线和下划线。"),
    )
    new = PasswordField(_l("密码"), [Required(_l("请输入密码。"))])
    again = PasswordField(
        _l("再次输入密码"),
        [Required(_l("请再次输入密码。")), EqualTo("new", _l("两次输入的密码不一致，请重新输入。"))],
    )
    mobile = StringField(_l("手机"), [Length(max=20, message=_l("手机号码过长。"))], filters=[stripped])


class StaffForm(FlaskForm):
    """A member of staff; the password is for the first log-in and only asked for on creation."""

    username = StringField(
        _l("账号"),
        [Required(_l("请输入账号。"))],
        filters=[stripped],
        description=_l("4 至 32 位，以字母开头，可含字母、数字、点、横线和下划线。"),
    )
    display_name = StringField(
        _l("姓名"),
        [Required(_l("请输入姓名。")), Length(max=60, message=_l("姓名最多 60 个字。"))],
        [stripped],
    )
    email = StringField(_l("邮箱"), [Required(_l("请输入邮箱。"))], filters=[stripped])
    mobile = StringField(_l("手机"), [Length(max=20, message=_l("手机号码过长。"))], filters=[stripped])
    password = PasswordField(
        _l("初始密码"),
        [Required(_l("请输入初始密码。"))],
        description=_l(
            "至少 10 个字符，包含大写字母、小写字母、数字、符号中的至少三类；请本人首次登录后修改。"
        ),
    )

    def validate_email(self, field: Any) -> None:
        if not is_email(field.data):
            raise ValidationError(_l("邮箱格式不正确，应类似 name@example.com。"))


class GrantForm(FlaskForm):
    """Roles and area of a member of staff."""

    roles = SelectMultipleField(_l("角色"), widget=_CHECKBOXES, option_widget=CheckboxInput())
    industries = SelectMultipleField(_l("行业范围"), widget=_CHECKBOXES, option_widget=CheckboxInput())
    region_prefix = SelectField(_l("地区范围"))
