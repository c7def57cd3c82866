"""Places that many tests begin with, built once per run and then put back as rows.

Building one means loading the catalogue, filing and deciding through the services: a second or more. The rows
that the first building left are kept, and inserted again wherever a test begins at the prepared database.
"""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import Table, inspect, select, text

from app.core import clock
from app.core.db import db
from app.filings.definitions import queries

Rows = dict[Table, dict[Any, dict[str, Any]]]
Build = TypeVar("Build", bound=Callable[..., Any])
_kept: dict[tuple[str, Any, Any], Place] = {}
_untouched: dict[str, tuple[Any, ...]] = {}


@dataclasses.dataclass
class Place:
    """What a building left: rows by table, files, forms already read, the sequences, and what it gave back."""

    rows: dict[Table, list[dict[str, Any]]]
    files: Path
    forms: dict[int, Any]
    numbers: dict[str, int]
    answer: Any


def kept(build: Build) -> Build:
    """Build once on a database in its prepared state; later put the same rows back, with the same numbers."""

    @wraps(build)
    def built(*arguments: Any) -> Any:
        if not _is_untouched():
            return build(*arguments)
        key = (build.__qualname__, arguments, clock.today())
        if key not in _kept:
            former = _rows()
            answer = build(*arguments)
            place = _place(former, answer)
            if place is None:
                return answer
            _kept[key] = place
            return answer
        return _put_back(_kept[key])

    return built  # type: ignore[return-value]


def remember_untouched() -> None:
    """The prepared database stands: what it holds is what a building begins with."""
    _untouched[str(db.engine.url)] = _sizes()
    db.session.remove()


def _is_untouched() -> bool:
    return _untouched.get(str(db.engine.url)) == _sizes()


def _sizes() -> tuple[Any, ...]:
    """How many rows each table has, in one statement."""
    names = [table.name for table in db.metadata.sorted_tables]
    counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)
    return tuple(db.session.execute(text(f"SELECT {counts}")).one())


def _rows() -> Rows:
    found: Rows = {}
    for table in db.metadata.sorted_tables:
        keys = [column.key for column in table.primary_key] or list(table.c.keys())
        rows = [dict(row._mapping) for row in db.session.execute(select(table))]
        found[table] = {tuple(row[key] for key in keys): row for row in rows}
    return found


def _place(former: Rows, answer: Any) -> Place | None:
    """What is new; None when something that stood was changed, for that cannot be put back by adding."""
    now = _rows()
    if any(now[table].get(key) != row for table, rows in former.items() for key, row in rows.items()):
        return None
    new = {t: [row for key, row in rows.items() if key not in former[t]] for t, rows in now.items()}
    folder = Path(tempfile.mkdtemp(prefix="kept-"))
    shutil.copytree(current_app.config["FILES_DIR"], folder, dirs_exist_ok=True)
    rows = {table: added for table, added in new.items() if added}
    return Place(rows, folder, dict(queries._parsed), _numbers(), _references(answer))


def _numbers() -> dict[str, int]:
    """Where PostgreSQL's sequences stand; SQLite counts on from the highest row."""
    if db.engine.dialect.name != "postgresql":
        return {}
    query = (
        "SELECT format('%I', sequencename), last_value FROM pg_sequences "
        "WHERE schemaname = 'public' AND last_value IS NOT NULL"
    )
    return {name: number for name, number in db.session.execute(text(query))}


def _put_back(place: Place) -> Any:
    connection = db.session.connection()
    postgres = connection.dialect.name == "postgresql"
    connection.execute(
        text("SET LOCAL session_replication_role = replica" if postgres else "PRAGMA defer_foreign_keys = ON")
    )
    for table, rows in place.rows.items():
        connection.execute(table.insert(), rows)
    for name, number in place.numbers.items():
        connection.execute(
            text("SELECT setval(CAST(:name AS regclass), :number)"), {"name": name, "number": number}
        )
    db.session.commit()
    shutil.copytree(place.files, current_app.config["FILES_DIR"], dirs_exist_ok=True)
    queries.clear_cache()
    queries._parsed.update(place.forms)
    return _revived(place.answer)


@dataclasses.dataclass(frozen=True)
class _Reference:
    kind: type
    key: Any


def _references(answer: Any) -> Any:
    """The answer with keys where it holds rows."""
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return (
            type(answer),
            {f.name: _references(getattr(answer, f.name)) for f in dataclasses.fields(answer)},
        )
    if hasattr(answer, "_sa_instance_state"):
        return _Reference(type(answer), inspect(answer).identity)
    return answer


def _revived(answer: Any) -> Any:
    if isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], type):
        return answer[0](**{name: _revived(value) for name, value in answer[1].items()})
    if isinstance(answer, _Reference):
        return db.session.get(answer.kind, answer.key)
    return dict(answer) if isinstance(answer, dict) else answer
