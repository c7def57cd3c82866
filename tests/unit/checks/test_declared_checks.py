"""Every declared check of the one-off set and the two monthly forms, once holding and once failing."""

import copy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.checks.samples import (
    USCC,
    before,
    checked,
    context,
    form,
    ids,
    monthly,
    numbers,
    one_off,
    row,
)

CODES = (*(f"GG{number:02}" for number in range(1, 12)), "DB01", "DB02")
BALANCE_SHEET = {("CW01", "current"): {"r7": {"close": Decimal(500_000)}}}  # yuan: 50 in the unit of DB02


def whole() -> dict[str, Any]:
    return {**one_off(), **monthly()}


def spoilt(code: str, key: str, **cells: Any) -> dict[str, Any]:
    values = copy.deepcopy(whole())
    values[code].setdefault(key, {}).update(numbers(**cells))
    return values


def added(code: str, **cells: Any) -> dict[str, Any]:
    values = copy.deepcopy(whole())
    values[code][str(len(values[code]) + 1)] = row(code, **cells)
    return values


# check id: how to make it fail, and the institution's attributes where they matter
FAILING: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "GG01-01": (spoilt("GG01", "card", state_capital=1), {}),
    "GG01-02": (spoilt("GG01", "card", reg_capital=9999), {}),
    "GG01-03": (spoilt("GG01", "card", open_date=date(2019, 1, 1)), {}),
    "GG01-04": (spoilt("GG01", "card", staff_count=31), {}),
    "GG01-05": (spoilt("GG01", "card", paid_capital=1999), {}),
    "GG01-06": (spoilt("GG01", "card", org_type="pawn", reg_capital=299), {}),
    "GG01-07": (spoilt("GG01", "card", branch_count=2), {}),
    "GG02-01": (spoilt("GG02", "1", ratio=61), {}),
    "GG02-02": (spoilt("GG02", "1", subscribed=6001), {}),
    "GG02-03": (spoilt("GG02", "1", paid=5999), {}),
    "GG02-04": (spoilt("GG02", "1", paid=6001), {}),
    "GG02-05": (spoilt("GG02", "1", ratio=0), {}),
    "GG02-06": (spoilt("GG02", "2", id_no="甲001"), {}),
    "GG02-07": (spoilt("GG02", "1", ratio=59), {}),
    "GG02-08": (spoilt("GG02", "1", pledged=51), {}),
    "GG03-01": (spoilt("GG03", "2", is_legal_rep="Y"), {}),
    "GG03-02": (spoilt("GG03", "1", position="dgm"), {}),
    "GG03-03": (spoilt("GG03", "2", position="dgm"), {}),
    "GG03-04": (spoilt("GG03", "2", bad_record="Y"), {}),
    "GG03-05": (spoilt("GG03", "2", fin_years=2), {}),
    "GG03-06": (spoilt("GG03", "2", term_end=date(2020, 5, 5)), {}),
    "GG04-01": (added("GG04", uscc=USCC[0]), {}),
    "GG04-02": (spoilt("GG04", "1", op_capital=5001), {"org_type": "pawn"}),
    "GG04-03": (spoilt("GG04", "1", area="out"), {}),
    "GG05-01": (spoilt("GG05", "1", amount=-1), {}),
    "GG05-02": (spoilt("GG05", "1", end_date=date(2020, 5, 5)), {}),
    "GG06-01": (spoilt("GG06", "card", valid_to=date(2020, 5, 6)), {}),
    "GG06-02": (spoilt("GG06", "card", valid_to=date(2026, 3, 4)), {}),
    "GG06-03": (spoilt("GG06", "card", licence_name="另一公司"), {}),
    "GG06-04": (spoilt("GG06", "card", licence_capital=1), {}),
    "GG06-05": (whole(), {"org_type": "pawn"}),
    "GG07-01": (spoilt("GG07", "1", amount=0), {}),
    "GG07-02": (spoilt("GG07", "1", target="person"), {}),
    "GG07-03": (spoilt("GG07", "1", rectify_date=date(2020, 5, 5)), {}),
    "GG08-01": (spoilt("GG08", "1", ratio=101), {}),
    "GG08-02": (added("GG08", ratio=41), {}),
    "GG09-01": (spoilt("GG09", "1", has_business="N"), {}),
    "GG09-02": (added("GG09", id_no="A1"), {}),
    "GG10-01": (spoilt("GG10", "1", close_date=None), {}),
    "GG11-01": (added("GG11", account_no="1001"), {}),
    "GG11-02": (whole(), {"org_type": "microloan"}),
    "DB01-01": (spoilt("DB01", "r12", open=41), {}),
    "DB01-02": (spoilt("DB01", "r12", ytd_inc=11), {}),
    "DB01-03": (spoilt("DB01", "r12", ytd_dec=11), {}),
    "DB01-04": (spoilt("DB01", "r43", dec=1), {}),
    "DB01-05": (spoilt("DB01", "r7", inc=1), {}),
    "DB01-06": (spoilt("DB01", "r14", inc=50), {}),
    "DB01-07": (spoilt("DB01", "r13", inc=50), {}),
    "DB01-08": (spoilt("DB01", "r34", inc=50), {}),
    "DB01-09": (spoilt("DB01", "r44", inc=2201), {}),
    "DB01-10": (spoilt("DB01", "r42", inc=2000), {}),
    "DB01-11": (spoilt("DB01", "r14", dec=35), {}),
    "DB01-12": (spoilt("DB01", "r16", inc=15), {}),
    "DB01-13": (spoilt("DB01", "r16", dec=11), {}),
    "DB01-14": (spoilt("DB01", "r3", ytd_dec=601), {}),
    "DB01-15": (spoilt("DB01", "r3", inc=1000), {}),
    "DB01-16": (spoilt("DB01", "r38", dec=1000), {}),
    "DB02-01": (spoilt("DB02", "r19", open=6), {}),
    "DB02-02": (spoilt("DB02", "r3", ytd=26), {}),
    "DB02-03": (spoilt("DB02", "r3", cum=135), {}),
    "DB02-04": (spoilt("DB02", "r3", cum=24), {}),
    "DB02-05": (spoilt("DB02", "r3", inc=15), {}),
    "DB02-06": (spoilt("DB02", "r10", inc=7), {}),
    "DB02-07": (spoilt("DB02", "r10", cum=25), {}),
    "DB02-08": (spoilt("DB02", "r19", close=105), {}),
    "DB02-09": (spoilt("DB02", "r21", close=1), {}),
    "DB02-10": (spoilt("DB02", "r7", ytd=26), {}),
    "DB02-11": (spoilt("DB02", "r12", ytd=10), {}),
    "DB02-12": (spoilt("DB02", "r3", ytd=31), {}),
    "DB02-13": (spoilt("DB02", "r20", close=1), {}),
    "DB02-14": (whole(), {}),
}


