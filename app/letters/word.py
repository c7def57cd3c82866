"""A document as Word file: the same pages with the fonts that Chinese offices have, and editable."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION_START
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from app.letters.compose import stays_whole

BODY, HEADING, TITLE = "仿宋", "黑体", "宋体"
# What Windows has for the second and third plane.
RARE = {2: "SimSun-ExtB", 3: "SimSun-ExtG"}
RED = RGBColor(0xD4, 0x00, 0x0F)
WIDTH_MM = 156
CENTER, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def to_docx(document: Mapping[str, Any], made_at: datetime, draft: str = "") -> bytes:
    """The Word file; `draft` stands in the head of one that has not been issued."""
    word = Document()
    _page(word, draft)
    _head(word, document)
    for one in document["body"]:
        _block(word, one)
    properties = word.core_properties
    properties.title, properties.author = document["title"], document["head"]
    properties.comments, properties.last_modified_by = "", document["head"]
    properties.created = properties.modified = made_at.replace(tzinfo=None)
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def _page(word: WordDocument, draft: str) -> None:
    section = word.sections[0]
    section.start_type = WD_SECTION_START.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    normal = word.styles["Normal"]
    normal.font.size = Pt(16)
    normal.font.name = "Times New Roman"
    look = normal.element.get_or_add_rPr()
    look.get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    look.append(language)
    layout = normal.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28.9)
    word.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], RIGHT)
    _page_number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
    if draft:
        for header in (section.header, section.even_page_header):
            _run(header.paragraphs[0], draft, size=12, color=RGBColor(0x80, 0x80, 0x80))


def _page_number(paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH) -> None:
    paragraph.alignment = side
    _run(paragraph, "— ", size=14, font=TITLE)
    run = _run(paragraph, "", size=14, font=TITLE)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._r.append(part)
    _run(paragraph, " —", size=14, font=TITLE)


def _run(
    paragraph: Paragraph, text: str, *, size: float, font: str = BODY, bold: bool = False, color: Any = None
) -> Any:
    run = None
    for face, part in _by_font(_clean(text), font):
        run = paragraph.add_run(part)
        run.font.size, run.bold = Pt(size), bold
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
        if color is not None:
            run.font.color.rgb = color
    return run


def _by_font(text: str, font: str) -> list[tuple[str, str]]:
    """The text in pieces of one font: 仿宋 and 黑体 have nothing beyond the first plane, where rare names are."""
    planes = itertools.groupby(text, lambda character: min(ord(character) >> 16, 3))
    return [(RARE.get(plane, font), "".join(part)) for plane, part in planes] or [(font, "")]


def _clean(text: str) -> str:
    """Without control characters, which XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff"))


def _head(word: WordDocument, document: Mapping[str, Any]) -> None:
    red = RED if document["red"] else None
    words = document["head"]
    size = min(34.0 if red else 22.0, 430 / max(1, len(words)))
    head = word.add_paragraph()
    head.alignment = CENTER
    head.paragraph_format.line_spacing = Pt(max(29.0, size * 1.3))
    _run(head, words, size=size, font=TITLE, bold=True, color=red)
    number = word.add_paragraph()
    number.alignment = CENTER
    number.paragraph_format.space_before = Pt(20 if red else 4)
    _run(number, document["number"], size=16)
    _line_below(number, red)
    title = word.add_paragraph()
    title.alignment = CENTER
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(26), Pt(18)
    title.paragraph_format.line_spacing = Pt(34)
    _run(title, document["title"], size=22, font=TITLE, bold=True)
    if document["addressee"]:
        _run(word.add_paragraph(), document["addressee"], size=16)


def _line_below(paragraph: Paragraph, color: RGBColor | None) -> None:
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    values = {"val": "single", "sz": "12" if color else "6", "space": "4", "color": str(color or "000000")}
    for key, value in values.items():
        line.set(qn(f"w:{key}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def _block(word: WordDocument, one: Mapping[str, Any]) -> None:
    match one["type"]:
        case "table":
            _table(word, one)
        case "page_break":
            word.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        case "signature":
            _signature(word, one)
        case kind:
            paragraph = word.add_paragraph()
            if kind in ("heading", "paragraph"):
                _indent(paragraph, 2)
            paragraph.paragraph_format.keep_with_next = kind == "heading" or one["keep"]
            _run(paragraph, one["text"], size=16, font=HEADING if kind == "heading" else BODY)


def _indent(paragraph: Paragraph, characters: int) -> None:
    indent = OxmlElement("w:ind")
    indent.set(qn("w:firstLineChars"), str(characters * 100))
    indent.set(qn("w:firstLine"), str(characters * 320))
    paragraph._p.get_or_add_pPr().append(indent)


def _signature(word: WordDocument, one: Mapping[str, Any]) -> None:
    """Name and date at the right, kept together on one page: the date ends four characters before the margin and
    the name stands centred above it (GB/T 9704, 7.3.5)."""
    name, date = (sum(8 if c.isascii() else 16 for c in one[key]) for key in ("name", "date"))
    right = max(0, 4 * 16 - max(0, name - date) / 2)
    # A little wider than the words, for fonts differ and a name must not break.
    wide = max(name, date) + 16
    for number, (text, size) in enumerate(((one["name"], 16), (one["date"], 16), ("（印章）", 10.5))):
        paragraph = word.add_paragraph()
        paragraph.alignment = CENTER
        layout = paragraph.paragraph_format
        layout.left_indent, layout.right_indent = Pt(max(0, 442 - right - wide + 8)), Pt(max(0, right - 8))
        layout.space_before = Pt(58 if number == 0 else 0)
        layout.keep_with_next, layout.keep_together = number < 2, True
        color = None if number < 2 else RGBColor(0x6E, 0x6E, 0x6E)
        _run(paragraph, text, size=size, color=color)


def _table(word: WordDocument, one: Mapping[str, Any]) -> None:
    if one["title"]:
        title = word.add_paragraph()
        title.alignment, title.paragraph_format.keep_with_next = CENTER, True
        _run(title, one["title"], size=16, font=HEADING)
    gap = word.add_paragraph()
    gap.paragraph_format.line_spacing, gap.paragraph_format.keep_with_next = Pt(6), True
    columns = one["columns"]
    table = word.add_table(rows=0, cols=len(columns))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    _padded(table)
    total = sum(column["weight"] for column in columns)
    widths = [Mm(WIDTH_MM * column["weight"] / total) for column in columns]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _row(table, [column["title"] for column in columns], widths, head=True)
    for cells in one["rows"] or [[one["nothing"], *([""] * (len(columns) - 1))]]:
        _row(table, cells, widths, whole=stays_whole(columns, cells))
    word.add_paragraph().paragraph_format.line_spacing = Pt(8)


def _padded(table: Any) -> None:
    """Room above and below the words, which otherwise touch the lines."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "50")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))  # the order of the parts is laid down
    properties.append(margins) if look is None else look.addprevious(margins)


def _row(table: Any, cells: list[str], widths: list[Any], *, head: bool = False, whole: bool = True) -> None:
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit",) * whole + ("w:tblHeader",) * head:
        properties.append(OxmlElement(name))
    for cell, text, width in zip(row.cells, cells, widths, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.alignment = CENTER if head else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.line_spacing = Pt(15)
        _run(paragraph, text, size=10.5, font=HEADING if head else BODY)
