"""The catalogue: what it holds, and how a broken one is refused."""

import json
import time

import pytest

from app.filings.compute import computed_cells
from app.filings.definitions.catalogue import (
    DEFAULT_PATH,
    CatalogueError,
    default_catalogue,
    load_catalogue,
)
from app.filings.definitions.schema import Form

CATALOGUE = default_catalogue()
TEXT = DEFAULT_PATH.read_text(encoding="utf-8")


def test_the_catalogue_holds_sixty_forms_of_four_industries():
    assert len(CATALOGUE.forms) == 60
    assert sum(1 for _ in computed_cells(tuple(CATALOGUE.forms.values()))) == 1084
    assert sum(len(form.checks) for form in CATALOGUE.forms.values()) == 355
    assert len(CATALOGUE.indicators) == 29
    monthly = CATALOGUE.forms_for("guarantee", "business", "monthly")
    assert [form.code for form in monthly] == ["DB01", "DB02"]


def test_the_catalogue_is_read_within_two_seconds_of_processor_time():
    started = time.process_time()
    load_catalogue()
    assert time.process_time() - started < 2


@pytest.mark.parametrize("code", list(CATALOGUE.forms))
def test_a_form_survives_the_way_through_json(code):
    form = CATALOGUE.form(code)
    stored = json.loads(json.dumps(form.to_dict(), ensure_ascii=False))
    again = Form.from_dict(stored)
    assert again.to_dict() == form.to_dict()
    for row, column in form.cells(values={"1": {}}):
        assert again.cell_spec(row, column.key) == form.cell_spec(row, column.key)
    assert [check.expr for check in again.checks] == [check.expr for check in form.checks]


def test_every_text_of_the_catalogue_is_there_in_both_languages():
    for form in CATALOGUE.forms.values():
        assert bool(form.notes_zh) == bool(form.notes_en)
        for row in form.rows:
            assert bool(row.note_zh) == bool(row.note_en)
        for item in (form, *form.columns, *form.rows, *form.attachments):
            assert item.name("zh") and item.name("en") and item.name("zh") != item.name("en")


def test_a_row_overrides_the_plain_columns_but_not_a_column_with_its_own_unit():
    staff = CATALOGUE.form("DB31")
    current, change = staff.cell_spec("r33", "cur"), staff.cell_spec("r33", "chg")
    assert current and (current.type, current.unit, current.decimals) == ("integer", "人", 0)
    assert change and (change.type, change.unit, change.decimals) == ("percent", "%", 2)
    ratio = CATALOGUE.form("DB19")
    value, part = ratio.cell_spec("r2", "value"), ratio.cell_spec("r2", "num")
    assert value and value.unit == "%" and part and part.unit == "万元"


def test_a_formula_for_the_cell_wins_over_the_row_and_the_row_over_the_column():
    form = CATALOGUE.form("DB01")
    total, plain = form.cell_spec("r1", "close"), form.cell_spec("r3", "close")
    assert total and total.computed and total.computed.row == "r1"
    assert plain and plain.computed and plain.computed.row is None
    assert form.cell_spec("r3", "open").is_input
    assert CATALOGUE.form("DB02").cell_spec("r1", "open") is None
    constant = CATALOGUE.form("DB14").cell_spec("r4", "weight")
    assert constant and constant.const == 30 and not constant.is_input


def test_rows_and_fields_of_other_industries_are_not_shown():
    profile = CATALOGUE.form("GG01")
    shown = [column.key for column in profile.shown_columns("pawn")]
    assert "gov_backed" not in shown and "org_name" in shown
    balance = CATALOGUE.form("CW01")
    assert len(list(balance.item_rows("pawn"))) < len(list(balance.item_rows()))


BROKEN = [
    ("code: GG02\n", "code: GG01\n", "occurs twice"),
    ("layout: card\n", "layout: cards\n", "layout may not be 'cards'"),
    ("    min_rows: 1\n", "    min_row: 1\n", "unknown key 'min_row'"),
    ("choices: org_form}", "choices: org_shape}", "there is no list of choices 'org_shape'"),
    ("type: uscc, required: true}", "type: code, required: true}", "type may not be 'code'"),
    ("expr: GG01.paid_capital <= GG01.reg_capital,", "expr: GG01.paid_capital <= GG01.capital,", "no such column"),
    ("expr: GG01.paid_capital <= GG01.reg_capital,", "expr: GG01.paid_capital <= ,", "at "),
    ("expr: UNIQUE(GG04.uscc)", "expr: UNIQUE(GG99.uscc)", "no form 'GG99'"),
    ("NOT (GG01.org_type == 'pawn')", "NOT (GG01.org_type == 'bank')", "not among the choices"),
    ("COUNTIF(GG03.position, ''gm'')", "COUNTIF(GG03.position, ''boss'')", "not among the choices"),
    ("ORG.org_type == 'pawn'", "ORG.kind == 'pawn'", "ORG.kind: there is no such attribute"),
    ("formula: r2 = r3+r4+r5+r6}", "formula: r2 = r3+r4+r5+r66}", "there is no row r66"),
    ("formula: r2 = r3+r4+r5+r6}", "formula: r2 = r1+r4+r5+r6}", "run in a circle"),
    ("formula: r2 = r3+r4+r5+r6}", "formula: r3 = r3+r4+r5+r6}", "a row formula begins with"),
    ("na_cols: [open, dec, close]}", "na_cols: [open, dec, shut]}", "there is no column 'shut'"),
    ("unit: 笔, type: integer}", "unit: 磅, type: integer}", "unit may not be '磅'"),
    ("id: GG05-01, level: error", "id: GG05-01, level: fatal", "level may not be"),
    ("scope: row, expr: '@fin_years >= 3'", "expr: '@fin_years >= 3'", "no present row"),
    ("pattern: '^\\d{6}$'", "pattern: '^(\\d{6}$'", "pattern:"),
    ("layout: card\n", "layout: card\n    layout: card\n", "key 'layout' occurs twice"),
    ("name_en: Shareholders (contributors)\n", "name_fr: Associés\n", "name_en is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "told"), BROKEN)
def test_a_broken_catalogue_is_refused_with_the_line(tmp_path, good, bad, told):
    assert good in TEXT
    file = tmp_path / "forms.yaml"
    file.write_text(TEXT.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as error:
        load_catalogue(file)
    problem = next(text for text in error.value.problems if told in text)
    name, line, _ = problem.split(":", 2)
    wanted = TEXT[: TEXT.index(good)].count("\n") + 1
    assert name == "forms.yaml" and int(line) <= wanted + 1


def test_all_problems_are_told_at_once_and_with_their_own_line(tmp_path):
    file = tmp_path / "forms.yaml"
    spoilt = TEXT.replace("choices: org_form}", "choices: nothing}", 1).replace("GG04.uscc", "GG04.ussc", 1)
    file.write_text(spoilt, encoding="utf-8")
    with pytest.raises(CatalogueError) as error:
        load_catalogue(file)
    assert len(error.value.problems) >= 2
    line = TEXT[: TEXT.index("choices: org_form}")].count("\n") + 1
    assert any(text.startswith(f"forms.yaml:{line}:") for text in error.value.problems)


@pytest.mark.parametrize("text", ["", "[]", "a: [", "forms: 3", "\t- x"])
def test_what_is_no_catalogue_at_all_is_refused_too(tmp_path, text):
    file = tmp_path / "forms.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError):
        load_catalogue(file)
