"""The store as the procedures use it, on a real SQLite file."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from playbooks.errors import StoreUnusable
from playbooks.ports import CallRecord, Traffic
from playbooks.report import Report
from server.store.retention import (
    CALLS_KEPT_COUNT,
    CALLS_KEPT_FOR,
    KEPT_FOR,
    RUNS_KEPT_COUNT,
)
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
MakeReport = Callable[..., Report]
MakeCall = Callable[..., CallRecord]


def query(path: Path, statement: str, *rows: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        if rows:
            connection.executemany(statement, rows)
            return []
        return connection.execute(statement).fetchall()


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_a_kept_run_comes_back_as_it_was(store: SqlStore, report: MakeReport) -> None:
    kept = report()
    await store.keep_run(kept)

    read = await store.run("r1")

    assert read == kept
    assert read is not None
    assert list(read.measurements) == list(kept.measurements)


async def test_a_run_that_was_never_kept_is_none(store: SqlStore) -> None:
    assert await store.run("r1") is None


async def test_the_same_id_again_replaces_the_run(store: SqlStore, report: MakeReport) -> None:
    await store.keep_run(report(status="critical"))
    await store.keep_run(report(status="ok"))

    assert [run.status for run in await store.latest_runs()] == ["ok"]


async def test_the_latest_runs_come_newest_first_whatever_their_zone(
    store: SqlStore, report: MakeReport
) -> None:
    later_by_clock_earlier_in_time = datetime(
        2026, 3, 11, 10, 0, tzinfo=timezone(timedelta(hours=1))
    )
    await store.keep_run(report("new", as_of=NOW))
    await store.keep_run(report("old", as_of=later_by_clock_earlier_in_time))
    await store.keep_run(report("other", as_of=NOW, procedure="velocity_report"))

    of_one_procedure = await store.latest_runs(procedure="health_check")

    assert [run.run_id for run in of_one_procedure] == ["new", "old"]
    assert of_one_procedure[1].as_of == later_by_clock_earlier_in_time
    assert len(await store.latest_runs(limit=2)) == 2


async def test_traffic_counts_what_happened_since_then_without_probes(
    store: SqlStore, call: MakeCall
) -> None:
    await store.record_calls([
        call(at=NOW - timedelta(hours=1), status=500),
        call(),
        call(status=404),
        call(status=None),
        call(status=403, probe=True),
        call(cache="miss"),
        call(status=None, cache="hit"),
    ])  # fmt: skip

    traffic = await store.traffic(NOW - timedelta(minutes=5), "a")

    assert traffic == Traffic(
        since=NOW - timedelta(minutes=5),
        calls_count=5,
        errors_count=2,
        cache_reads_count=2,
        cache_hits_count=1,
    )


async def test_an_empty_store_has_no_traffic(store: SqlStore) -> None:
    await store.record_calls([])

    assert await store.traffic(NOW, "a") == Traffic(NOW, 0, 0, 0, 0)


async def test_calls_past_their_age_are_dropped(store: SqlStore, call: MakeCall) -> None:
    await store.record_calls([call(at=NOW - CALLS_KEPT_FOR - timedelta(seconds=1)), call()])

    assert (await store.traffic(NOW - 2 * CALLS_KEPT_FOR, "a")).calls_count == 1


async def test_calls_beyond_the_most_are_dropped_oldest_first(
    store: SqlStore, path: Path, call: MakeCall
) -> None:
    await store.record_calls([call(), call()])
    query(path, "UPDATE calls SET id = ? WHERE id = 2", (CALLS_KEPT_COUNT,))
    await store.record_calls([call()])

    assert query(path, "SELECT id FROM calls") == [(CALLS_KEPT_COUNT,), (CALLS_KEPT_COUNT + 1,)]


async def test_runs_past_their_age_are_dropped(store: SqlStore, report: MakeReport) -> None:
    await store.keep_run(report("old", as_of=NOW - KEPT_FOR - timedelta(seconds=1)))
    await store.keep_run(report("new"))

    assert [run.run_id for run in await store.latest_runs()] == ["new"]


async def test_runs_beyond_the_most_are_dropped_oldest_first(
    store: SqlStore, path: Path, report: MakeReport
) -> None:
    await store.keep_run(report("oldest", as_of=NOW - timedelta(days=1)))
    kept = "procedure, status, headline, ?, connection, body"
    copy = f"INSERT INTO runs SELECT ?, {kept} FROM runs LIMIT 1"
    later = "2026-03-11 09:00:00.000000"
    query(path, copy, *((f"r{number}", later) for number in range(RUNS_KEPT_COUNT - 1)))
    await store.keep_run(report("newest"))

    assert query(path, "SELECT count(*) FROM runs") == [(RUNS_KEPT_COUNT,)]
    assert await store.run("oldest") is None
    assert await store.run("newest") is not None


async def test_a_probe_says_what_the_store_is_and_leaves_nothing(
    store: SqlStore, path: Path
) -> None:
    state = await store.probe()

    assert (state.location, state.engine, state.schema_version) == (str(path), "sqlite", "0002")
    assert state.size_bytes is not None
    assert state.size_bytes > 0
    assert await store.latest_runs() == ()


async def test_the_file_and_its_directory_are_for_their_owner_alone(
    store: SqlStore, path: Path
) -> None:
    await store.probe()

    assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)


async def test_nothing_is_made_before_the_first_use(store: SqlStore, path: Path) -> None:
    await store.aclose()

    assert not path.parent.exists()


async def test_a_closed_store_opens_anew(store: SqlStore, report: MakeReport) -> None:
    await store.keep_run(report())
    await store.aclose()

    assert await store.run("r1") is not None


async def test_the_event_loop_goes_on_while_another_process_writes(
    store: SqlStore, path: Path, report: MakeReport
) -> None:
    await store.probe()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(store.keep_run, report())
            await anyio.lowlevel.checkpoint()
            other.execute("ROLLBACK")

    assert await store.run("r1") is not None


KEEP_A_CALL = """
import anyio, sys
from datetime import UTC, datetime
from playbooks.ports import CallRecord
from server.store.sql import SqlStore

