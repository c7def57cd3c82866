"""Short secrets encrypted at rest: AES-256-GCM under a key derived from the settings.

What is sealed for one purpose (for example one account's second factor) cannot be opened for another, so that
nobody who writes into the database can move it.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

VERSION = "1"
NONCE_BYTES = 12


class Unreadable(Exception):
    """The value was sealed under another key or for another purpose, or is damaged."""


def seal(text: str, purpose: str) -> str:
    """Encrypt a short text; the result is printable and about 60 characters longer than half again the text."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    box = AESGCM(_key()).encrypt(nonce, text.encode(), purpose.encode())
    return f"{VERSION}.{base64.urlsafe_b64encode(nonce + box).decode()}"


def unseal(sealed: str, purpose: str) -> str:
    """The text again; raises Unreadable."""
    version, _dot, body = sealed.partition(".")
    try:
        raw = base64.urlsafe_b64decode(body)
        if version != VERSION or len(raw) <= NONCE_BYTES:
            raise Unreadable
        return AESGCM(_key()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode()
    except (ValueError, InvalidTag) as error:
        raise Unreadable from error


def _key() -> bytes:
    secret = str(current_app.config["DATA_KEY"] or current_app.config["SECRET_KEY"])
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sealed values").derive(secret.encode())
