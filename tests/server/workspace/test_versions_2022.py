"""Version 2022-06-28: a database is the table, and nobody has heard of data sources."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import httpx
import pytest

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
Make = Callable[..., str]
JSON = dict[str, Any]

DATABASE = (
    "object id cover icon created_time created_by last_edited_by last_edited_time title description"
    " is_inline properties parent url public_url in_trash archived request_id"
)


@pytest.fixture
async def old(connect: Connect, token: str, root: str) -> httpx.AsyncClient:  # noqa: ARG001 - it shares
    return await connect(token, version="2022-06-28")


@pytest.fixture
async def tasks(old: httpx.AsyncClient, root: str) -> JSON:
    """A database made as that version makes it."""
    answer = await old.post(
        "/v1/databases",
        json={
            "parent": {"type": "page_id", "page_id": root},
            "title": text("Tasks"),
            "properties": {"Name": {"title": {}}, "Points": {"number": {}}},
        },
    )
    made: JSON = answer.json()
    return made


@pytest.fixture
async def double(api: httpx.AsyncClient, tasks: JSON) -> str:
    """The id of the database, which has got a second data source."""
    parent = {"type": "database_id", "database_id": tasks["id"]}
    await api.post(
        "/v1/data_sources", json={"parent": parent, "properties": {"Name": {"title": {}}}}
    )
    return str(tasks["id"])


def text(content: str) -> list[JSON]:
    return [{"text": {"content": content}}]


async def add(old: httpx.AsyncClient, database: str, name: str, **values: Any) -> JSON:
    """A row under the database."""
    answer = await old.post(
        "/v1/pages",
        json={
            "parent": {"database_id": database},
            "properties": {"Name": {"title": text(name)}} | values,
        },
    )
    made: JSON = answer.json()
    return made


async def test_a_database_shows_its_schema(tasks: JSON, root: str) -> None:
    assert list(tasks) == DATABASE.split()
    assert (tasks["object"], tasks["title"][0]["plain_text"]) == ("database", "Tasks")
    assert list(tasks["properties"]) == ["Name", "Points"]
    assert tasks["parent"] == {"type": "page_id", "page_id": root}
    assert tasks["created_time"].endswith(":00.000Z")


async def test_a_database_goes_by_the_id_of_its_container(
    api: httpx.AsyncClient, tasks: JSON
) -> None:
    container = (await api.get(f"/v1/databases/{tasks['id']}")).json()

    assert [each["name"] for each in container["data_sources"]] == ["Tasks"]


async def test_a_row_stands_in_the_database(old: httpx.AsyncClient, tasks: JSON) -> None:
    row = await add(old, tasks["id"], "Ship")
    block = (await old.get(f"/v1/blocks/{row['id']}")).json()

    assert row["parent"] == {"type": "database_id", "database_id": tasks["id"]}
    assert block["parent"] == row["parent"]
    assert list(row)[-2:] == ["archived", "request_id"]


async def test_a_database_is_queried(old: httpx.AsyncClient, tasks: JSON) -> None:
    for name, points in [("a", 1), ("b", 5), ("c", 3)]:
        await add(old, tasks["id"], name, Points={"number": points})

    answer = await old.post(
        f"/v1/databases/{tasks['id']}/query",
        params={"filter_properties": "title"},
        json={
            "filter": {"property": "Points", "number": {"greater_than": 1}},
            "sorts": [{"property": "Points", "direction": "ascending"}],
        },
    )

    shown = answer.json()
    assert list(shown) == [
        "object", "results", "next_cursor", "has_more", "type", "page_or_database", "request_id"
    ]  # fmt: skip
    assert shown["type"] == "page_or_database"
    assert [list(each["properties"]) for each in shown["results"]] == [["Name"], ["Name"]]
    names = [each["properties"]["Name"]["title"][0]["plain_text"] for each in shown["results"]]
    assert names == ["c", "b"]
    assert {each["parent"]["type"] for each in shown["results"]} == {"database_id"}


async def test_a_query_goes_on_behind_a_cursor(old: httpx.AsyncClient, tasks: JSON) -> None:
    for name in "abc":
        await add(old, tasks["id"], name)
    path = f"/v1/databases/{tasks['id']}/query"

    first = (await old.post(path, json={"page_size": 2})).json()
    rest = (await old.post(path, json={"start_cursor": first["next_cursor"]})).json()

    assert (len(first["results"]), len(rest["results"]), rest["has_more"]) == (2, 1, False)


async def test_words_and_schema_change_together(
    old: httpx.AsyncClient, api: httpx.AsyncClient, tasks: JSON
) -> None:
    changed = await old.patch(
        f"/v1/databases/{tasks['id']}",
        json={
            "title": text("Work"),
            "description": text("All of it"),
            "properties": {"Points": {"name": "Size"}, "Due": {"date": {}}},
            "archived": False,
        },
    )

    shown = changed.json()
    inside = (await api.get(f"/v1/databases/{tasks['id']}")).json()["data_sources"]
    assert (shown["title"][0]["plain_text"], list(shown["properties"])) == (
        "Work", ["Name", "Size", "Due"],
    )  # fmt: skip
    assert shown["description"][0]["plain_text"] == "All of it"
    assert [each["name"] for each in inside] == ["Work"]


async def test_a_database_is_archived_and_comes_back_changed(
    old: httpx.AsyncClient, tasks: JSON
) -> None:
    path = f"/v1/databases/{tasks['id']}"

    gone = (await old.patch(path, json={"archived": True})).json()
    back = (await old.patch(path, json={"archived": False, "title": text("Back")})).json()

    assert (gone["archived"], gone["in_trash"]) == (True, True)
    assert (back["archived"], back["title"][0]["plain_text"]) == (False, "Back")


async def test_a_relation_names_a_database(old: httpx.AsyncClient, tasks: JSON) -> None:
    relation: JSON = {"relation": {"database_id": tasks["id"], "dual_property": {}}}
    path = f"/v1/databases/{tasks['id']}"

    shown = (await old.patch(path, json={"properties": {"Blocks": relation}})).json()

    config = shown["properties"]["Blocks"]["relation"]
    assert list(config) == ["database_id", "type", "dual_property"]
    assert config["database_id"] == tasks["id"]


@pytest.mark.parametrize(
    ("kind", "objects"), [("database", ["database"]), ("page", ["page", "page"])]
)
async def test_a_search_is_for_pages_or_databases(
    old: httpx.AsyncClient, tasks: JSON, kind: str, objects: list[str]
) -> None:
    await add(old, tasks["id"], "Ship")

    answer = await old.post("/v1/search", json={"filter": {"property": "object", "value": kind}})

    shown = answer.json()
    assert shown["type"] == "page_or_database"
    assert [each["object"] for each in shown["results"]] == objects


async def test_databases_are_listed(old: httpx.AsyncClient, tasks: JSON) -> None:
    listed = (await old.get("/v1/databases", params={"page_size": 1})).json()

    assert [each["id"] for each in listed["results"]] == [tasks["id"]]


async def test_a_mistaken_page_of_databases_is_told_where_it_was_sent(
    old: httpx.AsyncClient,
) -> None:
    answer = await old.get("/v1/databases", params={"page_size": "abc"})

    assert "query.page_size should be a number" in answer.json()["message"]


@pytest.mark.parametrize(
    ("request_line", "body"),
    [
        pytest.param("GET /v1/databases/{id}", None, id="retrieve"),
        pytest.param("PATCH /v1/databases/{id}", {"title": []}, id="update"),
        pytest.param("POST /v1/databases/{id}/query", {}, id="query"),
        pytest.param(
            "POST /v1/pages", {"parent": {"database_id": "{id}"}, "properties": {}}, id="row"
        ),
        pytest.param(
            "POST /v1/databases",
            {
                "parent": {"page_id": "{root}"},
                "properties": {
                    "Name": {"title": {}},
                    "R": {"relation": {"database_id": "{id}", "single_property": {}}},
                },
            },
            id="relation",
        ),
    ],
)
async def test_a_database_of_two_tables_is_refused(
    old: httpx.AsyncClient, double: str, root: str, request_line: str, body: JSON | None
) -> None:
    answer = await old.request(
        *request_line.format(id=double).split(),
        json=_filled(body, {"{id}": double, "{root}": root}),
    )

    told = answer.json()
    assert answer.status_code == 400
    assert told["message"] == (
        "Databases with multiple data sources are not supported in this API version."
    )
    assert told["additional_data"]["database_id"] == double
    assert len(told["additional_data"]["child_data_source_ids"]) == 2


def _filled(body: Any, ids: dict[str, str]) -> Any:
    if isinstance(body, dict):
        sent = cast("JSON", body)
        return {key: _filled(value, ids) for key, value in sent.items()}
    return ids.get(body, body) if isinstance(body, str) else body


async def test_a_database_of_two_tables_is_found_by_nobody(
    old: httpx.AsyncClient, double: str
) -> None:
    found = (await old.post("/v1/search", json={})).json()["results"]

    assert double not in [each["id"] for each in found]


async def test_a_database_without_a_table_is_refused(
    old: httpx.AsyncClient, api: httpx.AsyncClient, tasks: JSON
) -> None:
    container = (await api.get(f"/v1/databases/{tasks['id']}")).json()
    table = container["data_sources"][0]["id"]
    await api.patch(f"/v1/data_sources/{table}", json={"in_trash": True})

    answer = await old.get(f"/v1/databases/{tasks['id']}")

    assert answer.json()["message"] == (
        f"Database with ID {tasks['id']} does not contain any data sources accessible by this"
        " API bot."
    )


@pytest.mark.parametrize(
    "request_line",
    [
        "POST /v1/data_sources",
        "GET /v1/data_sources/{id}",
        "PATCH /v1/data_sources/{id}",
        "POST /v1/data_sources/{id}/query",
        "GET /v1/data_sources/{id}/templates",
    ],
)
async def test_there_are_no_data_sources(
    old: httpx.AsyncClient, tasks: JSON, request_line: str
) -> None:
    answer = await old.request(*request_line.format(id=tasks["id"]).split())

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request_url")


@pytest.mark.parametrize(
    ("request_line", "body", "message"),
    [
        pytest.param(
            "POST /v1/databases/{id}/query",
            {"archived": False},
            "body failed validation: body.archived should be not present, instead was `false`.",
            id="archived-in-a-query",
        ),
        pytest.param(
            "POST /v1/pages",
            {"parent": {"data_source_id": "{id}"}, "properties": {}},
            "body failed validation. Fix one:\n"
            "body.parent.database_id should be defined, instead was `undefined`.\n"
            "body.parent.page_id should be defined, instead was `undefined`.",
            id="a-data-source-as-parent",
        ),
        pytest.param(
            "PATCH /v1/databases/{id}",
            {"properties": {"Points": {"number": 5}}},
            "body failed validation: body.properties.Points.number should be an object,"
            " instead was `5`.",
            id="a-broken-schema",
        ),
        pytest.param(
            "POST /v1/search",
            {"filter": {"property": "object", "value": "data_source"}},
            'body failed validation: body.filter.value should be `"page"` or `"database"`,'
            ' instead was `"data_source"`.',
            id="a-search-for-data-sources",
        ),
    ],
)
async def test_refusals_are_in_the_words_of_the_version(
    old: httpx.AsyncClient, tasks: JSON, request_line: str, body: JSON, message: str
) -> None:
    sent = _filled(body, {"{id}": tasks["id"]})

    answer = await old.request(*request_line.format(id=tasks["id"]).split(), json=sent)

    assert (answer.status_code, answer.json()["message"]) == (400, message)


async def test_a_broken_schema_of_a_new_database_is_told_where_it_was_sent(
    old: httpx.AsyncClient, root: str
) -> None:
    body = {"parent": {"page_id": root}, "properties": {"Name": {"title": 5}}}

    answer = await old.post("/v1/databases", json=body)

    assert "body.properties.Name.title should be" in answer.json()["message"]


async def test_a_database_that_is_not_shared_is_not_there(old: httpx.AsyncClient) -> None:
    missing = "11111111-1111-4111-8111-111111111111"

    answer = await old.post(f"/v1/databases/{missing}/query", json={})

    assert answer.status_code == 404
    assert answer.json()["message"].startswith(f"Could not find database with ID: {missing}.")
