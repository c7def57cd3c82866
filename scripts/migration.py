"""Write the next migration by comparing the models with a database that holds all migrations so far.

The comparison runs on a scratch SQLite file, so that whatever a developer's own database looks like does not matter.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
VERSIONS = ROOT / "migrations" / "versions"


def next_number() -> str:
    """The number after the highest there is: 0001, 0002, …"""
    numbers = [int(path.name[:4]) for path in VERSIONS.glob("[0-9][0-9][0-9][0-9]_*.py")]
    return f"{max(numbers, default=0) + 1:04d}"


def main(name: str) -> int:
    """Write it, or say that there is nothing to write."""
    if not name:
        print("make migrate NAME=what_changes", file=sys.stderr)
        return 2
    from flask_migrate import migrate, upgrade

    from app import create_app

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        app = create_app(
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{place / 'scratch.db'}",
            INSTANCE_DIR=place,
            FILES_DIR=place / "files",
        )
        with app.app_context():
            upgrade()
            migrate(message=name, rev_id=next_number())
            from app.extensions import db

            db.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
