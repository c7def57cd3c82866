"""What may be uploaded."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from app.core.file_rules import MAX_BYTES, FileProblem, check_file, display_name

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"


def picture(kind: str = "PNG", size: tuple[int, int] = (20, 20)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "navy").save(buffer, kind)
    return buffer.getvalue()


def office(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that claims 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(50_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


WORD = office("[Content_Types].xml", "word/document.xml")
BOOK = office("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("营业执照.pdf", PDF, "pdf"),
        ("照片.JPG", picture("JPEG"), "jpg"),
        ("a.b.png", picture(), "png"),
        ("许可证.docx", WORD, "docx"),
        ("资料.xlsx", BOOK, "xlsx"),
    ],
)
def test_honest_files_are_taken(name, data, kind):
    assert check_file(name, data) == kind


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("x.pdf", b"", "empty"),
        ("x.pdf", PDF + b" " * MAX_BYTES, "too_big"),
        ("x.svg", b"<svg/>", "extension"),
        ("x.html", b"<html>", "extension"),
        ("许可证.pdf.exe", PDF, "extension"),
        ("noending", PDF, "extension"),
        ("x.png", b"<svg onload='alert(1)'/>", "mismatch"),
        ("x.pdf", b"<html><script>", "mismatch"),
        ("x.png", picture("JPEG"), "mismatch"),
        ("x.docx", BOOK, "mismatch"),
        ("x.xlsx", b"PK\x03\x04 nonsense", "mismatch"),
        ("x.xlsx", bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 600, "office_old"),
        ("x.xlsx", office("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "macro"),
        ("x.png", bomb(), "pixels"),
        ("x.png", picture()[:-30], "broken"),
        ("x.png", picture("PNG", (12_001, 2)), "pixels"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_and_broken_files_are_refused_with_a_reason(name, data, code):
    with pytest.raises(FileProblem) as caught:
        check_file(name, data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("营业执照.pdf", "营业执照.pdf"),
        ("C:\\用户\\许可证.pdf", "许可证.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("", "file"),
    ],
)
def test_names_keep_their_chinese_and_lose_what_deceives(raw, shown):
    assert display_name(raw) == shown


def test_a_very_long_name_keeps_its_ending():
    assert display_name("长" * 300 + ".pdf").endswith(".pdf")
    assert len(display_name("长" * 300 + ".pdf")) <= 120
