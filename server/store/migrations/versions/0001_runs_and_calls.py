"""Runs and calls."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the two tables."""
    _create_runs()
    _create_calls()


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("procedure", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connection", sa.String, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("runs_by_time", "runs", ["as_of"])
    op.create_index("runs_by_procedure", "runs", ["procedure", "as_of"])


def _create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("endpoint", sa.String, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("total_ms", sa.Float, nullable=False),
        sa.Column("queue_wait_ms", sa.Float, nullable=False),
        sa.Column("network_ms", sa.Float, nullable=False),
        sa.Column("retry_wait_ms", sa.Float, nullable=False),
        sa.Column("attempts_count", sa.Integer, nullable=False),
        sa.Column("data_source_id", sa.String),
        sa.Column("error_code", sa.String),
        sa.Column("rate_limit_reason", sa.String),
        sa.Column("request_id", sa.String),
        sa.Column("response_bytes", sa.BigInteger),
        sa.Column("probe", sa.Boolean, nullable=False),
        sa.Column("cache", sa.String),
        sa.Column("procedure", sa.String),
        sa.Column("run_id", sa.String),
        sa.Column("connection", sa.String),
    )
    op.create_index("calls_by_time", "calls", ["at"])
