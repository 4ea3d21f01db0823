"""What each method asks and what it makes of the answer."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from playbooks.objects import Bot, Found
from playbooks.ports import Notion
from playbooks.rows import Value
from server.notion.client import NotionClient
from server.notion.schema import User
from tests.server.notion.fakes import (
    ID,
    ME,
    Connection,
    Script,
    listed,
    ok,
    page,
    refusal,
    rich,
)

DATA_SOURCE: dict[str, Any] = {
    "object": "data_source",
    "id": ID,
    "title": rich("Tasks"),
    "parent": {"type": "database_id", "database_id": "db"},
    "in_trash": False,
    "url": "https://notion.test/tasks",
    "properties": {},
}
DATABASE: dict[str, Any] = {
    "object": "database",
    "id": "db",
    "title": rich("Tasks"),
    "url": "https://notion.test/db",
    "in_trash": False,
    "data_sources": [{"id": ID, "name": "Tasks"}],
}
TITLE = {"Name": {"title": [{"type": "text", "text": {"content": "A"}}]}}


async def items(of: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in of]


Method = Callable[[NotionClient], Awaitable[object]]


@pytest.mark.parametrize(
    ("method", "answer", "asked", "body"),
    [
        pytest.param(lambda n: n.who_am_i(), ok(ME), "GET /v1/users/me", None, id="me"),
        pytest.param(
            lambda n: items(n.users()), listed([]), "GET /v1/users?page_size=100", None, id="users"
        ),
        pytest.param(
            lambda n: n.data_source(ID),
            ok(DATA_SOURCE),
            f"GET /v1/data_sources/{ID}",
            None,
            id="ds",
        ),
        pytest.param(
            lambda n: n.update_data_source(ID, properties={"Old": None, "A": {"name": "B"}}),
            ok(DATA_SOURCE),
            f"PATCH /v1/data_sources/{ID}",
            {"properties": {"Old": None, "A": {"name": "B"}}},
            id="change-schema",
        ),
        pytest.param(
            lambda n: n.data_sources_of("db"), ok(DATABASE), "GET /v1/databases/db", None, id="db"
        ),
        pytest.param(
            lambda n: n.create_database(
                parent_page_id=ID, title="T", properties={"Name": {"title": {}}}
            ),
            ok(DATABASE),
            "POST /v1/databases",
            {
                "parent": {"type": "page_id", "page_id": ID},
                "title": [{"type": "text", "text": {"content": "T"}}],
                "initial_data_source": {"properties": {"Name": {"title": {}}}},
            },
            id="create-database",
        ),
        pytest.param(
            lambda n: n.count_first_rows(ID),
            listed([]),
            f"POST /v1/data_sources/{ID}/query",
            {"page_size": 1},
            id="first-row",
        ),
        pytest.param(
            lambda n: items(
                n.query_pages(
                    ID,
                    filter={"property": "Done", "checkbox": {"equals": True}},
                    sorts=[{"timestamp": "created_time", "direction": "ascending"}],
                    filter_properties=["title", "U%60%3BC"],
                    page_size=10,
                )
            ),
            listed([]),
            f"POST /v1/data_sources/{ID}/query"
            "?filter_properties=title&filter_properties=U%2560%253BC",
            {
                "filter": {"property": "Done", "checkbox": {"equals": True}},
                "sorts": [{"timestamp": "created_time", "direction": "ascending"}],
                "page_size": 10,
            },
            id="query",
        ),
        pytest.param(
            lambda n: n.retrieve_page(ID), ok(page()), f"GET /v1/pages/{ID}", None, id="page"
        ),
        pytest.param(
            lambda n: n.create_page(ID, TITLE, children=[{"type": "divider", "divider": {}}]),
            ok(page()),
            "POST /v1/pages",
            {
                "parent": {"type": "data_source_id", "data_source_id": ID},
                "properties": TITLE,
                "children": [{"type": "divider", "divider": {}}],
            },
            id="create-page",
        ),
        pytest.param(
            lambda n: n.update_page(ID, properties=TITLE),
            ok(page()),
            f"PATCH /v1/pages/{ID}",
            {"properties": TITLE},
            id="update-page",
        ),
        pytest.param(
            lambda n: n.update_page(ID, in_trash=True),
            ok(page()),
            f"PATCH /v1/pages/{ID}",
            {"in_trash": True},
            id="trash-page",
        ),
        pytest.param(
            lambda n: n.update_block(ID, {"paragraph": {"rich_text": []}}),
            ok({"object": "block", "id": ID}),
            f"PATCH /v1/blocks/{ID}",
            {"paragraph": {"rich_text": []}},
            id="update-block",
        ),
        pytest.param(
            lambda n: items(n.list_block_children(ID)),
            listed([]),
            f"GET /v1/blocks/{ID}/children?page_size=100",
            None,
            id="blocks",
        ),
        pytest.param(
            lambda n: n.append_block_children(ID, [{"type": "divider", "divider": {}}]),
            listed([]),
            f"PATCH /v1/blocks/{ID}/children",
            {"children": [{"type": "divider", "divider": {}}]},
            id="append",
        ),
        pytest.param(
            lambda n: items(n.search("Ta", kind="page")),
            listed([]),
            "POST /v1/search",
            {"query": "Ta", "filter": {"property": "object", "value": "page"}, "page_size": 100},
            id="search",
        ),
        pytest.param(
            lambda n: n.retrieve_page("../users?x=%2F#"),
            ok(page()),
            "GET /v1/pages/..%2Fusers%3Fx%3D%252F%23",
            None,
            id="an-id-cannot-leave-its-place",
        ),
    ],
)
async def test_a_method_asks_for(
    method: Method, answer: httpx.Response, asked: str, body: object
) -> None:
    script = Script(answer)

    async with Connection(script).client as notion:
        await method(notion)

    (sent,) = script.requests
    assert f"{sent.method} {sent.url.raw_path.decode()}" == asked
    assert (json.loads(sent.content) if sent.content else None) == body
    assert sent.headers["Notion-Version"] == "2026-03-11"


async def test_the_client_is_the_port_that_procedures_ask_for() -> None:
    connection = Connection(Script(ok(ME)))
    port: Notion = connection.client

    async with connection.client:
        assert await port.who_am_i() == Bot(ID, "Playbooks", "w", "Acme")


async def test_search_finds_titles_and_keeps_to_the_kind_that_was_asked_for() -> None:
    titled = page("p", Status={"type": "select"}, Name={"type": "title", "title": rich("Home")})
    untitled = page("q")

    async with Connection(Script(listed([DATA_SOURCE, titled, untitled]))).client as notion:
        tables = await notion.find_data_sources("")
        pages = await items(notion.search("", kind="page"))

    assert tables == (Found(ID, "Tasks"),)
    assert pages == [Found("p", "Home"), Found("q", "")]


async def test_a_table_among_the_rows_of_a_wiki_is_no_row() -> None:
    async with Connection(Script(listed([DATA_SOURCE, page("p")]))).client as notion:
        assert [row.id for row in await items(notion.query_pages(ID))] == ["p"]


async def test_users_are_people_or_bots_with_or_without_a_name() -> None:
    person = {"id": "p", "type": "person", "name": "Ada"}

    async with Connection(Script(listed([person, ME, {"id": "x"}]))).client as notion:
        users = await items(notion.users())

    assert users == [
        User("p", "Ada", "person"),
        User(ID, "Playbooks", "bot"),
        User("x", "", "person"),
    ]


async def test_attribution_stays_with_its_own_client() -> None:
    connection = Connection(Script(ok(ME)))

    async with connection.client as notion:
        await notion.attributed("health_check", "run-1").who_am_i()
        await notion.who_am_i()

    assert [(each.procedure, each.run_id) for each in connection.records] == [
        ("health_check", "run-1"),
        (None, None),
    ]


async def test_a_value_shown_in_part_is_completed_page_by_page() -> None:
    def relation(*ids: str) -> list[dict[str, Any]]:
        return [{"object": "property_item", "type": "relation", "relation": {"id": i}} for i in ids]

    script = Script(listed(relation("a", "b"), "c1"), listed(relation("c")))
    cut = Value("U%60%3BC", "relation", ("a",), complete=False)

    async with Connection(script).client as notion:
        whole = await notion.page_property(ID, cut)

    assert whole == Value("U%60%3BC", "relation", ("a", "b", "c"))
    assert script.requests[1].url.raw_path.decode() == (
        f"/v1/pages/{ID}/properties/U%60%3BC?page_size=100&start_cursor=c1"
    )


async def test_a_write_that_failed_after_it_was_committed_is_read_back_not_repeated() -> None:
    committed = refusal(503, "service_unavailable", more={"committed_resource_id": ID})
    script = Script(committed, ok(page()))

    async with Connection(script).client as notion:
        row = await notion.create_page(ID, TITLE)

    assert row.id == ID
    assert [f"{r.method} {r.url.path}" for r in script.requests] == [
        "POST /v1/pages",
        f"GET /v1/pages/{ID}",
    ]


async def test_blocks_that_were_committed_before_a_failure_count_as_added() -> None:
    child = "45b1d90b-1e6f-4c7a-b7d7-0d95273d7673"
    more = {"committed_resource_id": ID, "committed_child_ids": [child, 7]}

    async with Connection(Script(refusal(503, "service_unavailable", more=more))).client as notion:
        assert await notion.append_block_children(ID, []) == (child,)
