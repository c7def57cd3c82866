"""The inside of an .xlsx as XML: its parts, relations and a small reader that refuses document types.

Runs in the sandbox. Not openpyxl: one pass gives value, formula and error of each cell at once, small and
tolerant (WPS's inline strings and dimension A1, an empty <fill/>, strict namespaces), and it starts ten
times faster, which is most of the time a form takes.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

Attributes = dict[str, str]
OnStart = Callable[[str, Attributes], None]
OnEnd = Callable[[str, str], None]


class TooComplex(Exception):
    """More rows, columns, cells or merges than a form has."""


class Unreadable(Exception):
    """Not the inside of a workbook."""


def scan(stream: IO[bytes], on_start: OnStart, on_end: OnEnd | None = None) -> None:
    """Read XML: on_start(tag, attributes), on_end(tag, the text directly before it), prefixes dropped."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    pieces: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        pieces.clear()
        on_start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        if on_end:
            on_end(_local(name), "".join(pieces))
        pieces.clear()

    def doctype(*_: object) -> None:
        raise Unreadable("document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = pieces.append
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise Unreadable(str(error)) from error


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class Package:
    """The parts of the file by name, in any case of letters."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._names = {name.lower().lstrip("/"): name for name in self._archive.namelist()}

    def open(self, part: str) -> IO[bytes] | None:
        name = self._names.get(part.lower().lstrip("/"))
        return self._archive.open(name) if name else None

    def large(self, part: str, least: int) -> bytes | None:
        """The whole part when it has at least `least` bytes."""
        name = self._names.get(part.lower().lstrip("/"))
        if name is None or self._archive.getinfo(name).file_size < least:
            return None
        return self._archive.read(name)

    def scan(self, part: str, on_start: OnStart, on_end: OnEnd | None = None) -> bool:
        """Read a part; False when there is none."""
        stream = self.open(part)
        if stream is None:
            return False
        with stream:
            scan(stream, on_start, on_end)
        return True

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """{id: (last word of the type, part)} of a part; '' stands for the package itself."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag != "Relationship" or attributes.get("TargetMode") == "External":
                return
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, posixpath.normpath(path))

        self.scan(posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return found
