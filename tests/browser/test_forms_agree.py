"""Every calculated cell of every form comes out the same in the browser as on the server, from random entries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

from app.filings.compute import EVERY_ROW, compute_set, computed_cells
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import CellSpec, Form, Value, Values
from app.filings.environment import Context, Surroundings
from tests.browser.test_engine_agrees import HARNESS, case, engine, fresh_database
from tests.workbooks.samples import PERIOD_ATTRIBUTES, context_for, sample_values

__all__ = ["engine", "fresh_database"]  # fixtures
pytestmark = pytest.mark.browser

# The same evaluation, and the result written with the decimals of its cell as the grid does.
CELLS = HARNESS.replace("{ tree, tolerance, known }", "{ tree, tolerance, known, places }").replace(
    "return encode(evaluate(tree, env, tolerance));",
    """const value = evaluate(tree, env, tolerance);
    return decimal.isNumber(value) ? ["n", decimal.toFixed(value, places)] : encode(value);""",
)
INDUSTRIES = ("guarantee", "microloan", "pawn", "leasing")


def random_set(industry: str, seed: int) -> tuple[dict[str, Form], dict[str, Values | None], Context]:
    """All forms of an industry filled with random entries, and random filings of earlier periods."""
    forms = {form.code: form for form in default_catalogue().forms_for(industry)}
    earlier = {code: sample_values(form, seed + 50, industry) for code, form in forms.items()}
    known = context_for(industry)
    around = Context(
        known.org,
        PERIOD_ATTRIBUTES,
        lambda code, shift: earlier.get(code) if shift != "current" else None,
        forms,
    )
    entered: dict[str, Values | None] = {
        code: sample_values(form, seed, industry) for code, form in forms.items()
    }
    return forms, compute_set(forms, entered, around), around


def cases(
    forms: dict[str, Form], computed: dict[str, Values | None], around: Context
) -> list[tuple[str, dict[str, Any], Value, CellSpec]]:
    """(name, what the browser is given, what the server has, the cell) of every calculated cell."""
    env = Surroundings(forms, computed, around)
    found = []
    for (code, row, col), (form, spec) in computed_cells(tuple(forms.values()), around.industry):
        assert spec.computed is not None
        values = computed[code] or {}
        env.stand_on(form)
        for key in values if row == EVERY_ROW else [row]:
            env.stand_at(key, values[key], col)
            given = {**case(spec.computed.expr, env, "0"), "places": spec.decimals}  # type: ignore[arg-type]
            found.append((f"{code}.{key}.{col}", given, values[key].get(col), spec))
    return found


@pytest.mark.parametrize("industry", INDUSTRIES)
@pytest.mark.parametrize("seed", [3, 11])
def test_every_calculated_cell_agrees(engine: Page, industry: str, seed: int) -> None:
    every = cases(*random_set(industry, seed))
    results = engine.evaluate(CELLS, [given for _, given, _, _ in every])
    differing = {
        name: (result, value)
        for (name, _, value, _), result in zip(every, results, strict=True)
        if (Decimal(result[1]) if result else None) != value
    }
    assert differing == {}
    assert sum(result is not None for result in results) > len(every) * 0.9


def test_together_they_are_all_1084() -> None:
    cells = {
        cell
        for industry in INDUSTRIES
        for cell, _ in computed_cells(tuple(default_catalogue().forms_for(industry)), industry)
    }
    every = {cell for cell, _ in computed_cells(tuple(default_catalogue().forms.values()))}
    assert len(every) == 1084 and cells == every
