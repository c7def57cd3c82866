"""Every check of all sixty forms can be evaluated and, when it fails, told in both languages."""

import re
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from app.filings.checks import check_set, examine
from app.filings.checks.explain import findings_of
from app.filings.compute import compute_set
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Form, Value, Values
from app.filings.environment import Context, Surroundings

CATALOGUE = default_catalogue()
PERIOD = {
    "month": 6,
    "quarter": 2,
    "year": 2026,
    "start": date(2026, 4, 1),
    "end": date(2026, 6, 30),
    "today": date(2026, 7, 5),
}


def anything(form: Form, random: Random) -> Values:
    values: Values = (
        {str(number): {} for number in (1, 2, 3)} if form.layout == "table" else form.empty_values()
    )
    for key, column in form.cells(values=values):
        spec = form.cell_spec(key, column.key)
        if spec and spec.is_input and random.random() < 0.9:
            choices: dict[str, Value] = {
                "choice": random.choice(spec.choices).v if spec.choices else None,
                "date": date(2026, random.randint(1, 12), random.randint(1, 28)),
                "text": random.choice(["甲", "乙", "丙"]),
            }
            number = Decimal(random.randint(-1000, 10**5)).scaleb(-spec.decimals)
            values[key][column.key] = choices.get(spec.type, number if spec.is_numeric else "x")
    return values


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("industry", [None, "guarantee", "pawn"])
def test_any_filing_of_all_forms_is_computed_checked_and_told(seed, industry):
    random = Random(seed)
    values = {code: anything(form, random) for code, form in CATALOGUE.forms.items()}
    earlier = {code: anything(form, random) for code, form in CATALOGUE.forms.items()}
    org = {"org_type": random.choice(["guarantee", "pawn", "online_microloan"]), "industry": industry}
    around = Context(org, PERIOD, lambda code, shift: earlier[code] if shift != "current" else None)
    result = examine(CATALOGUE.forms, values, around)[1]
    assert result.findings
    for finding in result.findings:
        for text in (finding.message_zh, finding.message_en, finding.remedy_zh, finding.label_zh):
            assert text and "Decimal" not in text
        assert "None" not in finding.message_zh
        assert not re.search("[\u4e00-\u9fff]", re.sub("甲|乙|丙", "", finding.message_en)), (
            finding.message_en
        )
    for item in result.skipped:
        assert item.message("zh") and item.message("en") and item.missing_zh


def test_every_one_of_the_355_checks_can_be_told_in_words():
    random = Random(5)
    values = {code: anything(form, random) for code, form in CATALOGUE.forms.items()}
    around = Context({"org_type": "pawn"}, PERIOD, lambda code, shift: values.get(code))
    computed = compute_set(CATALOGUE.forms, values, around)
    env = Surroundings(CATALOGUE.forms, computed, around)
    told = 0
    for form in CATALOGUE.forms.values():
        env.stand_on(form)
        rows = computed[form.code] or {}
        for check in form.checks:
            key = next((key for key in rows if check.applies_to_row(key)), "")
            env.stand_at(key if check.scope == "row" or form.layout == "card" else "", rows.get(key, {}))
            told += 1
            for finding in findings_of(check, form, env):
                assert finding.message_zh and finding.message_en and finding.key
    assert told == 355


def test_nothing_at_all_is_checked_without_a_fault():
    none = {code: None for code in CATALOGUE.forms}
    result = check_set(CATALOGUE.forms, none, Context())
    required = [code for code, form in CATALOGUE.forms.items() if form.required and not form.is_automatic]
    assert [finding.form for finding in result.findings] == required
