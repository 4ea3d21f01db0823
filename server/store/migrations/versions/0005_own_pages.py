"""Pages that are ours in Notion, and who writes them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "own_pages",
        sa.Column("data_source_id", sa.String, primary_key=True),
        sa.Column("title", sa.String, primary_key=True),
        sa.Column("page_id", sa.String),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
    )
