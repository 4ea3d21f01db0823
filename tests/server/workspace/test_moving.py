"""Moving: a page goes under another page or into a table, and everything stays consistent."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace

Make = Callable[..., str]
Connect = Callable[..., Any]


async def move(api: httpx.AsyncClient, page: str, **parent: Any) -> httpx.Response:
    return await api.post(f"/v1/pages/{page}/move", json={"parent": parent})


async def make_page(api: httpx.AsyncClient, parent: str, title: str, **more: Any) -> str:
    titled = {"title": {"title": [{"text": {"content": title}}]}}
    body = {"parent": {"page_id": parent}, "properties": titled} | more
    made: str = (await api.post("/v1/pages", json=body)).json()["id"]
    return made


async def found(api: httpx.AsyncClient, table: str, **condition: Any) -> list[str]:
    query = {"filter": condition} if condition else {}
    answer = await api.post(f"/v1/data_sources/{table}/query", json=query)
    return [page["id"] for page in answer.json()["results"]]


async def contents(api: httpx.AsyncClient, page: str) -> list[str]:
    listed = (await api.get(f"/v1/blocks/{page}/children")).json()["results"]
    return [block["id"] for block in listed]


def title_of(page: Any, name: str) -> str:
    text: str = page["properties"][name]["title"][0]["plain_text"]
    return text


async def test_a_page_goes_under_another_page_with_all_that_stands_on_it(
    api: httpx.AsyncClient, root: str
) -> None:
    block: Any = {"paragraph": {"rich_text": []}}
    first = await make_page(api, root, "First")
    page = await make_page(api, root, "Page", children=[block])
    await api.patch(f"/v1/blocks/{first}/children", json={"children": [block]})

    moved = (await move(api, page, page_id=first)).json()

    assert moved["parent"] == {"type": "page_id", "page_id": first}
    assert (moved["id"], title_of(moved, "title")) == (page, "Page")
    assert await contents(api, root) == [first]
    assert (await contents(api, first))[1:] == [page]
    assert len(await contents(api, page)) == 1
    assert moved == (await api.get(f"/v1/pages/{page}")).json() | {
        "request_id": moved["request_id"]
    }


async def test_a_page_becomes_a_row_with_its_title_and_a_number(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, root: str
) -> None:
    table = make_table({"No": {"unique_id": {"prefix": "T"}}})
    add_row(table, "First")
    page = await make_page(api, root, "Page")

    moved = (await move(api, page, type="data_source_id", data_source_id=table)).json()

    assert moved["parent"]["data_source_id"] == table
    assert title_of(moved, "Name") == "Page"
    assert moved["properties"]["No"]["unique_id"]["number"] == 2
    assert await found(api, table, property="Name", title={"equals": "page"}) == [page]
    assert await found(api, table, property="No", unique_id={"equals": 2}) == [page]


async def test_a_row_that_leaves_its_table_keeps_only_its_title(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, root: str
) -> None:
    table = make_table({"Points": {"number": {}}})
    page = add_row(table, "Page", {"Points": {"number": 3}})
    home = await make_page(api, root, "Home")

    moved = (await move(api, page, page_id=home)).json()
    back = (await move(api, page, data_source_id=table)).json()

    assert (list(moved["properties"]), title_of(moved, "title")) == (["title"], "Page")
    assert (back["properties"]["Points"]["number"], title_of(back, "Name")) == (None, "Page")
    assert await found(api, table, property="Points", number={"equals": 3}) == []
    assert await found(api, table, property="Points", number={"is_empty": True}) == [page]


@pytest.mark.parametrize("kind", ["single_property", "dual_property"])
async def test_nobody_refers_to_a_row_that_left_the_table(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, kind: str
) -> None:
    table, other = make_table({}), make_table({})
    relation: Any = {"relation": {"data_source_id": table, kind: {}}}
    await api.patch(f"/v1/data_sources/{other}", json={"properties": {"Of": relation}})
    page, kept = add_row(table, "Page"), add_row(table, "Kept")
    row = add_row(other, "Row", {"Of": {"relation": [{"id": page}, {"id": kept}]}})

    await move(api, page, data_source_id=other)
    await move(api, page, data_source_id=table)

    read = (await api.get(f"/v1/pages/{row}")).json()["properties"]
    assert read["Of"]["relation"] == [{"id": kept}]
    assert await found(api, other, property="Of", relation={"contains": page}) == []
    returned = (await api.get(f"/v1/pages/{page}")).json()["properties"]
    assert [value["relation"] for name, value in returned.items() if name != "Name"] in ([], [[]])


async def test_a_number_is_no_reference_to_the_row_that_is_kept_under_it(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, root: str
) -> None:
    table = make_table({"Points": {"number": {}}})
    page = add_row(table, "Page")
    others = [add_row(table, "Other", {"Points": {"number": points}}) for points in range(20)]

    await move(api, page, page_id=root)

    assert set(await found(api, table, property="Points", number={"is_not_empty": True})) == set(
        others
    )


async def test_a_page_without_a_title_moves(
    api: httpx.AsyncClient, make_table: Make, root: str
) -> None:
    answer = await api.post("/v1/pages", json={"parent": {"page_id": root}, "properties": {}})

    moved = (await move(api, answer.json()["id"], data_source_id=make_table({}))).json()

    assert moved["properties"]["Name"]["title"] == []


async def test_a_database_stands_for_its_only_data_source(
    api: httpx.AsyncClient, make_table: Make, root: str
) -> None:
    table = make_table({})
    database = (await api.get(f"/v1/data_sources/{table}")).json()["parent"]["database_id"]

    moved = (await move(api, await make_page(api, root, "Page"), page_id=database)).json()

    assert moved["parent"]["data_source_id"] == table


async def test_a_page_that_is_there_already_stays_as_it_is(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    table = make_table({"Points": {"number": {}}})
    page = add_row(table, "Page", {"Points": {"number": 3}})

    moved = (await move(api, page, data_source_id=table)).json()

    assert moved["properties"]["Points"]["number"] == 3


async def test_comments_go_with_the_page(api: httpx.AsyncClient, root: str) -> None:
    page, home = await make_page(api, root, "Page"), await make_page(api, root, "Home")
    said = {"parent": {"page_id": page}, "rich_text": [{"text": {"content": "x"}}]}
    await api.post("/v1/comments", json=said)

    await move(api, page, page_id=home)

    listed = (await api.get("/v1/comments", params={"block_id": page})).json()
    assert len(listed["results"]) == 1


async def test_a_page_does_not_go_below_itself(api: httpx.AsyncClient, root: str) -> None:
    page = await make_page(api, root, "Page")
    child = await make_page(api, page, "Child")

    answers = [await move(api, page, page_id=target) for target in (page, child)]

    message = f"Page {page} cannot be moved below itself."
    assert [answer.json()["message"] for answer in answers] == [message, message]


@pytest.mark.parametrize("trashed", ["page", "target"])
async def test_nothing_moves_out_of_the_trash_or_into_it(
    api: httpx.AsyncClient, root: str, trashed: str
) -> None:
    pages = {name: await make_page(api, root, name) for name in ("page", "target")}
    await api.delete(f"/v1/blocks/{pages[trashed]}")

    answer = await move(api, pages["page"], page_id=pages["target"])

    assert answer.json()["message"].startswith("Can't edit block that is archived.")


@pytest.mark.parametrize("without", ["insert_content", "update_content"])
async def test_moving_needs_the_rights_to_update_and_to_insert(
    connect: Connect, add_integration: Callable[..., str], api: httpx.AsyncClient, root: str,
    without: str,
) -> None:  # fmt: skip
    page, home = await make_page(api, root, "Page"), await make_page(api, root, "Home")
    narrow = await connect(add_integration(without=[without]))

    answer = await move(narrow, page, page_id=home)

    assert (answer.status_code, answer.json()["code"]) == (403, "restricted_resource")


async def test_a_page_does_not_go_where_the_integration_sees_nothing(
    workspace: Workspace, ada: Actor, api: httpx.AsyncClient, root: str
) -> None:
    private = workspace.perform(
        "POST", "/v1/pages", {"parent": {"workspace": True}, "properties": {}}, actor=ada
    )

    answer = await move(api, await make_page(api, root, "Page"), page_id=private["id"])

    assert answer.json()["message"].startswith(f"Could not find page with ID: {private['id']}.")


@pytest.mark.parametrize(
    ("parent", "message"),
    [
        pytest.param({}, ". Fix one:\nbody.parent.page_id should be defined", id="nothing"),
        pytest.param({"page_id": "x"}, ". Fix one:\nbody.parent.page_id should be a valid uuid",
                     id="bad-id"),
        pytest.param({"workspace": True}, ": body.parent.workspace should be not present",
                     id="workspace"),
    ],
)  # fmt: skip
async def test_a_target_that_is_none_is_refused(
    api: httpx.AsyncClient, root: str, parent: Any, message: str
) -> None:
    answer = await move(api, await make_page(api, root, "Page"), **parent)

    assert answer.json()["message"].startswith(f"body failed validation{message}")
