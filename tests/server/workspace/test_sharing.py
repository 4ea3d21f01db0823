"""What an integration sees is what was shared with it, and everything below that."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace

Make = Callable[..., str]
Connect = Callable[..., Awaitable[httpx.AsyncClient]]


async def test_what_lies_below_a_shared_page_is_seen(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    table = make_table({})
    row = add_row(table, "deep")

    assert (await api.get(f"/v1/pages/{row}")).status_code == 200
    assert (await api.post(f"/v1/data_sources/{table}/query", json={})).json()["results"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [("pages", "page"), ("databases", "database"), ("data_sources", "data_source"),
     ("blocks", "block")],
)  # fmt: skip
async def test_missing_and_unshared_look_alike(
    api: httpx.AsyncClient, bot_id: str, path: str, kind: str
) -> None:
    missing = "11111111-1111-4111-8111-111111111111"

    answer = await api.get(f"/v1/{path}/{missing}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "object_not_found"
    assert answer.json()["message"] == (
        f"Could not find {kind} with ID: {missing}. Make sure the relevant pages and databases"
        ' are shared with your integration "Robot".'
    )
    assert answer.json()["additional_data"] == {"integration_id": bot_id}


async def test_sharing_can_be_taken_back(
    api: httpx.AsyncClient, workspace: Workspace, bot_id: str, root: str
) -> None:
    workspace.unshare(root, bot_id)

    assert (await api.get(f"/v1/pages/{root}")).status_code == 404


async def test_a_page_beside_the_shared_one_is_not_seen(
    api: httpx.AsyncClient, workspace: Workspace, ada: Actor
) -> None:
    private = workspace.perform(
        "POST", "/v1/pages", {"parent": {"workspace": True}, "properties": {}}, actor=ada
    )

    assert (await api.get(f"/v1/pages/{private['id']}")).status_code == 404
    found = (await api.post("/v1/search", json={})).json()["results"]
    assert private["id"] not in [each["id"] for each in found]


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


MISSING = "11111111-1111-4111-8111-111111111111"
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
