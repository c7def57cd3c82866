from __future__ import annotations

import pytest

from app.filings.expressions import Ref, Shift, parse, parse_formula, to_text
from app.filings.expressions.ast import AttrRef, CellRef, FieldRef, RowRef, Text
from app.filings.expressions.excel import NotRenderable, to_excel, wrap_computed

from .strategies import catalogue_expressions

PLACES = {"a": "$A$1", "b": "$B$1", "t": "$C$1", "col": "$D$2:$D$9", "kind": "$E$2:$E$9"}


def locate(ref: Ref | AttrRef, shift: Shift) -> str | None:
    if shift != "current":
        return f"'上期'!{PLACES['a']}" if shift == "prev" else None
    match ref:
        case RowRef(col):
            return PLACES.get(col)
        case FieldRef(_, field):
            return PLACES.get(field)
        case AttrRef("PERIOD", _):
            return "3"
    return None


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("@a + @b * 2", "$A$1+$B$1*2"),
        ("(@a + @b) / (2 * @a)", "($A$1+$B$1)/(2*$A$1)"),
        ("1 - (2 - @a)", "1-(2-$A$1)"),
        ("1 - -@a", "1-(-$A$1)"),
        ("-(1 + 2) * 3", "(-(1+2))*3"),
        ("ABS(@a)", "ABS(($A$1+0))"),
        ("MAX(@a - 1, 0)", "MAX($A$1-1,0)"),
        ("SUM(DB17.col)", "SUM($D$2:$D$9)"),
        ("PREV(@a) + 1", "'上期'!$A$1+1"),
        ("@a > 0", "(($A$1+0)>0)"),
        ("@t == 'Y'", 'EXACT($C$1,"Y")'),
        ("@t != '\"'", 'NOT(EXACT($C$1,""""))'),
        ("IF(@t == 'Y' AND NOT EMPTY(@a), 15, 10)", 'IF(AND(EXACT($C$1,"Y"),NOT((LEN($A$1)=0))),15,10)'),
        ("COUNTIF(DB17.kind, 'Y')", 'SUMPRODUCT(--(EXACT($E$2:$E$9,"Y")))'),
        ("SUMIF(DB17.col, DB17.kind, 'Y')", 'SUMPRODUCT(--(EXACT($E$2:$E$9,"Y")),$D$2:$D$9)'),
        ("PERIOD.quarter == 1", "((3+0)=1)"),
    ],
)
def test_formulas_as_excel_writes_them(text: str, formula: str) -> None:
    assert to_excel(parse(text), locate) == formula


def test_a_decisive_condition_wins_over_an_unknown_one() -> None:
    formula = to_excel(parse("@a > 0 AND @b > 0"), locate)
    assert formula.startswith("IF(OR(IFERROR(NOT((") and ",FALSE,AND(" in formula


@pytest.mark.parametrize("text", ["PREV_YE(@a)", "@unknown + 1", "ORG.uscc == '1'", "SUM(SPLY(DB17.col))"])
def test_what_has_no_place_in_the_workbook_is_not_rendered(text: str) -> None:
    with pytest.raises(NotRenderable):
        to_excel(parse(text), locate)


def test_what_excel_does_not_take_is_not_rendered() -> None:
    with pytest.raises(NotRenderable):
        to_excel(Text("x" * 256), locate)
    with pytest.raises(NotRenderable):
        to_excel(parse(" + ".join(["SUM(DB17.col)"] * 150)), lambda ref, shift: "'" + "表" * 60 + "'!$A$1")


def test_literals_are_written_as_the_cells_show_them() -> None:
    labels = {"Y": "是", "mv": "动产"}
    shown = lambda ref, stored: labels[stored]  # noqa: E731
    assert to_excel(parse("@t == 'Y'"), locate, shown) == 'EXACT($C$1,"是")'
    assert "动产" in to_excel(parse("COUNTIF(DB17.kind, 'mv')"), locate, shown)


def test_computed_cells_are_rounded_and_empty_without_a_value() -> None:
    assert wrap_computed("A1/B1", 2) == 'IFERROR(ROUND(A1/B1,2),"")'
    assert wrap_computed("A1", None) == 'IFERROR(A1,"")'


def test_every_formula_of_the_catalogue_can_be_written() -> None:
    def anywhere(ref: Ref | AttrRef, shift: Shift) -> str:
        return "$B$2:$B$101" if isinstance(ref, FieldRef) and ref.form != "GG01" else "$A$1"

    written = 0
    for _, kind, text in catalogue_expressions():
        tree = parse_formula(text).expr if kind in ("rows", "columns") else parse(text)
        formula = to_excel(tree, anywhere)
        assert formula.count("(") == formula.count(")"), to_text(tree)
        written += 1
    assert written > 700


def test_cells_of_other_forms_are_located_too() -> None:
    ref = CellRef("CW01", "r81", "close")
    assert to_excel(ref, lambda found, shift: "'CW01'!$C$90" if found == ref else None) == "'CW01'!$C$90"
