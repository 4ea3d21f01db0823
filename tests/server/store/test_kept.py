"""What the mirror keeps: the same on each engine, and each connection's own."""

from datetime import UTC, datetime, timedelta

import pytest

from playbooks.mirrored import Batch, FullRead, KeptRow, KeptSource, Stretch
from playbooks.records import Edit, Transition
from server.store.kept import KeptRows
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def row(row_id: str, *, created_at: datetime = NOW, fetched_at: datetime = NOW) -> KeptRow:
    return KeptRow(row_id, created_at, created_at + MINUTE, fetched_at, "h", '{"name": "ü"}')


def moved(row_id: str, not_after: datetime) -> Transition:
    return Transition(row_id, "state", "Doing", None, not_after - MINUTE, not_after)


@pytest.fixture
def kept(store: SqlStore) -> KeptRows:
    return KeptRows(store, connection="a")


async def ids_of(kept: KeptRows) -> list[str]:
    return [each.id for each in await kept.bodies("tasks", None, limit=10)]


async def test_a_source_comes_back_as_it_was_with_its_rows_counted(kept: KeptRows) -> None:
    assert await kept.source("tasks") is None
    pending = FullRead(NOW, (Stretch(None, NOW), Stretch(NOW, None)), narrowed=True, gaps=("x",))
    source = KeptSource("tasks", {"title": []}, NOW, NOW - MINUTE, None, gaps=("y",))
    await kept.keep_source(source)
    await kept.keep("tasks", Batch(NOW, rows=[row("1"), row("2")]), pending)

    read = await kept.source("tasks")

    assert read is not None
    assert (read.schema, read.newest_edit_at, read.gaps) == ({"title": []}, NOW - MINUTE, ("y",))
    assert (read.rows_count, read.pending) == (2, pending)


async def test_rows_are_added_replaced_confirmed_and_removed(kept: KeptRows) -> None:
    await kept.keep("tasks", Batch(NOW, rows=[row("1"), row("2"), row("3")]), None)
    later = NOW + MINUTE
    changed = row("1", fetched_at=later)
    batch = Batch(later, rows=[changed], confirmed_ids=["2"], gone_ids=["3"])
    await kept.keep("tasks", batch, None)

    found = await kept.rows_by_id("tasks", ["1", "2", "3"])

    assert found == {"1": changed, "2": row("2", fetched_at=later)}


async def test_rows_come_by_creation_portion_by_portion(kept: KeptRows) -> None:
    rows = [row("b"), row("a"), row("c", created_at=NOW - MINUTE)]
    await kept.keep("tasks", Batch(NOW, rows=rows), None)

    first = await kept.bodies("tasks", None, limit=2)
    rest = await kept.bodies("tasks", (first[-1].created_at, first[-1].id), limit=2)

    assert [each.id for each in (*first, *rest)] == ["c", "a", "b"]


async def test_rows_that_notion_has_not_confirmed_are_named(kept: KeptRows) -> None:
    old = [row(row_id, fetched_at=NOW - MINUTE) for row_id in ("c", "a", "b")]
    await kept.keep("tasks", Batch(NOW, rows=[*old, row("d")]), None)

    assert await kept.unconfirmed("tasks", NOW, after_id="", limit=2) == ["a", "b"]
    assert await kept.unconfirmed("tasks", NOW, after_id="b", limit=2) == ["c"]


async def test_transitions_come_as_they_were_recorded_since_then(kept: KeptRows) -> None:
    seen = [moved("1", NOW - 5 * MINUTE), moved("2", NOW), moved("3", NOW)]
    await kept.keep("tasks", Batch(NOW, transitions=seen), None)

    ((number, first),) = await kept.transitions("tasks", NOW, after=0, limit=1)
    ((_, second),) = await kept.transitions("tasks", NOW, after=number, limit=9)

    assert [first, second] == seen[1:]


async def test_a_refresh_tells_how_much_it_saw_change(store: SqlStore, kept: KeptRows) -> None:
    await kept.record_edit("tasks", NOW, 3)

    assert await store.edits_since(NOW, "a") == (Edit("tasks", NOW, 3),)


async def test_one_owner_refreshes_until_its_right_runs_out(kept: KeptRows) -> None:
    until = NOW + MINUTE
    assert await kept.lease("tasks", "one", now=NOW, until=until)
    assert await kept.lease("tasks", "one", now=NOW, until=until)
    assert not await kept.lease("tasks", "two", now=NOW, until=until)

    assert await kept.lease("tasks", "two", now=until, until=until + MINUTE)


async def test_a_right_given_back_is_free_for_others(kept: KeptRows) -> None:
    await kept.lease("tasks", "one", now=NOW, until=NOW + MINUTE)
    await kept.release("tasks", "two")
    assert not await kept.lease("tasks", "two", now=NOW, until=NOW + MINUTE)

    await kept.release("tasks", "one")

    assert await kept.lease("tasks", "two", now=NOW, until=NOW + MINUTE)


async def test_connections_keep_their_rows_apart(store: SqlStore, kept: KeptRows) -> None:
    other = KeptRows(store, connection="b")
    await kept.keep("tasks", Batch(NOW, rows=[row("1")]), None)
    await other.keep("tasks", Batch(NOW, rows=[row("2")]), None)
    await other.keep("tasks", Batch(NOW, gone_ids=["1"]), None)

    assert (await ids_of(kept), await ids_of(other)) == (["1"], ["2"])
