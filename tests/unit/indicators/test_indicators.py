"""Every indicator of the catalogue, inside and outside its limit, told in both languages."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from app.filings.compute import compute_set
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.codec import indicator_from_dict, indicator_to_dict
from app.filings.definitions.schema import Indicator, Values
from app.filings.environment import Context
from app.filings.expressions.ast import CellRef
from app.filings.indicators import IndicatorResult, indicators_for

CATALOGUE = default_catalogue()
STEP = {"<=": Decimal("0.01"), ">=": Decimal("-0.01")}  # one step to the forbidden side
HAN = re.compile("[\u4e00-\u9fff]")


def judged(indicator: Indicator, value: Decimal | None, limit: Decimal | None = None) -> IndicatorResult:
    """The indicator on a filing in which its cell holds `value`, and the form's own limit cell `limit`."""
    expr = indicator.expr
    assert isinstance(expr, CellRef) and expr.form and expr.col
    form = CATALOGUE.form(expr.form)
    cells: dict[str, Any] = {expr.col: value}
    if limit is not None:
        cells["limit"] = limit
    context = Context(org={"industry": indicator.industry}, forms=CATALOGUE.forms)
    (result,) = indicators_for({form.code: form}, {form.code: {expr.row: cells}}, context, [indicator])
    return result


def test_the_catalogue_has_29_indicators_of_four_industries():
    assert len(CATALOGUE.indicators) == 29
    assert {one.industry for one in CATALOGUE.indicators} == {"guarantee", "microloan", "pawn", "leasing"}


@pytest.mark.parametrize("indicator", CATALOGUE.indicators, ids=lambda one: one.id)
def test_inside_on_and_outside_the_limit(indicator):
    step = STEP[indicator.op]
    inside, on = judged(indicator, indicator.limit - step), judged(indicator, indicator.limit)
    outside = judged(indicator, indicator.limit + step)
    assert (inside.is_breached, on.is_breached, outside.is_breached) == (False, False, True)
    assert inside.limit == on.limit == outside.limit == indicator.limit
    assert outside.severity == indicator.severity and outside.code == indicator.id
    for result in (inside, outside):
        for text in (result.name("zh"), result.shown_value("zh"), result.shown_limit("zh")):
            assert text and "None" not in text
        assert HAN.search(result.shown_limit("zh")) and HAN.search(result.shown_severity("zh"))
        for text in (
            result.name("en"),
            result.shown_value("en"),
            result.shown_limit("en"),
            result.shown_severity("en"),
        ):
            assert text and not HAN.search(text), text


@pytest.mark.parametrize("indicator", CATALOGUE.indicators, ids=lambda one: one.id)
def test_a_figure_that_cannot_be_worked_out_is_neither_kept_nor_breached(indicator):
    result = judged(indicator, None)
    assert result.value is None and result.is_breached is None and result.shown_value("zh") == "——"


def test_the_limits_that_the_forms_print_are_those_of_the_catalogue():
    """Otherwise the form and the list of indicators would judge differently."""
    for indicator in CATALOGUE.indicators:
        expr = indicator.expr
        assert isinstance(expr, CellRef) and expr.form
        spec = CATALOGUE.form(expr.form).cell_spec(expr.row, "limit")
        if spec is not None and spec.const is not None:
            assert spec.const == indicator.limit, indicator.id


@pytest.mark.parametrize(("sme_agri", "limit", "breached"), [("N", 10, True), ("Y", 15, False)])
def test_the_multiple_may_reach_15_for_companies_mainly_for_small_businesses(sme_agri, limit, breached):
    """683 art. 15: the form works the limit out from GG01, and the indicator judges by it."""
    codes = ("GG01", "DB14", "DB19")
    forms = {code: CATALOGUE.form(code) for code in codes}
    profile: Values = {"card": {"sme_agri": sme_agri, "reg_capital": Decimal(1)}}
    computed = compute_set(
        forms, {"GG01": profile, "DB14": forms["DB14"].empty_values(), "DB19": None}, _guarantee()
    )
    sheet = dict(computed["DB19"] or {})
    assert sheet["r1"]["limit"] == limit
    sheet["r1"] = {**sheet["r1"], "value": Decimal(12)}
    (multiple,) = (one for one in CATALOGUE.indicators if one.id == "G01")
    (result,) = indicators_for(forms, {**computed, "DB19": sheet}, _guarantee(), [multiple])
    assert (result.limit, result.is_breached) == (Decimal(limit), breached)
    assert result.shown_limit("zh") == f"不高于 {limit} 倍"
    assert result.shown_limit("en") == f"at most {limit} ×"
    assert result.shown_value("zh") == "12.00 倍"


def _guarantee() -> Context:
    return Context(org={"industry": "guarantee"}, forms=CATALOGUE.forms)


def test_only_indicators_of_the_industry_and_of_forms_at_hand_are_judged():
    every = CATALOGUE.indicators
    form = CATALOGUE.form("DB19")
    found = indicators_for({"DB19": form}, {"DB19": form.empty_values()}, _guarantee(), every)
    assert [one.code for one in found] == [f"G{number:02}" for number in range(1, 10)]
    assert indicators_for({"DB01": CATALOGUE.form("DB01")}, {}, _guarantee(), every) == []
    pawn = Context(org={"industry": "pawn"})
    assert indicators_for({"DB19": form}, {"DB19": {}}, pawn, every) == []


def test_an_indicator_survives_being_stored():
    for indicator in CATALOGUE.indicators:
        again = indicator_from_dict(indicator_to_dict(indicator))
        assert again.id == indicator.id and again.limit == indicator.limit
        assert again.text == indicator.text and again.source == indicator.source
