"""Is this upload a workbook that may be opened at all? Looked at before anything parses it.

Nothing here trusts a name, a content type or a size that the file states about itself: every entry is
inflated, with a bound, and counted. Parsing itself happens in a process of its own, with limits.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.excel_words import REFUSALS

MEGABYTE = 1024 * 1024
_CHUNK = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, OverflowError, RuntimeError)
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# A few bytes of XML that repeat a tag compress better than any honest sheet; small parts are let be.
_SMALL_PART = 256 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds in bytes and counts; the ratio is inflated to packed (the honest maximum seen is 27)."""

    upload: int
    inflated: int
    part: int = 150 * MEGABYTE
    entries: int = 2_000
    ratio: int = 100


FORMS = Limits(upload=2 * MEGABYTE, inflated=20 * MEGABYTE)
TABLES = Limits(upload=20 * MEGABYTE, inflated=200 * MEGABYTE)


class WorkbookRefused(Exception):
    """The upload cannot be taken: what it is, in both languages, and what to do. `code` for programs."""

    def __init__(self, code: str, **params: object) -> None:
        zh, en = REFUSALS[code]
        self.code = code
        self.params = params
        self.message_zh = zh.format(**params)
        self.message_en = en.format(**params)
        super().__init__(f"{code}: {self.message_en}")

    def message(self, lang: str) -> str:
        return self.message_en if lang == "en" else self.message_zh


def inspect_workbook(data: bytes, limits: Limits = FORMS) -> None:
    """Return when `data` is an ordinary .xlsx within the limits; raise WorkbookRefused otherwise."""
    if not data:
        raise WorkbookRefused("empty")
    if len(data) > limits.upload:
        size = f"{len(data) / MEGABYTE:.1f}"
        raise WorkbookRefused("too_large", limit=limits.upload // MEGABYTE, size=size)
    if not data.startswith(b"PK"):
        raise WorkbookRefused(_what_is_it(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _inspect_entries(archive, limits)
            parts = _inflate(archive, limits, len(data))
            _inspect_kind(archive, parts)
    except NotImplementedError as error:
        raise WorkbookRefused("odd_packing") from error
    except _DAMAGE as error:
        raise WorkbookRefused("damaged") from error


def _what_is_it(data: bytes) -> str:
    if data.startswith(_OLE):
        return _what_is_ole(data)
    for magic, code in _MAGIC:
        if data.startswith(magic):
            return code
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"schemas-microsoft-com:office:spreadsheet" in head:
        return "xml_2003"
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"mime-version")) or b"<html" in head:
        return "html"
    return "csv" if _reads_as_text(data[:4096]) else "unknown"


_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "document"),
)


def _what_is_ole(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
        return "encrypted"
    if "WordDocument".encode("utf-16-le") in data:
        return "document"
    return "old_xls"


def _reads_as_text(head: bytes) -> bool:
    if b"\x00" in head:
        return head.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-8", "gb18030"):
        try:
            # The last characters may be cut in the middle.
            text = head[: len(head) - 4 if len(head) == 4096 else None].decode(encoding)
        except UnicodeDecodeError:
            continue
        text = text.removeprefix("\ufeff")  # as Excel itself marks the CSV that it saves
        return all(char.isprintable() or char in "\r\n\t" for char in text)
    return False


def _inspect_entries(archive: zipfile.ZipFile, limits: Limits) -> None:
    entries = archive.infolist()
    if not entries:
        raise WorkbookRefused("not_a_workbook")
    if len(entries) > limits.entries:
        raise WorkbookRefused("too_many_parts", limit=limits.entries)
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        if entry.flag_bits & 0x1:
            raise WorkbookRefused("encrypted")
        if entry.compress_type not in _STORED_OR_DEFLATED:
            raise WorkbookRefused("odd_packing")
        if name.startswith("/") or "\\" in name or "\x00" in name or ".." in name.split("/"):
            raise WorkbookRefused("odd_names")
        if name.casefold() in seen:
            raise WorkbookRefused("odd_names")
        seen.add(name.casefold())


def _inflate(archive: zipfile.ZipFile, limits: Limits, packed: int) -> dict[str, bytes]:
    """Inflate everything, count, look for document types; give back what says what the file is."""
    kept: dict[str, bytes] = {}
    total = 0
    allowed = min(limits.inflated, max(limits.ratio * packed, _SMALL_PART))
    for entry in archive.infolist():
        keep = bool(_TELLING.search(entry.filename.lower()))
        bound = min(limits.part, max(limits.ratio * min(entry.compress_size, packed), _SMALL_PART))
        size, pieces = 0, []
        guard = _DoctypeGuard()
        for chunk in _chunks(archive, entry):
            size += len(chunk)
            if size > bound or total + size > allowed:
                raise WorkbookRefused("bomb", limit=limits.inflated // MEGABYTE)
            guard.feed(chunk)
            if keep:
                pieces.append(chunk)
        total += size
        if keep:
            kept[entry.filename.lower()] = b"".join(pieces)
    return kept


_TELLING = re.compile(r"(^\[content_types\]\.xml|^mimetype|\.rels)$")


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


class _DoctypeGuard:
    """Refuses XML with a document type in any encoding an XML parser may read, across chunk borders."""

    _marks = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))

    def __init__(self) -> None:
        self.tail = b""
        self.is_xml: bool | None = None

    def feed(self, chunk: bytes) -> None:
        if self.is_xml is None:
            head = chunk.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
            self.is_xml = head.startswith(b"<")
        if not self.is_xml:
            return
        text = self.tail + chunk
        if any(mark in text for mark in self._marks):
            raise WorkbookRefused("doctype")
        self.tail = text[-20:]


def _inspect_kind(archive: zipfile.ZipFile, parts: dict[str, bytes]) -> None:
    names = [name.lower() for name in archive.namelist()]
    types = _as_text(parts.get("[content_types].xml", b"")).lower()
    if not types:
        spreadsheet = b"opendocument.spreadsheet" in parts.get("mimetype", b"")
        raise WorkbookRefused("ods" if spreadsheet else "not_a_workbook")
    if "wordprocessingml" in types or "presentationml" in types:
        raise WorkbookRefused("document")
    if "sheet.binary" in types or "xl/workbook.bin" in names:
        raise WorkbookRefused("xlsb")
    relations = " ".join(_as_text(data).lower() for name, data in parts.items() if name.endswith(".rels"))
    everywhere = " ".join(names) + types + relations
    for code, marks in _FORBIDDEN:
        if any(mark in everywhere for mark in marks):
            raise WorkbookRefused(code)
    if _has_outside_target(relations):
        raise WorkbookRefused("external_links")
    if "spreadsheetml" not in types or "workbook.xml" not in everywhere:
        raise WorkbookRefused("not_a_workbook")


# Looked for in entry names, content types and relations: renaming a part does not hide it.
_FORBIDDEN = (
    ("macro", ("vbaproject", "macroenabled", "macrosheet", "xlmacro")),
    ("external_links", ("externallink",)),
    ("embedded", ("/embeddings/", "relationships/oleobject", 'relationships/package"')),
    ("active_content", ("activex",)),
)


def _has_outside_target(relations: str) -> bool:
    """Anything but a hyperlink that lies outside of the file (pictures, templates, data)."""
    for relation in re.findall(r"<(?:\w+:)?relationship\s[^>]*>", relations):
        is_outside = re.search(r"targetmode\s*=\s*[\"']external", relation)
        if is_outside and "relationships/hyperlink" not in relation:
            return True
    return False


def _as_text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")
