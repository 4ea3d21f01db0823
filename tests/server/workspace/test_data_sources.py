"""Databases and data sources: made, read, and changed property by property."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Make = Callable[..., str]


def text(content: str) -> list[dict[str, Any]]:
    return [{"text": {"content": content}}]


async def change(api: httpx.AsyncClient, table: str, **properties: Any) -> dict[str, Any]:
    answer = await api.patch(f"/v1/data_sources/{table}", json={"properties": properties})
    known: dict[str, Any] = answer.json()
    return known


async def test_a_database_comes_with_one_data_source_of_its_name(
    api: httpx.AsyncClient, root: str
) -> None:
    made = await api.post("/v1/databases", json={"parent": {"page_id": root}, "title": text("Log")})

    database = made.json()
    assert [each["name"] for each in database["data_sources"]] == ["Log"]
    table = await api.get(f"/v1/data_sources/{database['data_sources'][0]['id']}")
    assert list(table.json()["properties"]) == ["Name"]
    assert table.json()["database_parent"] == {"type": "page_id", "page_id": root}


async def test_a_database_is_changed_and_trashed(api: httpx.AsyncClient, make_table: Make) -> None:
    table = make_table({})
    database = (await api.get(f"/v1/data_sources/{table}")).json()["parent"]["database_id"]

    await api.patch(
        f"/v1/databases/{database}",
        json={"title": text("New"), "is_locked": True, "icon": {"emoji": "🔥"}},
    )
    gone = (await api.patch(f"/v1/databases/{database}", json={"in_trash": True})).json()

    assert gone["title"][0]["plain_text"] == "New"
    assert (gone["is_locked"], gone["in_trash"]) == (True, True)
    assert gone["icon"] == {"type": "emoji", "emoji": "🔥"}
    assert (await api.get(f"/v1/data_sources/{table}")).json()["in_trash"]


async def test_a_database_takes_a_second_data_source(
    api: httpx.AsyncClient, make_table: Make
) -> None:
    table = make_table({})
    database = (await api.get(f"/v1/data_sources/{table}")).json()["parent"]["database_id"]

    second = await api.post(
        "/v1/data_sources",
        json={
            "parent": {"type": "database_id", "database_id": database},
            "title": text("Second"),
            "properties": {"Task": {"title": {}}, "Points": {"number": {"format": "euro"}}},
        },
    )

    assert second.json()["properties"]["Points"]["number"] == {"format": "euro"}
    listed = (await api.get(f"/v1/databases/{database}")).json()["data_sources"]
    assert [each["name"] for each in listed] == ["Table", "Second"]


async def test_properties_are_added_renamed_and_removed(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    table = make_table({"Points": {"number": {}}, "Old": {"rich_text": {}}})
    row = add_row(table, "row", {"Points": {"number": 3}})

    changed = await change(
        api, table, Points={"name": "Size", "description": "In points"}, Old=None,
        Due={"date": {}},
    )  # fmt: skip

    assert list(changed["properties"]) == ["Name", "Size", "Due"]
    assert changed["properties"]["Size"]["description"] == "In points"
    page = (await api.get(f"/v1/pages/{row}")).json()
    assert page["properties"]["Size"]["number"] == 3


async def test_a_removed_property_that_returns_is_empty(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    table = make_table({"Points": {"number": {}}})
    row = add_row(table, "row", {"Points": {"number": 3}})

    await change(api, table, Points=None)
    await change(api, table, Points={"number": {}})

    page = (await api.get(f"/v1/pages/{row}")).json()
    assert page["properties"]["Points"]["number"] is None


async def test_a_property_of_a_type_that_holds_no_such_values_starts_empty(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    table = make_table({"Points": {"number": {}}})
    row = add_row(table, "row", {"Points": {"number": 3}})

    await change(api, table, Points={"date": {}})

    page = (await api.get(f"/v1/pages/{row}")).json()
    assert page["properties"]["Points"]["date"] is None


async def test_options_are_renamed_added_reordered_and_removed(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    table = make_table({"Size": {"select": {"options": [{"name": "S"}, {"name": "L"}]}}})
    small = add_row(table, "small", {"Size": {"select": {"name": "S"}}})
    large = add_row(table, "large", {"Size": {"select": {"name": "L"}}})
    known = (await api.get(f"/v1/data_sources/{table}")).json()["properties"]["Size"]["select"]
    small_id = known["options"][0]["id"]

    async def order() -> list[str]:
        sorts = [{"property": "Size", "direction": "ascending"}]
        answer = await api.post(f"/v1/data_sources/{table}/query", json={"sorts": sorts})
        return [row["id"] for row in answer.json()["results"]]

    options = [{"name": "L"}, {"name": "M"}, {"id": small_id, "name": "Tiny"}]
    await change(api, table, Size={"select": {"options": options}})
    reordered = await order()
    page = (await api.get(f"/v1/pages/{small}")).json()["properties"]["Size"]["select"]
    await change(api, table, Size={"select": {"options": [{"name": "M"}]}})

    assert reordered == [large, small]
    assert (page["id"], page["name"]) == (small_id, "Tiny")
    assert (await api.get(f"/v1/pages/{large}")).json()["properties"]["Size"]["select"] is None
    empty = {"filter": {"property": "Size", "select": {"is_empty": True}}}
    found = await api.post(f"/v1/data_sources/{table}/query", json=empty)
    assert len(found.json()["results"]) == 2


async def test_a_status_has_notions_options_and_groups(
    api: httpx.AsyncClient, make_table: Make
) -> None:
    table = make_table({"State": {"status": {}}})
    status = (await api.get(f"/v1/data_sources/{table}")).json()["properties"]["State"]["status"]

    names = {option["id"]: option["name"] for option in status["options"]}
    groups = {group["name"]: [names[i] for i in group["option_ids"]] for group in status["groups"]}
    assert groups == {
        "To-do": ["Not started"], "In progress": ["In progress"], "Complete": ["Done"],
    }  # fmt: skip


async def test_options_that_a_status_is_made_with_all_land_in_to_do(
    api: httpx.AsyncClient, make_table: Make
) -> None:
    sent = {
        "options": [{"name": "Backlog"}, {"name": "Done"}],
        "groups": [{"name": "Complete", "option_ids": []}],
    }

    table = make_table({"State": {"status": sent}})

    shown = (await api.get(f"/v1/data_sources/{table}")).json()["properties"]["State"]["status"]
    assert [len(group["option_ids"]) for group in shown["groups"]] == [2, 0, 0]


async def test_an_option_added_to_a_status_lands_in_to_do(
    api: httpx.AsyncClient, make_table: Make
) -> None:
    table = make_table({"State": {"status": {}}})
    names = ["Not started", "In progress", "Done", "Released"]

    changed = await change(
        api, table, State={"status": {"options": [{"name": name} for name in names]}}
    )

    status = changed["properties"]["State"]["status"]
    assert status["options"][3]["id"] in status["groups"][0]["option_ids"]
    assert len(status["groups"][2]["option_ids"]) == 1


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        pytest.param({"Name": None}, "Cannot delete the title property.", id="no-title"),
        pytest.param(
            {"Second": {"title": {}}},
            "Cannot create more than one title property.",
            id="two-titles",
        ),
        pytest.param(
            {"Points": {"name": "Name"}},
            "body failed validation: body.properties.Points.name should be a name that no other"
            ' property has, instead was `"Name"`.',
            id="taken-name",
        ),
        pytest.param(
            {"New": {"select": {"options": [{"name": "a"}, {"name": "a"}]}}},
            'Duplicate select option name: "a".',
            id="same-option-twice",
        ),
        pytest.param(
            {"New": {"select": {"options": [{"name": "a,b"}]}}},
            "Invalid select option, commas not allowed: a,b",
            id="comma",
        ),
        pytest.param(
            {"Points": {"description": "x" * 281}},
            "body failed validation: body.properties.Points.description.length should be ≤ `280`,"
            " instead was `281`.",
            id="long-description",
        ),
        pytest.param(
            {"New": {"magic": {}}},
            "body failed validation. Fix one:\n"
            "body.properties.New.title should be defined, instead was `undefined`.",
            id="unknown-type",
        ),
    ],
)
async def test_a_schema_that_cannot_be_is_refused(
    api: httpx.AsyncClient, make_table: Make, properties: Any, message: str
) -> None:
    table = make_table({"Points": {"number": {}}})

    answer = await change(api, table, **properties)

    assert answer["message"].startswith(message)


async def test_there_are_no_templates(api: httpx.AsyncClient, make_table: Make) -> None:
    answer = await api.get(f"/v1/data_sources/{make_table({})}/templates")

    assert answer.json() == {"templates": [], "has_more": False, "next_cursor": None}


async def test_a_data_source_does_not_go_below_itself(
    api: httpx.AsyncClient, make_table: Make, add_row: Make
) -> None:
    table = make_table({})
    row = {"type": "page_id", "page_id": add_row(table, "row")}
    inner = (await api.post("/v1/databases", json={"parent": row})).json()["id"]

    moved = await api.patch(
        f"/v1/data_sources/{table}", json={"parent": {"type": "database_id", "database_id": inner}}
    )

    assert moved.json()["message"] == f"Data source {table} cannot be moved below itself."
    assert (await api.get(f"/v1/data_sources/{table}")).json()["in_trash"] is False
