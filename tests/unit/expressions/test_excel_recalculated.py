"""The same expressions on the server and in a workbook that LibreOffice has recalculated."""

from __future__ import annotations

import shutil
import subprocess
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from app.filings.expressions import Ref, Shift, evaluate, parse
from app.filings.expressions.ast import AttrRef, FieldRef, RowRef
from app.filings.expressions.excel import to_excel, wrap_computed

from .strategies import Surroundings

NULL = '=""'  # what a computed cell without a value holds
GONE = "=NA()"  # what the column of a filing that does not exist holds
NUMBERS: dict[str, Any] = {"a": "12.34", "b": "3", "blank": None, "null": NULL, "zero": "0", "neg": "-2.5"}
TEXTS = {"yes": "Y", "no": "N", "none": ""}
COLUMNS: dict[str, list[Any]] = {
    "bal": ["5", "20.5", None, "7"],
    "low": ["-5", "-3", "-9", "-1"],
    "kind": ["Y", "N", "", "Y"],
    "gone": [GONE],
    "code": ["91110000123456781X", "110101199001011234", "110101199001011235", ""],
    "twice": ["110101199001011234", "x", "110101199001011234", ""],
}
VALUES = [
    "@a + @b * 2 - @neg", "@a / @zero", "@null + 1", "@null * 0", "-@null", "@blank + 1", "@a / @b * 100",
    "@a / @null", "@null", "@blank", "@blank / @a", "ABS(@neg)", "ABS(@null)", "ROUND(@neg, 0)",
    "ROUND(@a / 7, 3)", "-(@a - 3) * -@b", "MAX(@a, @b)", "MAX(@neg, @blank)", "MAX(@null, 1)", "MIN(@neg, @a)",
    "SUM(@a, @null)", "SUM(@a, @blank, 2)", "MAX(@a / @zero, 1)", "COUNT(@yes, @none)", "SUM(T.bal)", "MAX(T.bal)",
    "MAX(T.low)", "MIN(T.low, 4)", "COUNT(T.kind)", "COUNTIF(T.kind, 'Y')", "COUNTIF(T.kind, 'y')",
    "COUNTIF(T.bal, 7)", "SUMIF(T.bal, T.kind, 'Y')", "SUMIF(T.bal, T.kind, 'Z')", "MAXIF(T.bal, T.kind, 'N')",
    "MAXIF(T.low, T.kind, 'Y')",
    "SUM(T.gone)", "MAX(T.gone, 1)",
    "COUNT(T.gone)", "COUNTIF(T.gone, 'Y')", "SUMIF(T.gone, T.gone, 'Y')", "MAXIF(T.gone, T.gone, 'Y')",
    "IF(UNIQUE(T.gone), 1, 2)", "COUNTIF(T.kind, @null + 1)", "MAXIF(T.bal, T.kind, @null + 1)",
    "MAXIF(T.low, T.kind, 'Z')", "SUMIF(T.bal, T.bal, 5)", "MAXIF(T.low, T.bal, 7)",
]  # fmt: skip
CONDITIONS = [
    "@a > @b", "@null > 0", "@null <= 0", "@null == 0", "@null != 0", "@blank == 0", "@blank >= 0", "@a == 12.34",
    "@a == @b", "@a != @b", "@null == @a", "@null == @null", "@null != @blank",
    "@yes == @no", "@yes == 'Y'", "@yes == 'y'", "@none == ''", "@none == 'Y'",
    "@yes != 'N'", "EMPTY(@blank)", "EMPTY(@a)", "NOT EMPTY(@yes)", "UNIQUE(T.code)", "UNIQUE(T.twice)",
    "UNIQUE(T.kind)", "PERIOD.quarter == 2", "PERIOD.quarter == 3", "NOT (@null > 1)", "@a > 0 AND @null > 0",
    "@a < 0 AND @null > 0", "@null > 0 AND @a < 0", "@a > 0 OR @null > 0", "@null > 0 OR @a < 0",
    "@null > 0 OR @a > 0", "NOT (@yes == 'Y') OR @a > 0", "@yes == 'Y' AND @no == 'N'",
    "(@null > 0 OR @b > 0) AND NOT (@null > 0 AND @a < 0)", "@a / @zero > 1 OR @b == 3",
]  # fmt: skip
CASES = [
    *VALUES,
    *(f"IF({condition}, 1, 2)" for condition in CONDITIONS),
    "IF(@a > 0, @null, 1) + 1",
    "IF(@a > 0, @blank, 1)",
    "MAX(IF(@a > 0, @null, 1), 0)",
    "IF(@yes == 'Y', 15, 10) * 2",
]


class Sheet(Surroundings):
    def __init__(self) -> None:
        known: dict[Any, Any] = {AttrRef("PERIOD", "quarter"): 2}
        for name, held in NUMBERS.items():
            known[RowRef(name), "current"] = None if held == NULL else Decimal(held or 0)
        for name, held in TEXTS.items():
            known[RowRef(name), "current"] = held
        for name, held in COLUMNS.items():
            if held == [GONE]:
                continue
            texts = name not in ("bal", "low")
            known[FieldRef("T", name), "current"] = [item if texts else Decimal(item or 0) for item in held]
        super().__init__(known)

    def is_blank(self, ref: Any, shift: Shift) -> bool | None:
        return ref.col in ("blank", "none")


def locate(ref: Ref | AttrRef, shift: Shift) -> str | None:
    singles = [*NUMBERS, *TEXTS]
    if isinstance(ref, RowRef):
        return f"$A${singles.index(ref.col) + 1}"
    if isinstance(ref, FieldRef):
        letter = "BCDEFG"[list(COLUMNS).index(ref.field)]
        return f"${letter}$1:${letter}$20"  # more rows than are filled, as in a template
    return "2"


def write(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("T")
    for row, held in enumerate([*NUMBERS.values(), *TEXTS.values()]):
        put(sheet, row, 0, held, number=row < len(NUMBERS))
    for column, (name, items) in enumerate(COLUMNS.items(), start=1):
        for row, held in enumerate(items):
            put(sheet, row, column, held, number=name in ("bal", "low"))
    for row, text in enumerate(CASES):
        sheet.write_formula(row, 10, "=" + wrap_computed(to_excel(parse(text), locate), 2), None, "")
    book.close()


def put(sheet: Any, row: int, column: int, held: str | None, *, number: bool) -> None:
    if held in (NULL, GONE):
        sheet.write_formula(row, column, held, None, "")
    elif held:
        sheet.write(row, column, float(held)) if number else sheet.write_string(row, column, held)


ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""


@pytest.mark.libreoffice
@pytest.mark.slow
def test_a_recalculated_workbook_agrees_with_the_server(tmp_path: Path) -> None:
    office = shutil.which("soffice") or pytest.skip("LibreOffice is not installed")
    source, profile = tmp_path / "cases.xlsx", tmp_path / "profile"
    write(source)
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
    target = tmp_path / "recalculated"
    command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
               "--outdir", str(target), str(source)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    sheet = openpyxl.load_workbook(target / "cases.xlsx", data_only=True)["T"]
    differing = {}
    for row, text in enumerate(CASES, start=1):
        found, expected = sheet.cell(row, 11).value, evaluate(parse(text), Sheet())
        shown = None if found in (None, "") else Decimal(str(found)).quantize(Decimal("0.01"))
        if isinstance(expected, Decimal):
            expected = expected.quantize(Decimal("0.01"), ROUND_HALF_UP)
        if shown != expected:
            differing[text] = (found, expected)
    assert differing == {}, differing
