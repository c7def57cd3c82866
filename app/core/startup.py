"""Checks and derived settings before anything else runs; production refuses unsafe ones."""

from __future__ import annotations

from pathlib import Path

from cachelib.file import FileSystemCache
from flask import Flask

from config import BASE_DIR, DEVELOPMENT_SECRET

MIGRATIONS = BASE_DIR / "migrations"


class UnsafeSettings(RuntimeError):
    """The settings would put a production system at risk; the message lists every problem."""


def production_problems(config: dict[str, object]) -> list[str]:
    """Everything that must not be so in production, in words for the operator."""
    secret = str(config.get("SECRET_KEY") or "")
    weak = len(secret) < 32 or len(set(secret)) < 12 or secret == DEVELOPMENT_SECRET
    checks = [
        (weak, "SECRET_KEY must be set: at least 32 random characters"),
        (bool(config.get("DEMONSTRATION")), "DEMONSTRATION must be off: its accounts have known passwords"),
        (bool(config.get("SECOND_FACTOR_OPTIONAL")), "SECOND_FACTOR_OPTIONAL must be off: staff need one"),
        (
            0 < len(str(config.get("DATA_KEY") or "")) < 32,
            "DATA_KEY must have at least 32 characters, or be empty",
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


def prepare(app: Flask) -> None:
    """Refuse unsafe production settings, make the folders, choose where sessions are kept."""
    if app.config["PRODUCTION"]:
        problems = production_problems(app.config)
        if problems:
            raise UnsafeSettings("; ".join(problems))
    for key in ("INSTANCE_DIR", "FILES_DIR"):
        Path(app.config[key]).mkdir(parents=True, exist_ok=True)
    if app.config["REDIS_URL"]:
        import redis

        app.config.setdefault("SESSION_TYPE", "redis")
        app.config.setdefault("SESSION_REDIS", redis.Redis.from_url(app.config["REDIS_URL"]))
    else:
        folder = Path(app.config["INSTANCE_DIR"]) / "sessions"
        app.config.setdefault("SESSION_TYPE", "cachelib")
        # Threshold 0: nothing is thrown out early, whoever is logged in stays so.
        app.config.setdefault("SESSION_CACHELIB", FileSystemCache(str(folder), threshold=0, mode=0o600))
