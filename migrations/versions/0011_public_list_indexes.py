"""public_list_indexes

Revision ID: 0011
Revises: 0017
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Indexes that hold all that the public lists are chosen and ordered by."""
    op.drop_index("ix_institution_public_list", table_name="institution")
    op.create_index(
        "ix_institution_public_list",
        "institution",
        ["industry", "region_code", "name", "id", "status", "terminated_on"],
    )
    op.drop_index("ix_institution_version_day", table_name="institution_version")
    op.create_index(
        "ix_institution_version_list",
        "institution_version",
        [
            "industry",
            "region_code",
            "name",
            "institution_id",
            "valid_from",
            "valid_to",
            "status",
            "terminated_on",
        ],
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_institution_version_list", table_name="institution_version")
    op.create_index("ix_institution_version_day", "institution_version", ["industry", "valid_from"])
    op.drop_index("ix_institution_public_list", table_name="institution")
    op.create_index(
        "ix_institution_public_list", "institution", ["industry", "region_code", "name", "id"]
    )
