"""Production refuses to start on what would put it at risk, and its cookies and hosts are closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.accounts.demo import DEMO_ACCOUNTS, refuse_demonstration_accounts
from app.core.startup import UnsafeSettings, prepare, production_problems
from config import DEVELOPMENT_SECRET
from tests.factories import make_account

ROOT = Path(__file__).resolve().parents[3]
GOOD: dict[str, Any] = {
    "PRODUCTION": True,
    "SECRET_KEY": "".join(chr(48 + number * 7 % 60) for number in range(40)),
    "DEMONSTRATION": False,
    "DEBUG": False,
    "CAPTCHA_FIXED": "",
    "SECOND_FACTOR_OPTIONAL": False,
    "DATA_KEY": "".join(chr(48 + number * 11 % 60) for number in range(40)),
    "TRUSTED_HOSTS": ["jr.example.invalid"],
    "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://db/platform",
    "REDIS_URL": "redis://cache",
}
BAD = {
    "no secret": {"SECRET_KEY": ""},
    "short secret": {"SECRET_KEY": "abc123"},
    "known secret": {"SECRET_KEY": DEVELOPMENT_SECRET},
    "dull secret": {"SECRET_KEY": "ab" * 30},
    "demonstration": {"DEMONSTRATION": True},
    "debug": {"DEBUG": True},
    "one factor": {"SECOND_FACTOR_OPTIONAL": True},
    "no data key": {"DATA_KEY": ""},
    "short data key": {"DATA_KEY": "abc123"},
    "short former data key": {"DATA_KEY": f"{'0123456789abcdef' * 3},abc123"},
    "data key that signs too": {"DATA_KEY": "".join(chr(48 + number * 7 % 60) for number in range(40))},
    "known captcha": {"CAPTCHA_FIXED": "2468"},
    "any host": {"TRUSTED_HOSTS": None},
    "SQLite": {"SQLALCHEMY_DATABASE_URI": "sqlite:///x.db"},
    "limits per worker": {"REDIS_URL": ""},
}


def test_good_settings_are_accepted():
    assert production_problems(GOOD) == []


@pytest.mark.parametrize("name", BAD)
def test_each_unsafe_setting_keeps_the_application_from_starting(name: str, app: Any):
    assert len(production_problems({**GOOD, **BAD[name]})) == 1
    unsafe = type("App", (), {"config": {**GOOD, **BAD[name]}})()
    with pytest.raises(UnsafeSettings):
        prepare(unsafe)


def test_demonstration_accounts_in_the_database_keep_it_from_starting(app: Any):
    refuse_demonstration_accounts()
    make_account("Supervisor", username=DEMO_ACCOUNTS[5].username)
    with pytest.raises(UnsafeSettings, match=DEMO_ACCOUNTS[5].username):
        refuse_demonstration_accounts()


def test_the_real_start_names_every_problem_at_once(tmp_path: Path):
    environment = {
        **os.environ,
        "PLATFORM_ENV": "production",
        "DEMONSTRATION": "1",
        "INSTANCE_DIR": str(tmp_path),
    }
    for name in ("SECRET_KEY", "DATA_KEY", "DATABASE_URL", "REDIS_URL", "TRUSTED_HOSTS", "CAPTCHA_FIXED"):
        environment.pop(name, None)
    command = [sys.executable, "-c", "from app import create_app; create_app()"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    for word in ("SECRET_KEY", "DATA_KEY", "DEMONSTRATION", "TRUSTED_HOSTS", "DATABASE_URL", "REDIS_URL"):
        assert word in done.stderr.splitlines()[-1]


def test_cookies_of_production_are_closed():
    names = ("NAME", "SECURE", "HTTPONLY", "SAMESITE")
    code = f"import json, config; print(json.dumps([getattr(config.Config, 'SESSION_COOKIE_' + n) for n in {names}]))"
    environment = {**os.environ, "PLATFORM_ENV": "production"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == ["__Host-session", True, True, "Lax"]


def test_another_host_is_refused(app: Any, client: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["jr.example.invalid"])
    assert client.get("/", base_url="https://jr.example.invalid").status_code == 200
    assert client.get("/", base_url="https://evil.example").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/security/login", "/api/v1/security/refresh", "/swagger/v1", "/api/v1/menu/", "/users/list/", "/roles/list/",
        "/resetmypassword/form", "/resetpassword/form", "/userinfo/", "/userinfoeditview/form", "/lang/en",
        "/registeruser/list/", "/register/form", "/permissions/list/", "/userstatschartview/chart/", "/download/x",
    ],
)  # fmt: skip
def test_what_flask_appbuilder_would_open_is_shut(client: Any, path: str):
    assert client.get(path).status_code == 404
    assert client.post(path, json={"username": "a", "password": "b"}).status_code in (400, 404)


def test_an_unknown_account_costs_a_hash_too(app: Any, client: Any, monkeypatch: pytest.MonkeyPatch):
    from app.accounts import authentication
    from app.core import clock

    checked = []
    real = authentication.check_password_hash
    monkeypatch.setattr(
        authentication, "check_password_hash", lambda *given: checked.append(1) or real(*given)
    )
    for name in (make_account("Supervisor").username, "nobody-here"):
        authentication.authenticate(name, "Falsch-13579", clock.now())
    assert len(checked) == 2
