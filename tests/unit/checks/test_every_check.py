"""Each of the 355 checks holds in one filing and fails in another, and says so as a person would read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from app.filings.checks import Finding
from app.filings.checks.wording import ATTRIBUTES
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Form, Value
from tests.unit.checks.flips import Flip, flip
from tests.unit.checks.world import World

CHECKS = {check.id: form for form in default_catalogue().forms.values() for check in form.checks}
HAN = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
MACHINE = re.compile(
    r"Decimal|None|\bnan\b|datetime|@|\{|\}|==|!=|<=|>=|'\w+'|\b[rh]\d+\b|\b(ORG|PERIOD)\.|[a-z]_[a-z]"
    r"|\b(PREV|PREV_YE|SPLY|SUM|COUNT|MAX|MIN|SUMIF|MAXIF|COUNTIF|UNIQUE|ABS|ROUND|IF|EMPTY|AND|OR|NOT)\b"
)
# Conditions that no entry can break: the field refuses a negative number, or both sides are calculated.
BEYOND_ENTRY = {"GG05-01", "CW01-05", "CW11-05", "DB14-07", "DD21-02"}


@cache
def case(check_id: str) -> Flip:
    form = CHECKS[check_id]
    found = flip(form, next(check for check in form.checks if check.id == check_id))
    assert found is not None, f"{check_id}: no filing was found in which it fails"
    return found


def findings(one: Flip, world: World) -> list[Finding]:
    return [finding for finding in world.check(one.form).findings if finding.check_id == one.check.id]


def test_there_are_355() -> None:
    assert len(CHECKS) == 355


@pytest.mark.parametrize("check_id", CHECKS)
def test_it_holds_in_one_filing_and_fails_in_another_in_words_that_people_use(check_id: str) -> None:
    one = case(check_id)
    is_at_hand(one)
    found = findings(one, one.fails)
    assert found
    for finding in found:
        told = (finding.level, finding.kind, finding.form)
        assert told == (one.check.level, one.check.kind, one.form.code)
        for lang in ("zh", "en"):
            read_it(finding, one, lang)


def is_at_hand(one: Flip) -> None:
    """In the first filing it holds (and is not just skipped), and little was changed for it to fail."""
    before, where = one.holds.check(one.form), one.row if one.check.scope == "row" else ""
    assert one.check.id not in [finding.check_id for finding in before.findings]
    assert not [
        item
        for item in before.skipped
        if item.check_id == one.check.id and (item.rows == () or where in item.rows)
    ]
    assert one.is_forced is (one.check.id in BEYOND_ENTRY)
    assert len(one.changes) <= 3


def read_it(finding: Finding, one: Flip, lang: str) -> None:
    """Form, place, value and what is expected are named, and nothing in it is the machine's."""
    message, label, remedy = finding.message(lang), finding.label(lang), finding.remedy(lang)
    assert one.form.code in message and one.form.code not in label
    assert label and remedy
    for name in names(one.form, finding, lang):
        assert name in message and name in label, (name, message)
    for text in (message, label, remedy):
        plain = without_titles(without_entries(text, one), lang)
        assert not MACHINE.search(plain), plain
        assert not re.search(r"\b(ytd|cur|chg|expo|qtr|ded_guar)\b", plain), plain
        assert "  " not in text and " ，" not in text and "。。" not in text, text
        assert lang == "zh" or not HAN.search(plain), plain
    assert lang == "en" or HAN.search(message)
    for value in (finding.value, finding.expected):
        if isinstance(value, Decimal | date):  # choices are shown by their label, a blank in words
            assert written(value) in message.replace(",", ""), (value, message)
    assert not re.search(r"请(核实|说明)。请核实|; check\. Check", remedy)


def names(form: Form, finding: Finding, lang: str) -> Iterator[str]:
    """The printed number of the line and its title; in a card or table the field."""
    row = form.row(finding.row) if form.layout == "fixed" else None
    if row is not None:
        yield f"line {row.line}" if lang == "en" else f"第 {row.line} 行"
    elif form.layout == "table" and finding.row:
        yield finding.row
    column = form.column(finding.col)
    if column is not None and row is None and finding.kind != "inter":
        yield re.split("[（(]", column.name(lang))[0].strip()


def without_entries(text: str, one: Flip) -> str:
    """The sentence without what the company itself has written."""
    own = {
        value
        for code in default_catalogue().forms
        for cells in (one.fails.filing(code) or {}).values()
        for value in cells.values()
        if isinstance(value, str) and len(value) > 1 and HAN.search(value)
    }
    for entry in sorted(own, key=len, reverse=True):
        text = text.replace(f"“{entry}”", "“”")
    return text


@cache
def titles(lang: str) -> tuple[str, ...]:
    forms = default_catalogue().forms.values()
    return tuple({item.name(lang).strip() for form in forms for item in (*form.rows, *form.columns)})


def without_titles(text: str, lang: str) -> str:
    """The sentence without printed titles in quotation marks: one of them reads “None”."""
    for title in re.findall("“([^“”]+)”", text):
        if title in titles(lang):
            text = text.replace(f"“{title}”", "“”")
    return text


def written(value: Value) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


def test_every_attribute_has_a_name() -> None:
    catalogue = default_catalogue()
    keys = [f"ORG.{one.key}" for one in catalogue.org_attributes]
    keys += [f"PERIOD.{one.key}" for one in catalogue.period_attributes]
    assert set(keys) <= set(ATTRIBUTES)