async def main():
    store = SqlStore(sys.argv[1], clock=lambda: datetime.now(UTC))
    sys.stdin.readline()
    await store.record_calls([CallRecord(datetime.now(UTC), "GET", "/", 200, 1.0, connection="a")])
    await store.aclose()

anyio.run(main)
"""


def exit_statuses_of_processes_that_meet(path: Path) -> list[int]:
    command = [sys.executable, "-c", KEEP_A_CALL, f"sqlite:///{path}"]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    return [process.wait(timeout=30) for process in processes]


async def test_processes_that_meet_at_its_creation_share_one_store(
    store: SqlStore, path: Path
) -> None:
    assert exit_statuses_of_processes_that_meet(path) == [0, 0, 0]
    assert (await store.traffic(datetime(2020, 1, 1, tzinfo=UTC), "a")).calls_count == 3


def test_reaching_the_store_imports_no_database() -> None:
    reached = "import server.store.sql, server.store.recording, sys; print(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", reached], text=True).split()

    assert "server.store.sql" in modules
    assert not {"sqlalchemy", "alembic", "sqlite3"} & set(modules)


def test_opening_imports_no_alembic(path: Path) -> None:
    command = [sys.executable, "-c", KEEP_A_CALL + "print(*sys.modules)", f"sqlite:///{path}"]
    modules = subprocess.check_output(command, stdin=subprocess.DEVNULL, text=True).split()

    assert "sqlalchemy" in modules
    assert "alembic" not in modules


async def test_a_store_that_could_not_be_opened_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.mkdir()
    store = SqlStore(f"sqlite:///{path}", clock=lambda: NOW)
    with pytest.raises(StoreUnusable):
        await store.probe()
    path.rmdir()

    assert (await store.probe()).schema_version == "0002"
    await store.aclose()
