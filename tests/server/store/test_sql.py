"""The store as the procedures use it, on a real SQLite file and on a real PostgreSQL."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Event
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.engine import make_url

from playbooks.arguments import KEPT_FOR
from playbooks.errors import StoreUnusable
from playbooks.records import BreakerState, CallRecord, Edit, Recorded, Traffic
from playbooks.report import Report
from server.store import calls
from server.store.failures import location_of
from server.store.opening import writing
from server.store.retention import (
    CALLS_KEPT_COUNT,
    CALLS_KEPT_FOR,
    RUNS_KEPT_COUNT,
)
from server.store.schema import edits, transitions
from server.store.sql import SqlStore
from tests.server.store.raw import change, query

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
MakeReport = Callable[..., Report]
MakeCall = Callable[..., CallRecord]


def keep_edits(engine: Engine, seen: Sequence[tuple[str, datetime]]) -> None:
    rows = [
        {"connection": connection, "data_source_id": "tasks", "at": at, "rows_count": 3}
        for connection, at in seen
    ]
    with writing(engine) as connection:
        connection.execute(insert(edits), rows)


def keep_transition(engine: Engine, at: datetime) -> None:
    names = ("connection", "data_source_id", "row_id", "property_id", "before", "after")
    with writing(engine) as connection:
        row = dict.fromkeys(names, "x") | {"not_before": at, "not_after": at}
        connection.execute(insert(transitions).values(row))


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


async def test_a_picture_is_kept_with_its_run(store: SqlStore, report: MakeReport) -> None:
    await store.keep_run(report(), {"mark": "bar"})
    assert await store.picture("r1") == {"mark": "bar"}

    await store.keep_run(report())
    assert await store.picture("r1") is None


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


@pytest.mark.parametrize(
    "ended",
    [
        pytest.param({"error_code": "cancelled"}, id="cancelled"),
        pytest.param({"error_code": "breaker_open", "attempts_count": 0}, id="breaker"),
        pytest.param({"error_code": "deadline_passed", "attempts_count": 0}, id="own-queue"),
    ],
)
async def test_what_we_ended_ourselves_is_no_error_of_notion(
    store: SqlStore, call: MakeCall, ended: dict[str, Any]
) -> None:
    unanswered = call(status=None, error_code="deadline_passed", attempts_count=1)
    await store.record_calls([call(), unanswered, call(status=None, **ended)])

    assert await store.traffic(NOW, "a") == Traffic(
        NOW,
        calls_count=2,
        errors_count=1,
        cache_reads_count=0,
        cache_hits_count=0,
        withheld_count=1,
    )


async def test_readings_of_the_mirror_are_reads_of_the_cache_and_no_calls(
    store: SqlStore, call: MakeCall
) -> None:
    reading = {"method": "READ", "endpoint": "mirror", "status": None}
    await store.record_calls([call(cache="hit", **reading), call(cache="miss", **reading)])

    assert await store.traffic(NOW, "a") == Traffic(
        NOW, calls_count=0, errors_count=0, cache_reads_count=2, cache_hits_count=1
    )


async def test_recorded_calls_come_back_as_they_were_oldest_first(
    store: SqlStore, call: MakeCall
) -> None:
    earlier = call(NOW - timedelta(minutes=1), server_ms=7.5, rows_count=100, has_more=True)
    later = call(object_id="page", procedure="velocity_report")
    foreign = call(connection="b")
    await store.record_calls([later, earlier, foreign])

    both = await store.calls_since(NOW - timedelta(minutes=1), "a")
    assert both == Recorded((earlier, later), cut=False)
    assert await store.calls_since(NOW, "a") == Recorded((later,), cut=False)


@pytest.mark.parametrize("read", [calls.since, calls.readings])
async def test_of_too_many_recorded_calls_the_newest_come_back_and_that_is_told(
    store: SqlStore, call: MakeCall, read: Callable[..., Recorded]
) -> None:
    seconds = (3, 1, 2)
    recorded = [call(NOW + timedelta(seconds=second), method="READ") for second in seconds]
    await store.record_calls(recorded)

    newest = await store.perform(lambda engine: read(engine, NOW, "a", limit=2))
    every = await store.perform(lambda engine: read(engine, NOW, "a", limit=3))

    assert newest == Recorded((recorded[2], recorded[0]), cut=True)
    assert not every.cut


async def test_readings_of_the_mirror_come_back_alone_until_then(
    store: SqlStore, call: MakeCall
) -> None:
    first, second = (call(NOW + hours * HOUR, method="READ", cache="hit") for hours in (0, 1))
    foreign = call(method="READ", connection="b")
    await store.record_calls([first, call(), foreign, second])

    assert await store.readings(NOW, "a") == Recorded((first, second), cut=False)
    assert await store.readings(NOW, "a", until=NOW + HOUR) == Recorded((first,), cut=False)


async def test_changes_seen_by_the_mirror_come_back_oldest_first(store: SqlStore) -> None:
    await store.perform(
        lambda engine: keep_edits(engine, [("a", NOW), ("a", NOW - HOUR), ("b", NOW)])
    )

    seen = await store.edits_since(NOW - HOUR, "a")

    assert seen == (Edit("tasks", NOW - HOUR, 3), Edit("tasks", NOW, 3))


async def test_changes_past_their_age_are_dropped_with_the_next_run(
    store: SqlStore, report: MakeReport
) -> None:
    await store.perform(lambda engine: keep_edits(engine, [("a", NOW - KEPT_FOR - HOUR)]))
    await store.perform(lambda engine: keep_transition(engine, NOW - KEPT_FOR - HOUR))
    await store.keep_run(report())

    assert await query(store, "SELECT * FROM edits") == []
    assert await query(store, "SELECT * FROM transitions") == []


async def test_a_published_breaker_is_seen_by_its_connection_alone(store: SqlStore) -> None:
    opened = BreakerState("query", "open", NOW, NOW + HOUR, "five failures")
    closed = BreakerState("query", "closed", NOW, None, "")
    await store.publish_breaker(opened, connection="a")
    await store.publish_breaker(closed, connection="b")
    assert await store.breakers("a") == (opened,)

    await store.publish_breaker(closed, connection="a")

    assert await store.breakers("a") == (closed,)


async def test_tuned_settings_are_set_changed_and_taken_back(store: SqlStore) -> None:
    await store.tune({"mirror.ttl_s": 600.0, "paging.size": 50.0})
    await store.tune({"mirror.ttl_s": 900.0, "paging.size": None, "never.set": None})

    assert await store.tuned() == {"mirror.ttl_s": 900.0}


async def test_an_empty_store_has_no_traffic(store: SqlStore) -> None:
    await store.record_calls([])

    assert await store.traffic(NOW, "a") == Traffic(NOW, 0, 0, 0, 0)


async def test_calls_past_their_age_are_dropped(store: SqlStore, call: MakeCall) -> None:
    await store.record_calls([call(at=NOW - CALLS_KEPT_FOR - timedelta(seconds=1)), call()])

    assert (await store.traffic(NOW - 2 * CALLS_KEPT_FOR, "a")).calls_count == 1


async def test_calls_beyond_the_most_are_dropped_oldest_first(
    store: SqlStore, call: MakeCall
) -> None:
    await store.record_calls([call(), call()])
    await change(store, f"UPDATE calls SET id = {1 - CALLS_KEPT_COUNT} WHERE id = 1")
    await store.record_calls([call()])

    assert await query(store, "SELECT id FROM calls ORDER BY id") == [(2,), (3,)]


async def test_runs_past_their_age_are_dropped(store: SqlStore, report: MakeReport) -> None:
    await store.keep_run(report("old", as_of=NOW - KEPT_FOR - timedelta(seconds=1)))
    await store.keep_run(report("new"))

    assert [run.run_id for run in await store.latest_runs()] == ["new"]


async def test_runs_beyond_the_most_are_dropped_oldest_first(
    store: SqlStore, report: MakeReport
) -> None:
    await store.keep_run(report("oldest", as_of=NOW - timedelta(days=1)))
    await store.keep_run(report("second"))
    kept = "procedure, status, headline, as_of, connection, body"
    copy = f"INSERT INTO runs (id, {kept}) SELECT :id, {kept} FROM runs WHERE id = 'second'"
    await change(store, copy, *({"id": f"r{number}"} for number in range(RUNS_KEPT_COUNT - 2)))
    await store.keep_run(report("newest"))

    assert await query(store, "SELECT count(*) FROM runs") == [(RUNS_KEPT_COUNT,)]
    assert await store.run("oldest") is None
    assert await store.run("newest") is not None


async def test_a_probe_says_what_the_store_is_and_leaves_nothing(
    store: SqlStore, address: str
) -> None:
    state = await store.probe()

    engine = make_url(address).get_backend_name()
    assert (state.location, state.engine) == (location_of(address), engine)
    assert state.schema_version == "0008"
    assert state.size_bytes is not None
    assert state.size_bytes > 0
    assert await store.latest_runs() == ()


async def test_the_file_and_its_directory_are_for_their_owner_alone(
    sqlite_store: SqlStore, path: Path
) -> None:
    await sqlite_store.probe()

    assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)


async def test_nothing_is_made_before_the_first_use(sqlite_store: SqlStore, path: Path) -> None:
    await sqlite_store.aclose()

    assert not path.parent.exists()


async def test_a_closed_store_opens_anew(store: SqlStore, report: MakeReport) -> None:
    await store.keep_run(report())
    await store.aclose()

    assert await store.run("r1") is not None


async def test_the_event_loop_goes_on_while_another_process_writes(
    sqlite_store: SqlStore, path: Path, report: MakeReport
) -> None:
    await sqlite_store.probe()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sqlite_store.keep_run, report())
            await anyio.lowlevel.checkpoint()
            other.execute("ROLLBACK")

    assert await sqlite_store.run("r1") is not None


KEEP_A_CALL = """
import anyio, sys
from datetime import UTC, datetime
from playbooks.records import CallRecord
from server.store.sql import SqlStore

async def main():
    store = SqlStore(sys.argv[1], clock=lambda: datetime.now(UTC))
    await store.record_calls([CallRecord(datetime.now(UTC), "GET", "/", 200, 1.0, connection="a")])
    await store.aclose()

anyio.run(main)
"""


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

    assert (await store.probe()).schema_version == "0008"
    await store.aclose()


async def test_a_store_that_hangs_holds_up_no_other_thread_of_the_process(
    sqlite_store: SqlStore,
) -> None:
    goes_on = Event()

    def wait(_: Engine) -> None:
        goes_on.wait()

    async with anyio.create_task_group() as tasks:
        try:
            for _ in range(int(anyio.to_thread.current_default_thread_limiter().total_tokens)):
                tasks.start_soon(sqlite_store.perform, wait)
            await anyio.wait_all_tasks_blocked()
            with anyio.fail_after(5):
                assert await anyio.to_thread.run_sync(lambda: True)
        finally:
            goes_on.set()
