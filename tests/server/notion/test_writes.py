"""A write whose answer was lost: done once, or told as unconfirmed; never repeated blindly."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import closing
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from playbooks.errors import NotionError, RateLimited, ServiceFailed, WriteUnconfirmed
from server.notion.client import NotionClient
from server.notion.payloads import payload, rich_text
from server.workspace import effects
from server.workspace.core import Actor, Workspace
from server.workspace.effects import Effect
from server.workspace.faults import FaultRule
from server.workspace.inside import Inside
from tests.notion_types import checked_app
from tests.server.notion.fakes import (
    ID,
    ME,
    NOON,
    PATIENT,
    TOKEN,
    Connection,
    Script,
    ok,
    page,
    refusal,
)

Made = tuple[Workspace, str, str]
NAMED: dict[str, Any] = {"Name": payload("title", "new"), "Hours": payload("number", 3)}
OTHER: dict[str, Any] = {"Name": payload("title", "new"), "Hours": payload("number", 4)}
BLOCKS: list[dict[str, Any]] = [
    {"type": "paragraph", "paragraph": {"rich_text": rich_text("one")}},
    {"type": "divider", "divider": {}},
]
LOST: list[Effect] = [effects.ResetInBody(), effects.Truncated(), effects.InvalidJson()]
NEVER_DONE: list[Effect] = [effects.Failed(500), effects.Failed(504), effects.Reset()]

lost = pytest.mark.parametrize("effect", [pytest.param(each, id=repr(each)) for each in LOST])
never_done = pytest.mark.parametrize(
    "effect", [pytest.param(each, id=repr(each)) for each in NEVER_DONE]
)


@pytest.fixture
def made(tmp_path: Path) -> Generator[Made]:
    """A workspace, a page in it and an empty table, both shared with the integration."""
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=lambda: NOON)) as opened:
        opened.add_bot("Playbooks", token=TOKEN)
        ada = Actor(opened.add_person("Ada", None), "person")
        table: Any = {"Name": {"title": {}}, "Hours": {"number": {}}}
        bodies: list[tuple[str, Any]] = [
            ("/v1/pages", {"properties": {"title": payload("title", "Home")}}),
            ("/v1/databases", {"initial_data_source": {"properties": table}}),
        ]
        home, database = (
            opened.perform("POST", path, {"parent": {"workspace": True}, **body}, actor=ada)
            for path, body in bodies
        )
        for each in (home, database):
            opened.share(each["id"], opened.tokens()[0].bot_id)
        yield opened, str(home["id"]), str(database["data_sources"][0]["id"])


def connect(workspace: Workspace, *, deadline_s: float = 600) -> Connection:
    return Connection(Inside(checked_app(workspace)), deadline_s=deadline_s, breaking=PATIENT)


def break_once(workspace: Workspace, effect: Effect, route: str) -> None:
    workspace.faults.set(FaultRule(effect, route=route, count=1))


@pytest.mark.parametrize(
    "effect", [pytest.param(each, id=repr(each)) for each in [*LOST, *NEVER_DONE]]
)
async def test_a_row_is_added_once_whatever_became_of_the_answer(
    made: Made, effect: Effect
) -> None:
    workspace, _, table = made
    break_once(workspace, effect, "POST /v1/pages")

    async with connect(workspace).client as notion:
        answered = await notion.create_page(table, NAMED)
        rows = [row async for row in notion.query_pages(table)]

    assert [row.id for row in rows] == [answered.id]
    assert rows[0].plain("Hours") == 3


@lost
async def test_a_row_like_an_earlier_one_is_not_taken_for_it(made: Made, effect: Effect) -> None:
    workspace, _, table = made

    async with connect(workspace).client as notion:
        first = await notion.create_page(table, NAMED)
        break_once(workspace, effect, "POST /v1/pages")
        second = await notion.create_page(table, NAMED)
        rows = [row async for row in notion.query_pages(table)]

    assert {row.id for row in rows} == {first.id, second.id}
    assert first.id != second.id


async def test_a_row_that_somebody_else_added_is_not_taken_for_ours(made: Made) -> None:
    workspace, _, table = made
    ben = Actor(workspace.add_person("Ben", None), "person")
    body: Any = {"parent": {"data_source_id": table}, "properties": NAMED}
    workspace.perform("POST", "/v1/pages", body, actor=ben)
    break_once(workspace, effects.Failed(500), "POST /v1/pages")

    async with connect(workspace).client as notion:
        await notion.create_page(table, NAMED)
        rows = [row async for row in notion.query_pages(table)]

    assert len(rows) == 2


@pytest.mark.parametrize(
    ("others", "known"),
    [
        pytest.param([NAMED], "2 new ones look like it", id="two-alike"),
        pytest.param([OTHER], None, id="one-of-the-same-name"),
    ],
)
async def test_rows_of_another_process_of_ours_may_leave_a_doubt(
    made: Made, others: list[dict[str, Any]], known: str | None
) -> None:
    workspace, _, table = made
    async with connect(workspace).client as other:
        for properties in others:
            await other.create_page(table, properties)
    break_once(workspace, effects.ResetInBody(), "POST /v1/pages")

    async with connect(workspace).client as notion:
        if known is None:
            assert (await notion.create_page(table, NAMED)).plain("Hours") == 3
        else:
            with pytest.raises(WriteUnconfirmed, match=known):
                await notion.create_page(table, NAMED)


async def test_a_row_that_differs_in_all_but_its_name_is_a_doubt_and_nothing_is_repeated(
    made: Made,
) -> None:
    workspace, _, table = made
    async with connect(workspace).client as other:
        await other.create_page(table, OTHER)
    break_once(workspace, effects.Failed(500), "POST /v1/pages")

    async with connect(workspace).client as notion:
        with pytest.raises(WriteUnconfirmed, match="something like it is there"):
            await notion.create_page(table, NAMED)
        assert len([row async for row in notion.query_pages(table)]) == 1


LATE = [
    pytest.param(effects.CommittedLate(status, late_s), id=f"{status}-{late_s:g}s-later")
    for status in (502, 504)
    for late_s in (0.5, 5, 60)
]


@pytest.mark.parametrize("effect", LATE)
async def test_what_comes_after_its_answer_was_lost_is_waited_for_and_never_written_twice(
    made: Made, effect: Effect
) -> None:
    workspace, home, table = made
    connection = connect(workspace)
    workspace._clock = connection.time.clock

    async with connection.client as notion:
        break_once(workspace, effect, "POST /v1/pages")
        row = await notion.create_page(table, NAMED)
        break_once(workspace, effect, "PATCH /v1/blocks/*")
        ids = await notion.append_block_children(home, BLOCKS)
        connection.time.now_s += 600
        rows = [each.id async for each in notion.query_pages(table)]
        blocks = [block["id"] async for block in notion.list_block_children(home)]

    assert (rows, blocks) == ([row.id], [*ids])


async def test_what_may_come_after_the_deadline_is_told_as_unconfirmed(made: Made) -> None:
    workspace, _, table = made
    connection = connect(workspace, deadline_s=10)
    workspace._clock = connection.time.clock
    break_once(workspace, effects.CommittedLate(late_s=30), "POST /v1/pages")

    async with connection.client as notion:
        with pytest.raises(WriteUnconfirmed, match="may still come"):
            await notion.create_page(table, NAMED)
        assert connection.time.now_s <= 10
        connection.time.now_s += 600
        assert len([row async for row in notion.query_pages(table)]) == 1


async def test_a_row_is_not_written_again_when_no_time_is_left(made: Made) -> None:
    workspace, _, table = made
    break_once(workspace, effects.Failed(500), "POST /v1/pages")

    async with connect(workspace, deadline_s=0.9).client as notion:
        with pytest.raises(WriteUnconfirmed, match="not there when it was looked for") as told:
            await notion.create_page(table, NAMED)
        assert [row async for row in notion.query_pages(table)] == []

    assert told.value.status == 500
    assert "Look at the object in Notion before you write again" in told.value.remedy


async def test_a_row_is_written_again_only_once(made: Made) -> None:
    workspace, _, table = made
    workspace.faults.set(FaultRule(effects.Failed(500), route="POST /v1/pages"))
    connection = connect(workspace)

    async with connection.client as notion:
        with pytest.raises(WriteUnconfirmed):
            await notion.create_page(table, NAMED)

    assert [each.endpoint for each in connection.records].count("/v1/pages") == 2


async def test_what_cannot_be_looked_up_is_not_repeated(made: Made) -> None:
    workspace, _, table = made
    break_once(workspace, effects.ResetInBody(), "POST /v1/pages")
    workspace.faults.set(FaultRule(effects.Failed(500), route="*query*"))

    async with connect(workspace).client as notion:
        with pytest.raises(WriteUnconfirmed, match="it could not be read back"):
            await notion.create_page(table, NAMED)
        workspace.faults.clear()
        assert len([row async for row in notion.query_pages(table)]) == 1


class Dated(Inside):
    """Answers tell the workspace's clock, as Notion's do."""

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        super().__init__(checked_app(workspace))
        self._date = format_datetime(now, usegmt=True)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        response.headers["date"] = self._date
        return response


@pytest.mark.parametrize("hours", [pytest.param(1, id="ahead"), pytest.param(-1, id="behind")])
async def test_a_row_is_found_although_notions_clock_is_not_ours(made: Made, hours: int) -> None:
    workspace, _, table = made
    theirs = NOON + timedelta(hours=hours)
    workspace._clock = lambda: theirs
    break_once(workspace, effects.ResetInBody(), "POST /v1/pages")

    async with Connection(Dated(workspace, theirs)).client as notion:
        made_row = await notion.create_page(table, NAMED)
        assert [row.id async for row in notion.query_pages(table)] == [made_row.id]


@lost
async def test_a_change_that_shows_is_a_success(made: Made, effect: Effect) -> None:
    workspace, _, table = made

    async with connect(workspace).client as notion:
        row = await notion.create_page(table, NAMED)
        break_once(workspace, effect, "PATCH /v1/pages/*")
        changed = await notion.update_page(row.id, properties=OTHER, in_trash=True)

    assert (changed.plain("Hours"), changed.in_trash) == (4, True)


@never_done
async def test_a_change_that_does_not_show_is_not_repeated(made: Made, effect: Effect) -> None:
    workspace, _, table = made

    async with connect(workspace).client as notion:
        row = await notion.create_page(table, NAMED)
        break_once(workspace, effect, "PATCH /v1/pages/*")
        with pytest.raises(WriteUnconfirmed, match="what stands there is not what was written"):
            await notion.update_page(row.id, properties=OTHER)
        assert (await notion.retrieve_page(row.id)).plain("Hours") == 3


@lost
async def test_a_change_of_the_schema_that_shows_is_a_success(made: Made, effect: Effect) -> None:
    workspace, _, table = made
    break_once(workspace, effect, "PATCH /v1/data_sources/*")
    changes: dict[str, Any] = {
        "Hours": {"name": "Time"},
        "Kind": {"select": {"options": [{"name": "A"}]}},
    }

    async with connect(workspace).client as notion:
        changed = await notion.update_data_source(table, properties=changes)

    assert {each.name for each in changed.properties} == {"Name", "Time", "Kind"}


@pytest.mark.parametrize(
    "effect", [pytest.param(each, id=repr(each)) for each in [*LOST, *NEVER_DONE]]
)
async def test_blocks_are_added_once_whatever_became_of_the_answer(
    made: Made, effect: Effect
) -> None:
    workspace, home, _ = made

    async with connect(workspace).client as notion:
        first = await notion.append_block_children(home, BLOCKS)
        break_once(workspace, effect, "PATCH /v1/blocks/*")
        second = await notion.append_block_children(home, BLOCKS)
        there = [block["id"] async for block in notion.list_block_children(home)]

    assert there == [*first, *second]


async def test_blocks_of_another_process_of_ours_leave_a_doubt(made: Made) -> None:
    workspace, home, _ = made
    async with connect(workspace).client as other:
        await other.append_block_children(home, BLOCKS[1:])
    break_once(workspace, effects.Reset(), "PATCH /v1/blocks/*")

    async with connect(workspace).client as notion:
        with pytest.raises(WriteUnconfirmed, match="other new blocks"):
            await notion.append_block_children(home, BLOCKS)
        assert len([block async for block in notion.list_block_children(home)]) == 1


@pytest.mark.parametrize(
    "effect", [pytest.param(each, id=repr(each)) for each in [*LOST, *NEVER_DONE]]
)
async def test_a_database_is_created_once_whatever_became_of_the_answer(
    made: Made, effect: Effect
) -> None:
    workspace, home, _ = made
    break_once(workspace, effect, "POST /v1/databases")

    async with connect(workspace).client as notion:
        database = await notion.create_database(
            parent_page_id=home, title="Log", properties={"Name": {"title": {}}}
        )
        there = [block["id"] async for block in notion.list_block_children(home)]

    assert there == [database.id]
    assert len(database.data_sources) == 1


async def test_a_committed_write_that_cannot_be_read_back_is_told_as_done() -> None:
    committed = refusal(503, "service_unavailable", more={"committed_resource_id": ID})
    script = Script(committed, refusal(500, "internal_server_error"))

    async with Connection(script).client as notion:
        with pytest.raises(WriteUnconfirmed, match="Notion said that it was done"):
            await notion.update_page(ID, properties=NAMED)

    assert [request.method for request in script.requests].count("PATCH") == 1


@pytest.mark.parametrize(
    ("more", "write"),
    [
        pytest.param(
            {"committed_resource_id": ID},
            lambda n: n.append_block_children(ID, BLOCKS),
            id="no-children",
        ),
        pytest.param(
            {"committed_child_ids": [ID]},
            lambda n: n.update_page(ID, properties=NAMED),
            id="no-object",
        ),
    ],
)
async def test_a_failure_that_names_half_of_what_it_committed_is_told_as_done(
    more: dict[str, Any], write: Callable[[NotionClient], Awaitable[object]]
) -> None:
    script = Script(refusal(503, "service_unavailable", more=more))

    async with Connection(script).client as notion:
        with pytest.raises(WriteUnconfirmed, match="Notion said that it was done"):
            await write(notion)


async def test_a_write_that_was_never_sent_fails_as_it_is() -> None:
    async with Connection(script := Script(httpx.ConnectError("refused"))).client as notion:
        with pytest.raises(NotionError) as failed:
            await notion.create_page(ID, NAMED)

    assert not isinstance(failed.value, WriteUnconfirmed | ServiceFailed)
    assert len(script.requests) == 1


async def test_a_write_that_notion_was_too_busy_to_begin_is_in_no_doubt() -> None:
    script = Script(refusal(529, "service_overload"))

    async with Connection(script).client as notion:
        with pytest.raises(RateLimited):
            await notion.create_page(ID, NAMED)

    assert {request.method for request in script.requests} == {"POST"}


async def test_who_we_are_is_asked_once() -> None:
    broken, none = refusal(500, "internal_server_error"), ok({"results": [], "has_more": False})
    script = Script(broken, ok(ME), none, ok(page()), broken, none, ok(page()))

    async with Connection(script, deadline_s=None).client as notion:
        await notion.create_page(ID, NAMED)
        await notion.create_page(ID, NAMED)

    assert [request.url.path for request in script.requests].count("/v1/users/me") == 1


@pytest.mark.parametrize("seed", range(3))
async def test_on_a_bad_day_no_row_is_doubled_and_none_that_was_answered_is_missing(
    made: Made, seed: int
) -> None:
    workspace, _, table = made
    workspace.faults.reseed(seed)
    for effect in [*LOST, *NEVER_DONE, effects.Committed(), effects.RateLimited(1)]:
        workspace.faults.set(FaultRule(effect, rate=0.06))
    connection = connect(workspace)
    workspace._clock = connection.time.clock
    answered: list[float] = []
    failed: list[float] = []

    async with connection.client as notion:
        for number in range(30):
            connection.time.now_s += 31
            row = {"Name": payload("title", "same"), "Hours": payload("number", number)}
            try:
                await notion.create_page(table, row)
                answered.append(number)
            except NotionError:
                failed.append(number)
        workspace.faults.clear()
        connection.time.now_s += 600
        there = [row.plain("Hours") async for row in notion.query_pages(table)]

    assert len(there) == len(set(there))
    assert set(answered) <= set(there)
    assert len(answered) > 2 * len(failed)
