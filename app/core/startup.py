"""Checks and derived settings before anything else runs; production refuses unsafe ones."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cachelib.file import FileSystemCache
from flask import Flask

from app.core.sealed import split_keys
from config import BASE_DIR, DEVELOPMENT_SECRET

MIGRATIONS = BASE_DIR / "migrations"


class UnsafeSettings(RuntimeError):
    """The settings would put a production system at risk; the message lists every problem."""


def production_problems(config: dict[str, object]) -> list[str]:
    """Everything that must not be so in production, in words for the operator."""
    secret = str(config.get("SECRET_KEY") or "")
    weak = _is_weak(secret) or secret == DEVELOPMENT_SECRET
    keys = split_keys(str(config.get("DATA_KEY") or ""))
    checks = [
        (weak, "SECRET_KEY must be set: at least 32 random characters"),
        (bool(config.get("DEMONSTRATION")), "DEMONSTRATION must be off: its accounts have known passwords"),
        (bool(config.get("SECOND_FACTOR_OPTIONAL")), "SECOND_FACTOR_OPTIONAL must be off: staff need one"),
        (
            not keys or any(map(_is_weak, keys)) or secret in keys,
            "DATA_KEY must be set, not to SECRET_KEY: at least 32 random characters for each key",
        ),
        (bool(config.get("DEBUG")), "debug mode must be off"),
        (bool(config.get("CAPTCHA_FIXED")), "CAPTCHA_FIXED must be empty"),
        (not config.get("TRUSTED_HOSTS"), "TRUSTED_HOSTS must name the public host names"),
        (
            str(config.get("SQLALCHEMY_DATABASE_URI", "")).startswith("sqlite"),
            "DATABASE_URL must be PostgreSQL",
        ),
        (not config.get("REDIS_URL"), "REDIS_URL must be set: sessions and limits are shared by the workers"),
    ]
    return [text for wrong, text in checks if wrong]


def _is_weak(secret: str) -> bool:
    return len(secret) < 32 or len(set(secret)) < 12


def _kept_key(file: Path) -> str:
    """The key in the instance folder, made when there is none; whoever is faster makes it for all."""
    if not file.exists():
        draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        draft.touch(0o600)
        draft.write_text(secrets.token_urlsafe(32), encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, file)  # unlike writing it there, never half done
        draft.unlink()
    return file.read_text(encoding="ascii").strip()


def prepare(app: Flask) -> None:
    """Refuse unsafe production settings, make the folders, choose where sessions are kept."""
    if app.config["PRODUCTION"]:
        problems = production_problems(app.config)
        if problems:
            raise UnsafeSettings("; ".join(problems))
    for key in ("INSTANCE_DIR", "FILES_DIR"):
        Path(app.config[key]).mkdir(parents=True, exist_ok=True)
    app.config["DATA_KEY"] = app.config["DATA_KEY"] or _kept_key(
        Path(app.config["INSTANCE_DIR"]) / "data.key"
    )
    if app.config["REDIS_URL"]:
        import redis

        app.config.setdefault("SESSION_TYPE", "redis")
        app.config.setdefault("SESSION_REDIS", redis.Redis.from_url(app.config["REDIS_URL"]))
    else:
        folder = Path(app.config["INSTANCE_DIR"]) / "sessions"
        app.config.setdefault("SESSION_TYPE", "cachelib")
        # Threshold 0: nothing is thrown out early, whoever is logged in stays so.
        app.config.setdefault("SESSION_CACHELIB", FileSystemCache(str(folder), threshold=0, mode=0o600))
