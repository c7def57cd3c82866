"""Settings, read from the environment once. No logic lives here beyond parsing."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
DEVELOPMENT_SECRET = "development-only-secret-not-for-production"  # noqa: S105 - refused in production


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(int(default))).strip().lower() in {"1", "true", "yes", "on"}


def database_url(raw: str | None, instance_dir: Path) -> str:
    """Normalise DATABASE_URL; without one, an embedded SQLite file in the instance folder."""
    if not raw:
        return f"sqlite:///{instance_dir / 'platform.db'}"
    for prefix in ("postgres://", "postgresql://"):
        if raw.startswith(prefix):
            return "postgresql+psycopg://" + raw.removeprefix(prefix)
    return raw


class Config:
    """Every setting of the platform; each can be overridden by an environment variable of the same name."""

    ENVIRONMENT = os.environ.get("PLATFORM_ENV", "development")
    PRODUCTION = ENVIRONMENT == "production"
    SECRET_KEY = os.environ.get("SECRET_KEY", "" if PRODUCTION else DEVELOPMENT_SECRET)
    PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000")
    TRUSTED_HOSTS = [h for h in os.environ.get("TRUSTED_HOSTS", "").split(",") if h] or None
    PROXY_HOPS = int(os.environ.get("PROXY_HOPS", "0"))

    INSTANCE_DIR = Path(os.environ.get("INSTANCE_DIR", BASE_DIR / "instance"))
    SQLALCHEMY_DATABASE_URI = database_url(os.environ.get("DATABASE_URL"), INSTANCE_DIR)
    REDIS_URL = os.environ.get("REDIS_URL", "")
    FILES_DIR = Path(os.environ.get("FILES_DIR", INSTANCE_DIR / "files"))

    # Sessions live on the server; the cookie holds only a random identifier.
    SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
    SESSION_COOKIE_SECURE = PRODUCTION
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_IDLE = timedelta(minutes=30)
    SESSION_ABSOLUTE = timedelta(hours=8)
    PERMANENT_SESSION_LIFETIME = SESSION_ABSOLUTE
    SESSION_PERMANENT = False
    SESSION_REFRESH_EACH_REQUEST = False  # written when it changes, and now and then to keep it: core.http
    WTF_CSRF_TIME_LIMIT = None  # the token lives as long as the session does
    FORCE_HTTPS = PRODUCTION

    MAX_CONTENT_LENGTH = 24 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE = 8 * 1024 * 1024
    WORKBOOK_MAX_BYTES = 2 * 1024 * 1024

    # Flask-AppBuilder
    APP_NAME = "地方金融监管服务信息平台"
    FAB_BASE_TEMPLATE = "appbuilder/baselayout.html"
    FAB_CREATE_DB = False
    FAB_UPDATE_PERMS = False
    FAB_ADD_SECURITY_API = False
    FAB_API_SWAGGER_UI = False
    FAB_API_KEY_ENABLED = False
    FAB_SAFE_REDIRECT_HOSTS: list[str] = []
    FAB_PASSWORD_HASH_METHOD = os.environ.get("PASSWORD_HASH_METHOD", "scrypt")
    AUTH_ROLE_ADMIN = "Admin"
    AUTH_ROLE_PUBLIC = "Public"
    RATELIMIT_ENABLED = _flag("RATELIMIT_ENABLED", True)
    RATELIMIT_STORAGE_URI = REDIS_URL or "memory://"

    BABEL_DEFAULT_LOCALE = "zh_Hans_CN"
    BABEL_DEFAULT_TIMEZONE = "Asia/Shanghai"
    BABEL_TRANSLATION_DIRECTORIES = str(BASE_DIR / "translations")
    LANGUAGES = {
        "zh_Hans_CN": {"flag": "cn", "name": "中文", "html": "zh-CN"},
        "en": {"flag": "gb", "name": "English", "html": "en"},
    }

    # embedded: every serving process looks for due jobs, one does each; off: `flask worker` or cron does.
    SCHEDULER = os.environ.get("SCHEDULER", "embedded")

    MAIL_SERVER = os.environ.get("MAIL_SERVER", "")
    MAIL_PORT = int(os.environ.get("MAIL_PORT", "25"))
    MAIL_USERNAME = os.environ.get("MAIL_USERNAME") or None
    MAIL_PASSWORD = os.environ.get("MAIL_PASSWORD") or None
    MAIL_USE_TLS = _flag("MAIL_USE_TLS")
    MAIL_USE_SSL = _flag("MAIL_USE_SSL")
    MAIL_TIMEOUT = int(os.environ.get("MAIL_TIMEOUT", "20"))  # seconds
    MAIL_DEFAULT_SENDER = os.environ.get("MAIL_DEFAULT_SENDER", "noreply@example.invalid")

    AUTHORITY_NAME = os.environ.get("AUTHORITY_NAME", "浙江省地方金融管理局")  # who issues letters

    # Demonstration accounts are refused in production; see app.core.startup.
    DEMONSTRATION = _flag("DEMONSTRATION", not PRODUCTION)
    # Staff must have a second factor; the demonstration lets a newcomer in without. Refused in production.
    SECOND_FACTOR_OPTIONAL = _flag("SECOND_FACTOR_OPTIONAL", not PRODUCTION)
    # What is encrypted at rest depends on this: keys between commas, the first encrypts, all decrypt.
    # Production must have its own; elsewhere app.core.startup keeps one in the instance folder.
    DATA_KEY = os.environ.get("DATA_KEY", "")
    LOGIN_MAX_FAILURES = 5
    LOGIN_LOCK = timedelta(minutes=15)
    CAPTCHA_FIXED = os.environ.get("CAPTCHA_FIXED", "")  # tests only; refused in production


class TestConfig(Config):
    """For the test suite: cheap hashes, one known captcha, no limits."""

    TESTING = True
    SECRET_KEY = "test-suite-secret-test-suite-secret"  # noqa: S105
    FAB_PASSWORD_HASH_METHOD = "pbkdf2:sha256:1"  # noqa: S105
    DATA_KEY = "test-suite-data-key-test-suite-data-key"
    RATELIMIT_ENABLED = False
    CAPTCHA_FIXED = "2468"
    MAIL_BACKEND = "locmem"
