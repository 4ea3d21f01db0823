"""What an integration sees is what was shared with it, and everything below that."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace

MISSING = "11111111-1111-4111-8111-111111111111"
Make = Callable[..., str]
Connect = Callable[..., Awaitable[httpx.AsyncClient]]


async def test_what_lies_below_a_shared_page_is_seen(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    table = make_table({})
    row = add_row(table, "deep")

    assert (await api.get(f"/v1/pages/{row}")).status_code == 200
    assert (await api.post(f"/v1/data_sources/{table}/query", json={})).json()["results"]


@pytest.fixture
def private(workspace: Workspace, ada: Actor) -> dict[str, str]:
    """Ids by path of what is there and not shared: a page with a block, a database, its table."""

    def make(path: str, parent: Any, **more: Any) -> Any:
        return workspace.perform("POST", path, {"parent": parent} | more, actor=ada)

    words: list[Any] = [{"paragraph": {"rich_text": []}}]
    page = make("/v1/pages", {"workspace": True}, properties={}, children=words)["id"]
    blocks = workspace.perform("GET", f"/v1/blocks/{page}/children", actor=ada)["results"]
    database = make("/v1/databases", {"page_id": page})
    return {
        "pages": page,
        "blocks": blocks[0]["id"],
        "databases": database["id"],
        "data_sources": database["data_sources"][0]["id"],
    }


@pytest.mark.parametrize(
    ("path", "kind"),
    [("pages", "page"), ("databases", "database"), ("data_sources", "data_source"),
     ("blocks", "block")],
)  # fmt: skip
async def test_missing_and_unshared_look_alike(
    api: httpx.AsyncClient, bot_id: str, private: dict[str, str], path: str, kind: str
) -> None:
    for object_id in (MISSING, private[path]):
        answer = await api.get(f"/v1/{path}/{object_id}")

        assert answer.status_code == 404
        assert answer.json()["code"] == "object_not_found"
        assert answer.json()["message"] == (
            f"Could not find {kind} with ID: {object_id}. Make sure the relevant pages and"
            ' databases are shared with your integration "Robot".'
        )
        assert answer.json()["additional_data"] == {"integration_id": bot_id}


async def test_sharing_can_be_taken_back(
    api: httpx.AsyncClient, workspace: Workspace, bot_id: str, root: str
) -> None:
    workspace.unshare(root, bot_id)

    assert (await api.get(f"/v1/pages/{root}")).status_code == 404


async def test_what_stands_beside_the_shared_page_is_not_found(
    api: httpx.AsyncClient, private: dict[str, str]
) -> None:
    found = (await api.post("/v1/search", json={})).json()["results"]

    assert found
    assert not {each["id"] for each in found} & set(private.values())


async def test_an_integration_makes_no_page_of_its_own(api: httpx.AsyncClient) -> None:
    answer = await api.post(
        "/v1/pages", json={"parent": {"type": "workspace", "workspace": True}, "properties": {}}
    )

    assert answer.status_code == 400
    assert "workspace-level private pages is not supported" in answer.json()["message"]


async def test_sharing_something_that_is_not_there_is_refused(
    workspace: Workspace, bot_id: str
) -> None:
    with pytest.raises(Exception, match="Could not find object"):
        workspace.share("11111111-1111-4111-8111-111111111111", bot_id)


ENDPOINTS = [
    pytest.param("GET /v1/pages/{id}", None, "read_content", id="page"),
    pytest.param("PATCH /v1/pages/{id}", {}, "update_content", id="page-change"),
    pytest.param(
        "POST /v1/pages",
        {"parent": {"page_id": MISSING}, "properties": {}},
        "insert_content",
        id="page-new",
    ),
    pytest.param("GET /v1/pages/{id}/properties/title", None, "read_content", id="property"),
    pytest.param("GET /v1/blocks/{id}", None, "read_content", id="block"),
    pytest.param("GET /v1/blocks/{id}/children", None, "read_content", id="children"),
    pytest.param("PATCH /v1/blocks/{id}", {}, "update_content", id="block-change"),
    pytest.param("DELETE /v1/blocks/{id}", None, "update_content", id="block-gone"),
    pytest.param(
        "PATCH /v1/blocks/{id}/children", {"children": []}, "insert_content", id="block-new"
    ),
    pytest.param("GET /v1/databases/{id}", None, "read_content", id="database"),
    pytest.param("PATCH /v1/databases/{id}", {}, "update_content", id="database-change"),
    pytest.param(
        "POST /v1/databases",
        {"parent": {"page_id": MISSING}},
        "insert_content",
        id="database-new",
    ),
    pytest.param("GET /v1/data_sources/{id}", None, "read_content", id="table"),
    pytest.param("GET /v1/data_sources/{id}/templates", None, "read_content", id="templates"),
    pytest.param("PATCH /v1/data_sources/{id}", {}, "update_content", id="table-change"),
    pytest.param("POST /v1/data_sources/{id}/query", {}, "read_content", id="query"),
    pytest.param(
        "POST /v1/data_sources",
        {"parent": {"database_id": MISSING}, "properties": {}},
        "insert_content",
        id="table-new",
    ),
]


@pytest.mark.parametrize(("request_line", "body", "needed"), ENDPOINTS)
async def test_a_right_is_missing_before_an_object_is(
    connect: Connect, add_integration: Make, request_line: str, body: Any, needed: str
) -> None:
    """The same request for something that is not there: 403 without the right, 404 with it."""
    statuses: list[int] = []
    for without in ([needed], []):
        client = await connect(add_integration(without=without))
        sent = request_line.format(id=MISSING).split()
        statuses.append((await client.request(*sent, json=body)).status_code)

    assert statuses == [403, 404]


@pytest.fixture
def tree(
    workspace: Workspace, ada: Actor, root: str, make_table: Make, add_row: Make
) -> dict[str, str]:
    """A database, its table and a row, and the page that holds them."""
    table = make_table({})
    parent = workspace.perform("GET", f"/v1/data_sources/{table}", actor=ada)["parent"]
    row = add_row(table, "Salary")
    return {"root": root, "database": parent["database_id"], "table": table, "row": row}


WRITES = [
    pytest.param("PATCH /v1/pages/{row}", {}, "page", id="page"),
    pytest.param("PATCH /v1/databases/{database}", {}, "database", id="database"),
    pytest.param("PATCH /v1/data_sources/{table}", {}, "data_source", id="table"),
    pytest.param("PATCH /v1/blocks/{row}", {}, "block", id="block"),
    pytest.param("DELETE /v1/blocks/{row}", None, "block", id="block-gone"),
    pytest.param("POST /v1/pages/{row}/move", {"parent": {"page_id": "{root}"}}, "page", id="move"),
    pytest.param("POST /v1/pages", {"parent": {"page_id": "{root}"}, "properties": {}}, "page",
                 id="page-new"),
    pytest.param("POST /v1/databases", {"parent": {"page_id": "{root}"}}, "database",
                 id="database-new"),
    pytest.param("POST /v1/data_sources", {"parent": {"type": "database_id", "database_id":
                 "{database}"}, "properties": {"Name": {"title": {}}}}, "data_source",
                 id="table-new"),
]  # fmt: skip


@pytest.mark.parametrize(("request_line", "body", "kind"), WRITES)
async def test_who_may_write_and_not_read_learns_the_id_alone(
    connect: Connect, add_integration: Make, tree: dict[str, str], *, request_line: str, body: Any,
    kind: str,
) -> None:  # fmt: skip
    writer = await connect(add_integration(without=["read_content"]))
    sent = None if body is None else json.loads(_filled(json.dumps(body), tree))

    answer = await writer.request(*_filled(request_line, tree).split(), json=sent)

    schema: dict[str, Any] = {"properties": {}} if kind == "data_source" else {}
    known = {key: value for key, value in answer.json().items() if key != "request_id"}
    assert known == {"object": kind, "id": known["id"]} | schema


def _filled(text: str, tree: dict[str, str]) -> str:
    for name, object_id in tree.items():
        text = text.replace("{" + name + "}", object_id)
    return text


async def test_who_may_append_and_not_read_learns_the_ids_alone(
    connect: Connect, add_integration: Make, root: str
) -> None:
    writer = await connect(add_integration(without=["read_content"]))
    sent: dict[str, Any] = {"children": [{"divider": {}}, {"divider": {}}]}

    added = (await writer.patch(f"/v1/blocks/{root}/children", json=sent)).json()["results"]

    assert [each.keys() for each in added] == [{"object", "id"}] * 2


async def test_who_may_comment_and_not_read_comments_learns_the_id_alone(
    connect: Connect, add_integration: Make, root: str
) -> None:
    writer = await connect(add_integration(without=["read_comments"]))
    sent = {"parent": {"page_id": root}, "rich_text": [{"text": {"content": "x"}}]}

    said = (await writer.post("/v1/comments", json=sent)).json()

    assert said.keys() == {"object", "id", "request_id"}


@pytest.mark.parametrize(
    ("path", "parent"),
    [
        pytest.param("databases/{database}", {"page_id": "{root}"}, id="database"),
        pytest.param("data_sources/{table}", {"database_id": "{database}"}, id="table"),
    ],
)
async def test_to_move_a_table_needs_the_right_to_insert(
    connect: Connect, add_integration: Make, tree: dict[str, str], path: str, parent: Any
) -> None:
    sent = {"parent": json.loads(_filled(json.dumps(parent), tree))}
    statuses: list[int] = []
    for without in (["insert_content"], []):
        client = await connect(add_integration(without=without))
        statuses.append((await client.patch(f"/v1/{_filled(path, tree)}", json=sent)).status_code)

    assert statuses == [403, 200]
