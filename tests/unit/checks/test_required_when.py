"""Forms that are compulsory only when something holds: asked for when it does, and left in peace when not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.filings.checks import check_set
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Values
from tests.unit.demo.filer import ONE_OFF, forms_of
from tests.unit.demo.test_simulated_companies import filer

TODAY = date(2026, 3, 31)
CASES = [
    # form, industry, what is changed (of GG01 or the company), is the form then asked for?
    ("GG04", "guarantee", {"branch_count": Decimal(1)}, True),
    ("GG04", "guarantee", {"branch_count": Decimal(0)}, False),
    ("GG06", "pawn", {"has_licence": "Y"}, True),
    ("GG06", "pawn", {"has_licence": "N"}, False),
    ("GG11", "microloan", {}, True),
    ("GG11", "microloan", {"org_type": "online_microloan"}, True),
    ("GG11", "guarantee", {}, False),
    ("GG11", "leasing", {}, False),
]


@pytest.mark.parametrize(("code", "industry", "given", "asked"), CASES)
def test_a_form_left_out_is_asked_for_only_when_its_condition_holds(
    code: str, industry: str, given: dict[str, Any], asked: bool
) -> None:
    company = filer(industry)
    values: dict[str, Values | None] = {**company.values(ONE_OFF, None), code: None}
    profile = {**((values["GG01"] or {})["card"]), **given}
    values["GG01"] = {"card": profile}
    context = company.context(None, TODAY)
    if "org_type" in given:
        context = type(context)({**context.org, **given}, context.period, context.lookup, context.forms)
    missing = [
        finding
        for finding in check_set(forms_of(industry, ONE_OFF), values, context).findings
        if finding.check_id == "form_required"
    ]
    assert [finding.form for finding in missing] == ([code] if asked else [])
    for finding in missing:
        form = default_catalogue().form(code)
        assert finding.is_error
        assert code in finding.message_zh and form.name_zh in finding.message_zh + finding.label_zh
        assert code in finding.message_en and form.name_en in finding.message_en + finding.label_en


def test_all_conditions_of_the_catalogue_are_among_these() -> None:
    conditional = {form.code for form in default_catalogue().forms.values() if form.required_when is not None}
    assert conditional == {code for code, *_ in CASES}
