"""A form's place in a report set holds from a period on, and until one

Revision ID: 0009
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Places in sets so far hold for every period."""
    with op.batch_alter_table('report_set_form', schema=None) as batch_op:
        batch_op.add_column(sa.Column('starts_on', sa.Date(), nullable=False, server_default='2000-01-01'))
        batch_op.add_column(sa.Column('ends_on', sa.Date(), nullable=True))
    with op.batch_alter_table('report_set_form', schema=None) as batch_op:
        batch_op.alter_column('starts_on', existing_type=sa.Date(), server_default=None)


def downgrade() -> None:
    """Forms that left a set leave it for every period."""
    op.execute(sa.text('DELETE FROM report_set_form WHERE ends_on IS NOT NULL'))
    with op.batch_alter_table('report_set_form', schema=None) as batch_op:
        batch_op.drop_column('ends_on')
        batch_op.drop_column('starts_on')
