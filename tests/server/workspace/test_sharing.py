"""What an integration sees is what was shared with it, and everything below that."""

from collections.abc import Callable

import httpx
import pytest

from server.workspace.core import Actor, Workspace

Make = Callable[..., str]


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
