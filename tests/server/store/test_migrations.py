"""A store that Alembic made is the store that this program makes; an older one loses nothing."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, inspect

from playbooks.plan import JournalEntry
from server.store import migrations
from server.store.schema import stamp
from server.store.sql import SqlStore
from tests.server.store.engines import several_processes
from tests.server.store.raw import query

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

A_RUN = """
INSERT INTO runs VALUES
('r1', 'health_check', 'ok', 'All is well.', '2026-03-11 09:00:00', 'a', '{}')
"""
A_CALL = """
INSERT INTO calls (at, method, endpoint, status, total_ms, queue_wait_ms, network_ms,
retry_wait_ms, attempts_count, probe, connection)
VALUES ('2026-03-11 09:00:00', 'GET', '/', 200, 1.0, 0.0, 1.0, 0.0, 1, FALSE, 'a')
"""


def upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def empty_engine(address: str) -> Engine:
    engine = create_engine(address)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir()
    return engine


def make_older_store(address: str, *, revision: str = "0001") -> None:
    """A store of that schema with a run and a call of the first one."""
    engine = empty_engine(address)
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.exec_driver_sql(A_RUN)
        connection.exec_driver_sql(A_CALL)
        upgrade(connection, revision)
    engine.dispose()


def take_back_to_0005(engine: Engine) -> None:
    """The same store as a program of that time left it."""
    added = (
        "plan_steps plan_turns journal_head remade schemas acknowledged failures_seen rolled_rows"
        " mirror_trashed baselines token_verdicts"
    )
    with engine.begin() as connection:
        for table in added.split():
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0005'")


def schema_of(engine: Engine) -> dict[str, object]:
    """Columns in order, primary key and indexes of each table, as the database tells them."""
    found = inspect(engine)
    return {
        table: (
            [(each["name"], str(each["type"]), each["nullable"]) for each in columns],
            found.get_pk_constraint(table)["constrained_columns"],
            sorted(
                (str(index["name"]), index["column_names"]) for index in found.get_indexes(table)
            ),
        )
        for table in found.get_table_names()
        for columns in [found.get_columns(table)]
    }


@pytest.mark.parametrize("revision", ["0001", "0005"])
async def test_an_older_store_gets_the_schema_of_a_new_one_and_keeps_what_it_has(
    address: str, make_address: Callable[[], str], revision: str
) -> None:
    make_older_store(address, revision=revision)
    older = SqlStore(address, clock=lambda: NOW)
    newer = SqlStore(make_address(), clock=lambda: NOW)

    assert await older.perform(schema_of) == await newer.perform(schema_of)
    assert await query(older, "SELECT version_num FROM alembic_version") == [("0008",)]
    assert [run.run_id for run in await older.latest_runs()] == ["r1"]
    assert [call.server_ms for call in (await older.calls_since(LONG_AGO, "a")).calls] == [0.0]
    await older.aclose()
    await newer.aclose()


def an_entry(subject: str) -> JournalEntry:
    return JournalEntry(at=NOW, kind="write", actor="test", subject=subject)


async def test_the_journal_of_an_older_store_goes_on_as_one_chain(address: str) -> None:
    older = SqlStore(address, clock=lambda: NOW)
    await older.append_journal([an_entry("one"), an_entry("two")])
    await older.perform(take_back_to_0005)
    await older.aclose()

    newer = SqlStore(address, clock=lambda: NOW)
    await newer.append_journal([an_entry("three")])

    assert await query(newer, "SELECT number FROM journal ORDER BY number") == [(1,), (2,), (3,)]
    assert await newer.verify_journal() is None
    await newer.aclose()


async def test_a_store_taken_back_to_its_beginning_is_made_anew(address: str) -> None:
    engine = empty_engine(address)
    with engine.begin() as connection:
        stamp.create(connection)
    engine.dispose()
    store = SqlStore(address, clock=lambda: NOW)

    assert (await store.probe()).schema_version == "0008"
    await store.aclose()


KEEP_A_CALL = """
import anyio, sys
from datetime import UTC, datetime
from playbooks.records import CallRecord
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)

async def main():
    store = SqlStore(sys.argv[1], clock=lambda: NOW)
    await store.record_calls([CallRecord(NOW, "GET", "/", 200, 1.0, connection="a")])
    await store.aclose()

sys.stdin.read()
anyio.run(main)
"""


def exit_statuses_of_openers_at_once(address: str) -> list[int]:
    """Each waits, everything imported that can be, until all of them may go."""
    command = [sys.executable, "-c", KEEP_A_CALL, address]
    openers = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(3)]
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.close()
    return [opener.wait(timeout=60) for opener in openers]


def nothing(address: str) -> None:
    del address


def make_previous_store(address: str) -> None:
    make_older_store(address, revision="0005")


@several_processes
@pytest.mark.parametrize(
    ("prepare", "calls_count"),
    [
        pytest.param(nothing, 3, id="empty"),
        pytest.param(make_older_store, 4, id="schema-0001", marks=pytest.mark.long),
        pytest.param(make_previous_store, 4, id="schema-0005"),
    ],
)
async def test_openers_that_meet_share_one_store_and_lose_nothing(
    address: str, prepare: Callable[[str], None], calls_count: int
) -> None:
    prepare(address)

    assert exit_statuses_of_openers_at_once(address) == [0, 0, 0]

    store = SqlStore(address, clock=lambda: NOW)
    assert (await store.traffic(LONG_AGO, "a")).calls_count == calls_count
    await store.aclose()
