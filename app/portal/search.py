"""The one search over announcements, and its index, which is written in the transaction that writes the text.

`fts_announcement` holds the tokens: on SQLite an FTS5 table without content, on PostgreSQL a column with a GIN
index. `portal_search` beside it holds what lists filter and sort by, so that no text has to be read for that. FTS5
without content cannot delete: a changed text gets a new entry, and tokens without an entry are never found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    TextClause,
    bindparam,
    delete,
    event,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from app.core.db import db
from app.portal.grams import query_tokens, text_tokens
from app.portal.models import Announcement, SearchEntry

_ENTRY: Table = SearchEntry.__table__
SHOWN = ("category", "status", "publish_at", "pinned")
_WORDS = ("title", "body_text")

TABLES = {
    "postgresql": (
        "CREATE TABLE fts_announcement (entry_id integer PRIMARY KEY, grams tsvector NOT NULL)",
        "CREATE INDEX fts_announcement_grams ON fts_announcement USING gin (grams)",
    ),
    "sqlite": (
        "CREATE VIRTUAL TABLE fts_announcement USING fts5("
        "grams, content='', detail=none, prefix='5', tokenize='ascii')",
    ),
}


# PostgreSQL takes comparing the tokens of a text for as cheap as comparing a number, but has to fetch and unpack
# them: only their index may be asked. The hits of a common character must fit into the memory of one step, and a
# plan made for rare words must not be kept for common ones.
_PLANNING = {"enable_seqscan": "off", "work_mem": "'64MB'", "plan_cache_mode": "force_custom_plan"}


@event.listens_for(_ENTRY, "after_create")
def _create_tokens(_table: Table, connection: Connection, **_more: Any) -> None:
    """Beside the entries wherever they are created; no model can say it. Migration 0025 does the same."""
    for statement in TABLES[connection.dialect.name]:
        connection.execute(text(statement))


def matching_entries(words: Iterable[str]) -> Any:
    """A sub-select of the entries whose text holds all the words; None when there is nothing to look for."""
    tokens = query_tokens(words)
    if not tokens:
        return None
    if db.engine.dialect.name == "postgresql":
        query = " & ".join(f"{token}:*" if begins else token for token, begins in tokens)
        # The offset keeps PostgreSQL from comparing entries one by one outside; see `reading_hits`.
        found = text("SELECT entry_id FROM fts_announcement WHERE grams @@ CAST(:tokens AS tsquery) OFFSET 0")
    else:
        query = " AND ".join(f'"{token}"*' if begins else f'"{token}"' for token, begins in tokens)
        # The limit keeps SQLite from asking the index once per entry instead of once: 15 ms against 5 s.
        found = text(
            "SELECT rowid AS entry_id FROM fts_announcement WHERE fts_announcement MATCH :tokens LIMIT -1"
        )
    return found.bindparams(tokens=query).columns(_ENTRY.c.id.label("entry_id")).subquery("hits")


@contextmanager
def reading_hits() -> Iterator[None]:
    """Around statements with `matching_entries`: the database's planner knows what it cannot see."""
    settings = _PLANNING if db.engine.dialect.name == "postgresql" else {}
    for name, value in settings.items():
        db.session.execute(text(f"SET LOCAL {name} = {value}"))
    yield
    for name in settings:
        db.session.execute(text(f"SET LOCAL {name} TO DEFAULT"))


def _enter(connection: Connection, item: Any, announcement_id: int) -> None:
    values = {name: getattr(item, name) for name in SHOWN}
    made = insert(_ENTRY).values(announcement_id=announcement_id, **values).returning(_ENTRY.c.id)
    entry = connection.execute(made).scalar_one()
    tokens = sorted(text_tokens(item.title, item.body_text))
    connection.execute(_insertion(connection), {"entry": entry, "tokens": _packed(connection, tokens)})


def _insertion(connection: Connection) -> TextClause:
    if connection.dialect.name == "postgresql":
        statement = text(
            "INSERT INTO fts_announcement (entry_id, grams) VALUES (:entry, array_to_tsvector(:tokens))"
        )
        return statement.bindparams(bindparam("tokens", type_=ARRAY(Text())))
    return text("INSERT INTO fts_announcement (rowid, grams) VALUES (:entry, :tokens)")


def _packed(connection: Connection, tokens: list[str]) -> Any:
    return tokens if connection.dialect.name == "postgresql" else " ".join(tokens)


def _leave(connection: Connection, announcement_id: int) -> None:
    mine = _ENTRY.c.announcement_id == announcement_id
    if connection.dialect.name == "postgresql":
        ids = connection.scalars(select(_ENTRY.c.id).where(mine)).all()
        gone = text("DELETE FROM fts_announcement WHERE entry_id IN :ids")
        connection.execute(gone.bindparams(bindparam("ids", list(ids), expanding=True)))
    connection.execute(delete(_ENTRY).where(mine))


@event.listens_for(Announcement, "after_insert")
def _inserted(_mapper: Any, connection: Connection, item: Announcement) -> None:
    _enter(connection, item, item.id)


@event.listens_for(Announcement, "after_update")
def _updated(_mapper: Any, connection: Connection, item: Announcement) -> None:
    state: Any = inspect(item)
    changed = {name for name in (*SHOWN, *_WORDS) if state.attrs[name].history.has_changes()}
    if changed & set(_WORDS):
        _leave(connection, item.id)
        _enter(connection, item, item.id)
    elif changed:
        values = {name: getattr(item, name) for name in SHOWN}
        connection.execute(update(_ENTRY).where(_ENTRY.c.announcement_id == item.id).values(**values))


@event.listens_for(Announcement, "before_delete")
def _deleted(_mapper: Any, connection: Connection, item: Announcement) -> None:
    _leave(connection, item.id)
