"""Form fields of the console: native inputs in place of FAB's script-driven ones.

`install()` replaces FAB's conversion table and picker widgets; it is called once, before any model view is built.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from flask_appbuilder import forms as fab_forms
from flask_appbuilder.fields import EnumField, QuerySelectField, QuerySelectMultipleField
from flask_appbuilder.models.base import BaseInterface
from flask_appbuilder.models.sqla import filters as sqla_filters
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from wtforms import BooleanField, DateField, DecimalField, IntegerField, StringField, TextAreaField, widgets
from wtforms.fields import DateTimeLocalField
from wtforms.fields.choices import Choice
from wtforms.validators import DataRequired, InputRequired

from app.core.clock import SHANGHAI

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
MAX_DIGITS = 18  # what a 64-bit integer column and a Numeric(20, 2) both take
MAX_INTEGER = 2**31 - 1  # what PostgreSQL's integer takes; SQLite would take more
PICKER_FROM = 15  # a shorter list is read faster than searched


def plain_number(text: str) -> str:
    """Normalise full-width digits and thousands separators; ValueError for anything that is no plain number.

    Exponents, NaN and Infinity are refused: PostgreSQL would store them and every sum after that would be lost.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    if not NUMBER.fullmatch(cleaned):
        raise ValueError(_("请填写数字，例如 1250 或 1,250.00。"))
    if len(cleaned.lstrip("+-").split(".")[0].lstrip("0")) > MAX_DIGITS:
        raise ValueError(_("数字过大，整数部分最多 %(n)s 位。", n=MAX_DIGITS))
    return cleaned


class NumberInput(widgets.TextInput):
    """A text box with the number keyboard: browsers' own number boxes change values when scrolled over."""

    def __init__(self, mode: str = "decimal") -> None:
        super().__init__()
        self.mode = mode

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        kwargs.setdefault("inputmode", self.mode)
        kwargs["class"] = f"{kwargs.get('class', 'form-control')} num"
        return super().__call__(field, **kwargs)


class IntegerInput(NumberInput):
    """The same for whole numbers."""

    def __init__(self) -> None:
        super().__init__("numeric")


class TextBox(widgets.TextInput):
    """A text box on our look."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        kwargs.setdefault("class", "form-control")
        return super().__call__(field, **kwargs)


class TextBlock(widgets.TextArea):
    """A text area on our look."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        kwargs.setdefault("class", "form-control")
        kwargs.setdefault("rows", 4)
        return super().__call__(field, **kwargs)


class Picker(widgets.Select):
    """A list; a long or multiple one gets a search box from script and stays a plain list without it."""

    def __init__(
        self, extra_classes: str | None = None, style: str | None = None, multiple: bool = False
    ) -> None:
        super().__init__(multiple=multiple)
        self.extra_classes = extra_classes

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        kwargs["class"] = " ".join(filter(None, [kwargs.get("class", "form-select"), self.extra_classes]))
        if self.multiple or len(list(field.iter_choices())) > PICKER_FROM:
            kwargs.setdefault("data-picker", True)
        return super().__call__(field, **kwargs)

    @classmethod
    def render_option(cls, choice: Any, **kwargs: Any) -> Markup:
        """FAB's blank choice has no words; an empty line in a list says nothing to anybody."""
        if not str(choice.label or ""):
            choice = choice._replace(label=_("（未选择）"))
        return super().render_option(choice, **kwargs)


class ManyPicker(Picker):
    """A list of which several may be chosen."""

    def __init__(self, extra_classes: str | None = None, style: str | None = None) -> None:
        super().__init__(extra_classes, style, multiple=True)


class PlainDecimalField(DecimalField):
    """Money and ratios: Decimal, full-width digits and separators understood, nothing rounded on display."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, places=None, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return (
            f"{self.data:f}"
            if isinstance(self.data, Decimal)
            else str("" if self.data is None else self.data)
        )

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Parse what was typed; ValueError becomes the message at the field."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        self.data = None
        self.data = Decimal(plain_number(valuelist[0]))


class PlainIntegerField(IntegerField):
    """Whole numbers within 32 bits."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Parse what was typed; ValueError becomes the message at the field."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        self.data = plain_integer(valuelist[0])


class CheckboxField(BooleanField):
    """Not ticked means no: a required flag on a checkbox would make "no" impossible."""

    def __init__(
        self, label: Any = None, validators: Sequence[Callable[..., Any]] | None = None, **kwargs: Any
    ) -> None:
        kept = [v for v in validators or () if not isinstance(v, InputRequired | DataRequired)]
        super().__init__(label, kept, **kwargs)


