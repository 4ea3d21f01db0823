"""What a refresh sees, and what it costs."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from playbooks.errors import NotionError
from playbooks.records import Edit
from server.notion.mirror import Freshness
from server.notion.mirror_refresh import SMALL_ROWS_COUNT
from server.workspace.core import JSON
from server.workspace.effects import DatabaseUnavailable, Failed, PoolExhausted, RateLimited
from server.workspace.faults import FaultRule
from tests.server.notion.mirroring import SCHEMA, START, Table, make_table, open_table

MANY = SMALL_ROWS_COUNT + 50
"""Rows enough for refreshes that read only what changed."""

TAGS = ["api", "ui"]


@pytest.fixture
async def table(tmp_path: Path) -> AsyncGenerator[Table]:
    async with open_table(tmp_path, freshness=Freshness(ttl_s=60, sweep_after_s=86_400)) as opened:
        yield opened


@pytest.fixture
async def loaded(table: Table) -> Table:
    """A large table that was read an hour after its last edit, and again an hour later."""
    table.add_many(MANY)
    table.watch.advance(hours=1)
    await table.read()
    table.watch.advance(hours=1)
    await table.read()
    table.watch.advance(hours=1)
    table.wire.asked.clear()
    return table


async def test_a_refresh_without_changes_costs_the_schema_and_one_query(loaded: Table) -> None:
    reading, rows = await loaded.read()

    assert len(rows) == MANY
    assert reading.requests_count == len(loaded.wire.asked) == 2


async def test_a_refresh_costs_what_changed(loaded: Table) -> None:
    for row in loaded.truth()[:10]:
        loaded.edit(row.id, Points={"number": 7})

    reading, seen = await loaded.read()

    assert reading.requests_count == 2
    assert seen == loaded.truth()


async def test_edits_between_two_refreshes_are_seen_though_notions_clock_is_behind(
    table: Table,
) -> None:
    table.workspace.set_conditions(clock_skew_s=-3_600)
    ids = table.add_many(MANY)
    for number in range(5):
        table.watch.advance(minutes=7)
        table.edit(ids[number], Points={"number": number})
        await table.read()

    _, rows = await table.read()

    assert rows == table.truth()


async def test_deletions_in_a_large_table_are_seen_by_the_sweep(loaded: Table) -> None:
    doomed = loaded.truth()[5].id
    loaded.edit(doomed, in_trash=True)

    before, rows = await loaded.read()
    loaded.watch.advance(days=2)
    after, rows_after = await loaded.read()

    assert doomed in {row.id for row in rows}
    assert before.swept_at is not None
    assert before.swept_at < before.as_of
    assert doomed not in {row.id for row in rows_after}
    assert after.swept_at == after.as_of


async def test_deletions_in_a_small_table_are_seen_at_once(table: Table) -> None:
    ids = table.add_many(3)
    await table.read()
    table.watch.advance(minutes=5)
    table.edit(ids[1], in_trash=True)

    _, rows = await table.read()

    assert {row.id for row in rows} == {ids[0], ids[2]}


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param(Failed(500), id="500"),
        pytest.param(RateLimited(), id="429"),
        pytest.param(DatabaseUnavailable(), id="503"),
    ],
)
async def test_a_row_is_never_believed_gone_because_asking_for_it_failed(
    table: Table, effect: Failed | RateLimited | DatabaseUnavailable
) -> None:
    ids = table.add_many(3)
    await table.read()
    table.watch.advance(minutes=5)
    table.edit(ids[1], in_trash=True)
    table.workspace.faults.set(FaultRule(effect, route="GET /v1/pages/*"))

    reading, rows = await table.read()

    assert len(rows) == 3
    assert isinstance(reading.stale_because, NotionError)


async def test_a_restored_row_comes_back(table: Table) -> None:
    ids = table.add_many(2)
    table.edit(ids[0], in_trash=True)
    await table.read()
    table.watch.advance(minutes=5)
    table.edit(ids[0], in_trash=False)

    _, rows = await table.read()

    assert rows == table.truth()
    assert len(rows) == 2


async def test_rows_that_a_sweep_finds_unknown_are_read(loaded: Table) -> None:
    other = make_table(loaded.workspace, loaded.actor, loaded.home_id, SCHEMA)
    body = {
        "parent": {"data_source_id": other},
        "properties": {"Name": {"title": [{"text": {"content": "old"}}]}},
    }
    # It is older than the copy, so that nothing but the sweep can find it.
    page = loaded.workspace.perform("POST", "/v1/pages", body, actor=loaded.actor, at=START)
    path, to = f"/v1/pages/{page['id']}/move", {"parent": {"data_source_id": loaded.id}}
    loaded.workspace.perform("POST", path, to, actor=loaded.actor, at=START)
    loaded.watch.advance(days=2)

    _, rows = await loaded.read()

    assert page["id"] in {row.id for row in rows}
    assert rows == loaded.truth()


async def test_a_row_that_moved_away_is_gone(table: Table) -> None:
    ids = table.add_many(2)
    await table.read()
    table.watch.advance(minutes=5)
    other = make_table(table.workspace, table.actor, table.home_id, SCHEMA)
    path, to = f"/v1/pages/{ids[0]}/move", {"parent": {"data_source_id": other}}
    table.perform("POST", path, to)

    _, rows = await table.read()

    assert [row.id for row in rows] == [ids[1]]


async def test_an_archived_row_is_gone(table: Table) -> None:
    ids = table.add_many(2)
    await table.read()
    table.watch.advance(minutes=5)
    table.edit(ids[0], is_archived=True)

    _, rows = await table.read()

    assert [row.id for row in rows] == [ids[1]]


async def test_a_changed_status_is_recorded_between_the_two_readings(table: Table) -> None:
    row_id = table.add(Status={"status": {"name": "Not started"}})
    await table.read()
    before = table.watch.now
    table.watch.advance(hours=1)
    table.edit(row_id, Status={"status": {"name": "Done"}}, Points={"number": 3})
    table.watch.advance(hours=1)
    await table.read()

    [transition] = await table.transitions()

    assert (transition.row_id, transition.before, transition.after) == (
        row_id,
        "Not started",
        "Done",
    )
    assert (transition.not_before, transition.not_after) == (before, table.watch.now)


async def test_a_row_seen_first_has_no_transition(table: Table) -> None:
    table.add(Status={"status": {"name": "Done"}})
    await table.read()
    table.watch.advance(hours=1)
    table.add(Status={"status": {"name": "Done"}})
    await table.read()

    assert await table.transitions() == []


async def test_each_refresh_that_saw_changes_is_noted(table: Table) -> None:
    ids = table.add_many(3)
    await table.read()
    table.watch.advance(hours=1)
    await table.read()
    table.watch.advance(hours=1)
    table.edit(ids[0], Points={"number": 1})
    table.edit(ids[1], in_trash=True)
    table.add()
    await table.read()

    edits = await table.store.edits_since(START, "c")

    assert edits == (Edit(table.id, table.watch.now, 3),)


async def test_a_renamed_property_is_seen_in_every_row(loaded: Table) -> None:
    loaded.perform(
        "PATCH", f"/v1/data_sources/{loaded.id}", {"properties": {"Points": {"name": "Effort"}}}
    )

    reading, rows = await loaded.read()

    assert all("Effort" in row.values and "Points" not in row.values for row in rows)
    assert reading.swept_at == reading.as_of


async def test_a_new_option_does_not_cost_a_reading_of_every_row(table: Table) -> None:
    schema: JSON = {"Name": {"title": {}}, "Tag": {"select": {"options": [{"name": "api"}]}}}
    table.id = make_table(table.workspace, table.actor, table.home_id, schema)
    table.add_many(MANY)
    table.watch.advance(hours=1)
    newest = table.add("newest")
    await table.read()
    table.watch.advance(hours=1)
    table.edit(newest, Tag={"select": {"name": "ui"}})

    reading, _ = await table.read()

    assert reading.requests_count == 2


async def test_computed_values_are_said_to_be_as_old_as_the_last_sweep(table: Table) -> None:
    schema: JSON = {**SCHEMA, "Double": {"formula": {"expression": 'prop("Points") * 2'}}}
    table.id = make_table(table.workspace, table.actor, table.home_id, schema)
    table.add_many(MANY)
    first, _ = await table.read()
    table.watch.advance(hours=1)

    second, _ = await table.read()

    assert first.gaps == ()
    assert [gap for gap in second.gaps if "Formulas and rollups" in gap]
    assert second.complete


async def test_relations_beyond_what_a_page_shows_are_read_whole_and_once(table: Table) -> None:
    targets = table.add_many(30)
    schema: JSON = {
        "Name": {"title": {}},
        "Blocks": {"relation": {"data_source_id": table.id, "single_property": {}}},
    }
    table.id = make_table(table.workspace, table.actor, table.home_id, schema)
    table.add(Blocks={"relation": [{"id": each} for each in targets]})
    table.watch.advance(hours=1)

    _, [row] = await table.read()
    table.watch.advance(hours=1)
    table.wire.asked.clear()
    _, [again] = await table.read()

    assert row.plain("Blocks") == tuple(targets)
    assert row.values["Blocks"].complete
    assert again == row
    assert not [asked for asked in table.wire.asked if "/properties/" in asked]


async def test_a_change_beyond_what_a_page_shows_is_seen(table: Table) -> None:
    targets = table.add_many(31)
    schema: JSON = {
        "Name": {"title": {}},
        "Blocks": {"relation": {"data_source_id": table.id, "single_property": {}}},
    }
    table.id = make_table(table.workspace, table.actor, table.home_id, schema)
    row_id = table.add(Blocks={"relation": [{"id": each} for each in targets[:30]]})
    await table.read()
    table.watch.advance(hours=1)
    table.edit(row_id, Blocks={"relation": [{"id": each} for each in (*targets[:29], targets[30])]})

    _, [row] = await table.read()

    assert row.plain("Blocks") == (*targets[:29], targets[30])


async def test_a_heavy_page_is_read_in_halves(loaded: Table) -> None:
    loaded.workspace.faults.set(FaultRule(PoolExhausted(), route="POST *query", count=4))

    reading, rows = await loaded.read("REALTIME")

    assert reading.stale_because is None
    assert len(rows) == MANY


async def test_a_lost_table_leaves_its_copy(table: Table) -> None:
    table.add()
    await table.read()
    table.watch.advance(hours=1)

    def refuse(request: httpx.Request) -> None:
        raise httpx.ConnectError("no route", request=request)

    table.wire.before = refuse
    reading, rows = await table.read()

    assert len(rows) == 1
    assert reading.stale_because is not None
