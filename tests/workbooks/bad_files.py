"""Files that are refused as a whole: no workbooks, others' workbooks, and some made to do harm. Small ones all."""

from __future__ import annotations

import io
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl

from app.filings.workbooks.identity import to_pieces
from tests.workbooks.handmade import inline_workbook
from tests.workbooks.large import packed, unpacked
from tests.workbooks.office import convert
from tests.workbooks.samples import dump, identity_of
from tests.workbooks.small_forms import SMALL
from tests.workbooks.small_values import VALUES

_SHEET, _TYPES, _RELATIONS = "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def _good(**changed: object) -> bytes:
    identity = replace(identity_of(SMALL.values()), **changed)  # type: ignore[arg-type]
    return inline_workbook(SMALL["TX01"], VALUES["TX01"], identity=to_pieces(identity))


def _with(name: str, data: bytes) -> bytes:
    return packed({**unpacked(_good()), name: data})


def _changed(part: str, old: str, new: str) -> bytes:
    parts = unpacked(_good())
    text = parts[part].decode()
    assert old in text, (part, old)
    return packed({**parts, part: text.replace(old, new, 1).encode()})


def _in_office(to: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return convert(_good(), Path(folder), to)


def old_version() -> bytes:
    """Made for an earlier version of the form."""
    stamps = identity_of(SMALL.values()).forms
    return _good(forms=tuple(replace(stamp, version=stamp.version - 1) for stamp in stamps))


def strangers_table() -> bytes:
    """Somebody's own list, of nothing that is asked for."""
    book = openpyxl.Workbook()
    book.active.title = "通讯录"
    book.active.append(["姓名", "电话"])
    return dump(book)


def double_names() -> bytes:
    stream = io.BytesIO(_good())
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(_SHEET, b"<worksheet/>")
    return stream.getvalue()


def without(part: str) -> bytes:
    parts = unpacked(_good())
    del parts[part]
    return packed(parts)


def _relation(kind: str, target: str, mode: str = "") -> bytes:
    relation = f'<Relationship Id="rId99" Type="http://x/relationships/{kind}" Target="{target}"{mode}/>'
    return _changed(_RELATIONS, "</Relationships>", f"{relation}</Relationships>")


def _entity() -> bytes:
    """Entities that would multiply, were they read."""
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return _changed(_SHEET, "<worksheet", f"{laughs}<worksheet")


def _far(row: str) -> bytes:
    return _changed(_SHEET, "</sheetData>", f"{row}</sheetData>")


# {file: (how it is made, the code it is refused with, words that its refusal must have)}
FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "old_version": (old_version, "old_version", "TX01、TX02、TX03 不是现行版本"),
    "strangers_table": (strangers_table, "no_known_form", "通讯录"),
    "really_csv": (lambda: "项目,行次,金额\r\n合计,1,2.00\r\n".encode("gb18030"), "csv", "CSV"),
    "really_html": (lambda: "<html><table><tr><td>合计</td></tr></table></html>".encode(), "html", "网页"),
    "really_xls": (lambda: _in_office("xls"), "old_xls", "97-2003"),
    "really_ods": (lambda: _in_office("ods"), "ods", "OpenDocument"),
    "really_pdf": (lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n", "pdf", "PDF"),
    "really_word": (
        lambda: packed(
            {
                _TYPES: b'<Types><Override PartName="/word/document.xml" ContentType="application/'
                b'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
                "word/document.xml": b"<w/>",
            }
        ),
        "document",
        "Word",
    ),
    "encrypted": (lambda: _OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted", "打开密码"),
    "macro": (lambda: _with("xl/vbaProject.bin", b"x"), "macro", "宏"),
    "macro_renamed": (lambda: _relation("vbaProject", "styles2.bin"), "macro", "宏"),
    "external_links": (
        lambda: _with("xl/externalLinks/externalLink1.xml", b"<externalLink/>"),
        "external_links",
        "外部链接",
    ),
    "external_picture": (
        lambda: _relation("image", "http://example.invalid/x.png", ' TargetMode="External"'),
        "external_links",
        "外部链接",
    ),
    "embedded": (lambda: _with("xl/embeddings/oleObject1.bin", b"x"), "embedded", "嵌入"),
    "entities": (_entity, "doctype", "DOCTYPE"),
    "double_names": (double_names, "odd_names", "重复"),
    "path_outside": (lambda: _with("../../outside.xml", b"<x/>"), "odd_names", "路径"),
    "bomb": (lambda: _with("xl/media/image1.png", b"\0" * 8 * 1024 * 1024), "bomb", "解压后过大"),
    "last_corner": (
        lambda: _far('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "too_complex",
        "过于复杂",
    ),
    "row_99999999": (
        lambda: _far('<row r="99999999"><c r="A99999999"><v>1</v></c></row>'),
        "too_complex",
        "过于复杂",
    ),
    "whole_sheet_merge": (
        lambda: _changed(_SHEET, 'ref="A1:E1"', 'ref="A1:XFD1048576"'),
        "too_complex",
        "过于复杂",
    ),
    "no_workbook_part": (lambda: without("xl/workbook.xml"), "damaged", "已损坏"),
    "no_sheet_part": (lambda: without(_SHEET), "damaged", "已损坏"),
    "no_content_types": (lambda: without(_TYPES), "not_a_workbook", "没有 Excel 工作簿"),
    "cut_off": (lambda: _good()[:-200], "damaged", "已损坏"),
    "cut_xml": (lambda: _changed(_SHEET, "</sheetData>", "<row"), "damaged", "已损坏"),
}


def too_large_numbers() -> bytes:
    """A number that no machine can hold, and one with more digits than a form takes."""
    parts = unpacked(_good())
    xml = parts[_SHEET].decode().replace("<v>1234.50</v>", "<v>1E+400</v>")
    return packed({**parts, _SHEET: xml.replace("<v>-20.00</v>", "<v>1E+30</v>").encode()})


MAKERS: dict[str, Callable[[], bytes]] = {
    **{name: make for name, (make, _, _) in FILES.items()},
    "too_large_numbers": too_large_numbers,
}
