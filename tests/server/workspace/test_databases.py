"""Databases: made, decorated, moved; their data sources, which may change the database."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Make = Callable[..., str]
JSON = dict[str, Any]

NOTHING: JSON = {"properties": {}}
DIVIDER: JSON = {"divider": {}}


@pytest.fixture
async def database(api: httpx.AsyncClient, root: str) -> str:
    made = await api.post("/v1/databases", json={"parent": {"page_id": root}})
    return str(made.json()["id"])


@pytest.fixture
async def page(api: httpx.AsyncClient, root: str) -> str:
    made = await api.post("/v1/pages", json={"parent": {"page_id": root}, "properties": {}})
    return str(made.json()["id"])


async def children(api: httpx.AsyncClient, page_id: str) -> list[str]:
    listed = (await api.get(f"/v1/blocks/{page_id}/children")).json()["results"]
    return [each["id"] for each in listed]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"is_inline": True}, id="inline"),
        pytest.param({"is_locked": True}, id="locked"),
        pytest.param({"icon": {"type": "emoji", "emoji": "🔥"}}, id="icon"),
        pytest.param(
            {"cover": {"type": "external", "external": {"url": "https://example.org/a.png"}}},
            id="cover",
        ),
    ],
)
async def test_a_database_keeps_its_looks(
    api: httpx.AsyncClient, database: str, change: JSON
) -> None:
    path = f"/v1/databases/{database}"

    changed = (await api.patch(path, json=change)).json()

    assert {key: changed[key] for key in change} == change
    assert (await api.get(path)).json()[next(iter(change))] == next(iter(change.values()))


async def test_a_data_source_is_inline_with_its_database(
    api: httpx.AsyncClient, database: str
) -> None:
    changed = await api.patch(f"/v1/databases/{database}", json={"is_inline": True})

    table = changed.json()["data_sources"][0]["id"]

    assert (await api.get(f"/v1/data_sources/{table}")).json()["is_inline"] is True


async def test_a_database_moves_to_another_page(
    api: httpx.AsyncClient, database: str, page: str, root: str
) -> None:
    parent = {"type": "page_id", "page_id": page}

    moved = (await api.patch(f"/v1/databases/{database}", json={"parent": parent})).json()

    table = (await api.get(f"/v1/data_sources/{moved['data_sources'][0]['id']}")).json()
    assert moved["parent"] == table["database_parent"] == parent
    assert await children(api, page) == [database]
    assert database not in await children(api, root)


async def test_a_database_does_not_move_below_itself(api: httpx.AsyncClient, database: str) -> None:
    row = await api.post("/v1/pages", json={"parent": {"database_id": database}, "properties": {}})

    answer = await api.patch(
        f"/v1/databases/{database}", json={"parent": {"page_id": row.json()["id"]}}
    )

    assert answer.status_code == 400
    assert answer.json()["message"] == f"Database {database} cannot be moved below itself."


async def test_a_data_source_moves_with_its_rows(
    api: httpx.AsyncClient, database: str, make_table: Make, add_row: Make
) -> None:
    table = make_table({}, "Moving")
    row = add_row(table, "Row")
    parent = {"type": "database_id", "database_id": database}

    moved = (await api.patch(f"/v1/data_sources/{table}", json={"parent": parent})).json()

    holder = (await api.get(f"/v1/databases/{database}")).json()
    shown = (await api.get(f"/v1/pages/{row}")).json()
    assert moved["parent"] == parent
    assert table in [each["id"] for each in holder["data_sources"]]
    assert shown["parent"]["database_id"] == database


async def test_relations_to_a_moved_data_source_name_its_new_database(
    api: httpx.AsyncClient, database: str, make_table: Make
) -> None:
    target = make_table({})
    relation: JSON = {"relation": {"data_source_id": target, "single_property": {}}}
    table = make_table({"To": relation})

    await api.patch(f"/v1/data_sources/{target}", json={"parent": {"database_id": database}})

    shown = (await api.get(f"/v1/data_sources/{table}")).json()["properties"]["To"]["relation"]
    assert (shown["database_id"], shown["data_source_id"]) == (database, target)


async def test_only_the_first_data_source_has_an_id_like_a_database(
    api: httpx.AsyncClient, database: str
) -> None:
    second = await api.post(
        "/v1/data_sources",
        json={"parent": {"database_id": database}, "properties": {"Name": {"title": {}}}},
    )

    inside = (await api.get(f"/v1/databases/{database}")).json()["data_sources"]

    assert [each["id"][14] for each in inside] == ["4", "8"]
    assert inside[1]["id"] == second.json()["id"]


@pytest.mark.parametrize("path", ["/v1/databases", "/v1/pages"])
async def test_an_integration_makes_nothing_beside_the_pages(
    api: httpx.AsyncClient, path: str
) -> None:
    parent = {"type": "workspace", "workspace": True}

    answer = await api.post(path, json={"parent": parent, "properties": {}})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("position", "at"),
    [
        pytest.param({"type": "page_start"}, 0, id="start"),
        pytest.param({"type": "page_end"}, 2, id="end"),
        pytest.param("after", 1, id="after-the-first"),
    ],
)
async def test_a_page_stands_where_it_is_put(
    api: httpx.AsyncClient, page: str, position: Any, at: int
) -> None:
    blocks: list[JSON] = [{"paragraph": {"rich_text": []}}] * 2
    await api.patch(f"/v1/blocks/{page}/children", json={"children": blocks})
    first = (await children(api, page))[0]
    if position == "after":
        position = {"type": "after_block", "after_block": {"id": first}}

    made = await api.post(
        "/v1/pages", json=NOTHING | {"parent": {"page_id": page}, "position": position}
    )

    assert (await children(api, page)).index(made.json()["id"]) == at


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"template": {"type": "none"}}, id="no-template"),
        pytest.param({"allow_async": False}, id="at-once"),
        pytest.param({"content": [DIVIDER]}, id="content"),
        pytest.param({"children": [DIVIDER]}, id="children"),
    ],
)
async def test_a_page_is_made_with_what_asks_for_nothing_special(
    api: httpx.AsyncClient, page: str, more: JSON
) -> None:
    made = await api.post("/v1/pages", json=NOTHING | {"parent": {"page_id": page}} | more)

    has_content = bool({"content", "children"} & more.keys())
    assert made.status_code == 200
    assert bool(await children(api, made.json()["id"])) == has_content


@pytest.mark.parametrize(
    ("more", "key"),
    [
        pytest.param({"markdown": "# Hello"}, "markdown", id="markdown"),
        pytest.param({"template": {"type": "default"}}, "template", id="template"),
        pytest.param({"allow_async": True}, "allow_async", id="later"),
        pytest.param({"content": [], "children": []}, "content", id="content-twice"),
    ],
)
async def test_a_page_is_not_made_with_what_is_not_served(
    api: httpx.AsyncClient, page: str, more: JSON, key: str
) -> None:
    answer = await api.post("/v1/pages", json=NOTHING | {"parent": {"page_id": page}} | more)

    assert answer.status_code == 400
    assert answer.json()["message"].startswith(
        f"body failed validation: body.{key} should be not present"
    )
