"""The trash: it takes along what lies below, and gives back what was not put there itself."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Make = Callable[..., str]
Tree = dict[str, str]


@pytest.fixture
async def tree(api: httpx.AsyncClient, root: str, make_table: Make, add_row: Make) -> Tree:
    """A page below the root with a block; a database with a table and a row; their ids."""
    sent: dict[str, Any] = {
        "parent": {"page_id": root},
        "properties": {},
        "children": [{"paragraph": {"rich_text": []}}],
    }
    made = await api.post("/v1/pages", json=sent)
    page: str = made.json()["id"]
    table = make_table({})
    database = (await api.get(f"/v1/data_sources/{table}")).json()["parent"]["database_id"]
    return {
        "pages": page,
        "blocks": (await api.get(f"/v1/blocks/{page}/children")).json()["results"][0]["id"],
        "databases": database,
        "data_sources": table,
        "rows": add_row(table, "Row"),
    }


async def shown(api: httpx.AsyncClient, kind: str, object_id: str) -> dict[str, Any]:
    path = {"rows": "pages"}.get(kind, kind)
    answer = await api.get(f"/v1/{path}/{object_id}")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


BELOW = [
    pytest.param("pages", ["blocks"], id="page"),
    pytest.param("databases", ["data_sources", "rows"], id="database"),
    pytest.param("data_sources", ["rows"], id="data-source"),
]


@pytest.mark.parametrize(("kind", "below"), BELOW)
async def test_what_lies_below_the_trash_is_in_it_and_comes_back(
    api: httpx.AsyncClient, tree: Tree, kind: str, below: list[str]
) -> None:
    path = f"/v1/{kind}/{tree[kind]}"

    await api.patch(path, json={"in_trash": True})
    gone = [(await shown(api, each, tree[each]))["in_trash"] for each in [kind, *below]]
    await api.patch(path, json={"in_trash": False})
    back = [(await shown(api, each, tree[each]))["in_trash"] for each in [kind, *below]]

    assert all(gone)
    assert not any(back)


async def test_everything_below_the_root_goes_with_it(
    api: httpx.AsyncClient, tree: Tree, root: str
) -> None:
    await api.patch(f"/v1/pages/{root}", json={"in_trash": True})

    assert all([(await shown(api, kind, tree[kind]))["in_trash"] for kind in tree])


async def test_what_was_trashed_by_itself_stays_there(api: httpx.AsyncClient, tree: Tree) -> None:
    row, table = f"/v1/pages/{tree['rows']}", f"/v1/data_sources/{tree['data_sources']}"
    await api.patch(row, json={"in_trash": True})
    await api.patch(table, json={"in_trash": True})

    await api.patch(table, json={"in_trash": False})

    assert (await api.get(row)).json()["in_trash"] is True


@pytest.mark.parametrize(
    ("request_line", "body"),
    [
        pytest.param("PATCH /v1/pages/{rows}", {"properties": {}}, id="row"),
        pytest.param("PATCH /v1/pages/{rows}", {"in_trash": False}, id="row-coming-back"),
        pytest.param("PATCH /v1/blocks/{blocks}", {"paragraph": {"rich_text": []}}, id="block"),
        pytest.param("PATCH /v1/databases/{databases}", {"title": []}, id="database"),
        pytest.param("PATCH /v1/data_sources/{data_sources}", {"title": []}, id="table"),
        pytest.param("DELETE /v1/blocks/{pages}", None, id="page"),
    ],
)
async def test_nothing_below_the_trash_is_changed(
    api: httpx.AsyncClient, tree: Tree, root: str, request_line: str, body: Any
) -> None:
    await api.patch(f"/v1/pages/{root}", json={"in_trash": True})

    answer = await api.request(*request_line.format(**tree).split(), json=body)

    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "Can't edit block that is archived. You must unarchive the block before editing.",
    )


async def test_erasing_content_leaves_the_page(api: httpx.AsyncClient, tree: Tree) -> None:
    page = f"/v1/pages/{tree['pages']}"

    answer = await api.patch(page, json={"erase_content": True})

    assert answer.json()["in_trash"] is False
    assert (await api.get(f"/v1/blocks/{tree['pages']}/children")).json()["results"] == []
    assert (await shown(api, "blocks", tree["blocks"]))["in_trash"] is True


async def test_a_query_gives_archived_rows_only_when_asked(
    api: httpx.AsyncClient, tree: Tree, add_row: Make
) -> None:
    kept = add_row(tree["data_sources"], "Kept")
    archived = await api.patch(f"/v1/pages/{tree['rows']}", json={"is_archived": True})

    async def found(**body: Any) -> list[str]:
        answer = await api.post(f"/v1/data_sources/{tree['data_sources']}/query", json=body)
        return [each["id"] for each in answer.json()["results"]]

    assert (archived.json()["is_archived"], archived.json()["in_trash"]) == (True, False)
    assert await found() == await found(is_archived=False) == [kept]
    assert await found(is_archived=True) == [tree["rows"]]
    assert await found(in_trash=True) == []


@pytest.mark.parametrize(("kind", "count"), [("page", 1), ("data_source", 0)])
async def test_the_results_of_a_query_are_pages(
    api: httpx.AsyncClient, tree: Tree, kind: str, count: int
) -> None:
    answer = await api.post(
        f"/v1/data_sources/{tree['data_sources']}/query", json={"result_type": kind}
    )

    assert len(answer.json()["results"]) == count


async def test_a_trashed_table_can_still_be_queried(api: httpx.AsyncClient, tree: Tree) -> None:
    table = f"/v1/data_sources/{tree['data_sources']}"
    await api.patch(table, json={"in_trash": True})

    rows = (await api.post(f"{table}/query", json={})).json()["results"]

    assert [(each["id"], each["in_trash"]) for each in rows] == [(tree["rows"], True)]
