"""Shapes of what visitors write."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.core.forms import CaptchaForm, Required, stripped
from app.portal.labels import TOPIC_LABELS
from app.portal.rules import SUGGESTION_TOPICS


def printable(value: Any) -> Any:
    """WTForms filter: control characters, which databases refuse, are dropped; line ends become one kind."""
    if not isinstance(value, str):
        return value
    return "".join(char for char in value.replace("\r\n", "\n") if char in "\n\t" or ord(char) >= 32)


class SuggestionForm(CaptchaForm):
    """Name, contact, topic, text and a captcha."""

    name = StringField(
        _l("姓名"),
        [Required(_l("请填写姓名或称呼。")), Length(max=40, message=_l("姓名最多 40 个字。"))],
        filters=[printable, stripped],
    )
    contact = StringField(
        _l("联系方式"),
        [
            Required(_l("请填写手机号或邮箱，以便需要时与您联系。")),
            Length(min=5, max=80, message=_l("联系方式应为 5 至 80 个字符，请填写手机号或邮箱。")),
        ],
        filters=[printable, stripped],
        description=_l("手机号或邮箱，仅用于办理本条意见，不会公开。"),
    )
    topic = SelectField(
        _l("主题"),
        choices=[("", _l("请选择")), *((code, TOPIC_LABELS[code]) for code in SUGGESTION_TOPICS)],
        validators=[Required(_l("请选择主题。"))],
    )
    text = TextAreaField(
        _l("意见建议"),
        [
            Required(_l("请填写意见建议。")),
            Length(min=10, max=2000, message=_l("意见建议应为 10 至 2000 个字，请补充或精简。")),
        ],
        filters=[printable, stripped],
        description=_l("请写明时间、事项和您的建议，10 至 2000 个字。"),
    )

    def name_apart(self, beginning: str) -> None:
        """Give the fields ids of their own, for a form that stands over a page with fields of its own."""
        for field in self:
            field.id = field.label.field_id = beginning + field.short_name
