"""`python -m bench.search`: the search in 100,000 announcements, on SQLite or on DATABASE_URL (an empty database).

It takes minutes to write them, so it is no case of `python -m bench`.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import insert, text

LIMIT = 100.0
NUMBER = 100_000
FOLDER = Path(__file__).resolve().parent.parent / "app" / "data" / "demonstration"


def application(folder: Path) -> Any:
    """An empty platform on its own database."""
    from flask_migrate import upgrade

    from app import create_app
    from config import TestConfig, database_url

    url = database_url(os.environ.get("DATABASE_URL"), folder)
    app = create_app(
        TestConfig, TESTING=False, INSTANCE_DIR=folder, FILES_DIR=folder, SQLALCHEMY_DATABASE_URI=url
    )
    with app.app_context():
        upgrade()
    return app


def write(number: int) -> None:
    """Announcements of some six hundred characters: sentences of the demonstration between random ones."""
    from app.core import clock
    from app.core.db import db
    from app.portal.models import Announcement
    from app.portal.search import rebuild

    source = yaml.safe_load((FOLDER / "announcements.yaml").read_text(encoding="utf-8"))
    items = [(category, item) for category, some in source.items() for item in some]
    sentences = [part for _c, item in items for body in item["body"] for part in body.split("。") if part]
    dice, now = random.Random(1), clock.now()
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]

    def sentence() -> str:
        return dice.choice(sentences) if dice.random() < 0.6 else "".join(dice.choices(letters, k=20))

    for start in range(0, number, 1000):
        rows = []
        for at in range(start, start + 1000):
            category, item = dice.choice(items)
            body = "。".join(sentence() for _part in range(dice.randint(8, 25)))
            moment = now - timedelta(minutes=dice.randint(1, 3_000_000))
            rows.append(
                {
                    "title": f"{item['title'][:90]} {at}",
                    **dict.fromkeys(("summary", "source"), ""),
                    "category": category,
                    "body": f"<p>{body}</p>",
                    "body_text": body,
                    "status": "published",
                    "publish_at": moment,
                    "pinned": at % 2000 == 0,
                    **dict.fromkeys(("created_at", "changed_at"), now),
                }
            )
        db.session.execute(insert(Announcement.__table__), rows)
    rebuild()
    db.session.commit()
    _look_at_all()


def _look_at_all() -> None:
    """As the database does by itself in the course of time."""
    from app.core.db import db

    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def searches() -> dict[str, dict[str, Any]]:
    """What is looked for: rare and common, short and long, with filters, and the lists themselves."""
    from app.core import clock

    return {
        "two characters, common": {"words": ("监管",)},
        "two characters, rare": {"words": ("魑魅",)},
        "one character": {"words": ("的",)},
        "long and two words": {"words": ("融资担保公司", "监管")},
        "a number": {"words": ("12345",)},
        "in a category": {"words": ("监管",), "category": "guides"},
        "since a day": {"words": ("监管",), "since": clock.today() - timedelta(days=300)},
        "a later page": {"words": ("监管",), "page": 60},
        "the list itself": {},
        "one category": {"category": "guides"},
    }


def measured(work: Callable[[], Any]) -> float:
    """Milliseconds, the median of nine after one to warm up."""
    from app.core.db import db

    found = []
    for _time in range(10):
        db.session.rollback()
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return statistics.median(found[1:])


def main() -> int:
    """Write, measure, tell; 1 when a search takes longer than the limit."""
    from app.core import clock
    from app.core.db import write_intent
    from app.portal import queries

    number = int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER
    failed = 0
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        app = application(Path(folder))
        with app.app_context():
            write_intent.set(True)
            write(number)
            write_intent.set(False)
            now = clock.now()
            for name, given in searches().items():
                milliseconds = measured(lambda given=given: queries.announcements(now, **given))  # type: ignore[misc]
                failed += milliseconds > LIMIT
                print(f"{name:<28} {milliseconds:>8.1f} ms  (limit {LIMIT:.0f} ms)", flush=True)
            home = measured(lambda: queries.newest_by_category(now))
            print(f"{'newest of each category':<28} {home:>8.1f} ms")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
