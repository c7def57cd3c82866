"""Search index over announcements

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

PIECES = re.compile(r"[a-z0-9]+|\S")


def tokens_of(*texts: str) -> list[str]:
    """As `app.portal.grams.text_tokens` made them when this was written; `flask rebuild-search` makes them anew."""
    found = set()
    for part in (part for text in texts for part in unicodedata.normalize("NFKC", text).casefold().split()):
        pieces = PIECES.findall(part)
        for piece, following in zip(pieces, [*pieces[1:], " "], strict=True):
            is_word = piece.isascii() and piece.isalnum()
            if is_word:
                found.add("w" + "".join(f"{ord(char):05x}" for char in piece))
            if not (is_word and following == " "):
                found.add("".join(f"{ord(char):05x}" for char in piece[-1] + following[0]))
    return sorted(found)


def upgrade() -> None:
    """The entries that lists sort by, the tokens beside them, and both for what is there already."""
    op.create_table(
        "portal_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["portal_announcement.id"],
            name=op.f("fk_portal_search_announcement_id_portal_announcement"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_search")),
        sa.UniqueConstraint("announcement_id", name=op.f("uq_portal_search_announcement_id")),
        sqlite_autoincrement=True,
    )
    order = ["pinned", "publish_at", "announcement_id", "status", "category"]
    op.create_index("ix_portal_search_order", "portal_search", order)
    order = ["category", "pinned", "publish_at", "announcement_id", "status"]
    op.create_index("ix_portal_search_category", "portal_search", order)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE fts_announcement (entry_id integer PRIMARY KEY, grams tsvector NOT NULL)")
        op.execute("CREATE INDEX fts_announcement_grams ON fts_announcement USING gin (grams)")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE fts_announcement USING fts5("
            "grams, content='', detail=none, prefix='5', tokenize='ascii')"
        )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    is_postgres = connection.dialect.name == "postgresql"
    into = "(entry_id, grams) VALUES (:id, array_to_tsvector(:tokens))" if is_postgres else (
        "(rowid, grams) VALUES (:id, :tokens)"
    )
    insert = sa.text(f"INSERT INTO fts_announcement {into}")  # noqa: S608 - two fixed texts
    if is_postgres:
        insert = insert.bindparams(sa.bindparam("tokens", type_=postgresql.ARRAY(sa.Text())))
    connection.execute(
        sa.text(
            "INSERT INTO portal_search (announcement_id, category, status, publish_at, pinned) "
            "SELECT id, category, status, publish_at, pinned FROM portal_announcement ORDER BY id"
        )
    )
    rows = connection.execute(
        sa.text(
            "SELECT s.id, a.title, a.body_text FROM portal_search s "
            "JOIN portal_announcement a ON a.id = s.announcement_id ORDER BY s.id"
        )
    ).all()
    for entry, title, words in rows:
        tokens = tokens_of(title, words)
        connection.execute(insert, {"id": entry, "tokens": tokens if is_postgres else " ".join(tokens)})


def downgrade() -> None:
    """Undo it."""
    op.execute("DROP TABLE fts_announcement")
    op.drop_table("portal_search")