def test_a_set_in_order_has_no_findings_and_nothing_is_left_unchecked():
    around = context({**before(), **BALANCE_SHEET})
    result = checked(whole(), around)
    assert ids(result) == [] and result.skipped == ()


def test_every_check_of_these_forms_has_a_failing_case():
    declared = [check.id for code in CODES for check in form(code).checks]
    assert sorted(FAILING) == sorted(declared)


@pytest.mark.parametrize("check_id", list(FAILING))
def test_a_check_fails_where_it_should(check_id):
    values, org = FAILING[check_id]
    if check_id == "DB01-16":
        values["GG01"]["card"]["sme_agri"] = "Y"
    sheet = {("CW01", "current"): {"r7": {"close": Decimal(99_000_000)}}}
    others = {**before(), **(sheet if check_id == "DB02-14" else BALANCE_SHEET)}
    result = checked(values, context(others, **org))
    found = [finding for finding in result.findings if finding.check_id == check_id]
    assert found, ids(result)
    declared = next(check for check in form(check_id[:4]).checks if check.id == check_id)
    for finding in found:
        assert finding.level == declared.level and finding.kind == declared.kind
        assert finding.form == check_id[:4] and finding.form in finding.message_zh
        assert finding.message_zh != finding.message_en and "None" not in finding.message_zh
        rule_zh, rule_en = declared.message_zh.split("，请")[0], declared.message_en.split("; ")[0]
        assert rule_zh in finding.remedy_zh and rule_en in finding.remedy_en
        if finding.row:
            assert form(finding.form).cell_spec(finding.row, finding.col) is not None
