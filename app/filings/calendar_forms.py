"""Shapes of input about reporting periods."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import Required, stripped
from app.filings.calendar.periods import PeriodRule, periods
from app.filings.labels import FREQUENCIES

PERIODIC = {key: words for key, words in FREQUENCIES.items() if key != "once"}
FIRST_YEAR, LAST_YEAR = 2000, 2100
_WHOLE = _l("请填写整数。")


def _told(field: Any, message: Any) -> bool:
    field.errors = [*field.errors, message]
    return False


class PeriodForm(FlaskForm):
    """One period's names and window; days are inclusive, as people say them."""

    name_zh = StringField(
        _l("名称"),
        [Required(_l("请填写名称。")), Length(max=60, message=_l("最多 60 个字。"))],
        [stripped],
    )
    name_en = StringField(
        _l("英文名称"),
        [Required(_l("请填写英文名称。")), Length(max=60, message=_l("最多 60 个字。"))],
        [stripped],
    )
    opens_on = DateField(
        _l("开放日"), [InputRequired(_l("请填写开放日。"))], description=_l("自当日 00:00 起可以填报。")
    )
    due_on = DateField(
        _l("截止日（含当日）"),
        [InputRequired(_l("请填写截止日。"))],
        description=_l("当日 23:59 前上报为按期。"),
    )
    allows_late = BooleanField(_l("允许逾期补报"))
    closes_on = DateField(
        _l("补报截止日（含当日）"),
        [Optional()],
        description=_l("仅在允许逾期补报时填写；截止日之后到这一天上报，记录为迟报。"),
    )
    seen = HiddenField()


class RuleForm(FlaskForm):
    """The rule by which a year's periods are made. It travels in the address: nothing is stored by it."""

    class Meta:
        csrf = False

    frequency = SelectField(_l("频率"), choices=list(PERIODIC.items()))
    year = IntegerField(
        _l("年度"),
        [
            InputRequired(_l("请填写年度。")),
            NumberRange(FIRST_YEAR, LAST_YEAR, _l("请填写 2000 至 2100 之间的年度。")),
        ],
        description=_l("生成在这一年内结束的报告期。"),
    )
    basis = SelectField(
        _l("截止日规则"),
        choices=[("days", _l("期末后若干天")), ("date", _l("期末后第几个月的某一日"))],
    )
    days = IntegerField(
        _l("期末后天数"),
        [Optional(), NumberRange(1, 366, _l("请填写 1 至 366 之间的天数。"))],
        description=_l("例如季报 20：季度结束后第 20 天。"),
    )
    months = IntegerField(
        _l("第几个月"),
        [Optional(), NumberRange(1, 12, _l("请填写 1 至 12 之间的月数。"))],
        description=_l("例如年报 4：次年 4 月；月报 1：次月。"),
    )
    day = IntegerField(
        _l("第几日"),
        [Optional(), NumberRange(1, 31, _l("请填写 1 至 31 之间的日。"))],
        description=_l("超过当月天数时取月末。"),
    )
    opens = IntegerField(
        _l("期末后第几天开放"),
        [InputRequired(_WHOLE), NumberRange(1, 366, _l("请填写 1 至 366 之间的天数。"))],
    )
    late = IntegerField(
        _l("逾期补报天数"),
        [InputRequired(_WHOLE), NumberRange(0, 366, _l("请填写 0 至 366 之间的天数。"))],
        description=_l("0 表示截止后不再接收。"),
    )
    shift = BooleanField(_l("遇节假日、周末顺延到下一个工作日（调休上班日算工作日）"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then what the chosen kind of due day needs, then that the window opens in time."""
        if not super().validate(extra_validators):
            return False
        if self.basis.data == "days" and self.days.data is None:
            return _told(self.days, _l("请填写期末后天数。"))
        if self.basis.data == "date" and self.months.data is None:
            return _told(self.months, _l("请填写第几个月。"))
        if self.basis.data == "date" and self.day.data is None:
            return _told(self.day, _l("请填写第几日。"))
        made = periods(self.frequency.data, self.year.data, self.rule)
        if any(dates.opens_at >= dates.due_at for dates in made):
            return _told(self.opens, _l("按此规则，开放日晚于截止日。请缩短开放天数或放宽截止日。"))
        return True

    @property
    def rule(self) -> PeriodRule:
        """What was entered, once it is valid."""
        by_date = self.basis.data == "date"
        return PeriodRule(
            due_days=0 if by_date else self.days.data or 0,
            due_months=(self.months.data or 0) if by_date else 0,
            due_day=(self.day.data or 0) if by_date else 0,
            opens_after_days=self.opens.data or 1,
            late_days=self.late.data or 0,
            shifts_to_workday=bool(self.shift.data),
        )


# What the form proposes: customary deadlines of the domain notes, section 4.
PROPOSED: dict[str, dict[str, Any]] = {
    "monthly": {"basis": "days", "days": 10, "months": 1, "day": 10, "opens": 1, "late": 0, "shift": "y"},
    "quarterly": {"basis": "days", "days": 20, "months": 1, "day": 20, "opens": 1, "late": 0, "shift": "y"},
    "annual": {"basis": "date", "days": 120, "months": 4, "day": 30, "opens": 1, "late": 0, "shift": "y"},
}
