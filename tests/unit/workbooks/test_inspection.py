"""Uploads that are no workbook, or none that may be opened, are told what they are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from app.core.excel import FORMS, Limits, WorkbookRefused, inspect_workbook
from app.core.excel_words import REFUSALS
from tests.workbooks.large import packed, unpacked
from tests.workbooks.samples import forms, template

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def repacked(change: Callable[[dict[str, bytes]], None] | None = None, **extra: bytes) -> bytes:
    """A good template with entries changed or added."""
    parts = unpacked(template(forms("GG11")))
    if change:
        change(parts)
    return packed(parts | extra)


def added(name: str, data: bytes = b"x") -> bytes:
    return repacked(lambda parts: parts.update({name: data}))


def replaced(part: str, old: bytes, new: bytes) -> bytes:
    return repacked(lambda parts: parts.update({part: parts[part].replace(old, new)}))


def utf16(parts: dict[str, bytes]) -> None:
    text = parts["xl/workbook.xml"].decode().replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
    parts["xl/workbook.xml"] = text.replace("UTF-8", "UTF-16").encode("utf-16")


WORD = b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.x"/></Types>'
LINK = b'<Relationship Id="x" Type="http://x/relationships/image" Target="http://x/y.png" TargetMode="External"/>'
NOT_WORKBOOKS = {
    "empty": b"",
    "pdf": b"%PDF-1.7 something",
    "image": b"\x89PNG\r\n\x1a\n",
    "archive": b"Rar!\x1a\x07",
    "csv": "项目,行次,金额\r\n合计,1,2.00\r\n".encode("gb18030"),
    "html": b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>",
    "xml_2003": b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    "old_xls": OLE + "Workbook".encode("utf-16-le"),
    "encrypted": OLE + "EncryptedPackage".encode("utf-16-le"),
    "document": OLE + "WordDocument".encode("utf-16-le"),
    "unknown": b"\x00\x01\x02\x03",
    "damaged": b"PK\x03\x04 not really",
}
REPACKED = {
    "document": lambda: packed({"[Content_Types].xml": WORD, "word/document.xml": b"<w/>"}),
    "ods": lambda: packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
    "not_a_workbook": lambda: packed({"readme.txt": b"hello"}),
    "xlsb": lambda: added("xl/workbook.bin"),
    "macro": lambda: added("xl/vbaProject.bin"),
    "external_links": lambda: added("xl/externalLinks/externalLink1.xml", b"<externalLink/>"),
    "embedded": lambda: added("xl/embeddings/oleObject1.bin"),
    "active_content": lambda: added("xl/activeX/activeX1.xml", b"<x/>"),
    "doctype": lambda: added("xl/x.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'),
    "odd_names": lambda: added("../../etc/passwd"),
}


@pytest.mark.parametrize("code", NOT_WORKBOOKS)
def test_other_files_are_named_for_what_they_are(code: str) -> None:
    with pytest.raises(WorkbookRefused) as refusal:
        inspect_workbook(NOT_WORKBOOKS[code])
    assert refusal.value.code == code
    assert refusal.value.message_zh.endswith("。")
    assert refusal.value.message_en.endswith(".")


@pytest.mark.parametrize("code", REPACKED)
def test_workbooks_with_forbidden_parts_are_refused(code: str) -> None:
    with pytest.raises(WorkbookRefused) as refusal:
        inspect_workbook(REPACKED[code]())
    assert refusal.value.code == code


def test_renaming_a_forbidden_part_does_not_hide_it() -> None:
    types = b'<Override PartName="/xl/a.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    hidden = replaced("[Content_Types].xml", b"</Types>", types)
    outside = replaced("xl/_rels/workbook.xml.rels", b"</Relationships>", LINK + b"</Relationships>")
    for data, code in ((hidden, "macro"), (outside, "external_links"), (repacked(utf16), "doctype")):
        with pytest.raises(WorkbookRefused) as refusal:
            inspect_workbook(data)
        assert refusal.value.code == code


def test_a_document_type_across_the_border_of_two_pieces_is_seen() -> None:
    data = b"<x>" + b"a" * (64 * 1024 - 8) + b"<!DOCTYPE x>"
    with pytest.raises(WorkbookRefused, match="doctype"):
        inspect_workbook(added("xl/x.xml", data))


def test_double_entries_are_refused() -> None:
    stream = io.BytesIO(template(forms("GG11")))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    with pytest.raises(WorkbookRefused, match="odd_names"):
        inspect_workbook(stream.getvalue())


def test_encrypted_entries_are_refused() -> None:
    data = bytearray(template(forms("GG11")))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(WorkbookRefused, match="encrypted"):
        inspect_workbook(bytes(data))


def test_size_is_counted_while_inflating_and_not_believed() -> None:
    bomb = added("xl/media/a.bin", b"\0" * (30 * 1024 * 1024))
    lying = bytearray(bomb)
    at = lying.index(b"xl/media/a.bin", lying.index(b"PK\x01\x02")) - 46
    lying[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    for data in (bomb, bytes(lying)):
        assert len(data) < FORMS.upload
        with pytest.raises(WorkbookRefused) as refusal:
            inspect_workbook(data)
        assert refusal.value.code in ("bomb", "damaged")


def test_large_uploads_and_many_entries_are_refused() -> None:
    many = repacked(lambda parts: parts.update({f"x/{number}": b"" for number in range(2_001)}))
    with pytest.raises(WorkbookRefused, match="too_many_parts"):
        inspect_workbook(many)
    with pytest.raises(WorkbookRefused) as refusal:
        inspect_workbook(b"PK" + b"\0" * FORMS.upload)
    assert refusal.value.code == "too_large"
    assert "2 MB" in refusal.value.message_zh


@pytest.mark.parametrize("cut", [100, 1_000, -40, -1])
def test_cut_off_workbooks_are_damaged(cut: int) -> None:
    with pytest.raises(WorkbookRefused, match="damaged"):
        inspect_workbook(template(forms("GG11"))[:cut])


def test_a_good_template_passes_within_its_limits() -> None:
    data = template(forms("DB01", "DB02", "GG01"))
    inspect_workbook(data)
    with pytest.raises(WorkbookRefused, match="too_large"):
        inspect_workbook(data, Limits(upload=len(data) - 1, inflated=10**8))


def test_every_refusal_speaks_both_languages_and_says_what_to_do() -> None:
    for code, (zh, en) in REFUSALS.items():
        assert "请" in zh, code
        assert len(en) > 20, code
