"""A table of many lines as a spreadsheet program saves it, made in a moment."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from app.filings.definitions.schema import Form, Value, Values
from app.filings.values import format_value
from app.filings.workbooks.plan import FIRST_ROW, plan_sheet
from app.filings.workbooks.raw import letters

_SHEET = "xl/worksheets/sheet2.xml"
_TEXTS = "xl/sharedStrings.xml"


def lengthened(template: bytes, form: Form, values: Values, industry: str | None = None) -> bytes:
    """The template of one table with these lines in place of its empty ones; calculated columns stay out."""
    parts = unpacked(template)
    texts: dict[str, int] = {}
    known = len(re.findall(rb"<si>", parts[_TEXTS]))
    columns = _columns(form, industry)
    rows = [
        _row(FIRST_ROW + at + 1, form, columns, cells, texts, known)
        for at, cells in enumerate(values.values())
    ]
    xml = parts[_SHEET].decode()
    start, end = xml.index(f'<row r="{FIRST_ROW + 1}"'), xml.index("</sheetData>")
    parts[_SHEET] = (xml[:start] + "".join(rows) + xml[end:]).encode()
    added = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    parts[_TEXTS] = parts[_TEXTS].replace(b"</sst>", added.encode() + b"</sst>")
    return packed(parts)


def _columns(form: Form, industry: str | None) -> list[tuple[str, str]]:
    plan = plan_sheet(form, {}, "zh", industry, False)
    return [(letters(col), key) for key, col in plan.col_at.items()]


def _row(
    number: int, form: Form, columns: Sequence[tuple[str, str]], cells: dict[str, Value], texts: dict[str, int],
    known: int,
) -> str:  # fmt: skip
    found = []
    for letter, key in columns:
        value, spec = cells.get(key), form.cell_spec("", key)
        if value is None or spec is None:
            continue
        if isinstance(value, Decimal):
            found.append(f'<c r="{letter}{number}"><v>{value}</v></c>')
        elif isinstance(value, date):
            found.append(f'<c r="{letter}{number}"><v>{(value - date(1899, 12, 30)).days}</v></c>')
        else:
            at = texts.setdefault(format_value(spec, value), len(texts))
            found.append(f'<c r="{letter}{number}" t="s"><v>{known + at}</v></c>')
    return f'<row r="{number}">{"".join(found)}</row>'


def unpacked(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    """A workbook of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return stream.getvalue()
