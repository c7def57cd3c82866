"""What may be uploaded: the name's ending and the content must agree, and both must be harmless.

Plain bytes in; a `FileProblem` code out, or the kind. Nothing here unpacks or decodes a whole file.
"""

from __future__ import annotations

import io
import unicodedata
import warnings
import zipfile
from typing import Any

import filetype
from PIL import Image, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
MAX_ENTRIES = 2_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_NAME = 120

EXTENSIONS = {"pdf": "pdf", "jpg": "jpg", "jpeg": "jpg", "png": "png", "docx": "docx", "xlsx": "xlsx"}
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ACCEPT = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"
_MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_PILLOW = {"jpg": "JPEG", "png": "PNG"}


class FileProblem(Exception):
    """Why a file is refused: empty, too_big, extension, mismatch, office_old, macro, bomb, pixels, broken."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def display_name(raw: str) -> str:
    """The name as people gave it, Chinese kept; without folders, control and direction characters."""
    name = unicodedata.normalize("NFC", raw or "").replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    return f"{stem[: MAX_NAME - 10]}{dot}{ending[:9]}" or "file"


def check_file(name: str, data: bytes) -> str:
    """The kind of the file (a key of CONTENT_TYPES); raises FileProblem."""
    if not data:
        raise FileProblem("empty")
    if len(data) > MAX_BYTES:
        raise FileProblem("too_big", limit=MAX_BYTES // 1024 // 1024)
    kind = EXTENSIONS.get(name.rpartition(".")[2].lower()) if "." in name else None
    if kind is None:
        raise FileProblem("extension")
    if kind in _MAIN_PART:
        _check_office(kind, data)
    elif kind in _PILLOW:
        _check_picture(kind, data)
    elif not data.startswith(b"%PDF-"):
        raise FileProblem("mismatch")
    return kind


def _check_picture(kind: str, data: bytes) -> None:
    guess = filetype.guess(data)
    if guess is None or EXTENSIONS.get(guess.extension) != kind:
        raise FileProblem("mismatch")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=[_PILLOW[kind]])
        width, height = picture.size
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            raise FileProblem("pixels", limit=MAX_PIXELS // 10_000)
        picture.verify()
    except Image.DecompressionBombError:
        raise FileProblem("pixels", limit=MAX_PIXELS // 10_000) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise FileProblem("broken") from None


def _check_office(kind: str, data: bytes) -> None:
    if data.startswith(_OLE):
        raise FileProblem("office_old")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileProblem("mismatch") from None
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or _MAIN_PART[kind] not in names:
        raise FileProblem("mismatch")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileProblem("macro")
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise FileProblem("bomb")
