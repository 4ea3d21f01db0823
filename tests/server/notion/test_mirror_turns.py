"""Who refreshes when several want to: tasks of one process, and processes with one store."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx
import pytest

from playbooks.errors import ServiceFailed
from playbooks.mirrored import TurnLost
from playbooks.records import Reading
from server.notion.mirror import NotionMirror, ReadElsewhere
from server.notion.mirror_turns import LEASE_S, Leases
from server.store.kept import KeptRows
from server.workspace.effects import Failed
from server.workspace.faults import FaultRule
from tests.server.notion.mirroring import Table, open_table

OPENERS_COUNT = 20


@pytest.fixture
async def table(tmp_path: Path) -> AsyncGenerator[Table]:
    async with open_table(tmp_path) as opened:
        opened.add_many(3)
        yield opened


async def open_at_once(table: Table, *mirrors: NotionMirror) -> list[Reading]:
    """The readings of openers who come together."""
    readings: list[Reading] = []

    async def open_one(mirror: NotionMirror) -> None:
        readings.append((await mirror.open(table.id)).reading)

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(open_one, mirror)
    return readings


def until_the_others_wait(table: Table) -> Callable[[httpx.Request], Awaitable[None]]:
    """Holds the first request until every other opener waits for what comes of it."""

    async def held(request: httpx.Request) -> None:
        del request
        table.wire.waits = None
        landed = table.mirror._parts.turns._flights[table.id].landed
        while landed.statistics().tasks_waiting < OPENERS_COUNT - 1:
            await anyio.lowlevel.checkpoint()

    return held


async def take_lease(table: Table, owner: str) -> bool:
    kept = KeptRows(table.store, connection="c")
    return await kept.lease(table.id, owner, for_s=LEASE_S)


async def test_openers_who_come_together_cost_one_refresh(table: Table) -> None:
    readings = await open_at_once(table, *[table.mirror] * OPENERS_COUNT)

    assert len(table.wire.asked) == 2
    assert sorted(each.source for each in readings) == ["cache"] * 19 + ["live"]
    assert {each.rows_count for each in readings} == {3}


async def test_openers_who_come_together_share_one_failure(table: Table) -> None:
    await table.read()
    table.watch.advance(hours=1)
    table.wire.asked.clear()
    table.workspace.faults.set(FaultRule(Failed(500)))
    table.wire.waits = until_the_others_wait(table)

    readings = await open_at_once(table, *[table.mirror] * OPENERS_COUNT)

    assert all(isinstance(each.stale_because, ServiceFailed) for each in readings)
    assert len(table.wire.asked) == 3  # the tries of one call


async def test_processes_that_come_together_cost_one_refresh(table: Table) -> None:
    readings = await open_at_once(table, table.mirror, table.make_mirror(), table.make_mirror())

    assert len(table.wire.asked) == 2
    assert sorted(each.source for each in readings) == ["cache", "cache", "live"]


async def test_who_waits_takes_over_when_the_one_who_refreshes_is_cancelled(table: Table) -> None:
    first = anyio.CancelScope()
    readings: list[Reading] = []

    def cancel_once(request: httpx.Request) -> None:
        del request
        table.wire.before = None
        first.cancel()

    table.wire.before = cancel_once
    async with anyio.create_task_group() as group:

        async def cancelled() -> None:
            with first:
                await table.mirror.open(table.id)

        async def waiting() -> None:
            readings.append((await table.mirror.open(table.id)).reading)

        group.start_soon(cancelled)
        group.start_soon(waiting)

    assert [(each.source, each.rows_count) for each in readings] == [("live", 3)]


async def test_while_another_process_refreshes_what_is_kept_is_given(table: Table) -> None:
    first, _ = await table.read()
    table.watch.advance(hours=1)
    assert await take_lease(table, "another process")
    table.wire.asked.clear()

    reading, rows = await table.read()

    assert table.wire.asked == []
    assert (reading.as_of, len(rows)) == (first.as_of, 3)
    assert isinstance(reading.stale_because, ReadElsewhere)


async def test_while_another_process_reads_for_the_first_time_there_is_nothing_yet(
    table: Table,
) -> None:
    assert await take_lease(table, "another process")

    with pytest.raises(ReadElsewhere):
        await table.read()


async def test_a_dead_process_holds_a_data_source_no_longer_than_its_lease(table: Table) -> None:
    assert await take_lease(table, "dead process")
    table.watch.advance(seconds=LEASE_S)

    reading, _ = await table.read()

    assert reading.source == "live"


async def test_a_lease_is_given_back_also_after_a_failure(table: Table) -> None:
    await table.read()
    table.watch.advance(hours=1)
    table.workspace.faults.set(FaultRule(Failed(500)))
    await table.read()

    assert await take_lease(table, "another process")


async def test_who_lost_its_lease_while_it_read_keeps_nothing(table: Table) -> None:
    row = table.add(Status={"status": {"name": "Not started"}})
    first, _ = await table.read()
    table.watch.advance(hours=1)
    table.edit(row, Status={"status": {"name": "Done"}})
    other = KeptRows(table.store, connection="c")

    async def suspended(request: httpx.Request) -> None:
        if request.url.path.endswith("/query"):
            table.wire.waits = None
            table.watch.advance(seconds=LEASE_S + 1)
            assert await other.lease(table.id, "another process", for_s=LEASE_S)

    table.wire.waits = suspended
    reading, _ = await table.read()

    assert (reading.as_of, type(reading.stale_because)) == (first.as_of, ReadElsewhere)
    assert await table.transitions() == []
    await other.release(table.id, "another process")
    await table.read()
    assert [(each.before, each.after) for each in await table.transitions()] == [
        ("Not started", "Done")
    ]


async def test_work_ends_when_the_lease_has_passed_to_another_process(table: Table) -> None:
    async def too_long(_: float) -> None:
        table.watch.advance(seconds=LEASE_S + 1)
        assert await take_lease(table, "another process")

    leases = Leases(KeptRows(table.store, connection="c"), sleep=too_long)

    with pytest.raises(TurnLost):
        await leases.hold(table.id, anyio.sleep_forever)


async def test_a_lease_is_extended_while_its_work_goes_on(table: Table) -> None:
    slept_s: list[float] = []
    done = anyio.Event()

    async def sleep(wait_s: float) -> None:
        table.watch.advance(seconds=wait_s)
        slept_s.append(wait_s)
        if len(slept_s) == 10:
            done.set()
            await anyio.sleep_forever()

    leases = Leases(KeptRows(table.store, connection="c"), sleep=sleep)

    async def work() -> bool:
        await done.wait()
        return await take_lease(table, "another process")

    assert await leases.hold(table.id, work) is False
    assert sum(slept_s) > 2 * LEASE_S


async def test_a_cancelled_opener_leaves_no_lease(table: Table) -> None:
    given_up = anyio.CancelScope()

    def give_up(request: httpx.Request) -> None:
        del request
        given_up.cancel()

    table.wire.before = give_up
    with given_up:
        await table.mirror.open(table.id)

    assert await take_lease(table, "another process")


async def test_realtime_is_not_served_by_a_refresh_that_reads_only_changes(table: Table) -> None:
    with table.workspace.transaction():
        table.add_many(320)
    await table.read()
    table.watch.advance(hours=1)
    table.wire.asked.clear()
    readings: list[Reading] = []

    async def realtime() -> None:
        readings.append((await table.mirror.open(table.id, strategy="REALTIME")).reading)

    async with anyio.create_task_group() as group:
        group.start_soon(table.mirror.open, table.id)
        group.start_soon(realtime)

    assert readings[0].source == "live"
    assert readings[0].swept_at == table.watch.now
