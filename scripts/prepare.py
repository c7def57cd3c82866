"""Bring database, roles, form catalogue and demonstration data up to date, and skip what already is.

Every command here can be repeated; the fingerprint only saves the seconds that repeating would cost.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

INPUTS = (
    "migrations/versions/*.py",
    "app/accounts/roles.py",
    "app/data/**/*",
    "app/**/demo*.py",
    "app/**/demo/**/*.py",
    "app/filings/definitions/*.py",
    "config.py",
    "scripts/prepare.py",
)
SETTINGS = ("DATABASE_URL", "INSTANCE_DIR", "FILES_DIR", "PLATFORM_ENV", "DEMONSTRATION")


def input_files() -> Iterable[Path]:
    """Every file that the prepared state depends on, in a fixed order."""
    return sorted({path for pattern in INPUTS for path in ROOT.glob(pattern) if path.is_file()})


def fingerprint() -> str:
    """Changes when there is something to do again."""
    digest = hashlib.sha256()
    for name in SETTINGS:
        digest.update(f"{name}={os.environ.get(name, '')}\n".encode())
    for path in input_files():
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def is_current(mark: Path, wanted: str) -> bool:
    """Whether this very state was prepared, and the database file (if it is one) is still there."""
    try:
        stored = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    file = stored.get("database_file")
    return stored.get("fingerprint") == wanted and (not file or Path(file).exists())


def run_commands() -> str | None:
    """Run the application's own commands, one after another; returns the SQLite file, if it is one."""
    from flask_migrate import upgrade

    from app import create_app

    app = create_app()
    with app.app_context():
        say("数据库升级", upgrade)
    commands = ["sync-roles", "load-catalogue"] + (["demo"] if app.config["DEMONSTRATION"] else [])
    for name in commands:
        command = app.cli.commands[name]
        with app.app_context():
            say(f"flask {name}", lambda command=command: command.main(args=[], standalone_mode=False))
    with app.app_context():
        from app.extensions import db

        url = db.engine.url
    return str(url.database) if url.get_backend_name() == "sqlite" else None


def say(title: str, work: object) -> None:
    """Do one step and tell how long it took."""
    start = time.monotonic()
    print(f"· {title} …", flush=True)
    work()  # type: ignore[operator]
    print(f"  {time.monotonic() - start:.1f} s", flush=True)


def main() -> int:
    """Prepare what is not prepared yet."""
    from scripts.i18n import compile_catalogues

    compile_catalogues()
    wanted = fingerprint()
    mark = Path(os.environ.get("INSTANCE_DIR", ROOT / "instance")) / "prepared.json"
    if is_current(mark, wanted):
        return 0
    database_file = run_commands()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps({"fingerprint": wanted, "database_file": database_file}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
