"""Bytes of a workbook -> RawBook. Runs in the sandbox, where a hostile file can only end this process."""

from __future__ import annotations

import re

from app.filings.workbooks import bulk
from app.filings.workbooks.limits import (
    KINDS,
    MAX_COLS,
    MAX_FILLED,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_TEXT,
    Budget,
    place_of,
    unescape,
)
from app.filings.workbooks.package import Attributes, Package, TooComplex, Unreadable
from app.filings.workbooks.raw import Format, Kind, Position, RawBook, RawCell, RawSheet

# From here on (bytes of XML) a sheet is read in bulk when it is written plainly.
LARGE = 512 * 1024
_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def extract(data: bytes, max_filled: int = MAX_FILLED) -> RawBook:
    """Everything the reader needs. Raises Unreadable, TooComplex, and whatever a broken archive raises."""
    package = Package(data)
    home = _find(package.relations(""), "officeDocument") or "xl/workbook.xml"
    relations = package.relations(home)
    book = RawBook()
    parts = _workbook(package, home, book, relations)
    if not parts:
        raise Unreadable("no sheets")
    if len(parts) > MAX_SHEETS:
        raise TooComplex("sheets")
    texts = _shared_texts(package, _find(relations, "sharedStrings") or "xl/sharedStrings.xml")
    formats = _formats(package, _find(relations, "styles") or "xl/styles.xml")
    budget = Budget(max_filled)
    for sheet, part in parts:
        _SheetReader(sheet, texts, formats, budget).read(package, part)
        book.sheets.append(sheet)
    _properties(package, book)
    return book


def sheet_parts(data: bytes) -> tuple[dict[str, str], str]:
    """{part: title} of the sheets, and the part of the shared texts."""
    package = Package(data)
    home = _find(package.relations(""), "officeDocument") or "xl/workbook.xml"
    relations = package.relations(home)
    parts = {part: sheet.name for sheet, part in _workbook(package, home, RawBook(), relations)}
    return parts, _find(relations, "sharedStrings") or "xl/sharedStrings.xml"


def _find(relations: dict[str, tuple[str, str]], kind: str) -> str | None:
    return next((part for found, part in relations.values() if found == kind), None)


def _workbook(
    package: Package, home: str, book: RawBook, relations: dict[str, tuple[str, str]]
) -> list[tuple[RawSheet, str]]:
    parts: list[tuple[RawSheet, str]] = []
    names: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "workbookPr" and attributes.get("date1904") in ("1", "true", "on"):
            book.date_mode = "1904"
        elif tag == "sheet":
            kind, part = relations.get(attributes.get("id", ""), ("", ""))
            # Charts and macro sheets hold no cells.
            if kind == "worksheet":
                state = attributes.get("state", "visible")
                parts.append((RawSheet(attributes.get("name", ""), state), part))
        elif tag == "definedName":
            names.append(attributes.get("name", ""))

    def end(tag: str, text: str) -> None:
        if tag == "definedName" and names:
            book.names[names.pop()] = text[:MAX_TEXT]

    if not package.scan(home, start, end):
        raise Unreadable("no workbook part")
    return parts


