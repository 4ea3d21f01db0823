"""Reading every row: what it costs, Notion's cut of long queries, interruptions."""

import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import anyio
import httpx
import pytest

from playbooks.errors import ServiceFailed
from server.workspace.effects import Failed
from server.workspace.faults import FaultRule
from tests.server.notion.mirroring import Table, Wire, open_table


@pytest.fixture
async def table(tmp_path: Path) -> AsyncGenerator[Table]:
    async with open_table(tmp_path) as opened:
        yield opened


def queries_count(table: Table) -> int:
    return sum(asked.endswith("/query") for asked in table.wire.asked)


class FailAfter:
    """Lets so many queries pass, then refuses every request until it is told to stop."""

    def __init__(self, wire: Wire, passing_count: int) -> None:
        self._wire = wire
        self._passing_count = passing_count
        wire.before = self

    def __call__(self, request: httpx.Request) -> None:
        if not request.url.path.endswith("/query"):
            return
        self._passing_count -= 1
        if self._passing_count < 0:
            raise httpx.ConnectError("no route", request=request)

    def stop(self) -> None:
        self._wire.before = None


@pytest.mark.parametrize(
    ("rows_count", "most_queries_count"),
    [
        pytest.param(0, 1, id="none"),
        pytest.param(99, 1, id="less-than-a-page"),
        pytest.param(250, 3, id="three-pages"),
        pytest.param(600, 7, id="six-pages"),
        pytest.param(1_300, 16, id="thirteen-pages", marks=pytest.mark.long),
    ],
)
async def test_a_first_load_costs_little_more_than_a_query_for_each_hundred_rows(
    table: Table, rows_count: int, most_queries_count: int
) -> None:
    table.add_many(rows_count, every=timedelta(minutes=7))

    reading, rows = await table.read()

    assert rows == table.truth()
    assert reading.complete
    assert queries_count(table) <= most_queries_count


async def test_a_long_first_load_is_read_in_several_stretches(table: Table) -> None:
    table.add_many(1_300, every=timedelta(minutes=7))
    stretches: set[str] = set()

    def note(request: httpx.Request) -> None:
        if request.url.path.endswith("/query"):
            stretches.add(json.dumps(json.loads(request.content).get("filter")))

    table.wire.before = note
    await table.read()

    assert len(stretches) >= 2


@pytest.mark.parametrize(
    "every",
    [
        pytest.param(timedelta(minutes=1), id="one-a-minute"),
        pytest.param(timedelta(seconds=3), id="twenty-a-minute"),
    ],
)
async def test_more_rows_than_notion_gives_for_one_query_are_all_read(
    table: Table, every: timedelta
) -> None:
    table.workspace.set_conditions(query_results_limit=50)
    ids = table.add_many(220, every=every)

    reading, rows = await table.read()

    assert {row.id for row in rows} == set(ids)
    assert (reading.complete, reading.gaps) == (True, ())


async def test_what_nothing_divides_of_one_minute_is_told_with_what_helps(table: Table) -> None:
    table.workspace.set_conditions(query_results_limit=50)
    table.add_many(80, name="all the same")
    table.watch.advance(minutes=3)
    table.add_many(5)

    reading, rows = await table.read()

    assert len(rows) == 55
    assert not reading.complete
    [gap] = reading.gaps
    assert "2026-03-02 08:00" in gap
    assert "Waiting does not help" in gap


async def test_rows_that_are_kept_survive_a_cut(table: Table) -> None:
    table.add_many(80, name="all the same")
    await table.read()
    table.watch.advance(hours=1)
    table.workspace.set_conditions(query_results_limit=50)

    reading, rows = await table.read()

    assert len(rows) == 80
    assert not reading.complete


async def test_an_interrupted_first_load_goes_on_where_it_stopped(table: Table) -> None:
    table.add_many(1_300, every=timedelta(minutes=7))
    failing = FailAfter(table.wire, passing_count=8)
    partial, rows = await table.read()
    failing.stop()
    table.wire.asked.clear()

    reading, all_rows = await table.read()

    assert 500 < len(rows) < 1_300
    assert (partial.complete, partial.source) == (False, "cache")
    assert partial.stale_because is not None
    assert all_rows == table.truth()
    assert reading.complete
    assert queries_count(table) <= 10


async def test_what_changed_during_an_interruption_is_seen(table: Table) -> None:
    ids = table.add_many(600, every=timedelta(minutes=7))
    failing = FailAfter(table.wire, passing_count=4)
    await table.read()
    failing.stop()
    table.watch.advance(days=3)
    table.edit(ids[0], Points={"number": 9})
    table.edit(ids[1], in_trash=True)

    await table.read()
    table.watch.advance(hours=1)
    _, rows = await table.read()

    assert rows == table.truth()


async def test_a_cancelled_first_load_leaves_what_it_read(table: Table) -> None:
    table.add_many(600, every=timedelta(minutes=7))
    with anyio.CancelScope() as scope:

        def cancel(_: httpx.Request) -> None:
            if len(table.wire.asked) > 5:
                scope.cancel()

        table.wire.before = cancel
        await table.read()
    table.wire.before = None

    reading, rows = await table.read("OFFLINE")
    _, all_rows = await table.read()

    assert 300 <= len(rows) < 600
    assert not reading.complete
    assert all_rows == table.truth()


async def test_an_interrupted_sweep_goes_on_and_what_it_missed_is_not_lost(table: Table) -> None:
    ids = table.add_many(600, every=timedelta(minutes=7))
    await table.read()
    table.watch.advance(days=2)
    table.edit(ids[3], in_trash=True)
    table.edit(ids[590], in_trash=True)
    failing = FailAfter(table.wire, passing_count=4)
    failed, _ = await table.read()
    failing.stop()
    table.wire.asked.clear()
    table.watch.advance(hours=1)

    reading, rows = await table.read()

    assert failed.stale_because is not None
    assert rows == table.truth()
    assert reading.gaps == ()
    assert queries_count(table) < 7


async def test_progress_is_told_as_rows_come(table: Table) -> None:
    table.add_many(600, every=timedelta(minutes=7))
    told: list[tuple[int, int]] = []

    async def progress(done: int, total: int, what: str) -> None:
        assert what
        told.append((done, total))

    await table.mirror.open(table.id, progress=progress)

    done = [each for each, _ in told]
    assert done == sorted(done)
    assert done[-1] >= 600
    assert all(each <= total for each, total in told)


async def test_a_failed_first_load_of_nothing_is_an_error(table: Table) -> None:
    table.workspace.faults.set(FaultRule(Failed(502)))

    with pytest.raises(ServiceFailed):
        await table.mirror.open("393abc1e-edcd-80f3-813b-e205934558c6")
