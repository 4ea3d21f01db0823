"""Pages: create, retrieve, change, trash, and single properties page by page."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, ApiError, Workspace

Make = Callable[..., str]


def text(content: str) -> list[dict[str, Any]]:
    return [{"text": {"content": content}}]


async def test_a_row_comes_back_as_it_was_made(api: httpx.AsyncClient, make_table: Make) -> None:
    table = make_table({"Points": {"number": {}}})

    made = (
        await api.post(
            "/v1/pages",
            json={
                "parent": {"type": "data_source_id", "data_source_id": table},
                "icon": {"emoji": "🌉"},
                "cover": {"external": {"url": "https://example.org/c.png"}},
                "properties": {"Name": {"title": text("A bridge")}, "Points": {"number": 3}},
            },
        )
    ).json()
    read = (await api.get(f"/v1/pages/{made['id']}")).json()

    assert {**read, "request_id": ""} == {**made, "request_id": ""}
    assert read["properties"]["Points"]["number"] == 3
    assert read["icon"] == {"type": "emoji", "emoji": "🌉"}


async def test_a_page_may_bring_its_content_along(api: httpx.AsyncClient, root: str) -> None:
    made = await api.post(
        "/v1/pages",
        json={
            "parent": {"page_id": root},
            "properties": {"title": text("Notes")},
            "children": [{"paragraph": {"rich_text": text("first")}}],
        },
    )

    children = (await api.get(f"/v1/blocks/{made.json()['id']}/children")).json()["results"]
    assert [child["type"] for child in children] == ["paragraph"]


async def test_a_page_under_a_page_stands_there_as_a_block(
    api: httpx.AsyncClient, root: str
) -> None:
    made = await api.post(
        "/v1/pages", json={"parent": {"page_id": root}, "properties": {"title": text("Below")}}
    )

    block = (await api.get(f"/v1/blocks/{made.json()['id']}")).json()
    assert block["child_page"] == {"title": "Below"}
    listed = (await api.get(f"/v1/blocks/{root}/children")).json()["results"]
    assert [each["id"] for each in listed] == [block["id"]]


async def test_a_database_stands_for_its_only_data_source(
    api: httpx.AsyncClient, make_table: Make
) -> None:
    table = make_table({})
    database = (await api.get(f"/v1/data_sources/{table}")).json()["parent"]["database_id"]

    made = await api.post("/v1/pages", json={"parent": {"database_id": database}, "properties": {}})

    assert made.json()["parent"]["data_source_id"] == table


async def test_a_database_of_two_tables_is_no_parent(
    api: httpx.AsyncClient, make_table: Make
) -> None:
    table = make_table({})
    database = (await api.get(f"/v1/data_sources/{table}")).json()["parent"]["database_id"]
    await api.post("/v1/data_sources", json={"parent": {"database_id": database}})

    made = await api.post("/v1/pages", json={"parent": {"database_id": database}, "properties": {}})

    assert made.json()["additional_data"]["error_type"] == "multiple_data_sources_for_database"


async def test_a_change_leaves_the_rest_and_dates_the_page(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, watch: Any, bot_id: str
) -> None:
    row = add_row(make_table({"Points": {"number": {}}}), "old", {"Points": {"number": 1}})
    watch.now = datetime(2026, 5, 14, 7, 59, 59, tzinfo=UTC)

    changed = (
        await api.patch(f"/v1/pages/{row}", json={"properties": {"Name": {"title": text("new")}}})
    ).json()

    assert changed["properties"]["Points"]["number"] == 1
    assert changed["created_time"] == "2026-05-13T09:30:00.000Z"
    assert changed["last_edited_time"] == "2026-05-14T07:59:00.000Z"
    assert changed["last_edited_by"]["id"] == bot_id
    assert changed["url"].endswith(f"/p/new-{row.replace('-', '')}")


async def test_a_page_goes_to_the_trash_and_comes_back(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    row = add_row(make_table({}), "row")

    gone = (await api.patch(f"/v1/pages/{row}", json={"in_trash": True})).json()
    refused = await api.patch(f"/v1/pages/{row}", json={"properties": {}})
    read = (await api.get(f"/v1/pages/{row}")).json()
    back = (await api.patch(f"/v1/pages/{row}", json={"in_trash": False})).json()

    assert (gone["in_trash"], read["in_trash"], back["in_trash"]) == (True, True, False)
    assert refused.json()["message"] == (
        "Can't edit block that is archived. You must unarchive the block before editing."
    )


async def test_nothing_below_the_trash_is_changed(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    table = make_table({})
    row = add_row(table, "row")
    await api.patch(f"/v1/data_sources/{table}", json={"in_trash": True})

    answer = await api.patch(f"/v1/pages/{row}", json={"is_locked": True})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            {"properties": {"Nope": {"number": 1}}},
            "Nope is not a property that exists.",
            id="unknown-property",
        ),
        pytest.param(
            {"properties": {"Name": {"number": 1}}},
            "Name is expected to be title.",
            id="wrong-type",
        ),
        pytest.param(
            {"properties": {"Name": {"title": text("x" * 2001)}}},
            "body failed validation: body.properties.Name.title[0].text.content.length should be"
            " ≤ `2000`, instead was `2001`.",
            id="long-text",
        ),
        pytest.param(
            {"properties": {"Name": {"title": text("x") * 101}}},
            "body failed validation: body.properties.Name.title.length should be ≤ `100`,"
            " instead was `101`.",
            id="long-array",
        ),
        pytest.param(
            {"properties": {"Name": {"title": [{"plain_text": "x"}]}}},
            "body failed validation. Fix one:\n"
            "body.properties.Name.title[0].text should be defined, instead was `undefined`.\n"
            "body.properties.Name.title[0].mention should be defined, instead was `undefined`.\n"
            "body.properties.Name.title[0].equation should be defined, instead was `undefined`.",
            id="rich-text-of-no-kind",
        ),
        pytest.param(
            {"archived": True},
            "body failed validation: body.archived should be not present, instead was `true`.",
            id="a-word-of-an-older-version",
        ),
        pytest.param(
            {"template": {"type": "default"}},
            "body failed validation: body.template should be not present: the embedded workspace"
            ' does not serve it yet, instead was `{"type":"default"}`.',
            id="not-built-yet",
        ),
    ],
)
async def test_a_change_that_does_not_fit_is_refused_in_notions_words(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, body: Any, message: str
) -> None:
    row = add_row(make_table({}), "row")

    answer = await api.patch(f"/v1/pages/{row}", json=body)

    assert (answer.status_code, answer.json()["message"]) == (400, message)


async def test_a_refused_change_changes_nothing(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    row = add_row(make_table({"Size": {"select": {}}}), "row")

    await api.patch(
        f"/v1/pages/{row}",
        json={"properties": {"Size": {"select": {"name": "new"}}, "Nope": {"number": 1}}},
    )

    page = (await api.get(f"/v1/pages/{row}")).json()
    assert page["properties"]["Size"]["select"] is None
    table = (await api.get(f"/v1/data_sources/{page['parent']['data_source_id']}")).json()
    assert table["properties"]["Size"]["select"]["options"] == []


async def test_unique_ids_count_up_and_are_never_given_twice(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, workspace: Workspace, ada: Actor
) -> None:
    table = make_table({"ID": {"unique_id": {"prefix": "TASK"}}})
    first = add_row(table, "a")
    workspace.perform("PATCH", f"/v1/pages/{first}", {"in_trash": True}, actor=ada)

    second = (await api.get(f"/v1/pages/{add_row(table, 'b')}")).json()

    assert second["properties"]["ID"]["unique_id"] == {"prefix": "TASK", "number": 2}


async def test_a_single_value_is_one_property_item(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    row = add_row(make_table({"Points": {"number": {}}}), "row", {"Points": {"number": 5}})
    page = (await api.get(f"/v1/pages/{row}")).json()
    shown_id = page["properties"]["Points"]["id"]

    item = (await api.get(f"/v1/pages/{row}/properties/{shown_id}")).json()

    assert {**item, "request_id": ""} == {
        "object": "property_item",
        "type": "number",
        "id": shown_id,
        "number": 5,
        "request_id": "",
    }


async def test_a_title_is_a_list_of_property_items(api: httpx.AsyncClient, root: str) -> None:
    listed = (await api.get(f"/v1/pages/{root}/properties/title")).json()

    assert listed["results"][0]["title"]["plain_text"] == "Root"
    assert listed["property_item"] == {
        "id": "title", "next_url": None, "type": "title", "title": {},
    }  # fmt: skip


async def test_an_unknown_property_item_is_refused(api: httpx.AsyncClient, root: str) -> None:
    answer = await api.get(f"/v1/pages/{root}/properties/nope")

    assert answer.json()["message"] == "nope is not a property that exists."


async def test_a_database_without_a_table_is_no_parent(
    api: httpx.AsyncClient, make_table: Make
) -> None:
    table = make_table({})
    database = (await api.get(f"/v1/data_sources/{table}")).json()["parent"]["database_id"]
    await api.patch(f"/v1/data_sources/{table}", json={"in_trash": True})

    made = await api.post("/v1/pages", json={"parent": {"database_id": database}, "properties": {}})

    assert made.json()["message"] == (
        f"Database with ID {database} does not contain any data sources accessible by this API bot."
    )


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        pytest.param({"junk": 1}, "body.parent.junk should be not present", id="junk"),
        pytest.param({"workspace": True}, "body.parent.page_id should be not present", id="two"),
        pytest.param({"type": "database_id"}, 'body.parent.type should be `"page_id"`', id="type"),
    ],
)
async def test_a_parent_that_contradicts_itself_is_refused(
    api: httpx.AsyncClient, root: str, more: Any, complaint: str
) -> None:
    sent = {"parent": {"page_id": root} | more, "properties": {}}

    answer = await api.post("/v1/pages", json=sent)

    assert complaint in answer.json()["message"]


async def test_the_parent_of_a_row_may_be_sent_as_it_was_answered(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    row = (await api.get(f"/v1/pages/{add_row(make_table({}), 'row')}")).json()

    made = await api.post("/v1/pages", json={"parent": row["parent"], "properties": {}})

    assert made.json()["parent"] == row["parent"]


async def test_a_page_is_in_the_workspace_or_it_is_not(workspace: Workspace, ada: Actor) -> None:
    sent: Any = {"parent": {"workspace": False}, "properties": {}}

    with pytest.raises(ApiError, match=r"body\.parent\.workspace should be `true`"):
        workspace.perform("POST", "/v1/pages", sent, actor=ada)
