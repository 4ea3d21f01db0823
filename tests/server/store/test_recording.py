"""Telemetry never breaks or delays a call, and says how much of it was lost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.lowlevel

from playbooks.records import CallRecord
from server.store.recording import PENDING_MOST_COUNT, CallBuffer
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
MakeCall = Callable[..., CallRecord]


async def calls_count(store: SqlStore) -> int:
    return (await store.traffic(NOW, "a")).calls_count


def broken_store(path: Path) -> SqlStore:
    path.mkdir(parents=True)
    return SqlStore(f"sqlite:///{path}", clock=lambda: NOW)


def mend(path: Path) -> None:
    path.rmdir()


async def test_added_calls_reach_the_store_with_the_next_flush(
    store: SqlStore, call: MakeCall
) -> None:
    buffer = CallBuffer(store)
    buffer.add(call())
    buffer.add(call())
    assert await calls_count(store) == 0

    await buffer.flush()
    await buffer.flush()

    assert await calls_count(store) == 2


async def test_the_loop_flushes_by_itself(store: SqlStore, call: MakeCall) -> None:
    buffer = CallBuffer(store, flush_every_s=0)
    buffer.add(call())

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(buffer.run_forever)
            while await calls_count(store) == 0:
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()

    assert buffer.dropped_count == 0


async def test_closing_flushes_what_is_pending(store: SqlStore, call: MakeCall) -> None:
    buffer = CallBuffer(store)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(buffer.run_forever)
        await anyio.lowlevel.checkpoint()
        buffer.add(call())
        tasks.cancel_scope.cancel()

    assert await calls_count(store) == 1


async def test_a_store_that_recovers_gets_what_waited(path: Path, call: MakeCall) -> None:
    store = broken_store(path)
    buffer = CallBuffer(store)
    buffer.add(call())
    await buffer.flush()
    mend(path)
    buffer.add(call())

    await buffer.flush()

    assert (await calls_count(store), buffer.dropped_count) == (2, 0)
    await store.aclose()


async def test_a_store_that_stays_broken_costs_the_oldest_calls_and_counts_them(
    path: Path, call: MakeCall
) -> None:
    store = broken_store(path)
    buffer = CallBuffer(store)
    for number in range(PENDING_MOST_COUNT + 3):
        buffer.add(call(attempts_count=number))
    await buffer.flush()
    mend(path)
    await buffer.flush()

    assert buffer.dropped_count == 3
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("SELECT min(attempts_count), count(*) FROM calls").fetchone()
    assert kept == (3, PENDING_MOST_COUNT)
    await store.aclose()


async def test_what_is_still_pending_at_the_end_is_counted(path: Path, call: MakeCall) -> None:
    buffer = CallBuffer(broken_store(path))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(buffer.run_forever)
        await anyio.lowlevel.checkpoint()
        buffer.add(call())
        tasks.cancel_scope.cancel()

    assert buffer.dropped_count == 1
