"""Form parts that several features share."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField
from wtforms.validators import DataRequired
from wtforms.widgets import HiddenInput

from app.core import clock
from app.core.captcha import captcha_problem, new_token

CAPTCHA_MESSAGES = {
    "expired": _l("验证码已过期，已为您换了一张，请重新输入。"),
    "used": _l("这张验证码已经用过，已为您换了一张，请重新输入。"),
    "wrong": _l("验证码不正确，已为您换了一张，请重新输入。"),
}


def stripped(value: Any) -> Any:
    """WTForms filter: surrounding blanks are never meant."""
    return value.strip() if isinstance(value, str) else value


class Required(DataRequired):
    """Required, with a message that names what is missing; the browser does not interfere."""

    def __init__(self, message: Any = None) -> None:
        super().__init__(message or _l("请填写此项。"))


class CaptchaForm(FlaskForm):
    """A form with a captcha, which is used up only once everything else is right.

    So a person who mistyped another field keeps the solved captcha. After an answer was checked the token
    is spent, and a fresh one is put into the form.
    """

    captcha = StringField(_l("验证码"), [Required(_l("请输入图片中的验证码。"))], filters=[stripped])
    captcha_token = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("captcha", "captcha_token"):  # last on the page, so last in the summary of errors
            self._fields[name] = self._fields.pop(name)

    def hidden_tag(self, *fields: Any) -> Any:
        """The hidden fields but the token: it stands beside its picture, and twice it could not be renewed."""
        hidden = [one for one in self if isinstance(one.widget, HiddenInput) and one.name != "captcha_token"]
        return super().hidden_tag(*(fields or hidden))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ordinary validation first, then the captcha."""
        if not super().validate(extra_validators):
            if not self.captcha_token.data:
                self.renew_captcha()  # without a token there is no picture to show again
            return False
        problem = captcha_problem(self.captcha_token.data or "", self.captcha.data or "", clock.now())
        self.renew_captcha()
        if problem:
            self.captcha.errors = [CAPTCHA_MESSAGES[problem]]
            return False
        return True

    def renew_captcha(self) -> None:
        """Put an unused captcha into the form."""
        self.captcha_token.data = new_token()
        self.captcha_token.raw_data = None
        self.captcha.data = ""
        self.captcha.raw_data = None


class DayField(DateField):
    """A calendar day: the browser's own picker, or typed as 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read what was sent; an impossible day keeps its text and gets a message."""
        text = unicodedata.normalize("NFKC", " ".join(valuelist or [])).strip()
        self.data = None
        if not text:
            return
        found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
        try:
            self.data = date(*map(int, found.groups())) if found else None
        except ValueError:
            self.data = None
        if self.data is None or not 1900 <= self.data.year <= 2200:
            self.data = None
            raise ValueError(_l("请填写有效的日期，例如 2026-03-05。"))
