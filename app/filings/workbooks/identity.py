"""Whose workbook is this, for which period, with which versions of which forms?

The answer travels inside the file as short texts, in three places (a hidden sheet, defined names, custom
document properties), because every spreadsheet program loses a different one. It identifies, it does not
prove: a checksum finds damage, and what is imported is checked like anything typed in.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.core.parsing import is_number
from app.filings.definitions.schema import Form

SCHEMA = "lfw1"
IDENTITY_SHEET = "_identity"
NAME_PREFIX = "lfw_identity_"
FORM_NAME_PREFIX = "lfw_form_"
# Custom properties and texts in defined names hold 255 characters.
_PIECE = 200


@dataclass(frozen=True, slots=True)
class FormStamp:
    """One form in the workbook: its version and the digest of its definition."""

    code: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Identity:
    """`period` is the period's code (any text without '|'), `made_at` an ISO moment; both only compared."""

    uscc: str
    period: str
    report_set: str
    forms: tuple[FormStamp, ...]
    made_at: str = ""
    schema: str = SCHEMA

    def stamp(self, code: str) -> FormStamp | None:
        return next((stamp for stamp in self.forms if stamp.code == code), None)


def definition_digest(form: Form) -> str:
    """The same for the same definition, on every machine: 12 hexadecimal characters."""
    known = form.derived.get("workbooks.digest")
    if known is None:
        text = json.dumps(_pruned(form.to_dict()), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        known = hashlib.sha256(text.encode()).hexdigest()[:12]
        form.derived["workbooks.digest"] = known
    return str(known)


def _pruned(data: Any) -> Any:
    """Without what is empty: a new optional field of definitions must not make every template an old one."""
    if isinstance(data, dict):
        return {key: _pruned(value) for key, value in data.items() if value not in (None, "", False, [], {})}
    return [_pruned(value) for value in data] if isinstance(data, list) else data


def identify(forms: Iterable[Form], uscc: str, period: str, report_set: str, made_at: str = "") -> Identity:
    """The identity of a workbook with these forms."""
    stamps = tuple(FormStamp(form.code, form.version, definition_digest(form)) for form in forms)
    return Identity(uscc, period, report_set, stamps, made_at)


def to_pieces(identity: Identity) -> list[str]:
    """The identity as numbered texts of at most 210 characters: "1/3:…"."""
    stamps = [f"{stamp.code}:{stamp.version}:{stamp.digest}" for stamp in identity.forms]
    head = (identity.schema, identity.uscc, identity.period, identity.report_set, identity.made_at)
    body = "|".join([*head, *stamps])
    text = f"{body}|{_checksum(body)}"
    cut = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    return [f"{number}/{len(cut)}:{piece}" for number, piece in enumerate(cut, start=1)]


def from_pieces(pieces: Iterable[str]) -> Identity | None:
    """What `to_pieces` wrote, in any order; None when pieces are missing, damaged or not ours."""
    found: dict[int, str] = {}
    total = 0
    for piece in pieces:
        label, colon, text = piece.partition(":")
        number, slash, count = label.partition("/")
        if colon and slash and is_number(number, 6) and is_number(count, 6):
            found[int(number)] = text
            total = int(count)
    if not found or set(found) != set(range(1, total + 1)):
        return None
    return _parse("".join(found[number] for number in sorted(found)))


def _parse(text: str) -> Identity | None:
    body, bar, checksum = text.rpartition("|")
    parts = body.split("|")
    if not bar or checksum != _checksum(body) or len(parts) < 5 or parts[0] != SCHEMA:
        return None
    stamps = []
    for part in parts[5:]:
        code, version, digest = part.split(":")
        stamps.append(FormStamp(code, int(version), digest))
    return Identity(parts[1], parts[2], parts[3], tuple(stamps), parts[4], parts[0])


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
