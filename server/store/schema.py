"""The tables. A change here is a new revision in migrations/versions/ and a new SCHEMA_VERSION."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
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

SCHEMA_VERSION = "0001"
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
    Index("runs_by_time", "as_of"),
    Index("runs_by_procedure", "procedure", "as_of"),
)

calls = Table(
    "calls",
    metadata,
    # SQLite numbers rows by itself only in an INTEGER primary key.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
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
    Index("calls_by_time", "at"),
)
