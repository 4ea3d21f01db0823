"""A store that Alembic made is the store that this program makes."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine

from playbooks.report import Report
from server.store.migrations import upgrade
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)


def schema_of(path: Path) -> set[str]:
    """Every statement that made the schema, blanks aside."""
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {" ".join(statement.split()) for (statement,) in made}


def migrate_from_nothing(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()


def take_back_to_the_beginning(path: Path) -> None:
    """Leave the store as Alembic does after its last downgrade: a stamp without a row."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")


async def test_migrating_from_nothing_gives_the_schema_of_a_new_store(
    store: SqlStore, path: Path, tmp_path: Path
) -> None:
    await store.probe()
    migrate_from_nothing(tmp_path / "migrated.db")

    assert schema_of(tmp_path / "migrated.db") == schema_of(path)


async def test_opening_an_older_store_brings_it_up_to_date(
    tmp_path: Path, report: Callable[..., Report]
) -> None:
    path = tmp_path / "older.db"
    take_back_to_the_beginning(path)
    store = SqlStore(f"sqlite:///{path}", clock=lambda: NOW)

    await store.keep_run(report())
    await store.aclose()

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM alembic_version").fetchall() == [("0002",)]
