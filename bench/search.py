"""The search in 100,000 announcements, whole pages included, on SQLite and on the PostgreSQL that a URL names.

Part of `python -m bench`; `python -m bench.search [number]` does nothing else.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from flask import Flask
from sqlalchemy import create_engine, insert, make_url, text

from bench.measure import timed

LIMIT = 100.0
NUMBER = 100_000
COMPANIES = 500
FOLDER = Path(__file__).resolve().parent.parent / "app" / "data" / "demonstration"
Line = tuple[str, float, float]  # name, milliseconds, limit; 0 for what has none


def lines(wanted: str, number: int = NUMBER) -> Iterator[Line]:
    """Writing and every search on each database that there is, in milliseconds."""
    for kind, place in _databases():
        names = {f"search on {kind}: {name}": path for name, path in searches().items()}
        if not any(wanted in name for name in names):
            continue
        with place() as app:
            yield f"search on {kind}: {number:,} written", timed(lambda: write(app, number)), 0
            yield f"search on {kind}: their index made anew", timed(lambda: make_index(app)), 0
            for name, path in names.items():
                if wanted in name:
                    yield name, measured(app, path), LIMIT


def print_searches(wanted: str = "", number: int = NUMBER) -> int:
    """Print the table; how many searches took too long."""
    failed = 0
    for name, milliseconds, limit in lines(wanted, number):
        failed += bool(limit) and milliseconds > limit
        verdict = f"  (limit {limit:,.0f} ms){'  TOO SLOW' if milliseconds > limit else ''}" if limit else ""
        print(f"{name:<52} {milliseconds:>9.1f} ms{verdict}", flush=True)
    return failed


def _databases() -> Iterator[tuple[str, Callable[[], Any]]]:
    from bench.world import register_of

    @contextmanager
    def on_sqlite() -> Iterator[Flask]:
        yield register_of(COMPANIES)

    yield "SQLite", on_sqlite
    given = [os.environ.get(name, "") for name in ("TEST_DATABASE_URL", "DATABASE_URL")]
    server = next((url for url in given if url.startswith("postgres")), "")
    if server:
        yield "PostgreSQL", lambda: _on_postgres(server)


@contextmanager
def _on_postgres(server: str) -> Iterator[Flask]:
    """A database of our own beside the named one; what that holds is not touched."""
    from bench.world import register_of
    from config import database_url

    url = make_url(database_url(server, FOLDER))
    name = f"platform_bench_{os.getpid()}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        )
    try:
        yield register_of(COMPANIES, url.set(database=name).render_as_string(hide_password=False))
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def write(app: Flask, number: int) -> None:
    """The announcements, as no form would write them: the index does not know them yet."""
    from app.core.db import commits

    with app.app_context():
        commits(_insert_all)(number)


def make_index(app: Flask) -> None:
    """As an operator does, then what a database does by itself in the course of time."""
    from app.core.db import db

    with app.app_context():
        app.cli.commands["rebuild-search"].main(args=[], standalone_mode=False)
    with app.app_context():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        db.engine.dispose()


def _insert_all(number: int) -> None:
    from app.core.db import db
    from app.portal.models import Announcement

    dice = random.Random(1)
    for start in range(0, number, 1000):
        rows = list(_announcements(dice, range(start, min(start + 1000, number))))
        db.session.execute(insert(Announcement.__table__), rows)


def _announcements(dice: random.Random, numbers: range) -> Iterator[dict[str, Any]]:
    """Texts of some five hundred characters: sentences of the demonstration between random ones.

    Random characters are as unevenly common as those of a language.
    """
    from app.core import clock

    source = yaml.safe_load((FOLDER / "announcements.yaml").read_text(encoding="utf-8"))
    items = [(category, item) for category, some in source.items() for item in some]
    sentences = [part for _c, item in items for body in item["body"] for part in body.split("。") if part]
    sentences.append("示例Guarantee公司报送AML2026报表")
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(letters))))
    now = clock.now()

    def sentence() -> str:
        known = dice.random() < 0.6
        return dice.choice(sentences) if known else "".join(dice.choices(letters, cum_weights=weights, k=20))

    for at in numbers:
        category, item = dice.choice(items)
        body = "。".join(sentence() for _part in range(dice.randint(8, 25)))
        yield {
            "title": f"{item['title'][:90]} {at}",
            **dict.fromkeys(("summary", "source"), ""),
            "category": category,
            "body": f"<p>{body}</p>",
            "body_text": body,
            "status": "published",
            "publish_at": now - timedelta(minutes=dice.randint(1, 3_000_000)),
            "pinned": at % 2000 == 0,
            **dict.fromkeys(("created_at", "changed_at"), now),
        }


def searches() -> dict[str, str]:
    """What is looked for: rare and common, short and long, with filters, absurd things, and the lists themselves."""
    from app.core import clock

    common = "的公司监管融资担保年一丁风险示例报送机构业务金管理信息省"
    since = str(clock.today() - timedelta(days=300))

    def page(path: str, **given: Any) -> str:
        return f"{path}?{urlencode(given)}"

    found: dict[str, dict[str, Any]] = {
        "two characters, common": {"q": "监管"},
        "two characters, rare": {"q": "丐丳"},
        "one character, common": {"q": "的"},
        "one character, rare": {"q": "丳"},
        "long and two words": {"q": "融资担保公司 监管"},
        "Chinese and Latin": {"q": "Guarantee公司 AML2026"},
        "the beginning of a word": {"q": "g"},
        "a number": {"q": "12345"},
        "no hit": {"q": "龘靐齉"},
        "no hit of common words": {"q": "监管 融资 龘"},
        "a mark in every text": {"q": "。"},
        "30 single characters": {"q": " ".join(common)[:60]},
        "60 characters at a stretch": {"q": "融资担保公司监管" * 8},
        "marks of a query language": {"q": "\"' OR 1=1 -- %_* NEAR( ) & | ! :*"},
        "a later page": {"q": "监管", "page": 60},
        "a page far beyond": {"q": "监管", "page": 99_999},
    }
    return {
        **{name: page("/search", **given) for name, given in found.items()},
        "in a category": page("/news/guides/", q="监管"),
        "since a day": page("/news/all/", q="监管", since=since),
        "one character since a day": page("/news/guides/", q="的", since=since),
        "until long ago": page("/news/all/", q="监管", until="2001-01-01"),
        "the list itself": page("/news/all/", q="", page=2),
        "the list's last page": page("/news/all/", q="", page=99_999),
    }


def measured(app: Flask, path: str) -> float:
    """Milliseconds of processor time until the page is there, the database's included: median of nine."""
    client, spent_by_server = app.test_client(), _server_time(app)

    def spent() -> float:
        start = time.process_time() + spent_by_server()
        status = client.get(path).status_code
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return (time.process_time() + spent_by_server() - start) * 1000

    found = [spent() for _time in range(10)]
    return statistics.median(found[1:])


def _server_time(app: Flask) -> Callable[[], float]:
    """Seconds that the database server has worked for us: SQLite works in our process, PostgreSQL in its own.

    On another machine or system its time cannot be read; then all the time that passes is taken.
    """
    from app.core.db import db

    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            return lambda: 0.0
        db.engine.dispose()
        with db.engine.connect() as connection:
            account = Path(f"/proc/{connection.scalar(text('SELECT pg_backend_pid()'))}/schedstat")
    if not account.exists() or "postgres" not in account.with_name("cmdline").read_text():
        return lambda: time.perf_counter() - time.process_time()
    return lambda: int(account.read_text().split()[0]) / 1e9


if __name__ == "__main__":
    sys.exit(1 if print_searches(number=int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER) else 0)