def _shared_texts(package: Package, part: str) -> list[str]:
    content = package.large(part, LARGE // 8)
    plain = bulk.shared_texts(content) if content is not None else None
    if plain is not None:
        return plain
    texts: list[str] = []
    reader = _RichText()

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "si":
            reader.clear()
        reader.start(tag)

    def end(tag: str, text: str) -> None:
        reader.end(tag, text)
        if tag == "si":
            texts.append(reader.text())

    package.scan(part, start, end)
    return texts


class _RichText:
    """Joins the runs of a text and leaves out the phonetic ones."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.phonetic = 0

    def clear(self) -> None:
        self.pieces, self.phonetic = [], 0

    def start(self, tag: str) -> None:
        if tag == "rPh":
            self.phonetic += 1

    def end(self, tag: str, text: str) -> None:
        if tag == "rPh":
            self.phonetic -= 1
        elif tag == "t" and not self.phonetic:
            self.pieces.append(text)

    def text(self) -> str:
        return unescape("".join(self.pieces))[:MAX_TEXT]


def _formats(package: Package, part: str) -> list[Format]:
    """What the number of a cell with style i means."""
    codes: dict[str, str] = {}
    formats: list[Format] = []
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside.append(tag)
        elif tag == "xf" and inside:
            number = attributes.get("numFmtId", "0")
            formats.append(_meaning(number, codes.get(number, "")))

    def end(tag: str, text: str) -> None:
        if tag == "cellXfs" and inside:
            inside.pop()

    package.scan(part, start, end)
    return formats


def _meaning(number: str, code: str) -> Format:
    bare = _LITERAL.sub("", code.split(";")[0]).lower()
    if not code:
        if number.isdigit() and int(number) in _DATE_FORMATS:
            return "date"
        return "percent" if number in ("9", "10") else ""
    if "%" in bare:
        return "percent"
    if bare in ("general", "@") or not re.search(r"[ymd年月日]", bare):
        return ""
    return "date"


class _SheetReader:
    """Collects the cells of one sheet as the XML goes by."""

    def __init__(self, sheet: RawSheet, texts: list[str], formats: list[Format], budget: Budget) -> None:
        self.sheet, self.texts, self.formats, self.budget = sheet, texts, formats, budget
        self.cells: dict[Position, RawCell] = {}
        self.row, self.col = -1, -1
        self.type, self.style = "n", 0
        self.value: str | None = None
        self.is_formula, self.formula = False, ""
        self.inline = _RichText()

    def read(self, package: Package, part: str) -> None:
        content = package.large(part, LARGE)
        if content is not None and self._read_in_bulk(content):
            return
        if not package.scan(part, self.start, self.end):
            raise Unreadable(f"no part {part}")
        self.sheet.cells = self.cells

    def _read_in_bulk(self, content: bytes) -> bool:
        """Read a large sheet without a parser; False, and nothing read, when it is not written plainly."""
        found = bulk.read(content, self.texts, self.formats, self.budget)
        if found is None:
            return False
        self.sheet.cells, merges = found
        for reference in merges:
            self._merge(reference)
        return True

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            self._begin(attributes)
        elif tag == "row":
            number = attributes.get("r", "")
            self.row = int(number) - 1 if number.isdigit() and len(number) < 10 else self.row + 1
            self.col = -1
        elif tag == "f":
            self.is_formula = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        else:
            self.inline.start(tag)

    def end(self, tag: str, text: str) -> None:
        if tag == "v":
            self.value = text
        elif tag == "f":
            self.formula = text
        elif tag == "c":
            self._finish()
        else:
            self.inline.end(tag, text)

    def _begin(self, attributes: Attributes) -> None:
        self.budget.cell()
        place = place_of(attributes.get("r", ""))
        if place:
            self.row, self.col = place
        else:
            self.col += 1
        self.type = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self.style = int(style) if style.isdigit() else 0
        self.value, self.formula, self.is_formula = None, "", False
        self.inline.clear()

    def _finish(self) -> None:
        kind: Kind = KINDS.get(self.type, "n")
        text = self._text()
        if text is None and not self.is_formula:
            return
        self.budget.fill()
        if not 0 <= self.row < MAX_ROWS or not 0 <= self.col < MAX_COLS:
            raise TooComplex("position")
        format_ = self.formats[self.style] if self.style < len(self.formats) else ""
        if text is None:
            # A formula without a result: the formula itself, so that messages can show it.
            kind, text = "", f"={self.formula}"[:MAX_TEXT]
        cell = RawCell(kind, text, self.is_formula, format_)
        self.cells[self.row, self.col] = cell

    def _text(self) -> str | None:
        """The cell's text, None when it holds nothing."""
        if self.type == "inlineStr":
            return self.inline.text() or None
        if self.value is None:
            return None
        if self.type == "s":
            number = self.value.strip()
            known = (
                number.isascii() and number.isdigit() and len(number) < 8 and int(number) < len(self.texts)
            )
            return (self.texts[int(number)] or None) if known else None
        if self.type == "str":
            # "" is the result of a formula, and as such different from no result.
            return unescape(self.value)[:MAX_TEXT]
        return self.value.strip()[:MAX_TEXT] or None

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        start, end = place_of(first), place_of(last or first)
        if start is None or end is None:
            return
        self.budget.merge((end[0] - start[0] + 1) * (end[1] - start[1] + 1))
        self.sheet.merges.append((*start, *end))


def _properties(package: Package, book: RawBook) -> None:
    name: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "property":
            name[:] = [attributes.get("name", "")]

    def end(tag: str, text: str) -> None:
        if name and tag in ("lpwstr", "lpstr", "bstr"):
            book.properties[name[0]] = text[:MAX_TEXT]

    part = _find(package.relations(""), "custom-properties") or "docProps/custom.xml"
    package.scan(part, start, end)
