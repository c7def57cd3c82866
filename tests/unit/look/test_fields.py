"""The console's fields: what people type becomes what is stored, or a message that says what to type."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import InputRequired

from app.core.fab_fields import (
    CheckboxField,
    PlainDecimalField,
    PlainIntegerField,
    ShanghaiDateTimeField,
    plain_number,
)


class Sample(Form):
    amount = PlainDecimalField("金额")
    count = PlainIntegerField("笔数")
    moment = ShanghaiDateTimeField("时间")
    pinned = CheckboxField("置顶", [InputRequired()])


@pytest.mark.parametrize(
    ("typed", "understood"),
    [("1250", "1250"), ("1,250.00", "1250.00"), ("１２５０．５", "1250.5"), (" -3 ", "-3"), ("0001", "0001")],
)
def test_numbers_are_understood_as_people_type_them(typed: str, understood: str) -> None:
    assert plain_number(typed) == understood


@pytest.mark.parametrize(
    "typed", ["", "NaN", "Infinity", "1e5", "1E+400", "十二", "1.2.3", "--1", "9" * 19, "0x10"]
)
def test_what_is_no_plain_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        plain_number(typed)


def test_an_amount_stays_decimal_and_is_shown_as_it_is() -> None:
    form = Sample(MultiDict({"amount": "1,250.10"}))
    assert form.amount.data == Decimal("1250.10")
    assert Sample(data={"amount": Decimal("1250.10")}).amount._value() == "1250.10"
    assert Sample(data={"amount": Decimal("1E+3")}).amount._value() == "1000"


def test_a_wrong_number_stays_in_the_field() -> None:
    form = Sample(MultiDict({"amount": "很多", "count": "1.5"}))
    assert form.amount._value() == "很多"
    assert form.amount.data is None
    assert form.amount.process_errors
    assert form.count.process_errors


def test_a_whole_number_that_no_column_takes_is_refused() -> None:
    assert Sample(MultiDict({"count": "2147483648"})).count.process_errors
    assert Sample(MultiDict({"count": "２，１４７"})).count.data == 2147


def test_a_moment_is_typed_in_shanghai_and_held_in_utc() -> None:
    form = Sample(MultiDict({"moment": "2026-03-05T14:30"}))
    assert form.moment.data == datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
    assert Sample(data={"moment": form.moment.data}).moment._value() == "2026-03-05T14:30"


@pytest.mark.parametrize("typed", ["昨天", "2026-13-01T00:00", "2026-02-30T10:00"])
def test_a_wrong_moment_is_refused_and_kept(typed: str) -> None:
    form = Sample(MultiDict({"moment": typed}))
    assert form.moment.process_errors
    assert form.moment._value() == typed


def test_a_box_that_is_not_ticked_means_no() -> None:
    form = Sample(MultiDict({}))
    assert form.validate()
    assert form.pinned.data is False
    assert not form.pinned.flags.required
