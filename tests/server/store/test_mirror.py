"""What the mirror keeps is there again, on each engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from playbooks.mirrored import Batch, FullRead, KeptRow, KeptSource, Stretch
from playbooks.records import Edit, Transition
from server.store.kept import KeptRows
from server.store.sql import SqlStore

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCE = KeptSource("tasks", {"title": "Tasks", "properties": {}}, fetched_at=NOON)
PENDING = FullRead(
    began_at=NOON,
    stretches=(Stretch(None, NOON), Stretch(NOON, NOON + HOUR), Stretch(NOON + HOUR, None)),
    narrowed=False,
    newest_edit_at=NOON - HOUR,
    gaps=("Something is missing.",),
)


@pytest.fixture
def kept(store: SqlStore) -> KeptRows:
    return KeptRows(store, connection="a")


def row(number: int, **changes: object) -> KeptRow:
    created_at = NOON + timedelta(minutes=number // 2)
    made = KeptRow(f"row-{number}", created_at, NOON, NOON, "hash", f'{{"n":{number}}}')
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


async def test_a_source_comes_back_as_it_was_kept(kept: KeptRows) -> None:
    assert await kept.source("tasks") is None
    known = replace(SOURCE, complete=True, newest_edit_at=NOON, swept_at=NOON, gaps=("A gap.",))

    await kept.keep_source(replace(known, rows_count=99, pending=PENDING))
    await kept.keep_source(replace(known, pending=PENDING))

    assert await kept.source("tasks") == replace(known, pending=PENDING)
    await kept.keep_source(known)
    assert await kept.source("tasks") == known


async def test_rows_are_counted_where_a_reading_is_not_through(kept: KeptRows) -> None:
    await kept.keep_source(SOURCE)
    await kept.keep("tasks", Batch(NOON, rows=[row(1), row(2)]), PENDING)

    source = await kept.source("tasks")

    assert source is not None
    assert (source.rows_count, source.pending) == (2, PENDING)


async def test_rows_come_by_creation_then_id_in_portions(kept: KeptRows) -> None:
    rows = [row(number) for number in range(7)]
    await kept.keep("tasks", Batch(NOON, rows=rows[::-1]), None)

    portions: list[KeptRow] = []
    after: tuple[datetime, str] | None = None
    while portion := await kept.bodies("tasks", after, limit=3):
        portions += portion
        after = (portion[-1].created_at, portion[-1].id)

    assert portions == rows


async def test_a_batch_changes_confirms_and_removes(kept: KeptRows) -> None:
    await kept.keep("tasks", Batch(NOON, rows=[row(1), row(2), row(3)]), None)
    later = NOON + HOUR
    changed = row(1, hash="other", body="{}", fetched_at=later)

    batch = Batch(later, rows=[changed], confirmed_ids=["row-2"], gone_ids=["row-3"])
    await kept.keep("tasks", batch, None)

    ids = ["row-1", "row-2", "row-3"]
    assert await kept.rows_by_id("tasks", ids) == {
        "row-1": changed,
        "row-2": row(2, fetched_at=later),
    }


async def test_unconfirmed_rows_are_those_not_seen_since(kept: KeptRows) -> None:
    rows = [row(1), row(2), row(3), row(4, fetched_at=NOON + HOUR)]
    await kept.keep("tasks", Batch(NOON, rows=rows), None)

    first = await kept.unconfirmed("tasks", NOON + HOUR, after_id="", limit=2)
    rest = await kept.unconfirmed("tasks", NOON + HOUR, after_id=first[-1], limit=2)

    assert [*first, *rest] == ["row-1", "row-2", "row-3"]


async def test_transitions_come_in_the_order_of_their_recording(kept: KeptRows) -> None:
    seen = [
        Transition("row-1", "status", before, after, NOON, NOON + hours * HOUR)
        for hours, (before, after) in enumerate([("a", None), (None, "b"), ("b", "c")])
    ]
    for each in seen:
        await kept.keep("tasks", Batch(NOON, transitions=[each]), None)

    found = await kept.transitions("tasks", NOON + HOUR, after=0, limit=1)
    rest = await kept.transitions("tasks", NOON, after=found[-1][0], limit=9)

    assert [each for _, each in [*found, *rest]] == seen[1:]


async def test_edits_are_told_to_whoever_asks_the_store(kept: KeptRows, store: SqlStore) -> None:
    await kept.record_edit("tasks", NOON, 3)

    assert await store.edits_since(NOON, "a") == (Edit("tasks", NOON, 3),)
    assert await store.edits_since(NOON, "b") == ()


async def test_connections_and_data_sources_do_not_mix(store: SqlStore, kept: KeptRows) -> None:
    other = KeptRows(store, connection="b")
    await kept.keep_source(SOURCE)
    await kept.keep("tasks", Batch(NOON, rows=[row(1)]), None)

    assert await other.source("tasks") is None
    assert await other.bodies("tasks", None, limit=9) == []
    assert await kept.bodies("notes", None, limit=9) == []


async def test_a_lease_is_of_one_owner_until_it_runs_out_or_is_given_back(kept: KeptRows) -> None:
    async def take(owner: str, minutes: int) -> bool:
        now = NOON + timedelta(minutes=minutes)
        return await kept.lease("tasks", owner, now=now, until=now + timedelta(minutes=10))

    assert await take("one", 0)
    assert not await take("two", 5)
    assert await take("one", 5)  # it extends its own
    assert not await take("two", 14)
    assert await take("two", 15)
    await kept.release("tasks", "one")  # no longer its own
    assert not await take("one", 16)
    await kept.release("tasks", "two")
    assert await take("one", 17)


async def test_foreign_text_with_every_character_is_kept(kept: KeptRows) -> None:
    body = '{"name":"\\u0000 \\ud83d \U0001f600 é"}'

    await kept.keep("tasks", Batch(NOON, rows=[row(1, body=body)]), None)

    assert [each.body for each in await kept.bodies("tasks", None, limit=9)] == [body]
