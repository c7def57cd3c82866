"""Workbooks made to take the machine down only end the sandbox, quickly."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.core.excel import TABLES, WorkbookRefused
from app.filings.workbooks import runner
from app.filings.workbooks.annotate import CellFinding, annotate_workbook
from app.filings.workbooks.reader import read_workbook
from app.filings.workbooks.runner import read_raw
from tests.unit.workbooks.test_inspection import repacked
from tests.workbooks.samples import context_for, forms, identity_of, template

SHEET = "xl/worksheets/sheet2.xml"


def with_cells(xml: bytes, after: bytes = b"</sheetData>") -> bytes:
    """A template in whose form sheet this stands at the end."""

    def change(parts: dict[str, bytes]) -> None:
        parts[SHEET] = parts[SHEET].replace(after, xml + after)

    return repacked(change)


def merged(*ranges: str) -> bytes:
    body = "".join(f'<mergeCell ref="{item}"/>' for item in ranges).encode()
    return with_cells(body, b"</mergeCells>")


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
BEYOND = b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>'
WIDE = b'<row r="500"><c r="ZZZZ500"><v>1</v></c></row>'
SHAPES = {
    "one cell in the last corner": lambda: with_cells(FAR),
    "a row beyond the last": lambda: with_cells(BEYOND),
    "a column beyond the last": lambda: with_cells(WIDE),
    "a merge over the whole sheet": lambda: merged("A200:XFD1048576"),
    "thousands of merges": lambda: merged(*(f"A{row}:B{row}" for row in range(200, 5_300))),
    "millions of cells": lambda: with_cells(b'<row r="200">' + b"<c/>" * 1_000_000 + b"</row>"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_no_form_has_are_refused_quickly(shape: str) -> None:
    data = SHAPES[shape]()
    started = time.monotonic()
    for attempt in (read, annotate):
        with pytest.raises(WorkbookRefused) as refusal:
            attempt(data)
        assert refusal.value.code in ("too_complex", "bomb")
    assert time.monotonic() - started < 20


def read(data: bytes) -> object:
    wanted = forms("GG11")
    return read_workbook(data, wanted, identity_of(wanted.values()), context_for())


def annotate(data: bytes) -> object:
    return annotate_workbook(data, [CellFinding("", "", "error", "x")], "zh")


def memory() -> int:
    """Bytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.parametrize("shape", ["millions of cells", "a bomb of filled cells"])
def test_a_bomb_ends_in_the_sandbox_and_leaves_the_platform_s_memory_alone(shape: str) -> None:
    filled = b"".join(
        b'<c r="%c%d"><v>1</v></c>' % (65 + col, 300 + row) for row in range(40_000) for col in range(20)
    )
    data = with_cells(filled) if "filled" in shape else SHAPES[shape]()
    before = memory()
    with pytest.raises(WorkbookRefused) as refusal:
        read_raw(data, TABLES)
    assert refusal.value.code in ("too_complex", "bomb")
    assert memory() - before < 24 * 1024 * 1024


def test_an_empty_cell_far_away_does_no_harm() -> None:
    data = with_cells(b'<row r="1048576"><c r="XFD1048576" s="1"/></row>')
    assert read(data).problems == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "xml", [b"<c r='A1", b"</worksheet>", b"<row r='1'><c t='s'><v>99999999</v></c></row>"]
)
def test_broken_xml_is_told_and_not_a_crash(xml: bytes) -> None:
    try:
        read(with_cells(xml))
    except WorkbookRefused as refusal:
        assert refusal.code == "damaged"


@pytest.mark.parametrize("number", ["1E+400", "NaN", "INF", "-1e999", "0x10", "1_000"])
def test_numbers_that_are_none_become_problems(number: str) -> None:
    xml = f'<row r="5"><c r="F5"><v>{number}</v></c></row>'.encode()

    def change(parts: dict[str, bytes]) -> None:
        start = parts[SHEET].index(b'<row r="5"')
        end = parts[SHEET].index(b"</row>", start) + len(b"</row>")
        old = parts[SHEET][start:end]
        parts[SHEET] = parts[SHEET].replace(old, xml)

    result = read(repacked(change))
    values = result.values_by_form["GG11"]  # type: ignore[attr-defined]
    assert result.problems or not any(
        "Inf" in str(value) for row in values.values() for value in row.values()
    )  # type: ignore[attr-defined]


def test_a_sandbox_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WALL_SECONDS", 0.001)
    with pytest.raises(WorkbookRefused) as refusal:
        read(template(forms("GG11")))
    assert refusal.value.code == "too_complex"
    assert "过于复杂" in refusal.value.message_zh


CONFINED = """
import sys
sys.path.insert(0, sys.argv[1])
from app.filings.workbooks.sandbox import _confine
_confine(1)
{deed}
print("done")
"""
DEEDS = {
    "takes two gigabytes": "bytearray(2 * 1024**3)",
    "writes a file": "open(sys.argv[2], 'w').write('x' * 10_000)",
    "thinks for ever": "while True: pass",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_confined_code_cannot_harm_the_machine(deed: str, tmp_path: Path) -> None:
    root, target = Path(__file__).parents[3], tmp_path / "written"
    script = CONFINED.format(deed=DEEDS[deed])
    command = [sys.executable, "-c", script, str(root), str(target)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode != 0
    assert b"done" not in done.stdout
    assert not target.exists() or target.stat().st_size == 0
