"""A company of each industry files clean through every set; one seeded fault per form is found where it is."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

import pytest

from app.demo.companies import companies
from app.filings.checks import CheckResult
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Indicator, Value
from app.filings.expressions.walk import references
from app.filings.indicators import indicators_for
from app.filings.values import parse_cell
from tests.unit.demo.faults import FAULTS, Fault
from tests.unit.demo.filer import EVENTS, ONE_OFF, Filer, Set, forms_of, months, sets_due

INDUSTRIES = ("guarantee", "microloan", "pawn", "leasing")
FIRST_YEAR = 2024
# The month before the fifteen is filed too, so that nothing in them lacks the period that it follows.
ENDS = months((2024, 12), 16)
YEAR_END = date(2025, 12, 31)
# What lies outside: a year ago there was no filing; and monthly forms look at statements of their own month.
NOT_EVALUABLE = {"CW02-06"}
BETWEEN_QUARTERS = {"DB02-14", "XD01-15", "XD02-05", "DD01-11", "ZL01-07", "ZL01-08", "ZL01-10"}


@lru_cache
def filer(industry: str) -> Filer:
    """The first company of an industry, with everything filed."""
    company = next(one for one in companies() if one.industry == industry)
    found = Filer(company, FIRST_YEAR)
    found.file_one_off(ENDS[0])
    found.file_events(YEAR_END)
    for end in ENDS:
        found.file_month(end)
    return found


def due_until(last: date) -> list[tuple[Set, date | None]]:
    """Every set of the fifteen months, the one-off set and the events first."""
    return [
        (ONE_OFF, None),
        (EVENTS, None),
        *((of, end) for end in ENDS[1:] if end <= last for of in sets_due(end)),
    ]


@pytest.fixture(scope="module", params=INDUSTRIES)
def checked(request: pytest.FixtureRequest) -> list[tuple[Set, date | None, CheckResult]]:
    one = filer(request.param)
    days = {ONE_OFF: ENDS[-1], EVENTS: YEAR_END}
    return [(of, end, one.check(of, end, end or days[of])) for of, end in due_until(ENDS[-1])]


def test_every_set_of_fifteen_months_is_without_a_finding(
    checked: list[tuple[Set, date | None, CheckResult]],
):
    found = [
        (of, end, finding.check_id, finding.row, finding.message_zh)
        for of, end, result in checked
        for finding in result.findings
    ]
    assert found == []


def test_the_fifteen_months_hold_quarters_and_a_year_end(
    checked: list[tuple[Set, date | None, CheckResult]],
):
    filed = [of for of, _, _ in checked]
    assert [filed.count(of) for of in (ONE_OFF, ("business", "monthly"), ("periodic", "quarterly"))] == [
        1,
        15,
        5,
    ]
    assert filed.count(("business", "annual")) == filed.count(("periodic", "annual")) == 1


def test_every_check_is_evaluated_at_the_end_of_a_quarter(
    checked: list[tuple[Set, date | None, CheckResult]],
):
    skipped = {
        (one.check_id, str(end))
        for _, end, result in checked
        for one in result.skipped
        if one.check_id not in NOT_EVALUABLE
        and not (one.check_id in BETWEEN_QUARTERS and end and end.month % 3)
    }
    assert skipped == set()


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_form_of_the_industry_is_filled_in(industry: str):
    one = filer(industry)
    due = [ONE_OFF, EVENTS, *sets_due(YEAR_END)]
    forms = {code: of for of in due for code in forms_of(industry, of)}
    assert [
        code for code, of in forms.items() if not one.filed.get((code, None if of[1] == "once" else YEAR_END))
    ] == []


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_the_books_balance_and_the_same_company_has_the_same_figures(industry: str):
    one = filer(industry)
    again = Filer(one.company, FIRST_YEAR)
    assert one.simulation.books.is_balanced()
    assert again.simulation.entries("business", "quarterly", YEAR_END) == one.simulation.entries(
        "business", "quarterly", YEAR_END
    )


@pytest.mark.parametrize(
    ("industry", "code", "row", "col", "low", "high"),
    [
        ("guarantee", "DB19", "r1", "value", 2, 10),  # multiple
        ("guarantee", "DB19", "r8", "value", 0, 3),  # compensation ratio
        ("guarantee", "DB19", "r14", "value", 1, 8),  # return on equity, also below
        ("microloan", "XD13", "r5", "value", 1, 4),  # bad loans
        ("microloan", "XD13", "r12", "value", 3, 12),
        ("pawn", "DD13", "r4", "value", 100, 160),  # net assets to capital
        ("pawn", "DD13", "r10", "value", 2, 6),  # turns of the capital
        ("leasing", "ZL13", "r2", "value", 2, 8),  # leverage
        ("leasing", "ZL13", "r9", "value", Decimal("0.5"), 3),
    ],
)
def test_supervisory_figures_are_plausible(
    industry: str, code: str, row: str, col: str, low: Decimal, high: Decimal
):
    value = filer(industry).filed[code, YEAR_END][row][col]
    assert isinstance(value, Decimal)
    assert low <= value <= high


def test_there_is_a_fault_for_each_of_the_sixty_forms():
    assert set(FAULTS) == set(default_catalogue().forms) and len(FAULTS) == 60


@pytest.mark.parametrize("code", FAULTS)
def test_a_seeded_fault_is_found_where_it_is_and_nowhere_else(code: str):
    fault = FAULTS[code]
    found = findings_after(fault)
    assert sorted(found) == sorted(fault.found)
    assert any(one.split()[1] == code for one in found)


def findings_after(fault: Fault) -> list[str]:
    """Every finding in all sets of the year's end, computed anew with one cell changed."""
    clean = filer(fault.industry)
    one = Filer(clean.company, FIRST_YEAR, dict(clean.filed))
    is_one_off = default_catalogue().form(fault.form).frequency == "once"
    at = (fault.form, None if is_one_off else YEAR_END)
    values = copy.deepcopy(one.filed[at])
    values[fault.row][fault.col] = changed(fault, values[fault.row].get(fault.col))
    one.filed[at] = values
    sets: list[tuple[Set, date | None]] = [
        (ONE_OFF, None),
        (EVENTS, None),
        *((of, YEAR_END) for of in sets_due(YEAR_END)),
    ]
    for of, end in sets:
        one.recompute(of, end, YEAR_END)
    results = [one.check(of, end, YEAR_END) for of, end in sets]
    return [
        " ".join((finding.check_id, finding.form, finding.row, finding.col)).strip()
        for result in results
        for finding in result.findings
    ]


