"""messages

Revision ID: 0031
Revises: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0031'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """messages"""
    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('title_zh', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('body_zh', sa.Text(), nullable=False),
    sa.Column('body_en', sa.Text(), nullable=False),
    sa.Column('link', sa.String(length=300), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['ab_user.id'], name=op.f('fk_message_account_id_ab_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('account_id', 'key', name='uq_message_key')
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_inbox', ['account_id', 'read_at', 'id'], unique=False)

    op.create_table('message_setting',
    sa.Column('account_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('muted', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['ab_user.id'], name=op.f('fk_message_setting_account_id_ab_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_message_setting'))
    )
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('key', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('given_up_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint('uq_outbox_mail_key', ['recipient', 'key'])

    # What had been tried eight times counted as given up; now a column says so.
    op.execute('UPDATE outbox_mail SET given_up_at = next_try_at WHERE sent_at IS NULL AND attempts >= 8')


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.drop_constraint('uq_outbox_mail_key', type_='unique')
        batch_op.drop_column('given_up_at')
        batch_op.drop_column('key')

    op.drop_table('message_setting')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_inbox')

    op.drop_table('message')
