"""What rests on a table that is not shared: it goes by no name, and pages show it empty."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
Make = Callable[..., str]

STATES = {"select": {"options": [{"name": "Secret plan"}]}}


def over(prop: str, function: str, relation: str = "Project") -> dict[str, Any]:
    return {
        "rollup": {
            "relation_property_name": relation,
            "rollup_property_name": prop,
            "function": function,
        }
    }


def referring_to(data_source_id: str, **side: Any) -> dict[str, Any]:
    return {"relation": {"data_source_id": data_source_id, "single_property": {}} | side}


def to(*pages: str) -> dict[str, Any]:
    return {"relation": [{"id": page} for page in pages]}


@pytest.fixture
def projects(make_table: Make) -> str:
    """The table that the integration does not see."""
    return make_table({"State": STATES, "Cost": {"number": {}}}, "Projects")


@pytest.fixture
def project(projects: str, add_row: Make) -> str:
    return add_row(projects, "zoo", {"Cost": {"number": 5}})


@pytest.fixture
def tasks(make_table: Make, projects: str) -> str:
    back = {"dual_property": {"synced_property_name": "Tasks"}}
    relation = {"relation": {"data_source_id": projects} | back}
    rollups = {"Costs": over("Cost", "sum"), "States": over("State", "show_original")}
    return make_table({"Project": relation} | rollups, "Tasks")


@pytest.fixture
def task(tasks: str, project: str, add_row: Make) -> str:
    return add_row(tasks, "task", {"Project": to(project)})


@pytest.fixture
async def narrow(
    connect: Connect, workspace: Workspace, tasks: str, add_integration: Make
) -> httpx.AsyncClient:
    """An integration that sees the tasks and not the projects."""
    token = add_integration(shared=False)
    workspace.share(tasks, workspace.tokens()[-1].bot_id)
    return await connect(token)


async def test_the_schema_is_without_what_rests_on_it(
    narrow: httpx.AsyncClient, api: httpx.AsyncClient, tasks: str
) -> None:
    seen = (await narrow.get(f"/v1/data_sources/{tasks}")).json()
    whole = (await api.get(f"/v1/data_sources/{tasks}")).json()

    assert list(seen["properties"]) == ["Name"]
    assert list(whole["properties"]) == ["Name", "Project", "Costs", "States"]


async def test_pages_show_an_empty_relation_and_what_rolls_it_up(
    narrow: httpx.AsyncClient, tasks: str, task: str
) -> None:
    row = (await narrow.get(f"/v1/pages/{task}")).json()
    queried = (await narrow.post(f"/v1/data_sources/{tasks}/query")).json()["results"]
    path = f"/v1/pages/{task}/properties/{row['properties']['Project']['id']}"
    items = (await narrow.get(path)).json()["results"]

    values = row["properties"]
    assert (values["Project"]["relation"], values["Project"]["has_more"]) == ([], False)
    assert values["Costs"]["rollup"]["number"] == 0
    assert values["States"]["rollup"]["array"] == []
    assert queried[0]["properties"] == values
    assert items == []


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"filter": {"property": "Project", "relation": {"is_empty": True}}},
                     id="relation"),
        pytest.param({"filter": {"property": "States", "rollup": {"any": {"select": {
                     "equals": "guess"}}}}}, id="option-of-a-rollup"),
        pytest.param({"filter": {"property": "Costs", "rollup": {"number": {"equals": 0}}}},
                     id="rollup"),
        pytest.param({"sorts": [{"property": "Project"}]}, id="sort-by-relation"),
        pytest.param({"sorts": [{"property": "Costs"}]}, id="sort-by-rollup"),
    ],
)  # fmt: skip
async def test_it_is_asked_for_in_vain(narrow: httpx.AsyncClient, tasks: str, asked: Any) -> None:
    answer = await narrow.post(f"/v1/data_sources/{tasks}/query", json=asked)

    named = [*asked.get("sorts", ()), asked.get("filter")][0]["property"]
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Could not find")
    assert answer.json()["message"].endswith(f"property with name or id: {named}")


@pytest.mark.parametrize(
    "synced_name", [pytest.param("Mine", id="free"), pytest.param("Cost", id="taken-there")]
)
async def test_the_other_side_is_not_renamed(
    narrow: httpx.AsyncClient, api: httpx.AsyncClient, tasks: str, projects: str, synced_name: str
) -> None:
    side = {"dual_property": {"synced_property_name": synced_name}}
    changes = {"Project": {"relation": {"data_source_id": projects} | side}}

    answer = await narrow.patch(f"/v1/data_sources/{tasks}", json={"properties": changes})

    schema = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]
    assert "should be a name that no other property has" in answer.json()["message"]
    assert list(schema) == ["Name", "State", "Cost", "Tasks"]


@pytest.mark.parametrize("change", [None, {"name": "Other"}], ids=["removed", "renamed"])
async def test_the_relation_is_neither_removed_nor_renamed(
    narrow: httpx.AsyncClient, api: httpx.AsyncClient, tasks: str, projects: str, change: Any
) -> None:
    path = f"/v1/data_sources/{tasks}"

    answer = await narrow.patch(path, json={"properties": {"Project": change}})

    there = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]["Tasks"]
    assert answer.status_code == 400
    assert there["relation"]["dual_property"]["synced_property_name"] == "Project"


async def test_rows_of_the_other_table_stay_as_they_are(
    narrow: httpx.AsyncClient, api: httpx.AsyncClient, task: str, project: str
) -> None:
    answer = await narrow.patch(f"/v1/pages/{task}", json={"properties": {"Project": to()}})

    back = (await api.get(f"/v1/pages/{project}")).json()["properties"]["Tasks"]
    assert answer.json()["message"] == "Project is not a property that exists."
    assert back["relation"] == [{"id": task}]


async def test_other_edits_lose_nothing_of_it(
    narrow: httpx.AsyncClient, api: httpx.AsyncClient, tasks: str, task: str, project: str
) -> None:
    await narrow.patch(f"/v1/data_sources/{tasks}", json={"properties": {"New": {"number": {}}}})
    await narrow.patch(f"/v1/pages/{task}", json={"properties": {"New": {"number": 1}}})

    values = (await api.get(f"/v1/pages/{task}")).json()["properties"]
    assert values["Project"]["relation"] == [{"id": project}]
    assert (values["Costs"]["rollup"]["number"], values["New"]["number"]) == (5, 1)


async def test_a_rollup_shows_no_relation_from_there_to_an_unshared_table(
    connect: Connect, workspace: Workspace, add_integration: Make, make_table: Make, *,
    add_row: Make, tasks: str, task: str,
) -> None:  # fmt: skip
    rollup = over("Project", "show_original", "Task")
    notes = make_table({"Task": referring_to(tasks), "Projects": rollup}, "Notes")
    note = add_row(notes, "note", {"Task": to(task)})
    token = add_integration(shared=False)
    for seen in (tasks, notes):
        workspace.share(seen, workspace.tokens()[-1].bot_id)
    narrow = await connect(token)

    schema = (await narrow.get(f"/v1/data_sources/{notes}")).json()["properties"]
    values = (await narrow.get(f"/v1/pages/{note}")).json()["properties"]

    assert list(schema) == ["Name", "Task"]
    assert values["Task"]["relation"] == [{"id": task}]
    assert values["Projects"]["rollup"]["array"] == []


async def test_a_copy_of_an_unshared_synced_block_is_empty(
    connect: Connect, api: httpx.AsyncClient, workspace: Workspace, ada: Actor, *, root: str,
    add_integration: Make,
) -> None:  # fmt: skip
    words: list[Any] = [{"paragraph": {"rich_text": []}}]
    original = await _appended(
        api, root, {"synced_block": {"synced_from": None, "children": words}}
    )
    page = workspace.perform(
        "POST", "/v1/pages", {"parent": {"page_id": root}, "properties": {}}, actor=ada
    )
    source = {"synced_from": {"block_id": original}}
    copy = await _appended(api, page["id"], {"synced_block": source})
    token = add_integration(shared=False)
    workspace.share(page["id"], workspace.tokens()[-1].bot_id)
    narrow = await connect(token)

    shown = [(await each.get(f"/v1/blocks/{copy}")).json() for each in (api, narrow)]
    children = await narrow.get(f"/v1/blocks/{copy}/children")

    assert [each["has_children"] for each in shown] == [True, False]
    assert (children.status_code, children.json()["results"]) == (200, [])


async def _appended(api: httpx.AsyncClient, parent: str, block: Any) -> str:
    sent = {"children": [block]}
    answer = await api.patch(f"/v1/blocks/{parent}/children", json=sent)
    added: str = answer.json()["results"][0]["id"]
    return added
