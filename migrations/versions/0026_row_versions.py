"""Marks of rows that public pages show

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

WATCHED = ("institution", "institution_version", "region", "portal_announcement", "portal_announcement_file", "portal_page")


def upgrade() -> None:
    """The table; rows and triggers are put in when all migrations are through (migrations/env.py)."""
    op.create_table(
        "row_version",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_row_version")),
    )


def downgrade() -> None:
    """Undo it, triggers first: they would refer to a table that is gone."""
    if op.get_bind().dialect.name == "postgresql":
        for table in WATCHED:
            op.execute(f"DROP TRIGGER IF EXISTS {table}_marks ON {table}")
        op.execute("DROP FUNCTION IF EXISTS mark_rows()")
    else:
        for table in WATCHED:
            for verb in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_marks_{verb}")
    op.drop_table("row_version")
