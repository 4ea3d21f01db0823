"""Lists are read to their end, and a cut one never passes for a whole one."""

import json
from typing import Any

import httpx
import pytest

from playbooks.errors import NoAnswer, ServiceFailed
from server.notion.client import NotionClient
from server.notion.paging import ResultCut
from tests.server.notion.fakes import ID, Connection, Script, listed, page, refusal

HEAVY = refusal(503, "database_connection_unavailable")


async def ids_of(notion: NotionClient) -> list[str]:
    return [row.id async for row in notion.query_pages(ID)]


def bodies(script: Script) -> list[dict[str, Any]]:
    return [json.loads(request.content) for request in script.requests]


async def test_only_has_more_ends_a_list_never_a_short_or_empty_page() -> None:
    script = Script(
        listed([page("a")], "s:1"), listed([], "s:2"), listed([page("b"), page("c")], None)
    )

    async with Connection(script).client as notion:
        assert await ids_of(notion) == ["a", "b", "c"]

    assert [body.get("start_cursor") for body in bodies(script)] == [None, "s:1", "s:2"]
    assert {body["page_size"] for body in bodies(script)} == {100}


async def test_rows_come_as_they_are_read_and_nobody_reads_on_who_stops() -> None:
    script = Script(listed([page("a"), page("b")], "s:1"))

    async with Connection(script).client as notion:
        async for row in notion.query_pages(ID):
            assert row.id == "a"
            break

    assert len(script.requests) == 1


async def test_a_cut_query_gives_its_rows_and_then_says_so() -> None:
    status = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    script = Script(listed([page("a")], request_status=status))

    async with Connection(script).client as notion:
        rows = notion.query_pages(ID)
        first = await anext(rows)
        with pytest.raises(ResultCut, match="after 1 rows") as cut:
            await anext(rows)

    assert first.id == "a"
    assert cut.value.items_count == 1


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([listed([], "s:1"), listed([], "s:1")], id="the-same-cursor-again"),
        pytest.param([listed([], None, has_more=True)], id="no-cursor"),
        pytest.param([httpx.Response(200, json={"results": {}})], id="no-list"),
        pytest.param([listed(["a page"])], id="no-objects-in-it"),
    ],
)
async def test_a_list_that_leads_nowhere_is_left(answers: list[httpx.Response]) -> None:
    async with Connection(Script(*answers)).client as notion:
        with pytest.raises(NoAnswer):
            await ids_of(notion)


async def test_a_page_too_heavy_for_notion_is_asked_for_in_halves() -> None:
    script = Script(HEAVY, HEAVY, HEAVY, listed([page("a")], "s:1"), listed([page("b")]))

    async with Connection(script).client as notion:
        assert await ids_of(notion) == ["a", "b"]

    assert [body["page_size"] for body in bodies(script)] == [100, 100, 100, 50, 50]


async def test_what_notion_says_is_too_heavy_is_halved_at_once() -> None:
    pool = {"notion_error_name": "PgPoolWaitConnectionTimeout"}
    heavy = refusal(503, "service_unavailable", more=pool)
    script = Script(heavy, heavy, listed([page("a")]))
    connection = Connection(script)

    async with connection.client as notion:
        assert await ids_of(notion) == ["a"]

    assert [body["page_size"] for body in bodies(script)] == [100, 50, 25]
    assert connection.time.slept_s == []


async def test_halving_ends() -> None:
    script = Script(HEAVY)

    async with Connection(script).client as notion:
        with pytest.raises(ServiceFailed):
            await ids_of(notion)

    assert min(body["page_size"] for body in bodies(script)) == 25


async def test_another_failure_is_not_cured_by_halves() -> None:
    script = Script(refusal(500, "internal_server_error"))

    async with Connection(script).client as notion:
        with pytest.raises(ServiceFailed):
            await ids_of(notion)

    assert {body["page_size"] for body in bodies(script)} == {100}
