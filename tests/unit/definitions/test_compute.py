"""Computed cells: order, rounding, null, other forms, hidden rows."""

import time
from decimal import Decimal
from random import Random

import pytest

from app.filings.compute import CircularError, compute, compute_set, computed_cells, plan
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Form, Values
from app.filings.environment import Context

CATALOGUE = default_catalogue()
ORG = {"org_type": "guarantee", "industry": None}
PERIOD = {"month": 6, "quarter": 2, "year": 2026}


def filled(form: Form, random: Random) -> Values:
    """Every numeric input cell with some number, three rows in a table."""
    values: Values = (
        {str(number): {} for number in (1, 2, 3)} if form.layout == "table" else form.empty_values()
    )
    for row, column in form.cells(values=values):
        spec = form.cell_spec(row, column.key)
        if spec and spec.is_input and spec.is_numeric:
            values[row][column.key] = Decimal(random.randint(1, 10**6)).scaleb(-spec.decimals)
        elif spec and spec.type == "choice":
            values[row][column.key] = random.choice(spec.choices).v
    return values


def everything() -> tuple[dict[str, Values | None], dict[str, Values]]:
    random = Random(7)
    values: dict[str, Values | None] = {code: filled(form, random) for code, form in CATALOGUE.forms.items()}
    earlier = {code: filled(form, random) for code, form in CATALOGUE.forms.items()}
    earlier["CW11"] = compute(CATALOGUE.form("CW11"), earlier["CW11"], Context())
    return values, earlier


def test_each_of_the_1084_computed_cells_gets_a_value():
    values, earlier = everything()
    around = Context(ORG, PERIOD, lambda code, shift: earlier[code] if shift != "current" else None)
    computed = compute_set(CATALOGUE.forms, values, around)
    cells = [cell for cell, _ in computed_cells(tuple(CATALOGUE.forms.values()))]
    assert len(cells) == 1084
    without = []
    for code, row, col in cells:
        rows = [row] if row != "*" else list(computed[code] or {})
        without += [(code, row, col) for key in rows if (computed[code] or {})[key].get(col) is None]
    assert without == []


def test_the_cells_of_sixty_forms_are_computed_within_a_second():
    values, earlier = everything()
    around = Context(ORG, PERIOD, lambda code, shift: earlier[code] if shift != "current" else None)
    plan(tuple(CATALOGUE.forms.values()), None)
    started = time.process_time()
    compute_set(CATALOGUE.forms, values, around)
    assert time.process_time() - started < 1


def test_totals_and_closings_follow_one_another():
    form = CATALOGUE.form("DB01")
    values = {"r3": {"open": Decimal(100), "inc": Decimal(20), "dec": Decimal("5.50")}}
    computed = compute(form, values, Context())
    assert computed["r3"]["close"] == computed["r1"]["close"] == computed["r32"]["close"] == Decimal("114.50")
    assert computed["r33"]["close"] == 0
    assert values == {"r3": {"open": Decimal(100), "inc": Decimal(20), "dec": Decimal("5.50")}}


def test_a_division_by_zero_and_a_missing_form_leave_the_cell_empty():
    form = CATALOGUE.form("DB02")
    assert compute(form, {"r3": {"ytd": Decimal(1)}}, Context())["r25"]["ytd"] is None
    indicator = compute(CATALOGUE.form("DB19"), {}, Context(forms=CATALOGUE.forms))
    assert indicator["r1"]["value"] is None and indicator["r2"]["limit"] == 10


def test_results_are_rounded_half_up_to_the_places_of_the_cell():
    form = CATALOGUE.form("DB02")
    values = {"r3": {"ytd": Decimal(1)}, "r23": {"ytd": Decimal(800)}}
    computed = compute(form, values, Context())
    assert str(computed["r25"]["ytd"]) == "0.13"  # 0.125 %


def test_entered_values_in_computed_cells_and_constants_are_overwritten():
    values = {"r3": {"open": Decimal(1), "close": Decimal(999)}}
    assert compute(CATALOGUE.form("DB01"), values, Context())["r3"]["close"] == 1
    weights = compute(CATALOGUE.form("DB14"), {"r4": {"own": Decimal(200), "weight": Decimal(1)}}, Context())
    assert weights["r4"]["weight"] == 30 and weights["r4"]["liab"] == 60


def test_forms_of_a_set_may_read_each_other_and_other_filings():
    filings = {("CW01", "current"): {"r81": {"close": Decimal(50_000_000)}}}
    forms = {code: CATALOGUE.form(code) for code in ("DB14", "DB17", "DB19")}
    values = {
        "DB14": {"r5": {"own": Decimal(900)}},
        "DB17": {"1": {"liab": Decimal(300)}, "2": {"liab": Decimal(450)}},
        "DB19": {},
    }
    around = Context(lookup=lambda code, shift: filings.get((code, shift)), forms=CATALOGUE.forms)
    computed = compute_set(forms, values, around)
    assert computed["DB14"]["r13"]["liab"] == 5000
    assert computed["DB17"]["2"]["ratio"] == 9
    assert computed["DB19"]["r2"] == {"limit": Decimal(10), "num": 450, "den": 5000, "value": 9}


def test_rows_of_other_industries_are_left_out_and_count_as_nothing():
    form = CATALOGUE.form("CW01")
    hidden = [row.key for row in form.item_rows() if not row.is_shown_to("pawn")]
    values = {key: {"close": Decimal(7)} for key in hidden}
    computed = compute(form, values, Context(org={"industry": "pawn"}))
    assert not set(hidden) & set(computed)
    assert computed["r40"]["close"] == 0


def test_a_form_without_a_filing_stays_without_one():
    forms = {code: CATALOGUE.form(code) for code in ("DB01", "DB02")}
    assert compute_set(forms, {"DB01": None, "DB02": {}}, Context())["DB01"] is None


def test_cells_in_a_circle_are_named():
    data = CATALOGUE.form("XD02").to_dict()
    data["columns"][1]["formula"] = "inc = @close + 1"
    with pytest.raises(CircularError) as error:
        plan((Form.from_dict(data),), None)
    assert {cell[2] for cell in error.value.cells} == {"inc", "close"}
