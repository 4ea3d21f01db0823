"""The mirror, the shared budget, circuit breakers, plans, the journal; more of each call."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBERED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables, and the columns of calls."""
    _calls()
    _mirror()
    _changes()
    _budget()
    _breakers()
    _plans()


def _calls() -> None:
    for column in (
        sa.Column("connect_ms", sa.Float),
        sa.Column("server_ms", sa.Float),
        sa.Column("rows_count", sa.Integer),
        sa.Column("page_size", sa.Integer),
        sa.Column("has_more", sa.Boolean),
        sa.Column("filtered", sa.Boolean),
        sa.Column("narrowed", sa.Boolean),
        sa.Column("object_id", sa.String),
    ):
        op.add_column("calls", column)


def _mirror() -> None:
    op.create_table(
        "mirror_sources",
        sa.Column("connection", sa.String, primary_key=True),
        sa.Column("data_source_id", sa.String, primary_key=True),
        sa.Column("schema", sa.JSON, nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest_edit_at", sa.DateTime(timezone=True)),
        sa.Column("swept_at", sa.DateTime(timezone=True)),
        sa.Column("rows_count", sa.Integer, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("gaps", sa.JSON, nullable=False),
        sa.Column("pending", sa.JSON),
    )
    op.create_table(
        "mirror_leases",
        sa.Column("connection", sa.String, primary_key=True),
        sa.Column("data_source_id", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "mirror_rows",
        sa.Column("connection", sa.String, primary_key=True),
        sa.Column("data_source_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index(
        "mirror_rows_by_creation",
        "mirror_rows",
        ["connection", "data_source_id", "created_at", "id"],
    )


def _changes() -> None:
    op.create_table(
        "transitions",
        sa.Column("id", NUMBERED, primary_key=True),
        sa.Column("connection", sa.String, nullable=False),
        sa.Column("data_source_id", sa.String, nullable=False),
        sa.Column("row_id", sa.String, nullable=False),
        sa.Column("property_id", sa.String, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(
        "transitions_by_time", "transitions", ["connection", "data_source_id", "not_after"]
    )
    op.create_table(
        "edits",
        sa.Column("id", NUMBERED, primary_key=True),
        sa.Column("connection", sa.String, nullable=False),
        sa.Column("data_source_id", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows_count", sa.Integer, nullable=False),
    )
    op.create_index("edits_by_time", "edits", ["connection", "at"])


def _budget() -> None:
    op.create_table(
        "budget_calls",
        sa.Column("id", NUMBERED, primary_key=True),
        sa.Column("connection", sa.String, nullable=False),
        sa.Column("at_s", sa.Float, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("interactive", sa.Boolean, nullable=False),
    )
    op.create_index("budget_calls_by_time", "budget_calls", ["connection", "at_s"])
    op.create_table(
        "budget_waiters",
        sa.Column("connection", sa.String, primary_key=True),
        sa.Column("owner", sa.String, primary_key=True),
        sa.Column("interactive", sa.Boolean, nullable=False),
        sa.Column("since_s", sa.Float, nullable=False),
        sa.Column("due_s", sa.Float, nullable=False),
    )
    op.create_table(
        "budgets",
        sa.Column("connection", sa.String, primary_key=True),
        sa.Column("seen_s", sa.Float, nullable=False),
        sa.Column("paused_until_s", sa.Float, nullable=False),
        sa.Column("pause_reason", sa.String, nullable=False),
        sa.Column("learned_calls_count", sa.Integer),
        sa.Column("learned_at_s", sa.Float, nullable=False),
        sa.Column("overtaken_count", sa.Integer, nullable=False),
    )


def _breakers() -> None:
    op.create_table(
        "breakers",
        sa.Column("connection", sa.String, primary_key=True),
        sa.Column("group", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text, nullable=False),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("connection", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("plans_by_time", "plans", ["created_at"])
    op.create_table(
        "journal",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_table(
        "tuned",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.Float, nullable=False),
    )
