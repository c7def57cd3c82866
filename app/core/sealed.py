"""Short secrets encrypted at rest: AES-256-GCM under keys derived from the settings.

What is sealed for one purpose (for example one account's second factor) cannot be opened for another, so that
nobody who writes into the database can move it.
"""

from __future__ import annotations

import base64
import secrets
from contextlib import suppress

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
    box = AESGCM(_derived(data_keys()[0])).encrypt(nonce, text.encode(), purpose.encode())
    return f"{VERSION}.{base64.urlsafe_b64encode(nonce + box).decode()}"


def unseal(sealed: str, purpose: str) -> str:
    """The text again, whichever of the keys it was sealed under; raises Unreadable."""
    # Before DATA_KEY had to be set, SECRET_KEY stood in for it.
    for secret in (*data_keys(), str(current_app.config["SECRET_KEY"])):
        with suppress(Unreadable):
            return _opened(sealed, purpose, secret)
    raise Unreadable


def is_newest(sealed: str, purpose: str) -> bool:
    """Whether the first key opens it, so that there is nothing to seal anew."""
    try:
        _opened(sealed, purpose, data_keys()[0])
    except Unreadable:
        return False
    return True


def _opened(sealed: str, purpose: str, secret: str) -> str:
    version, _dot, body = sealed.partition(".")
    try:
        raw = base64.urlsafe_b64decode(body)
        if version != VERSION or len(raw) <= NONCE_BYTES:
            raise Unreadable
        opened = AESGCM(_derived(secret)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode())
    except (ValueError, InvalidTag) as error:
        raise Unreadable from error
    return opened.decode()


def data_keys() -> tuple[str, ...]:
    """The keys of the setting DATA_KEY: the first encrypts, each decrypts."""
    return split_keys(str(current_app.config["DATA_KEY"]))


def split_keys(setting: str) -> tuple[str, ...]:
    """The keys in a setting, which stand between commas."""
    return tuple(key for key in (part.strip() for part in setting.split(",")) if key)


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sealed values").derive(secret.encode())