class ShanghaiDateTimeField(DateTimeLocalField):
    """Typed and shown in Asia/Shanghai, held as an aware moment in UTC."""

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        if self.data is None:
            return ""
        moment = self.data if self.data.tzinfo else self.data.replace(tzinfo=UTC)
        return str(moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"))

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Parse what was typed; ValueError becomes the message at the field."""
        self.data = None
        text = " ".join(valuelist).strip().replace("T", " ")
        if not text:
            return
        for pattern in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
            try:
                local = datetime.strptime(text, pattern).replace(tzinfo=SHANGHAI)
            except ValueError:
                continue
            self.data = local.astimezone(UTC)
            return
        raise ValueError(_("请按“年-月-日 时:分”填写，例如 2026-03-05 14:30。"))


class OneOfField(QuerySelectField):
    """FAB's field for a related row, with choices as present WTForms wants them."""

    def iter_choices(self) -> Iterator[Choice]:
        """One choice a row; the blank one first where it is allowed."""
        return (Choice(*choice) for choice in super().iter_choices())


class SomeOfField(QuerySelectMultipleField):
    """The same for several related rows."""

    def iter_choices(self) -> Iterator[Choice]:
        """One choice a row."""
        return (Choice(*choice) for choice in super().iter_choices())


class LabelledEnumField(EnumField):
    """Shows a member's `label` where it has one; FAB would show the stored value."""

    def __init__(self, enum_class: Any, enums: Any, **kwargs: Any) -> None:
        super().__init__(enum_class, enums, **kwargs)
        if enum_class is not None:
            members = enum_class.__members__
            self.choices = [
                (name, getattr(members[name], "label", None) or members[name].value) for name in enums
            ]


def plain_integer(text: str) -> int:
    """A whole number that an integer column takes; ValueError otherwise."""
    cleaned = plain_number(text)
    if "." in cleaned:
        raise ValueError(_("请填写整数。"))
    if abs(int(cleaned)) > MAX_INTEGER:
        raise ValueError(_("数字过大，最大为 %(n)s。", n=f"{MAX_INTEGER:,}"))
    return int(cleaned)


def _moment(text: str) -> datetime:
    local = datetime.fromisoformat(text)
    return (local if local.tzinfo else local.replace(tzinfo=SHANGHAI)).astimezone(UTC)


FILTER_VALUES: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("is_integer", plain_integer),
    ("is_numeric", lambda text: Decimal(plain_number(text))),
    ("is_float", lambda text: float(plain_number(text))),
    ("is_boolean", lambda text: text == "y"),
    ("is_date", date.fromisoformat),
    ("is_datetime", _moment),
)


def typed_filter_value(datamodel: Any, column: str, value: Any) -> Any:
    """The value of a list filter in the column's type; None when it is none, so that a bad address finds nothing.

    FAB's own gives naive moments, which our columns refuse, and passes texts on to numeric and enum columns.
    """
    if not isinstance(value, str):
        return value
    if datamodel.is_enum(column):
        return value if value in datamodel.list_columns[column].type.enums else None
    for kind, parse in FILTER_VALUES:
        if getattr(datamodel, kind)(column):
            try:
                return parse(value)
            except ValueError:
                return None
    return value


_fab_related = SQLAInterface.get_related_obj


def related_or_none(self: Any, col_name: str, value: Any) -> Any:
    """The row that a filter names; PostgreSQL answers a text for a whole-number key with an error, we with nothing."""
    related = self.get_related_interface(col_name)
    key = str(value)
    if related.is_integer(related.get_pk_name()) and not (key.isdecimal() and int(key[:20]) <= MAX_INTEGER):
        return None
    return _fab_related(self, col_name, value)


CONVERSION_TABLE = (
    ("is_text", TextAreaField, TextBlock),
    ("is_binary", TextAreaField, TextBlock),
    ("is_json", TextAreaField, TextBlock),
    ("is_string", StringField, TextBox),
    ("is_integer", PlainIntegerField, IntegerInput),
    ("is_numeric", PlainDecimalField, NumberInput),
    ("is_float", PlainDecimalField, NumberInput),
    ("is_boolean", CheckboxField, None),
    ("is_date", DateField, widgets.DateInput),
    ("is_datetime", ShanghaiDateTimeField, widgets.DateTimeLocalInput),
)


_fab_value = BaseInterface._get_attr_value


def labelled_value(item: Any, column: str) -> Any:
    """What lists and details show of a column: an enumeration's label, where FAB shows what is stored."""
    raw = getattr(item, column, None)
    return getattr(raw, "label", raw.value) if isinstance(raw, Enum) else _fab_value(item, column)


def install() -> None:
    """Put our fields and widgets where FAB looks for its own. Safe to call more than once."""
    fab_forms.FieldConverter.conversion_table = CONVERSION_TABLE
    fab_forms.Select2Widget = Picker
    fab_forms.Select2ManyWidget = ManyPicker
    fab_forms.QuerySelectField = OneOfField
    fab_forms.QuerySelectMultipleField = SomeOfField
    fab_forms.EnumField = LabelledEnumField
    BaseInterface._get_attr_value = staticmethod(labelled_value)
    SQLAInterface.get_related_obj = related_or_none
    sqla_filters.set_value_to_type = typed_filter_value
