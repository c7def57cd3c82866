"""What is no figure enters through no door: not as a value, not from the grid, not from a workbook or storage."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import CellSpec, Form, Values
from app.filings.submissions.intake import take_entries
from app.filings.values import from_json, parse_cell
from app.filings.workbooks.extract import extract
from app.filings.workbooks.reader import read_book
from tests.workbooks.samples import context_for, forms, identity_of, template

WRITTEN = [
    "NaN", "nan", "-NaN", "sNaN", "NaN123", "Infinity", "-Infinity", "inf", "+INF", "∞", "1e400", "1E+400",
    "-1e-400", "1e5", "9" * 19, "9" * 400, "1" + "0" * 400, "0x10", "1_000", "ＮａＮ", "１ｅ４００", "1.0.0", "#NUM!",
    "１" * 400, "1/0", "=1/0", "--5", "无穷大",
]  # fmt: skip
HELD = [
    float("nan"), float("inf"), float("-inf"), 1e308, -1e308, 10**400, -(10**400), Decimal("NaN"), Decimal("sNaN"),
    Decimal("Infinity"), Decimal("-Infinity"), Decimal("1E+400"), Decimal("-1E+400"), Decimal("1E+19"), True, False,
    1j, b"5", [5], {"value": 5}, ...,
]  # fmt: skip


@cache
def numeric_specs() -> tuple[CellSpec, ...]:
    """One cell of each kind of number that the catalogue has."""
    found: dict[Any, CellSpec] = {}
    for form in default_catalogue().forms.values():
        for row, column in form.cells(values={"1": {}}):
            spec = form.cell_spec(row, column.key)
            if spec and spec.is_input and spec.is_numeric:
                found[spec.type, spec.unit, spec.decimals, spec.allow_negative] = spec
    return tuple(found.values())


def test_there_are_many_kinds_of_numbers() -> None:
    assert len(numeric_specs()) > 15


@pytest.mark.parametrize("raw", [*WRITTEN, *HELD], ids=lambda raw: repr(raw)[:30])
def test_no_cell_takes_it(raw: Any) -> None:
    for spec in numeric_specs():
        for strict in (False, True):
            parsed = parse_cell(spec, raw, strict=strict)
            assert parsed.value is None
            assert parsed.problem is not None
            assert parsed.problem.message_zh and parsed.problem.message_en


anything = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"[-+(]?[0-9.,eE]{1,30}[)%万元]?", fullmatch=True),
    st.floats(),
    st.decimals(),
    st.integers(),
    st.integers().map(lambda number: number**21),
    st.binary(max_size=8),
    st.none(),
    st.booleans(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(numeric_specs()), anything, st.booleans())
def test_whatever_is_entered_gives_a_sound_number_or_none(spec: CellSpec, raw: object, strict: bool) -> None:
    parsed = parse_cell(spec, raw, strict=strict)
    assert parsed.value is None or parsed.problem is None
    if parsed.value is not None:
        assert isinstance(parsed.value, Decimal) and parsed.value.is_finite()
        assert abs(parsed.value) < 10**18
        assert parsed.value == parsed.value.quantize(Decimal(1).scaleb(-spec.decimals))
        assert spec.allow_negative or parsed.value >= 0


@pytest.mark.parametrize("raw", WRITTEN)
def test_the_grid_keeps_it_beside_the_values_with_the_reason(raw: str) -> None:
    taken = take_entries(form("DB01"), {"r3": {"open": raw, "inc": "5"}})
    assert taken.values["r3"] == {"inc": Decimal(5)}
    assert taken.rejects["r3"]["open"]["raw"] == raw
    assert taken.rejects["r3"]["open"]["zh"] and taken.rejects["r3"]["open"]["en"]


@pytest.mark.parametrize("raw", WRITTEN)
def test_storage_with_such_a_number_is_not_read(raw: str) -> None:
    with pytest.raises(ValueError):
        from_json(form("DB01"), {"r3": {"open": raw}})


WORKBOOK_NUMBERS = [
    "NaN",
    "INF",
    "-INF",
    "Infinity",
    "1E+400",
    "-1e999",
    "1e19",
    "0x10",
    "1_000",
    "",
    "1" * 400,
]


@pytest.mark.parametrize("raw", WORKBOOK_NUMBERS)
@pytest.mark.parametrize("kind", ["n", "str"])
def test_a_workbook_with_such_a_number_in_a_cell_tells_where(raw: str, kind: str) -> None:
    values, problems = read_with(f"<v>{raw}</v>", kind)
    assert (values.get("r3") or {}).get("open") is None
    if raw:
        assert [(problem.form, problem.row, problem.col) for problem in problems] == [("DB01", "r3", "open")]
        assert problems[0].message_zh and problems[0].message_en


def test_the_same_cell_with_a_number_is_read() -> None:
    values, problems = read_with("<v>12.5</v>", "n")
    assert values["r3"]["open"] == Decimal("12.50") and not problems


def form(code: str) -> Form:
    return default_catalogue().form(code)


@cache
def blank_template() -> tuple[bytes, str, str]:
    """DB01's template, the part its sheet stands in, and the address of line 3's opening figure."""
    wanted = forms("DB01")
    data = template(wanted)
    result = read_book(extract(data), wanted, identity_of(wanted.values()), context_for())
    _, address = result.cell_addresses["DB01", "r3", "open"]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        named = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        sheet = max(named, key=lambda name: parts.getinfo(name).file_size)
    return data, sheet, address


def read_with(body: str, kind: str) -> tuple[Values, list[Any]]:
    """What reading gives when the raw XML of that one cell is this."""
    data, sheet, address = blank_template()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            content = old.read(item.filename)
            if item.filename == sheet:
                text = content.decode()
                cell = rf'<c r="{address}"( s="\d+")?(/>|[^>]*>.*?</c>)'
                text, count = re.subn(cell, rf'<c r="{address}"\1 t="{kind}">{body}</c>', text, count=1)
                assert count == 1
                content = text.encode()
            new.writestr(item, content)
    wanted = forms("DB01")
    result = read_book(extract(out.getvalue()), wanted, identity_of(wanted.values()), context_for())
    return result.values_by_form["DB01"], list(result.problems)
