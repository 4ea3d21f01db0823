"""What is seen in the trash, or out of it, is so in the copy, whatever a refresh holds."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.desk import Desk
from playbooks.plan import Change
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Draft, Request
from playbooks.planning import make_plan
from server.notion.editor import NotionEditor
from server.notion.mirror import Freshness
from server.notion.mirror_refresh import SMALL_ROWS_COUNT
from server.workspace.core import JSON
from tests.server.notion.mirroring import SCHEMA, Table, make_table, open_table

MANY = SMALL_ROWS_COUNT + 50
"""Rows enough for refreshes that read only what changed."""


class After(httpx.AsyncBaseTransport):
    """Something happens once, between the answer to such a call and its arrival."""

    def __init__(self, table: Table, method: str, then: Callable[[], Awaitable[None]]) -> None:
        self._inner = table.wire.inner
        self._method = method
        self._then: Callable[[], Awaitable[None]] | None = then

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if self._then is not None and request.method == self._method:
            then, self._then = self._then, None
            await then()
        return response


class Unmoved(httpx.AsyncBaseTransport):
    """A Notion for which neither the trash nor the way out of it is an edit."""

    def __init__(self, table: Table) -> None:
        self._inner = table.wire.inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and b"last_edited_time" in request.content:
            nothing: JSON = {
                "object": "list",
                "results": [],
                "has_more": False,
                "next_cursor": None,
            }
            return httpx.Response(200, json=nothing)
        return await self._inner.handle_async_request(request)


@pytest.fixture
async def loaded(tmp_path: Path) -> AsyncGenerator[Table]:
    """A large table that was read an hour after its last edit, and again an hour later."""
    async with open_table(tmp_path, freshness=Freshness(ttl_s=60)) as table:
        table.add_many(MANY)
        for _ in range(2):
            table.watch.advance(hours=1)
            await table.read()
        table.watch.advance(hours=1)
        table.wire.asked.clear()
        yield table


async def ids(table: Table) -> set[str]:
    """Of the rows that a question gives now, when the copy is due."""
    table.watch.advance(minutes=5)
    reading, rows = await table.read()
    assert reading.rows_count == len(rows)
    return {row.id for row in rows}


async def trash(table: Table, row_id: str) -> None:
    table.edit(row_id, in_trash=True)
    await table.mirror.forget(row_id)


async def test_a_forgotten_row_is_gone_at_once_and_nobody_is_asked(loaded: Table) -> None:
    doomed = loaded.truth()[5].id

    await trash(loaded, doomed)
    reading, rows = await loaded.read("OFFLINE")

    assert not loaded.wire.asked
    assert reading.rows_count == len(rows) == MANY - 1
    assert rows == loaded.truth()
    assert doomed not in await ids(loaded)


async def test_a_refresh_under_way_does_not_bring_a_trashed_row_back(loaded: Table) -> None:
    doomed = loaded.truth()[5].id
    loaded.edit(doomed, Points={"number": 7})
    loaded.wire.inner = After(loaded, "POST", lambda: trash(loaded, doomed))

    _, rows = await loaded.read()

    assert rows == loaded.truth()
    assert doomed not in await ids(loaded)


async def test_a_first_reading_under_way_does_not_keep_a_trashed_row(tmp_path: Path) -> None:
    async with open_table(tmp_path) as table:
        doomed = table.add_many(MANY)[5]
        table.wire.inner = After(table, "POST", lambda: trash(table, doomed))

        _, rows = await table.read()

        assert len(rows) == MANY - 1
        assert rows == table.truth()


async def test_what_a_later_refresh_sees_live_is_there_again(loaded: Table) -> None:
    row_id = loaded.truth()[5].id
    await trash(loaded, row_id)
    gone = await ids(loaded)
    loaded.edit(row_id, in_trash=False)

    assert row_id not in gone
    assert row_id in await ids(loaded)


async def test_a_row_that_was_not_edited_is_there_again_once_reread(loaded: Table) -> None:
    row = loaded.truth()[5]
    await loaded.mirror.forget(row.id)
    without = await ids(loaded)

    await loaded.mirror.reread(row.id)
    _, rows = await loaded.read("OFFLINE")

    assert row.id not in without
    assert rows == loaded.truth()
    assert row.id in await ids(loaded)


async def test_a_row_that_is_trashed_while_it_is_reread_stays_away(loaded: Table) -> None:
    row_id = loaded.truth()[5].id
    loaded.wire.inner = After(loaded, "GET", lambda: trash(loaded, row_id))

    await loaded.mirror.reread(row_id)

    assert row_id not in await ids(loaded)


async def test_what_is_no_row_of_a_kept_table_changes_nothing(loaded: Table) -> None:
    in_trash = loaded.truth()[5].id
    await trash(loaded, in_trash)
    other_id = make_table(loaded.workspace, loaded.actor, loaded.home_id, SCHEMA)
    kept = await ids(loaded)

    for each in (in_trash, loaded.home_id, other_id, "0" * 32):
        await loaded.mirror.reread(each)

    assert await ids(loaded) == kept
    assert len(await loaded.mirror.kept()) == 1


@pytest.mark.parametrize("wire", [pytest.param(None, id="moved"), pytest.param(Unmoved)])
async def test_what_a_plan_trashes_is_gone_at_the_next_question_and_there_again_when_undone(
    desk: Desk, loaded: Table, wire: type[Unmoved] | None
) -> None:
    loaded.wire.inner = loaded.wire.inner if wire is None else wire(loaded)
    desk = replace(desk, mirror=loaded.mirror, editor=NotionEditor(loaded.client))
    doomed = [row.id for row in loaded.truth()[5:9]]
    changes = tuple(Change(target=f"trash/{each}", before=False, after=True) for each in doomed)
    run_id = desk.new_run_id()
    plan = await make_plan(desk, "undo", Draft("", changes), run_id=run_id, actor="test")

    before = await ids(loaded)
    await applied(desk, plan.id)
    after = await ids(loaded)
    undo = await plan_change(desk, "undo", Request(of=plan.id))
    await applied(desk, str(undo.measurements["plan_id"]))
    undone = await ids(loaded)

    assert before - after == {*doomed}
    assert undone == before


async def applied(desk: Desk, plan_id: str) -> None:
    plan = await desk.store.plan(plan_id)
    assert plan is not None
    await approve(desk, plan.id, digest=plan.digest, by="terminal", actor="test")
    await apply_plan(desk, plan.id)
