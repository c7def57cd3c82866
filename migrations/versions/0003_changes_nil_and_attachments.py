"""changes_nil_and_attachments

Revision ID: 0003
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0008'
branch_labels = None
depends_on = None

OPEN_CHANGE = sa.text("change_form IS NOT NULL AND status IN ('draft', 'submitted', 'returned')")


def upgrade() -> None:
    """Changes of single forms, nil returns, attachments of forms."""
    op.create_table('filing_attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('filing_id', sa.Integer(), nullable=False),
    sa.Column('institution_id', sa.Integer(), nullable=False),
    sa.Column('form_code', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('frozen', sa.Boolean(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['added_by_id'], ['ab_user.id'], name=op.f('fk_filing_attachment_added_by_id_ab_user')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_filing_attachment_file_id_stored_file')),
    sa.ForeignKeyConstraint(['filing_id'], ['filing.id'], name=op.f('fk_filing_attachment_filing_id_filing')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_filing_attachment_institution_id_institution')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_attachment')),
    sa.UniqueConstraint('filing_id', 'form_code', 'key', 'file_id', name='uq_filing_attachment')
    )
    op.create_index(op.f('ix_filing_attachment_institution_id'), 'filing_attachment', ['institution_id'])
    op.add_column('report_set', sa.Column('allows_nil', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('filing', sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('filing', sa.Column('change_form', sa.String(length=20), nullable=True))
    op.add_column('filing', sa.Column('is_nil', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index('uq_filing_open_change', 'filing', ['institution_id', 'report_set_id', 'change_form'], unique=True, sqlite_where=OPEN_CHANGE, postgresql_where=OPEN_CHANGE)
    # What is in force came into force when it was approved; statements and the one-off set when they were handed in.
    op.execute("""
        UPDATE filing SET accepted_at = COALESCE(
            (SELECT MAX(event.at) FROM event WHERE event.subject_type = 'filing' AND event.subject_id = filing.id
             AND event.kind = 'FilingApproved'),
            (SELECT filing_version.submitted_at FROM filing_version
             WHERE filing_version.id = filing.accepted_version_id))
        WHERE accepted_version_id IS NOT NULL
    """)
    op.execute("UPDATE report_set SET allows_nil = (frequency <> 'annual') WHERE family = 'business'")


def downgrade() -> None:
    """Undo it; changes filed so far lose their mark and their attachments their rows."""
    op.drop_index('uq_filing_open_change', 'filing', sqlite_where=OPEN_CHANGE, postgresql_where=OPEN_CHANGE)
    with op.batch_alter_table('filing', schema=None) as batch_op:
        batch_op.drop_column('is_nil')
        batch_op.drop_column('change_form')
        batch_op.drop_column('accepted_at')
    with op.batch_alter_table('report_set', schema=None) as batch_op:
        batch_op.drop_column('allows_nil')
    op.drop_index(op.f('ix_filing_attachment_institution_id'), 'filing_attachment')
    op.drop_table('filing_attachment')
