"""Plans step by step, objects made again, and what is remembered of the data's state."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "plan_steps",
        sa.Column("plan_id", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "plan_turns",
        sa.Column("plan_id", sa.String, primary_key=True),
        sa.Column("turn", sa.String),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped", sa.Boolean, nullable=False),
    )
    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.execute(
        "INSERT INTO journal_head (id, number, hash)"
        " SELECT 1, number, hash FROM journal ORDER BY number DESC LIMIT 1"
    )
    op.create_table(
        "remade",
        *_key("connection", "plan_id", "original_id"),
        sa.Column("new_id", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "schemas",
        *_key("connection", "data_source_id"),
        sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "acknowledged",
        *_key("connection", "rule", "row_id"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "failures_seen",
        *_key("connection", "rule", "row_id"),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "rolled_rows",
        *_key("connection", "data_source_id", "row_id"),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("rolled_rows_by_day", "rolled_rows", ["connection", "data_source_id", "day"])


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, primary_key=True) for name in names]
