"""personal_data

Unlike others this migration uses the application: only that knows the keys and how it encrypts.

Revision ID: 0035
Revises: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.append_only import drop_triggers
from app.core.personal import (
    open_bytes,
    open_document,
    open_text,
    seal_bytes,
    seal_document,
    seal_text,
    seal_whole,
)
from app.core.personal_rows import Place, rewrite_all
from app.core.personal_rules import is_personal_key


revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TEXTS = (
    ("ab_user", "mobile", 20),
    ("inspection", "contact_phone", 40),
    ("institution", "mobile", 20),
    ("portal_suggestion", "contact", 80),
    ("registration", "mobile", 20),
)
FILES = (("register_import", "original"), ("staged_import", "original"))
DOCUMENTS = (
    ("admission_application", "before"),
    ("admission_application", "payload"),
    ("event", "data"),
    ("filing_form", "content"),
    ("filing_form", "rejects"),
    ("filing_version", "payload"),
    ("form_draft", "content"),
    ("letter", "payload"),
)
WHOLE = (("register_import", "problems"), ("register_import", "rows"), ("staged_import", "result"))
APPEND_ONLY = ("event", "filing_version", "letter")  # the triggers are put back at the end: migrations/env.py


def upgrade() -> None:
    """Encrypt personal data where it lies; personal numbers are no facts any more."""
    for table, column, length in TEXTS:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column, existing_type=sa.String(length), type_=sa.Text(), existing_nullable=False
            )
    _rewrite(seal_text, seal_bytes, seal_document, seal_whole)
    _forget_personal_facts()


def downgrade() -> None:
    """Decrypt it all; `flask rebuild-facts` makes the facts that are missing."""
    _rewrite(open_text, open_bytes, open_document, open_document)
    for table, column, length in reversed(TEXTS):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column, existing_type=sa.Text(), type_=sa.String(length), existing_nullable=False
            )


def _rewrite(text, content, document, whole) -> None:
    connection = op.get_bind()
    drop_triggers(connection, *APPEND_ONLY)
    for table, column, _length in TEXTS:
        rewrite_all(connection, Place(table, column, sa.Text), text)
    for table, column in FILES:
        rewrite_all(connection, Place(table, column, sa.LargeBinary), content)
    for table, column in DOCUMENTS:
        rewrite_all(connection, Place(table, column, sa.JSON), document)
    for table, column in WHOLE:
        rewrite_all(connection, Place(table, column, sa.JSON), whole)
    if connection.dialect.name == "postgresql":
        # What triggers put off until the commit (row marks) would keep these tables from being altered.
        connection.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
        connection.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))


def _forget_personal_facts() -> None:
    connection = op.get_bind()
    fact = sa.table("fact", sa.column("col_key", sa.String), sa.column("kind", sa.String))
    connection.execute(sa.delete(fact).where(fact.c.kind.in_(("phone", "id_number"))))
    keys = [key for key in connection.scalars(sa.select(fact.c.col_key).distinct()) if is_personal_key(key)]
    connection.execute(sa.delete(fact).where(fact.c.col_key.in_(keys)))
