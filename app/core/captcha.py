"""Captchas that need no row until they are answered.

A token is a signed random nonce with its time; the answer follows from the nonce and the server's secret, so
nobody can compute it and nothing has to be written when a page is shown. Answering writes the nonce into
`captcha_use`: the primary key lets exactly one answer in, right or wrong, on every worker.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_appbuilder import Model
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Moment, db
from app.core.inserts import insert_ignoring

LIFETIME = timedelta(minutes=5)
LENGTH = 5
ALPHABET = "23456789"  # 0 and 1 are read as letters


class CaptchaUse(Model):
    """A captcha that has been answered."""

    __tablename__ = "captcha_use"

    nonce: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(Moment, nullable=False, index=True)


def new_token() -> str:
    """A token for one new captcha."""
    return str(_serializer().dumps(secrets.token_hex(12)))


def answer_for(token: str) -> str | None:
    """What the picture of this token says; None when the token is forged or too old."""
    nonce, _problem = _nonce(token)
    return _answer(nonce) if nonce else None


def captcha_problem(token: str, typed: str, now: datetime) -> str | None:
    """Use the captcha up. None: solved; otherwise 'expired', 'used' or 'wrong'.

    Runs in the caller's transaction, which must be committed for right and wrong answers alike.
    """
    nonce, problem = _nonce(token)
    if nonce is None:
        return problem
    db.session.execute(delete(CaptchaUse).where(CaptchaUse.expires_at < now))
    if not insert_ignoring(CaptchaUse, nonce=nonce, expires_at=now + LIFETIME):
        return "used"
    right = hmac.compare_digest(_answer(nonce).encode(), "".join(typed.split()).encode())
    return None if right else "wrong"


def _nonce(token: str) -> tuple[str | None, str]:
    try:
        nonce: str = _serializer().loads(token, max_age=int(LIFETIME.total_seconds()))
    except SignatureExpired:
        return None, "expired"
    except BadSignature:
        return None, "expired"
    return nonce, ""


def _answer(nonce: str) -> str:
    fixed: str = current_app.config["CAPTCHA_FIXED"]
    if fixed:
        return fixed
    digest = hmac.new(_key(), nonce.encode(), hashlib.sha256).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])


def _key() -> bytes:
    return b"captcha answer:" + str(current_app.config["SECRET_KEY"]).encode()


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="captcha token")


def captcha_context() -> dict[str, Any]:
    """A fresh token for a template that shows a captcha."""
    return {"captcha_token": new_token()}
