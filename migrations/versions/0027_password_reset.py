"""password_reset

Revision ID: 0027
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0027"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One-time links; and who looks after an institution's accounts: the first one of each."""
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_password_reset_account_id_ab_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_reset_token_hash")),
    )
    op.create_index("ix_password_reset_account_id", "password_reset", ["account_id"])
    with op.batch_alter_table("ab_user") as batch:
        batch.add_column(
            sa.Column("manages_colleagues", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    accounts = sa.table(
        "ab_user",
        sa.column("id", sa.Integer()),
        sa.column("institution_id", sa.Integer()),
        sa.column("manages_colleagues", sa.Boolean()),
    )
    first = (
        sa.select(sa.func.min(accounts.c.id))
        .where(accounts.c.institution_id.is_not(None))
        .group_by(accounts.c.institution_id)
    )
    op.execute(accounts.update().where(accounts.c.id.in_(first)).values(manages_colleagues=True))
    with op.batch_alter_table("ab_user") as batch:
        batch.alter_column("manages_colleagues", server_default=None)


def downgrade() -> None:
    """Links are worth nothing after half an hour; the rest is the same for everybody again."""
    with op.batch_alter_table("ab_user") as batch:
        batch.drop_column("manages_colleagues")
    op.drop_index("ix_password_reset_account_id", "password_reset")
    op.drop_table("password_reset")
