"""The rows of a large sheet step aside while openpyxl works on the rest of the workbook, and come back as they were.

openpyxl takes seconds and a gigabyte for what it need not touch: of ten thousand rows some cells get another colour.
So it sees a sheet with these cells only, and each row is written again as its sender's program wrote it, but for the
style of the cells that openpyxl has coloured. What is not written plainly stays with openpyxl. Runs in the sandbox.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.filings.workbooks.bulk_rows import column_number
from app.filings.workbooks.extract import LARGE, sheet_parts
from app.filings.workbooks.package import Unreadable

STRINGS = "xl/sharedStrings.xml"
_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")
_SHEET_DATA = re.compile(r"<sheetData ?/>|<sheetData>(.*?)</sheetData>", re.DOTALL)
_ROW = re.compile(r'<row\b[^<>]*?\sr="(\d+)"[^<>]*?(/?)>')
_PREFIXED_ATTRIBUTE = re.compile(r'\s(?!xml:)\w+:\w+="[^"<>]*"')
_PREFIXED = re.compile(r"</?\w+:|<[^<>]*\s(?!xml:)\w+:\w+=")
_CELL = re.compile(r'<c r="([A-Z]{1,3})(\d+)"([^<>]*?)(/?)>')
_STYLE = re.compile(r'\ss="(\d+)"')
_TEXT_CELL = re.compile(r'(<c [^<>]*\bt="s"[^<>]*><v>)(\d+)(</v>)')
_SI = re.compile(r"<si>.*?</si>|<si/>", re.DOTALL)
_COMMENTED = re.compile(rb'<(?:\w+:)?comment [^<>]*?ref="([A-Z]{1,3}\d+)"')
_MERGED = re.compile(r'<mergeCell ref="([A-Z]{1,3}\d+)[:"]')


@dataclass(slots=True)
class Rows:
    """The rows of one sheet: their XML by number, in order."""

    rows: dict[int, str]
    telling: Collection[str]
    dimension: str = ""

    def _styles(self) -> dict[int, dict[str, str]]:
        """{row: {address: style}} of those of the telling cells that are there."""
        found: dict[int, dict[str, str]] = {}
        by_row: dict[int, list[str]] = {}
        for address in self.telling:
            by_row.setdefault(int(address.lstrip(_LETTERS)), []).append(address)
        for number in sorted(by_row.keys() & self.rows.keys()):
            cells = {
                f"{col}{at}": style[1] if (style := _STYLE.search(attributes)) else "0"
                for col, at, attributes, _ in _CELL.findall(self.rows[number])
            }
            found[number] = {address: cells[address] for address in by_row[number] if address in cells}
        return found

    def lean(self) -> str:
        """Rows that hold nothing but the style of the telling cells."""
        lines = []
        for number, cells in self._styles().items():
            ordered = sorted(cells.items(), key=lambda item: column_number(item[0].rstrip(_DIGITS)))
            inside = "".join(f'<c r="{address}" s="{style}"/>' for address, style in ordered)
            lines.append(f'<row r="{number}">{inside}</row>')
        return "".join(lines)

    def restored(self, written: str) -> str:
        """All rows, the telling cells with the style that they have in `written`."""
        rows = dict(self.rows)
        for col, number, attributes, _ in _CELL.findall(written):
            if f"{col}{number}" not in self.telling:
                continue  # at the side of merged cells, where openpyxl draws borders
            style = _STYLE.search(attributes)
            at = int(number)
            rows[at] = _styled(rows.get(at, f'<row r="{at}"></row>'), col, at, style[1] if style else "0")
        return "".join(rows[at] for at in sorted(rows))


_LETTERS, _DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"


@dataclass(slots=True)
class Aside:
    """What was set aside: the rows by the sheet's title, and the shared texts they refer to."""

    sheets: dict[str, Rows] = field(default_factory=dict)
    strings: bytes = b""

    def restored(self, title: str, xml: bytes) -> bytes:
        """A sheet as openpyxl wrote it, with all its rows."""
        rows = self.sheets.get(title)
        if rows is None:
            return xml
        text = xml.decode()
        written = _SHEET_DATA.search(text)
        if written is None:
            raise Unreadable("no rows")
        head = re.sub(r"<dimension [^<>]*/>", lambda _: rows.dimension, text[: written.start()], count=1)
        inside = rows.restored(written[1] or "")
        return f"{head}<sheetData>{inside}</sheetData>{text[written.end() :]}".encode()