def changed(fault: Fault, value: Value) -> Value:
    how, what = fault.change[0], fault.change[1:]
    if how == "=":
        spec = default_catalogue().form(fault.form).cell_spec(fault.row, fault.col)
        assert spec is not None
        parsed = parse_cell(spec, what)
        assert parsed.problem is None
        return parsed.value
    number = value if isinstance(value, Decimal) else Decimal(0)
    return {"+": number + Decimal(what), "-": number - Decimal(what), "*": number * Decimal(what)}[how]


def test_the_day_after_the_period_is_never_needed():
    """The simulation tells a month's figures when it is over, whichever later ones were asked for before."""
    first, later = Filer(filer("pawn").company, FIRST_YEAR), Filer(filer("pawn").company, FIRST_YEAR)
    later.simulation.live_until(YEAR_END + timedelta(days=90))
    march = date(2025, 3, 31)
    for family, frequency in (("business", "monthly"), ("business", "quarterly"), ("periodic", "quarterly")):
        assert first.simulation.entries(family, frequency, march) == later.simulation.entries(
            family, frequency, march
        )


@pytest.mark.parametrize("indicator", default_catalogue().indicators, ids=lambda one: one.id)
def test_every_indicator_has_a_value_and_keeps_its_limit(indicator: Indicator):
    one = filer(indicator.industry)
    due = {code: of for of in sets_due(YEAR_END) for code in forms_of(indicator.industry, of)}
    code = next(ref.form for ref, _ in references(indicator.expr) if ref.form)
    forms = forms_of(indicator.industry, due[code])
    context = one.context(YEAR_END, YEAR_END, due[code][1])
    (result,) = indicators_for(forms, one.values(due[code], YEAR_END), context, [indicator])
    assert result.value is not None
    assert result.is_breached is False
