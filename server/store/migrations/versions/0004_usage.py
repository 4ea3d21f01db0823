"""Calls of AI tools, and the rows of Notion that hold them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "usage",
        sa.Column("connection", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("tool", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("ending", sa.String, nullable=False),
        sa.Column("calls_count", sa.Integer, nullable=False),
        sa.Column("response_time_ms", sa.Float),
        sa.Column("success", sa.Boolean),
        sa.Column("tokens", sa.BigInteger),
        sa.Column("cost", sa.Float),
        sa.Column("task_id", sa.String),
        sa.Column("error_class", sa.String),
    )
    op.create_index("usage_by_time", "usage", ["connection", "at"])
    op.create_index("usage_by_bucket", "usage", ["connection", "day", "tool", "ending"])
    op.create_table(
        "usage_rows",
        sa.Column("connection", sa.String, primary_key=True),
        sa.Column("data_source_id", sa.String, primary_key=True),
        sa.Column("tool", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("ending", sa.String, primary_key=True),
        sa.Column("page_id", sa.String),
        sa.Column("written_count", sa.Integer, nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
    )
