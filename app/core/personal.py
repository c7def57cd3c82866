"""Personal data encrypted at rest: column types that encrypt on the way into the database and decrypt on the way out.

A document (JSON) keeps its shape; only the personal values in it are taken out, all into one box, so that a table of
ten thousand rows costs one decryption. Whoever loses the keys loses those values, not the filings around them.
What is hashed or compared is the document as the application sees it, never the box.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from sqlalchemy import JSON, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from app.core.personal_rules import Path, personal_parts
from app.core.sealed import Unreadable, data_keys

BOX, REST = "$sealed", "$open"
_CACHE = "personal_data_keys"


def seal_bytes(plain: bytes) -> bytes:
    """Encrypted under the first key."""
    return _keys().encrypt(plain)


def open_bytes(token: bytes) -> bytes:
    """What was encrypted under any of the keys. Raises Unreadable."""
    try:
        return _keys().decrypt(token)
    except InvalidToken as error:
        raise Unreadable("personal data: no key of DATA_KEY opens it") from error


def seal_text(plain: str) -> str:
    """Encrypted under the first key; an empty text stays empty."""
    return seal_bytes(plain.encode()).decode() if plain else plain


def open_text(token: str) -> str:
    """The text again. Raises Unreadable."""
    return open_bytes(token.encode()).decode() if token else token


def seal_document(document: Any) -> Any:
    """The document with its personal values in a box; the document itself when it has none."""
    found = list(personal_parts(document)) if isinstance(document, (dict, list)) else []
    if not found:
        return document
    box = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return {BOX: seal_text(box), REST: _emptied(document, [path for path, _value in found])}


def seal_whole(document: Any) -> Any:
    """All of a document in the box."""
    box = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return {BOX: seal_text(box), REST: None} if document else document


def open_document(stored: Any) -> Any:
    """The document as it was, however much of it was sealed. Raises Unreadable."""
    if not is_sealed_document(stored):
        return stored
    document, boxed = stored[REST], json.loads(open_text(stored[BOX]))
    if document is None:
        return boxed
    for path, value in boxed:
        node = document
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value
    return document


def is_sealed_document(stored: Any) -> bool:
    """Whether a stored document has a box."""
    return isinstance(stored, dict) and stored.keys() == {BOX, REST}


def _emptied(document: Any, paths: list[Path]) -> Any:
    """The document with nothing at these places; only what leads to them is copied, the rest is shared."""
    rest = _copied(document)
    ours = {id(rest)}
    for path in paths:
        node = rest
        for step in path[:-1]:
            if id(node[step]) not in ours:
                node[step] = _copied(node[step])
                ours.add(id(node[step]))
            node = node[step]
        node[path[-1]] = None
    return rest


def _copied(node: Any) -> Any:
    return dict(node) if isinstance(node, dict) else list(node)


def is_current(token: bytes) -> bool:
    """Whether the first key opens it, so that there is nothing to encrypt anew."""
    try:
        Fernet(_derived(data_keys()[0])).decrypt(token)
    except InvalidToken:
        return False
    return True


def _keys() -> MultiFernet:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    secrets = data_keys()
    cached = app.extensions.get(_CACHE)
    if cached is None or cached[0] != secrets:
        cached = app.extensions[_CACHE] = (secrets, MultiFernet([Fernet(_derived(key)) for key in secrets]))
    keys: MultiFernet = cached[1]
    return keys


def _derived(secret: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"personal data").derive(secret.encode())
    return base64.urlsafe_b64encode(key)


class SealedText(TypeDecorator[str]):
    """A text that lies encrypted in the database. It cannot be searched or ordered by: each time it looks different."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Encrypt."""
        return None if value is None else seal_text(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        """Decrypt."""
        return None if value is None else open_text(value)


class SealedBytes(TypeDecorator[bytes]):
    """A file's content that lies encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Any) -> bytes | None:
        """Encrypt."""
        return None if value is None else seal_bytes(value)

    def process_result_value(self, value: bytes | None, dialect: Any) -> bytes | None:
        """Decrypt."""
        return None if value is None else open_bytes(bytes(value))


class SealedJson(TypeDecorator[Any]):
    """A JSON document whose personal values lie encrypted in the database; the rest of it can be read there.

    With `whole` all of it is encrypted: for what is kept for some days only and quotes values without their keys.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, whole: bool = False) -> None:
        super().__init__()
        self.whole = whole

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Box the personal values."""
        return seal_whole(value) if self.whole else seal_document(value)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Put them back."""
        return open_document(value)
