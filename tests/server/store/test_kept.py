"""What the mirror keeps: the same on each engine, and each connection's own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest

from playbooks.mirrored import Batch, FullRead, KeptRow, KeptSource, Stretch, TurnLost
from playbooks.records import Edit, Transition
from server.store.kept import KeptRows
from server.store.sql import SqlStore
from tests.server.store.raw import held

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def row(row_id: str, *, created_at: datetime = NOW, fetched_at: datetime = NOW) -> KeptRow:
    return KeptRow(row_id, created_at, created_at + MINUTE, fetched_at, "h", '{"name": "ü"}')


def moved(row_id: str, not_after: datetime) -> Transition:
    return Transition(row_id, "state", "Doing", None, not_after - MINUTE, not_after)


async def leased(store: SqlStore, connection: str) -> KeptRows:
    """What the connection keeps; "me" may refresh the tasks."""
    kept = KeptRows(store, connection=connection)
    assert await kept.lease("tasks", "me", for_s=60)
    return kept


@pytest.fixture
async def kept(store: SqlStore) -> KeptRows:
    return await leased(store, "a")


async def ids_of(kept: KeptRows) -> list[str]:
    return [each.id for each in await kept.bodies("tasks", None, limit=10)]


async def test_a_source_comes_back_as_it_was_with_its_rows_counted(kept: KeptRows) -> None:
    assert await kept.source("tasks") is None
    pending = FullRead(NOW, (Stretch(None, NOW), Stretch(NOW, None)), narrowed=True, gaps=("x",))
    source = KeptSource("tasks", {"title": []}, NOW, NOW - MINUTE, None, gaps=("y",))
    await kept.keep_source(source, owner="me")
    await kept.keep("tasks", Batch(NOW, rows=[row("1"), row("2")]), pending, owner="me")

    read = await kept.source("tasks")

    assert read is not None
    assert (read.schema, read.newest_edit_at, read.gaps) == ({"title": []}, NOW - MINUTE, ("y",))
    assert (read.rows_count, read.pending) == (2, pending)


async def test_rows_are_added_replaced_confirmed_and_removed(kept: KeptRows) -> None:
    await kept.keep("tasks", Batch(NOW, rows=[row("1"), row("2"), row("3")]), None, owner="me")
    later = NOW + MINUTE
    changed = row("1", fetched_at=later)
    batch = Batch(later, rows=[changed], confirmed_ids=["2"], gone_ids=["3"])
    await kept.keep("tasks", batch, None, owner="me")

    found = await kept.rows_by_id("tasks", ["1", "2", "3"])

    assert found == {"1": changed, "2": row("2", fetched_at=later)}


async def test_a_forgotten_row_comes_back_only_with_what_was_asked_later(
    kept: KeptRows, store: SqlStore
) -> None:
    other = await leased(store, "b")
    rows = [row("1"), row("2")]
    for each in (kept, other):
        await each.keep_source(KeptSource("tasks", {}, NOW, complete=True), owner="me")
        await each.keep_alone("tasks", Batch(NOW, rows=rows))
    before, after = (Batch(NOW, NOW + each, rows=rows) for each in (-MINUTE, MINUTE))

    await kept.forget("1", at=NOW)
    known, forgotten = await kept.source("tasks"), await ids_of(kept)
    await kept.keep("tasks", before, None, owner="me")
    held_before = await ids_of(kept)
    await kept.keep("tasks", after, None, owner="me")

    assert known is not None
    assert known.rows_count == 1
    assert forgotten == held_before == ["2"]
    assert await ids_of(kept) == await ids_of(other) == ["1", "2"]


async def test_rows_come_by_creation_portion_by_portion(kept: KeptRows) -> None:
    rows = [row("b"), row("a"), row("c", created_at=NOW - MINUTE)]
    await kept.keep("tasks", Batch(NOW, rows=rows), None, owner="me")

    first = await kept.bodies("tasks", None, limit=2)
    rest = await kept.bodies("tasks", (first[-1].created_at, first[-1].id), limit=2)

    assert [each.id for each in (*first, *rest)] == ["c", "a", "b"]


async def test_rows_that_notion_has_not_confirmed_are_named(kept: KeptRows) -> None:
    later = NOW + 2 * MINUTE
    old = [row(row_id, fetched_at=NOW - MINUTE) for row_id in ("c", "a", "b")]
    await kept.keep(
        "tasks", Batch(NOW, rows=[*old, row("d"), row("e", fetched_at=later)]), None, owner="me"
    )

    assert await kept.unconfirmed("tasks", NOW, NOW, after_id="", limit=2) == ["a", "b"]
    assert await kept.unconfirmed("tasks", NOW, NOW, after_id="b", limit=9) == ["c", "e"]
    assert await kept.unconfirmed("tasks", NOW, later, after_id="b", limit=9) == ["c"]


async def test_transitions_come_as_they_were_recorded_since_then(kept: KeptRows) -> None:
    seen = [moved("1", NOW - 5 * MINUTE), moved("2", NOW), moved("3", NOW)]
    await kept.keep("tasks", Batch(NOW, transitions=seen), None, owner="me")

    ((number, first),) = await kept.transitions("tasks", NOW, after=0, limit=1)
    ((_, second),) = await kept.transitions("tasks", NOW, after=number, limit=9)

    assert [first, second] == seen[1:]


async def test_a_refresh_tells_how_much_it_saw_change(store: SqlStore, kept: KeptRows) -> None:
    await kept.record_edit("tasks", NOW, 3)

    assert await store.edits_since(NOW, "a") == (Edit("tasks", NOW, 3),)


async def test_one_owner_refreshes_until_its_right_runs_out(kept: KeptRows) -> None:
    assert await kept.lease("tasks", "me", for_s=60)
    assert not await kept.lease("tasks", "you", for_s=60)
    assert await kept.lease("tasks", "me", for_s=0)

    assert await kept.lease("tasks", "you", for_s=60)


async def test_a_right_given_back_is_free_for_others(kept: KeptRows) -> None:
    await kept.release("tasks", "you")
    assert not await kept.lease("tasks", "you", for_s=60)

    await kept.release("tasks", "me")

    assert await kept.lease("tasks", "you", for_s=60)


async def test_machines_whose_clocks_differ_agree_on_who_refreshes(
    new_postgresql: Callable[[], str],
) -> None:
    address = new_postgresql()
    one = SqlStore(address, clock=lambda: NOW)
    other = SqlStore(address, clock=lambda: NOW + 90 * MINUTE)
    await leased(one, "a")

    assert not await KeptRows(other, connection="a").lease("tasks", "you", for_s=60)
    await one.aclose()
    await other.aclose()


async def test_a_right_taken_before_the_clock_was_set_back_holds_nobody_up(path: Path) -> None:
    now = [NOW]
    store = SqlStore(f"sqlite:///{path}", clock=lambda: now[0])
    kept = await leased(store, "a")
    now[0] -= 60 * MINUTE

    assert await kept.lease("tasks", "you", for_s=60)
    await store.aclose()


async def test_who_has_lost_the_right_to_refresh_keeps_nothing(kept: KeptRows) -> None:
    await kept.lease("tasks", "me", for_s=0)
    await kept.keep("tasks", Batch(NOW, rows=[row("1")]), None, owner="me")
    await kept.lease("tasks", "you", for_s=60)

    late = Batch(NOW, rows=[row("2")], transitions=[moved("1", NOW)])
    with pytest.raises(TurnLost):
        await kept.keep("tasks", late, None, owner="me")
    with pytest.raises(TurnLost):
        await kept.keep_source(KeptSource("tasks", {}, NOW), owner="me")

    assert await ids_of(kept) == ["1"]
    assert await kept.transitions("tasks", NOW, after=0, limit=9) == []
    assert await kept.source("tasks") is None


async def test_a_right_whose_taking_was_cancelled_holds_nobody_up(
    store: SqlStore, address: str
) -> None:
    kept = await leased(store, "a")
    await kept.lease("tasks", "me", for_s=0)
    async with anyio.create_task_group() as tasks:
        with held(address, "UPDATE mirror_leases SET owner = owner"):
            tasks.start_soon(partial(kept.lease, "tasks", "gone", for_s=60))
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
    await store.aclose()  # once the abandoned thread has ended

    assert await kept.lease("tasks", "you", for_s=60)


async def test_connections_keep_their_rows_apart(store: SqlStore, kept: KeptRows) -> None:
    other = await leased(store, "b")
    await kept.keep("tasks", Batch(NOW, rows=[row("1")]), None, owner="me")
    await other.keep("tasks", Batch(NOW, rows=[row("2")]), None, owner="me")
    await other.keep("tasks", Batch(NOW, gone_ids=["1"]), None, owner="me")

    assert (await ids_of(kept), await ids_of(other)) == (["1"], ["2"])


async def test_foreign_text_with_every_character_is_kept(kept: KeptRows) -> None:
    body = '{"name":"\\u0000 \\ud83d \U0001f600 é"}'

    await kept.keep("tasks", Batch(NOW, rows=[replace(row("1"), body=body)]), None, owner="me")

    assert [each.body for each in await kept.bodies("tasks", None, limit=9)] == [body]
