"""Rows that were seen to go to the trash while somebody may be reading them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "mirror_trashed",
        sa.Column("connection", sa.String, primary_key=True),
        sa.Column("row_id", sa.String, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
