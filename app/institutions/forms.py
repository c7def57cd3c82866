"""Shapes of input about registrations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import Length

from app.accounts.passwords import problem_texts
from app.accounts.rules import is_email, is_username, normal_name, password_problems
from app.core import clock
from app.core.forms import CaptchaForm, DayField, Required, stripped
from app.institutions.labels import INDUSTRY_LABELS, ORG_TYPE_LABELS
from app.institutions.queries import region_choices
from app.institutions.rules import (
    ATTACHMENTS,
    INDUSTRIES,
    LICENCE_NUMBER,
    ORG_TYPES,
    is_mobile,
    is_uscc,
    licence_problem,
    normal_code,
    normal_phone,
)

FILE_HELP = _l("pdf、jpg、png、docx 或 xlsx，不超过 10 MB。")
CHOOSE = ("", _l("请选择"))
LICENCE_FIELDS = ("licence_no", "licence_issuer", "licence_from", "licence_to", "licence_file")


def _on_text(change: Any) -> Any:
    return lambda value: change(value) if isinstance(value, str) else value


def _text(label: Any, missing: Any, longest: int, *filters: Any, help_text: Any = "") -> StringField:
    too_long = Length(max=longest, message=_l("最多 %(max)d 个字。"))
    return StringField(label, [Required(missing), too_long], [stripped, *filters], description=help_text)


class RegistrationForm(CaptchaForm):
    """Everything that an institution states when it asks for an account.

    `password_is_kept` and `kept_files` say that an earlier try left a good one, which need not be given again.
    """

    password_is_kept = False
    kept_files: Collection[str] = ()
    file_problems: Mapping[str, str] = {}

    username = _text(
        _l("账号"),
        _l("请输入账号。"),
        64,
        _on_text(normal_name),
        help_text=_l("4 至 32 位，以字母开头，可含字母、数字、点、横线和下划线；登录时使用。"),
    )
    password = PasswordField(
        _l("密码"), description=_l("至少 10 个字符，包含大写字母、小写字母、数字、符号中的至少三类。")
    )
    again = PasswordField(_l("再次输入密码"))
    name = _text(_l("机构名称"), _l("请输入机构名称，与营业执照一致。"), 120)
    industry = SelectField(_l("行业"), [Required(_l("请选择行业。"))])
    org_type = SelectField(_l("机构类型"), [Required(_l("请选择机构类型。"))])
    uscc = _text(
        _l("统一社会信用代码"),
        _l("请输入统一社会信用代码。"),
        40,
        _on_text(normal_code),
        help_text=_l("18 位，见营业执照。"),
    )
    region_code = SelectField(_l("注册地"), [Required(_l("请选择注册地。"))])
    address = _text(_l("注册地址"), _l("请输入注册地址。"), 200)
    legal_representative = _text(_l("法定代表人"), _l("请输入法定代表人姓名。"), 60)
    contact_name = _text(_l("联系人"), _l("请输入联系人姓名。"), 60)
    mobile = _text(_l("手机"), _l("请输入联系人手机号码。"), 40, _on_text(normal_phone))
    email = _text(_l("邮箱"), _l("请输入邮箱。"), 120, help_text=_l("审核结果将发送到此邮箱，也可用于登录。"))
    has_licence = RadioField(
        _l("是否有经营许可证"),
        [Required(_l("请选择是否有经营许可证。"))],
        choices=[("yes", _l("是")), ("no", _l("否"))],
    )
    licence_no = StringField(_l("许可证编号"), filters=[stripped])
    licence_issuer = StringField(_l("发证机关"), filters=[stripped])
    licence_from = DayField(_l("有效期起"))
    licence_to = DayField(_l("有效期止"))
    licence_file = FileField(_l("许可证附件"), description=FILE_HELP)
    business_file = FileField(_l("营业执照"), description=FILE_HELP)
    authorisation_file = FileField(
        _l("授权书"), description=_l("加盖公章，写明联系人获得办理本平台事务的授权。")
    )
    consent = BooleanField(
        _l("我已阅读并同意《用户服务与信息处理同意书》，保证所填信息真实、准确、完整。"),
        [Required(_l("请阅读并同意《用户服务与信息处理同意书》。"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.industry.choices = [CHOOSE, *((code, INDUSTRY_LABELS[code]) for code in INDUSTRIES)]
        self.org_type.choices = {
            "": [CHOOSE],
            **{
                str(INDUSTRY_LABELS[code]): [(kind, ORG_TYPE_LABELS[kind]) for kind in ORG_TYPES[code]]
                for code in INDUSTRIES
            },
        }
        self.region_code.choices = {"": [CHOOSE], **region_choices()}

    def mark_required(self) -> None:
        """Stars for what is required only in this situation."""
        for name in ("licence_no", "licence_issuer", "licence_from", "licence_to"):
            self[name].flags.required = True
        for name in ATTACHMENTS:
            self[name].flags.required = name not in self.kept_files
        self.password.flags.required = self.again.flags.required = not self.password_is_kept

    @property
    def licence_given(self) -> bool:
        """Whether the applicant says that there is a licence."""
        return bool(self.has_licence.data == "yes")

    def validate_username(self, field: Any) -> None:
        if not is_username(field.data):
            raise ValidationError(_l("账号须为 4 至 32 位，以字母开头，只含字母、数字、点、横线和下划线。"))

    def validate_password(self, field: Any) -> None:
        if not field.data and self.password_is_kept:
            return
        if not field.data:
            raise ValidationError(_l("请输入密码。"))
        problems = problem_texts(password_problems(field.data, self.username.data or ""))
        if problems:
            raise ValidationError(" ".join(problems))

    def validate_again(self, field: Any) -> None:
        if (field.data or "") != (self.password.data or ""):
            raise ValidationError(_l("两次输入的密码不一致，请重新输入。"))

    def validate_uscc(self, field: Any) -> None:
        if len(field.data) != 18:
            raise ValidationError(_l("统一社会信用代码应为 18 位，请对照营业执照检查。"))
        if not is_uscc(field.data):
            raise ValidationError(_l("统一社会信用代码的校验位不正确，请检查是否有字符输错。"))

    def validate_org_type(self, field: Any) -> None:
        if field.data and self.industry.data and field.data not in ORG_TYPES.get(self.industry.data, ()):
            raise ValidationError(_l("机构类型与所选行业不符，请重新选择。"))

    def validate_mobile(self, field: Any) -> None:
        if not is_mobile(field.data):
            raise ValidationError(_l("手机号码应为 11 位数字，以 13 至 19 开头。"))

    def validate_email(self, field: Any) -> None:
        if not is_email(field.data):
            raise ValidationError(_l("邮箱格式不正确，应类似 name@example.com。"))

    def validate_licence_no(self, field: Any) -> None:
        if self.licence_given and not LICENCE_NUMBER.fullmatch(field.data or ""):
            raise ValidationError(_l("请输入许可证编号（4 至 60 个字符），与许可证一致。"))

    def validate_licence_issuer(self, field: Any) -> None:
        if self.licence_given and not 2 <= len(field.data or "") <= 120:
            raise ValidationError(_l("请输入发证机关的全称。"))

    def validate_licence_from(self, field: Any) -> None:
        if self.licence_given and field.data is None and not field.process_errors:
            raise ValidationError(_l("请填写许可证有效期的起始日期。"))

    def validate_licence_to(self, field: Any) -> None:
        if not self.licence_given or field.process_errors:
            return
        if field.data is None:
            raise ValidationError(_l("请填写许可证有效期的截止日期。"))
        if self.licence_from.data is None:
            return
        problem = licence_problem(self.licence_from.data, field.data, clock.today())
        texts = {
            "order": _l("截止日期应晚于起始日期。"),
            "future": _l("许可证尚未生效，起始日期不能晚于今天。"),
            "expired": _l("许可证已过期。请先换发许可证，或选择“否”后注册。"),
        }
        if problem:
            raise ValidationError(texts[problem])

    def validate_licence_file(self, field: Any) -> None:
        if self.licence_given:
            self._check_file(field, _l("请上传许可证扫描件。"))

    def validate_business_file(self, field: Any) -> None:
        self._check_file(field, _l("请上传营业执照扫描件。"))

    def validate_authorisation_file(self, field: Any) -> None:
        self._check_file(field, _l("请上传加盖公章的授权书。"))

    def _check_file(self, field: Any, missing: Any) -> None:
        if field.name in self.file_problems:
            raise ValidationError(self.file_problems[field.name])
        if field.name not in self.kept_files:
            raise ValidationError(missing)


class StatusForm(FlaskForm):
    """Receipt number and code: together they show a registration to its applicant."""

    receipt_no = _text(
        _l("回执编号"), _l("请输入回执编号，例如 ZC20260305ABCDEFGH。"), 40, _on_text(normal_code)
    )
    uscc = _text(_l("统一社会信用代码"), _l("请输入统一社会信用代码。"), 40, _on_text(normal_code))
