"""A table computed and checked with a memory of the last time gives what it gives without one, whatever changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

import pytest

from app.filings.checks import examine
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Column, Form, Value, Values
from app.filings.environment import Context
from app.filings.expressions.parser import parse_formula
from app.filings.row_memory import RowMemory
from app.filings.submissions import known
from app.filings.submissions.models import FilingForm
from app.filings.table_rows import TableRows
from app.filings.values import from_json, to_json
from tests.unit.checks.world import set_of
from tests.unit.demo.filer import EVENTS, ONE_OFF
from tests.unit.demo.test_simulated_companies import INDUSTRIES, YEAR_END, filer

TABLES = [form.code for form in default_catalogue().forms.values() if form.layout == "table"]
STEPS = 25


@lru_cache
def sharing() -> Form:
    """A table as somebody may design one: a share of the column's sum, and what follows from the share."""
    form = default_catalogue().form("DB32")
    formulas = {"comp_amt": "comp_amt = @comp_prin / SUM(DB32.comp_prin) * 100", "bal": "bal = @comp_amt * 2"}
    columns = (
        replace(column, formula=parse_formula(formulas[column.key])) if column.key in formulas else column
        for column in form.columns
    )
    return replace(form, columns=tuple(columns))


class Story:
    """One table of a simulated company that somebody goes on changing; the memory lasts."""

    def __init__(self, form: Form, seed: int) -> None:
        self.form, self.random, self.memory = form, Random(seed), RowMemory()
        of = set_of(form)
        end = None if of in (ONE_OFF, EVENTS) else YEAR_END
        industry = form.industry if form.industry in INDUSTRIES else "guarantee"
        company = filer(industry)
        self.around = company.context(end, YEAR_END, of[1])
        filed = company.filed.get((form.code, end)) or {}
        rows = [
            {key: value for key, value in cells.items() if self.is_input(key)} for cells in filed.values()
        ]
        self.rows: list[dict[str, Value]] = [dict(row) for _ in range(8) for row in rows or [{}]][:12]
        self.unreadable: set[tuple[str, str, str]] = set()

    def is_input(self, key: str) -> bool:
        spec = self.form.cell_spec("", key)
        return spec is not None and spec.is_input

    def change(self) -> None:
        """One thing of those that happen while a table is edited."""
        happening = self.random.choice(
            [
                self.write,
                self.write,
                self.write,
                self.blank,
                self.remove,
                self.insert,
                self.spoil,
                self.look_away,
            ]
        )
        if self.unreadable and self.random.random() < 0.4:
            happening = self.spoil  # what is readable again must not be taken for what it was
        happening()

    def column(self) -> Column:
        return self.random.choice([column for column in self.form.columns if self.is_input(column.key)])

    def put(self, value_of: Any) -> None:
        at, column = self.random.randrange(len(self.rows)), self.column()
        self.rows[at] = {**self.rows[at], column.key: value_of(column)}

    def write(self) -> None:
        self.put(self.some_value)

    def blank(self) -> None:
        self.put(lambda column: None)

    def some_value(self, column: Column) -> Value:
        if column.is_numeric:
            return Decimal(self.random.randrange(-5, 2_000)).scaleb(-self.random.choice([0, 2])) + Decimal(
                "0.00"
            )
        if column.type == "date":
            return date(2025, 1, 1) + timedelta(days=self.random.randrange(-30, 500))
        if column.choices:
            return self.random.choice(column.choices).v
        return self.random.choice(["示例甲", "示例乙", ""])

    def remove(self) -> None:
        if len(self.rows) > 2:
            del self.rows[self.random.randrange(len(self.rows))]

    def insert(self) -> None:
        self.rows.insert(self.random.randrange(len(self.rows)), {})

    def spoil(self) -> None:
        """Something that is no value in one cell, or the last such gone."""
        if self.unreadable:
            self.unreadable.clear()
            return
        at, column = self.random.randrange(len(self.rows)), self.column()
        self.rows[at] = {key: value for key, value in self.rows[at].items() if key != column.key}
        self.unreadable.add((self.form.code, str(at + 1), column.key))

    def look_away(self) -> None:
        """Another form, another period or the institution itself has changed."""
        if self.random.random() < 0.3:
            self.around = replace(self.around, period={**self.around.period, "start": date(2025, 3, 1)})
            return
        code = self.random.choice(sorted(self.around.forms))
        form, former = self.around.forms[code], self.around.lookup
        amount = Decimal(self.random.randrange(1, 900))

        def lookup(asked: str, shift: Any) -> Values | None:
            found = former(asked, shift)
            if found is None or asked != code:
                return found
            return {
                row: {
                    key: amount if isinstance(value, Decimal) and form.cell_spec(row, key) else value
                    for key, value in cells.items()
                }
                for row, cells in found.items()
            }

        self.around = replace(self.around, lookup=lookup)

    def values(self) -> Values:
        return {str(number): row for number, row in enumerate(self.rows, start=1)}

    def outcome(self, memory: dict[str, RowMemory]) -> str:
        around: Context = replace(self.around, memory=memory, unreadable=frozenset(self.unreadable))
        return repr(examine({self.form.code: self.form}, {self.form.code: self.values()}, around))


@pytest.mark.parametrize("code", TABLES)
def test_what_is_remembered_is_what_would_be_calculated(code: str) -> None:
    for seed in range(4):
        story = Story(default_catalogue().form(code), seed)
        for _ in range(STEPS):
            story.change()
            assert story.outcome({code: story.memory}) == story.outcome({})


def test_columns_that_depend_on_the_whole_table_follow_it_too() -> None:
    for seed in range(20):
        story = Story(sharing(), seed)
        for _ in range(STEPS):
            story.change()
            assert story.outcome({"DB32": story.memory}) == story.outcome({})


def test_only_the_changed_row_is_calculated(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(default_catalogue().form("DB32"), 1)
    story.outcome({"DB32": story.memory})
    story.rows[3] = {**story.rows[3], "comp_int": Decimal("7.00")}
    asked: list[list[int]] = []
    part = TableRows.part

    def watched(table: TableRows, places: Any) -> TableRows:
        asked.append(list(places))
        return part(table, places)

    monkeypatch.setattr(TableRows, "part", watched)
    story.outcome({"DB32": story.memory})
    assert asked
    assert all(places == [3] for places in asked)


def test_a_draft_is_read_row_by_row_only_where_it_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "LARGE", 1)
    known.forget_all()
    form = default_catalogue().form("DB32")
    random = Random(7)
    for seed in range(5):
        story = Story(form, seed)
        for _ in range(STEPS):
            story.change()
            draft = FilingForm(id=random.choice([1, 2]), content=to_json(form, story.values()))
            assert repr(known.read_draft(form, draft)[0]) == repr(from_json(form, draft.content))
    known.forget_all()


def test_a_stored_draft_is_taken_apart_again_only_when_its_text_is_another() -> None:
    known.forget_all()
    text = json.dumps({str(at): {"name": "示例" * 20} for at in range(600)})
    first = known.stored_content(7, text)
    assert known.stored_content(7, text[:1] + text[1:]) is first
    assert known.stored_content(8, text) is not first
    other = known.stored_content(7, text.replace('"0": {', '"x": {'))
    assert "x" in other and "0" in first
    assert known.stored_content(7, text) == first
    known.forget_all()