def set_aside(data: bytes, addresses: Collection[str]) -> tuple[bytes, Aside]:
    """The workbook without the rows of its large sheets, but for these and other telling cells; and the rows."""
    aside = Aside()
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts, strings = sheet_parts(data)
        sizes = {entry.filename: entry.file_size for entry in source.infolist()}
        large = {part for part in parts if sizes.get(part, 0) >= LARGE}
        if not large or (strings != STRINGS and strings in sizes):
            return data, aside
        commented = {
            address.decode()
            for name in sizes
            if "comments" in name.lower() and name.lower().endswith(".xml")
            for address in _COMMENTED.findall(source.read(name))
        }
        changed = {}
        for part in large:
            wanted = {address for address in (*addresses, *commented) if _ADDRESS.fullmatch(address)}
            lean = _lean(source.read(part), wanted)
            if lean is not None:
                aside.sheets[parts[part]], changed[part] = lean
        if not changed:
            return data, aside
        if STRINGS in sizes:
            aside.strings = source.read(STRINGS)
            others = {part: source.read(part) for part in parts if part in sizes and part not in changed}
            changed |= _with_own_strings(others, aside.strings)
        return _replaced(source, changed), aside


def _lean(content: bytes, wanted: Collection[str]) -> tuple[Rows, bytes] | None:
    """The rows of a sheet, and the sheet without them; None when it is not written plainly."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    start, end = text.find("<sheetData>"), text.rfind("</sheetData>")
    if start < 0 or end < start or "<!" in text:
        return None
    first = start + len("<sheetData>")
    rows = _rows(text[first:end])
    if rows is None:
        return None
    dimension = re.search(r"<dimension [^<>]*/>", text[:start])
    found = Rows(rows, {*wanted, *_MERGED.findall(text, end)}, dimension[0] if dimension else "")
    return found, (text[:first] + found.lean() + text[end:]).encode()


def _rows(body: str) -> dict[int, str] | None:
    """Each row by its number; None when something does not belong to one, or they are not in order."""
    rows: dict[int, str] = {}
    at = last = 0
    while found := _ROW.match(body, at):
        number, end = int(found[1]), found.end()
        if not found[2]:
            end = body.find("</row>", end) + len("</row>")
            if end < found.end():
                return None
        head = _PREFIXED_ATTRIBUTE.sub("", found[0])
        rows[number] = head + body[found.end() : end] if not found[2] else f"{head[:-2]}></row>"
        if number <= last:
            return None
        at, last = end, number
    is_odd = body[at:].strip() or any(":" in row and _PREFIXED.search(row) for row in rows.values())
    return None if is_odd else rows


def _styled(row: str, col: str, number: int, style: str) -> str:
    """The row with another style in one cell, which is put in its place when it is not there."""
    for found in _CELL.finditer(row):
        if found[1] == col:
            attributes = _STYLE.sub("", found[3])
            return f'{row[: found.start()]}<c r="{col}{number}" s="{style}"{attributes}{found[4]}>{row[found.end() :]}'
        if column_number(found[1]) > column_number(col):
            break
    else:
        found = None
    at = found.start() if found else row.rindex("</row>")
    return f'{row[:at]}<c r="{col}{number}" s="{style}"/>{row[at:]}'


def _with_own_strings(sheets: Mapping[str, bytes], strings: bytes) -> dict[str, bytes]:
    """The other sheets with a table of the shared texts that they use; nothing when that cannot be told."""
    try:
        texts = {part: content.decode("utf-8-sig") for part, content in sheets.items()}
        known = _SI.findall(strings.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return {}
    if strings.count(b"<si") != len(known):
        return {}
    used: dict[str, int] = {}
    changed: dict[str, bytes] = {}
    for part, text in texts.items():
        if text.count('t="s"') != len(_TEXT_CELL.findall(text)):
            return {}
        renumbered = _TEXT_CELL.sub(
            lambda cell: f"{cell[1]}{used.setdefault(cell[2], len(used))}{cell[3]}", text
        )
        changed[part] = renumbered.encode()
    if any(int(number) >= len(known) for number in used):
        return {}
    table = "".join(known[int(number)] for number in used)
    if _PREFIXED.search(table):
        return {}
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    changed[STRINGS] = f'<sst xmlns="{space}">{table}</sst>'.encode()
    return changed


def _replaced(source: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            name = entry.filename
            target.writestr(name, changed[name] if name in changed else source.read(entry))
    return stream.getvalue()
