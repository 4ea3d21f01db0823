"""The tables. A change here is a new revision in migrations/versions/ and a new SCHEMA_VERSION."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

SCHEMA_VERSION = "0008"
"""The revision that these tables are; revisions count up, so a greater one is a newer program's."""


class Instant(TypeDecorator[datetime]):
    """An aware instant: UTC in the database (SQLite keeps no zone), UTC when it comes back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From a naive UTC value (SQLite) or an aware one (PostgreSQL)."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Numbered = BigInteger().with_variant(Integer, "sqlite")
"""Rows that number themselves; SQLite does so only in an INTEGER primary key."""

metadata = MetaData()

stamp = Table(
    "alembic_version",  # Alembic's own table, so that opening needs no second truth
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("procedure", String, nullable=False),
    Column("status", String, nullable=False),
    Column("headline", Text, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("connection", String, nullable=False),
    Column("body", JSON, nullable=False),  # JSONB would forget the order of the measurements
    Column("picture", JSON(none_as_null=True)),
    Index("runs_by_time", "as_of"),
    Index("runs_by_procedure", "procedure", "as_of"),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Numbered, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("method", String, nullable=False),
    Column("endpoint", String, nullable=False),
    Column("status", Integer),
    Column("total_ms", Float, nullable=False),
    Column("queue_wait_ms", Float, nullable=False),
    Column("network_ms", Float, nullable=False),
    Column("retry_wait_ms", Float, nullable=False),
    Column("attempts_count", Integer, nullable=False),
    Column("data_source_id", String),
    Column("error_code", String),
    Column("rate_limit_reason", String),
    Column("request_id", String),
    Column("response_bytes", BigInteger),
    Column("probe", Boolean, nullable=False),
    Column("cache", String),
    Column("procedure", String),
    Column("run_id", String),
    Column("connection", String),
    Column("connect_ms", Float),
    Column("server_ms", Float),
    Column("rows_count", Integer),
    Column("page_size", Integer),
    Column("has_more", Boolean),
    Column("filtered", Boolean),
    Column("narrowed", Boolean),
    Column("object_id", String),
    Index("calls_by_time", "at"),
)

mirror_sources = Table(
    "mirror_sources",
    metadata,
    Column("connection", String, primary_key=True),
    Column("data_source_id", String, primary_key=True),
    Column("schema", JSON, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("newest_edit_at", Instant),
    Column("swept_at", Instant),
    Column("rows_count", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("gaps", JSON, nullable=False),
    Column("pending", JSON(none_as_null=True)),
)

mirror_leases = Table(
    "mirror_leases",
    metadata,
    Column("connection", String, primary_key=True),
    Column("data_source_id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("until", Instant, nullable=False),
)

mirror_rows = Table(
    "mirror_rows",
    metadata,
    Column("connection", String, primary_key=True),
    Column("data_source_id", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("last_edited_at", Instant, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("hash", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("mirror_rows_by_creation", "connection", "data_source_id", "created_at", "id"),
)

mirror_trashed = Table(
    "mirror_trashed",
    metadata,
    Column("connection", String, primary_key=True),
    Column("row_id", String, primary_key=True),
    Column("at", Instant, nullable=False),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Numbered, primary_key=True),
    Column("connection", String, nullable=False),
    Column("data_source_id", String, nullable=False),
    Column("row_id", String, nullable=False),
    Column("property_id", String, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("not_before", Instant, nullable=False),
    Column("not_after", Instant, nullable=False),
    Index("transitions_by_time", "connection", "data_source_id", "not_after"),
)

edits = Table(
    "edits",
    metadata,
    Column("id", Numbered, primary_key=True),
    Column("connection", String, nullable=False),
    Column("data_source_id", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("rows_count", Integer, nullable=False),
    Index("edits_by_time", "connection", "at"),
)

budget_calls = Table(
    "budget_calls",
    metadata,
    Column("id", Numbered, primary_key=True),
    Column("connection", String, nullable=False),
    Column("at_s", Float, nullable=False),
    Column("owner", String, nullable=False),
    Column("interactive", Boolean, nullable=False),
    Index("budget_calls_by_time", "connection", "at_s"),
)

budget_waiters = Table(
    "budget_waiters",
    metadata,
    Column("connection", String, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("interactive", Boolean, nullable=False),
    Column("since_s", Float, nullable=False),
    Column("due_s", Float, nullable=False),
)

budgets = Table(
    "budgets",
    metadata,
    Column("connection", String, primary_key=True),
    Column("seen_s", Float, nullable=False),
    Column("paused_until_s", Float, nullable=False),
    Column("pause_reason", String, nullable=False),
    Column("learned_calls_count", Integer),
    Column("learned_at_s", Float, nullable=False),
    Column("overtaken_count", Integer, nullable=False),
)

breakers = Table(
    "breakers",
    metadata,
    Column("connection", String, primary_key=True),
    Column("group", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    Column("reason", Text, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("connection", String, nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("body", JSON, nullable=False),
    Index("plans_by_time", "created_at"),
)

journal = Table(
    "journal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
)

tuned = Table(
    "tuned",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Float, nullable=False),
)

usage = Table(
    "usage",
    metadata,
    Column("connection", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("tool", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("day", Date, nullable=False),
    Column("ending", String, nullable=False),
    Column("calls_count", Integer, nullable=False),
    Column("response_time_ms", Float),
    Column("success", Boolean),
    Column("tokens", BigInteger),
    Column("cost", Float),
    Column("task_id", String),
    Column("error_class", String),
    Index("usage_by_time", "connection", "at"),
    Index("usage_by_bucket", "connection", "day", "tool", "ending"),
)

usage_rows = Table(
    "usage_rows",
    metadata,
    Column("connection", String, primary_key=True),
    Column("data_source_id", String, primary_key=True),
    Column("tool", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("ending", String, primary_key=True),
    Column("page_id", String),
    Column("written_count", Integer, nullable=False),
    Column("claimed_until", Instant),
)

own_pages = Table(
    "own_pages",
    metadata,
    Column("data_source_id", String, primary_key=True),
    Column("title", String, primary_key=True),
    Column("page_id", String),
    Column("claimed_until", Instant),
)

plan_steps = Table(
    "plan_steps",
    metadata,
    Column("plan_id", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("step", String, nullable=False),
    Column("at", Instant, nullable=False),
)

plan_turns = Table(
    "plan_turns",
    metadata,
    Column("plan_id", String, primary_key=True),
    Column("turn", String),  # NULL: given back
    Column("owner", String, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("stopped", Boolean, nullable=False),
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
)

remade = Table(
    "remade",
    metadata,
    Column("connection", String, primary_key=True),
    Column("plan_id", String, primary_key=True),
    Column("original_id", String, primary_key=True),
    Column("new_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("at", Instant, nullable=False),
)

schemas = Table(
    "schemas",
    metadata,
    Column("connection", String, primary_key=True),
    Column("data_source_id", String, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("body", JSON, nullable=False),
)

acknowledged = Table(
    "acknowledged",
    metadata,
    Column("connection", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("row_id", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)

failures_seen = Table(
    "failures_seen",
    metadata,
    Column("connection", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("row_id", String, primary_key=True),
    Column("first_seen_at", Instant, nullable=False),
)

rolled_rows = Table(
    "rolled_rows",
    metadata,
    Column("connection", String, primary_key=True),
    Column("data_source_id", String, primary_key=True),
    Column("row_id", String, primary_key=True),
    Column("day", Date, nullable=False),
    Column("body", JSON, nullable=False),
    Index("rolled_rows_by_day", "connection", "data_source_id", "day"),
)

baselines = Table(
    "baselines",
    metadata,
    Column("workspace_id", String, primary_key=True),
    Column("body", JSON, nullable=False),
)

token_verdicts = Table(
    "token_verdicts",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("life", String, nullable=False),
    Column("at", Instant, nullable=False),
)
