"""The index of the search made anew, as `flask rebuild-search` does it: in bulk, and the tokens' index at the end.

Row by row it takes minutes for 100,000 announcements, most of it PostgreSQL sorting each one's tokens into an index
that is there already. Who reads goes on with the former index until the commit; who writes waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text

from app.core.db import db
from app.portal.grams import text_tokens
from app.portal.models import Announcement, SearchEntry
from app.portal.search import SHOWN, TABLES

CHUNK = 1000
SORTING = "256MB"  # of memory for the tokens' index on PostgreSQL; the server's own default is a fourth
_ENTRY = SearchEntry.__table__


def rebuild() -> int:
    """Make the whole index anew from the texts; how many announcements are in it."""
    connection = db.session.connection()
    is_postgres = connection.dialect.name == "postgresql"
    if is_postgres:
        connection.execute(text("LOCK TABLE portal_search IN SHARE ROW EXCLUSIVE MODE"))
    _enter_all(connection)
    fill = _fill_on_postgres if is_postgres else _fill_on_sqlite
    return fill(connection)


def _enter_all(connection: Connection) -> None:
    columns = ("id", *SHOWN)
    texts = select(*(getattr(Announcement, name) for name in columns)).order_by(Announcement.id)
    connection.execute(delete(_ENTRY))
    connection.execute(insert(_ENTRY).from_select(["announcement_id", *SHOWN], texts))


def _tokens(connection: Connection) -> Iterator[list[tuple[int, str]]]:
    """Entries with the tokens of their texts, many at a time.

    One query, read on between the writes: asked anew for each thousand, PostgreSQL, which has no statistics about the
    entries made just now, joins and sorts all of them each time.
    """
    query = select(_ENTRY.c.id, Announcement.title, Announcement.body_text).join(
        _ENTRY, _ENTRY.c.announcement_id == Announcement.id
    )
    found = connection.execute(query, execution_options={"yield_per": CHUNK})
    for rows in found.partitions():
        yield [(row.id, " ".join(sorted(text_tokens(row.title, row.body_text)))) for row in rows]


def _fill_on_sqlite(connection: Connection) -> int:
    cursor: Any = connection.connection.cursor()
    cursor.execute("INSERT INTO fts_announcement (fts_announcement) VALUES ('delete-all')")
    count = 0
    for rows in _tokens(connection):
        cursor.executemany("INSERT INTO fts_announcement (rowid, grams) VALUES (?, ?)", rows)
        count += len(rows)
    return count


def _fill_on_postgres(connection: Connection) -> int:
    """Beside the present table, which is exchanged for the new one once that is complete."""
    new, present = "fts_announcement_new", "fts_announcement"
    create_table, create_index = (statement.replace(present, new) for statement in TABLES["postgresql"])
    connection.execute(text(create_table))
    cursor: Any = connection.connection.cursor()
    count = 0
    for rows in _tokens(connection):
        with cursor.copy(f"COPY {new} (entry_id, grams) FROM STDIN") as copy:
            copy.write("".join(f"{entry}\t{tokens}\n" for entry, tokens in rows))
        count += len(rows)
    for statement in (
        f"SET LOCAL maintenance_work_mem = '{SORTING}'",
        create_index,
        f"DROP TABLE {present}",
        f"ALTER TABLE {new} RENAME TO {present}",
        f"ALTER INDEX {new}_pkey RENAME TO {present}_pkey",
        f"ALTER INDEX {new}_grams RENAME TO {present}_grams",
    ):
        connection.execute(text(statement))
    return count
