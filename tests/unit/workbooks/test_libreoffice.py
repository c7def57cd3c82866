"""What LibreOffice makes of a template: it still imports, and its formulas agree with the server."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.filings.compute import compute_set
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Form, Value, Values
from app.filings.workbooks.extract import extract
from app.filings.workbooks.raw import RawBook
from app.filings.workbooks.reader import find_identity, read_book
from tests.workbooks.office import resave
from tests.workbooks.samples import context_for, forms, identity_of, sample_values, template

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]

ONE_OFF = [f"GG{number:02d}" for number in range(1, 12)]
INDUSTRIES = ("guarantee", "microloan", "pawn", "leasing")


def test_a_template_saved_by_libreoffice_still_imports(tmp_path: Path) -> None:
    wanted = forms(*ONE_OFF, "DB01", "DB02")
    context = context_for()
    values = {code: sample_values(form, industry="guarantee") for code, form in wanted.items()}
    book = extract(resave(template(wanted, values, context=context), tmp_path))
    result = read_book(book, wanted, identity_of(wanted.values()), context)
    assert result.problems == []
    assert result.notes == []
    assert result.values_by_form == values


def test_the_identity_survives_in_each_of_the_three_places(tmp_path: Path) -> None:
    wanted = forms("DB01")
    book = extract(resave(template(wanted), tmp_path))
    sheets = [sheet for sheet in book.sheets if not sheet.name.startswith("_identity")]
    expected = identity_of(wanted.values())
    assert find_identity(RawBook(book.sheets)) == expected
    assert find_identity(RawBook(sheets, names=book.names)) == expected
    assert find_identity(RawBook(sheets, properties=book.properties)) == expected


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_its_formulas_agree_with_the_server(industry: str, tmp_path: Path) -> None:
    """All forms of an industry in one workbook, random values, every computed cell."""
    wanted = {
        form.code: form for form in default_catalogue().forms.values() if form.industry in ("all", industry)
    }
    context = context_for(industry)
    values: dict[str, Values | None] = {
        code: sample_values(form, 3, industry) for code, form in wanted.items()
    }
    calculated = compute_set(wanted, values, context)
    book = extract(resave(template(wanted, values, context=context), tmp_path))  # type: ignore[arg-type]
    result = read_book(book, wanted, identity_of(wanted.values()), context)
    assert result.values_by_form == values
    assert _differences(book, result.cell_addresses, wanted, calculated) == {}


def test_formulas_without_the_other_filings_agree_too(tmp_path: Path) -> None:
    """Indicators alone: everything they refer to is missing, filed earlier or half filled in."""
    every = default_catalogue().forms
    wanted = forms("DB19", "DB17", "DB32", "XD02", "DD12", "ZL13", "ZL16")
    half = sample_values(every["DB14"], 5, "guarantee")
    half["r10"]["liab"] = Decimal("55.50")
    filed = {"DB14": half, "XD12": {}, "ZL12": sample_values(every["ZL12"], 5), "GG01": {"card": {}}}
    context = replace(context_for(), forms=every, lookup=lambda code, shift: filed.get(code))
    values: dict[str, Values | None] = {code: _sparse(form) for code, form in wanted.items()}
    calculated = compute_set(wanted, values, context)
    book = extract(resave(template(wanted, values, context=context), tmp_path))  # type: ignore[arg-type]
    result = read_book(book, wanted, identity_of(wanted.values()), context)
    assert _differences(book, result.cell_addresses, wanted, calculated) == {}
    assert None in {cells.get("value") for cells in (calculated["DB19"] or {}).values()}


def _sparse(form: Form) -> Values:
    """Every second value left out, every third a zero."""
    values = sample_values(form, 6, rows=4)
    for row in values.values():
        for number, key in enumerate(list(row)):
            if number % 2 and number > 1:
                del row[key]
            elif number % 3 == 0 and isinstance(row[key], Decimal):
                row[key] = Decimal(0)
    return values


def _differences(
    book: RawBook,
    addresses: dict[tuple[str, str, str], tuple[str, str]],
    wanted: dict[str, Form],
    calculated: dict[str, Values | None],
) -> dict[str, tuple[object, Value]]:
    from app.filings.workbooks.limits import place_of

    sheets = {sheet.name: sheet for sheet in book.sheets}
    found: dict[str, tuple[object, Value]] = {}
    for (code, row, col), (sheet, address) in addresses.items():
        spec = wanted[code].cell_spec(row, col)
        if spec is None or spec.computed is None:
            continue
        server = (calculated[code] or {}).get(row, {}).get(col)
        place = place_of(address)
        cell = sheets[sheet].cells.get(place) if place else None
        office = cell.text if cell and cell.kind in ("n", "s") else None
        if not _agree(office, server):
            found[f"{code}.{row}.{col}"] = (office if office is not None else cell, server)
    return found


def _agree(office: str | None, server: Value) -> bool:
    if server is None:
        return not office
    if isinstance(server, Decimal):
        return bool(office) and abs(Decimal(office or "0") - server) <= max(abs(server), 1) * Decimal("1e-9")
    return office == server
