"""Rows that openpyxl does not see come back as their sender wrote them, with the marks that it would have made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app.filings.workbooks import aside
from app.filings.workbooks.extract import extract
from app.filings.workbooks.marking import AUTHOR, RESULT_TITLES, mark
from tests.workbooks import make
from tests.workbooks.bad_files import FILES as REFUSED
from tests.workbooks.large import packed, unpacked
from tests.workbooks.samples import load, template
from tests.workbooks.small_forms import SMALL

FOLDER = Path(make.__file__).parent
FILES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*.xlsx") if path.stem not in REFUSED)
# Its shared texts are not declared among the parts, which openpyxl does not forgive: it can be marked one way only.
FILES.remove("good/rich_runs.xlsx")
SHEET = "xl/worksheets/sheet3.xml"
TITLE = "TX02 示例客户明细表"


def finding(sheet: str, address: str, level: str = "error") -> dict[str, Any]:
    texts = dict.fromkeys(("form", "label", "value", "expected", "remedy"), "x")
    return {"sheet": sheet, "address": address, "level": level, "message": f"{address} ={level}", **texts}


def marked(data: bytes, findings: list[dict[str, Any]], least: int, patch: pytest.MonkeyPatch) -> bytes:
    """Marked, the sheets from `least` bytes on without the help of openpyxl."""
    patch.setattr(aside, "LARGE", least)
    return mark(data, findings, "zh")


def cells_of(data: bytes) -> dict[str, Any]:
    """All cells as the file has them, but for the list of findings."""
    sheets = extract(data).sheets
    return {
        sheet.name: dict(sheet.cells.items()) for sheet in sheets if sheet.name not in RESULT_TITLES.values()
    }


def look_of(data: bytes) -> dict[tuple[str, str], Any]:
    """How every cell looks, and its comment."""
    found = {}
    for sheet in load(data).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                comment = (cell.comment.author, cell.comment.text) if cell.comment else None
                look = cell.fill.fgColor.rgb, cell.font.b, cell.number_format, cell.protection.locked, comment
                found[sheet.title, cell.coordinate] = look
    return found


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@pytest.mark.parametrize("path", FILES)
def test_both_ways_mark_the_same_cells_and_one_leaves_all_others_alone(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (FOLDER / path).read_bytes()
    findings = [
        finding(sheet.name, address, level)
        for sheet in extract(data).sheets
        for address, level in (("C5", "error"), ("A1", "warning"), ("D9", "warning"), ("AB77", "error"))
    ]
    whole, without = (marked(data, findings, least, monkeypatch) for least in (10**9, 0))
    if aside.set_aside(data, [])[1].sheets:
        assert cells_of(without) == cells_of(data)
    looks, expected = look_of(without), look_of(whole)
    assert looks.keys() == expected.keys()
    assert {place: look for place, look in looks.items() if look != expected[place]} == {}


def changed(change: Any) -> bytes:
    """A template whose table was written in another way."""
    parts = unpacked(template(SMALL, make.VALUES))
    parts[SHEET] = change(parts[SHEET].decode()).encode()
    return packed(parts)


def test_shared_formulas_and_long_numbers_stay_as_they_were_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(xml: str) -> str:
        number, shared = '<c r="D90"><v>9.030</v></c>', '<f t="shared" ref="G90:G91" si="0">D90*2</f>'
        row = f'<row r="90">{number}<c r="G90">{shared}<v>18.06</v></c></row>'
        next_row = '<row r="91"><c r="G91"><f t="shared" si="0"/><v>7</v></c></row>'
        return xml.replace("</sheetData>", f"{row}{next_row}</sheetData>")

    data = changed(change)
    back = marked(data, [finding(TITLE, "G91"), finding(TITLE, "E91")], 0, monkeypatch)
    assert cells_of(back) == cells_of(data)
    row = re.search(r'<row r="91">.*?</row>', unpacked(back)["xl/worksheets/sheet4.xml"].decode())
    assert row is not None
    assert re.fullmatch(
        r'<row r="91"><c r="E91" s="\d+"/><c r="G91" s="\d+"><f t="shared" si="0"/><v>7</v></c></row>', row[0]
    )


def test_what_other_programs_note_at_a_row_does_not_break_the_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    space = 'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'

    def change(xml: str) -> str:
        text = xml.replace("<worksheet ", f"<worksheet {space} ").replace(
            '<row r="5"', '<row r="5" x14ac:dyDescent="0.2"'
        )
        return text.replace("</sheetData>", '<row r="200" x14ac:dyDescent="0.2"/></sheetData>')

    data = changed(change)
    back = marked(data, [finding(TITLE, "B5"), finding(TITLE, "C200")], 0, monkeypatch)
    assert cells_of(back) == cells_of(data)
    assert load(back)[TITLE]["C200"].comment.author == AUTHOR


@pytest.mark.parametrize(
    "xml",
    [
        '<row r="300"><c r="A300"><v>1</v></c></row><row r="299"/>',
        '<row r="300"><c r="A300" x:y="1"><v>1</v></c></row>',
        "<row><c><v>1</v></c></row>",
        '<row r="300"><!-- no --></row>',
    ],
)
def test_what_is_not_written_plainly_is_left_to_openpyxl(xml: str) -> None:
    data = changed(lambda text: text.replace("</sheetData>", f"{xml}</sheetData>"))
    assert aside._lean(unpacked(data)[SHEET], ["A1"]) is None


def test_settled_marks_go_from_rows_that_openpyxl_does_not_see(monkeypatch: pytest.MonkeyPatch) -> None:
    data = template(SMALL, make.VALUES)
    once = marked(data, [finding(TITLE, "B5"), finding(TITLE, "C6")], 0, monkeypatch)
    twice = look_of(marked(once, [finding(TITLE, "C6")], 0, monkeypatch))
    assert twice[TITLE, "B5"][0] == "00FFFBE3"
    assert twice[TITLE, "B5"][1:] == look_of(data)[TITLE, "B5"][1:]
    assert twice[TITLE, "C6"][0] == "00FFC7CE"
