"""What is written into a template comes back the same, for every form of the catalogue."""

from __future__ import annotations

import time
from datetime import date

import pytest

from app.filings.compute import compute_set
from app.filings.definitions.catalogue import default_catalogue
from app.filings.values import format_value
from app.filings.workbooks.reader import read_workbook
from tests.workbooks.samples import (
    context_for,
    dump,
    forms,
    identity_of,
    industry_of,
    load,
    sample_values,
    template,
)

CODES = list(default_catalogue().forms)


@pytest.mark.parametrize("code", CODES)
def test_a_prefilled_template_reads_back_its_values(code: str) -> None:
    wanted = forms(code)
    context = context_for(industry_of(wanted[code]))
    values = sample_values(wanted[code], industry=context.industry)
    result = read_workbook(
        template(wanted, {code: values}, context=context), wanted, identity_of(wanted.values()), context
    )
    assert result.problems == []
    assert result.notes == []
    assert result.values_by_form == {code: values}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_template_filled_in_by_hand_reads_back_what_was_typed(code: str, lang: str) -> None:
    wanted = forms(code)
    form = wanted[code]
    context = context_for(industry_of(form))
    empty = read_workbook(
        template(wanted, {code: sample_values(form, 9, context.industry)}, context=context, lang=lang),
        wanted,
        identity_of(wanted.values()),
        context,
    )
    book = load(template(wanted, context=context, lang=lang))
    values = sample_values(form, 2, context.industry)
    for row, cells in values.items():
        for col, value in cells.items():
            sheet, address = empty.cell_addresses[code, row, col]
            spec = form.cell_spec(row, col)
            assert spec is not None
            cell = book[sheet][address]
            assert not cell.protection.locked
            cell.value = (
                format_value(spec, value, lang)
                if spec.type == "choice"
                else (value if isinstance(value, date | str) else float(value))  # type: ignore[arg-type]
            )
    result = read_workbook(dump(book), wanted, identity_of(wanted.values()), context)
    assert result.problems == []
    assert result.values_by_form == {code: values}


def test_an_untouched_template_has_no_values_and_no_problems() -> None:
    wanted = forms("DB01", "GG01", "DB17")
    result = read_workbook(template(wanted), wanted, identity_of(wanted.values()), context_for())
    assert result.problems == []
    assert result.values_by_form["DB17"] == {}
    assert not any(any(row.values()) for row in result.values_by_form["DB01"].values())
    assert result.values_by_form["GG01"] == {"card": {}}


def test_a_table_of_two_thousand_lines_is_read_in_a_few_seconds() -> None:
    wanted = forms("GG09")
    values = sample_values(wanted["GG09"], rows=2_000)
    data = template(wanted, {"GG09": values})
    started = time.monotonic()
    result = read_workbook(data, wanted, identity_of(wanted.values()), context_for())
    assert time.monotonic() - started < 10
    assert result.values_by_form == {"GG09": values}


def test_a_set_is_read_form_by_form_and_the_others_are_told() -> None:
    every = forms("DB01", "DB02")
    values = {code: sample_values(form) for code, form in every.items()}
    only = forms("DB01")
    result = read_workbook(template(every, values), only, identity_of(every.values()), context_for())
    assert set(result.values_by_form) == {"DB01"}
    assert [note.message_zh for note in result.notes] == ["文件中的报表 DB02 本次不导入。"]


def test_numbers_typed_over_formulas_do_not_count_and_are_told() -> None:
    wanted = forms("DB01")
    context = context_for()
    values = {"DB01": sample_values(wanted["DB01"])}
    book = load(template(wanted, values, context=context))
    sheet = book.worksheets[1]
    sheet["G8"] = 1
    calculated = compute_set(wanted, dict(values), context)["DB01"] or {}
    sheet["G9"] = float(calculated["r4"]["close"])  # type: ignore[arg-type]
    result = read_workbook(dump(book), wanted, identity_of(wanted.values()), context)
    assert result.values_by_form == values
    (note,) = result.notes
    assert "1 个自动计算的单元格" in note.message_zh
    assert "!G8" in note.message_zh
