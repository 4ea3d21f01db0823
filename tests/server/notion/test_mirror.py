"""What a reading of the mirror gives, and what it says of its age."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from playbooks.errors import NothingKept, ServiceFailed
from server.workspace.effects import Failed
from server.workspace.faults import FaultRule
from tests.server.notion.mirroring import START, Table, open_table

OUTAGE = FaultRule(Failed(500))


@pytest.fixture
async def table(tmp_path: Path) -> AsyncGenerator[Table]:
    async with open_table(tmp_path) as opened:
        yield opened


async def test_the_first_reading_gives_every_row_oldest_first(table: Table) -> None:
    table.add_many(3, every=timedelta(minutes=1))

    reading, rows = await table.read()

    assert rows == table.truth()
    assert (reading.source, reading.rows_count, reading.complete) == ("live", 3, True)
    assert reading.as_of == reading.swept_at == table.watch.now
    assert reading.requests_count == len(table.wire.asked) == 2


async def test_a_fresh_copy_is_read_without_asking_notion(table: Table) -> None:
    table.add()
    first, _ = await table.read()
    table.watch.advance(seconds=300)

    reading, rows = await table.read()

    assert (reading.source, reading.requests_count, len(rows)) == ("cache", 0, 1)
    assert reading.as_of == first.as_of


async def test_a_copy_older_than_its_ttl_is_refreshed(table: Table) -> None:
    row_id = table.add()
    await table.read()
    table.watch.advance(seconds=301)
    table.edit(row_id, Points={"number": 5})

    reading, rows = await table.read()

    assert reading.source == "live"
    assert [row.plain("Points") for row in rows] == [5]


async def test_realtime_reads_every_row_however_fresh_the_copy_is(table: Table) -> None:
    row_id = table.add()
    await table.read()
    table.edit(row_id, Points={"number": 5})

    reading, rows = await table.read("REALTIME")

    assert reading.source == "live"
    assert rows == table.truth()


async def test_offline_calls_nobody_however_old_the_copy_is(table: Table) -> None:
    table.add()
    await table.read()
    table.wire.asked.clear()
    table.watch.advance(days=9)

    reading, rows = await table.read("OFFLINE")

    assert (table.wire.asked, reading.source, len(rows)) == ([], "cache", 1)
    assert table.watch.now - reading.as_of == timedelta(days=9)


async def test_offline_without_a_copy_says_that_nothing_is_kept(table: Table) -> None:
    with pytest.raises(NothingKept):
        await table.read("OFFLINE")


async def test_why_one_asks_offline_is_told_by_the_reading(table: Table) -> None:
    table.add()
    await table.read()
    failure = ServiceFailed(503, None)

    view = await table.mirror.open(table.id, strategy="OFFLINE", stale_because=failure)

    assert view.reading.stale_because is failure


async def test_what_is_kept_is_known_by_title_and_database(table: Table) -> None:
    assert await table.mirror.kept() == ()
    await table.read()

    (kept,) = await table.mirror.kept()

    database_id = table.perform("GET", f"/v1/data_sources/{table.id}")["parent"]["database_id"]
    assert (kept.id, kept.title, kept.database_id) == (table.id, "Tasks", database_id)


async def test_where_notion_fails_what_is_kept_is_given_with_its_age_and_the_reason(
    table: Table,
) -> None:
    table.add()
    await table.read()
    table.watch.advance(hours=2)
    table.workspace.faults.set(OUTAGE)

    reading, rows = await table.read()

    assert (reading.source, reading.as_of, len(rows)) == ("cache", START, 1)
    assert isinstance(reading.stale_because, ServiceFailed)


async def test_where_notion_fails_and_nothing_is_kept_its_error_is_raised(table: Table) -> None:
    table.workspace.faults.set(OUTAGE)

    with pytest.raises(ServiceFailed):
        await table.read()


async def test_only_the_named_properties_are_read(table: Table) -> None:
    table.add(Points={"number": 5})

    _, rows = await table.read(properties=["Points", "Nonsense"])

    assert [{name: row.plain(name) for name in row.values} for row in rows] == [{"Points": 5}]


async def test_each_reading_is_recorded_as_hit_or_miss(table: Table) -> None:
    table.add()
    mirror = table.mirror.attributed("velocity_report", "run_1")

    await mirror.open(table.id)
    await mirror.open(table.id)
    await mirror.open(table.id, strategy="OFFLINE")

    assert [(each.cache, each.rows_count) for each in table.records] == [
        ("miss", 1),
        ("hit", 1),
        ("hit", 1),
    ]
    assert {(each.method, each.endpoint, each.data_source_id) for each in table.records} == {
        ("READ", "mirror", table.id)
    }
    assert {(each.procedure, each.run_id) for each in table.records} == {
        ("velocity_report", "run_1")
    }


async def test_a_view_has_the_schema_of_its_rows(table: Table) -> None:
    view = await table.mirror.open(table.id)

    assert view.schema.id == table.id
    assert {each.name for each in view.schema.properties} == {"Name", "Status", "Points", "Notes"}


async def test_another_process_starts_from_what_this_one_kept(table: Table) -> None:
    table.add()
    await table.read()
    table.mirror = table.make_mirror()

    reading, rows = await table.read()

    assert (reading.source, rows) == ("cache", table.truth())


async def test_after_the_clock_was_set_back_a_copy_is_read_anew_and_never_from_the_future(
    table: Table,
) -> None:
    gone = table.add("gone")
    table.watch.advance(days=1)
    await table.read()
    table.watch.advance(days=-1, minutes=10)
    table.add("added")
    table.edit(gone, in_trash=True)
    table.watch.advance(hours=6)

    first, rows = await table.read()
    second, _ = await table.read()

    assert (first.source, first.as_of) == ("live", table.watch())
    assert [row.id for row in rows] == [row.id for row in table.truth()]
    assert (second.source, second.as_of) == ("cache", table.watch())


async def test_while_notion_is_away_a_copy_from_the_future_is_said_to_be_stale(
    table: Table,
) -> None:
    await table.read()
    table.watch.advance(hours=-1)
    table.workspace.faults.set(FaultRule(Failed(500)))

    reading, _ = await table.read()

    assert isinstance(reading.stale_because, ServiceFailed)
    assert reading.as_of <= table.watch()
    assert "Our clock was set back since it was read: its age is not known." in reading.gaps
