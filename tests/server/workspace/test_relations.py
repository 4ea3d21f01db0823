"""Relations: both sides in step, cut at 25 references, read whole page by page."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import Workspace

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
Make = Callable[..., str]
Related = Callable[..., Any]


@pytest.fixture
def projects(make_table: Make) -> str:
    return make_table({}, "Projects")


@pytest.fixture
def tasks(make_table: Make, projects: str) -> str:
    relation = {
        "data_source_id": projects,
        "type": "dual_property",
        "dual_property": {"synced_property_name": "Tasks"},
    }
    return make_table({"Project": {"relation": relation}}, "Tasks")


@pytest.fixture
def related(api: httpx.AsyncClient) -> Related:
    async def ids(page: str, name: str) -> list[str]:
        properties = (await api.get(f"/v1/pages/{page}")).json()["properties"]
        return [each["id"] for each in properties[name]["relation"]]

    return ids


@pytest.fixture
def change(api: httpx.AsyncClient) -> Related:
    """Changes the relation named Project; gives it, or the message that refuses."""

    async def run(table: str, target: str, side: str, **names: str) -> Any:
        relation = {"data_source_id": target, "type": side, side: names}
        changes = {"properties": {"Project": {"relation": relation}}}
        answer = (await api.patch(f"/v1/data_sources/{table}", json=changes)).json()
        return answer["properties"]["Project"] if "properties" in answer else answer["message"]

    return run


def single(data_source_id: str) -> dict[str, Any]:
    return {"data_source_id": data_source_id, "single_property": {}}


def to(*pages: str) -> dict[str, Any]:
    return {"relation": [{"id": page} for page in pages]}


async def test_a_dual_relation_gives_the_other_table_its_side(
    api: httpx.AsyncClient, tasks: str, projects: str
) -> None:
    here = (await api.get(f"/v1/data_sources/{tasks}")).json()["properties"]["Project"]
    there = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]["Tasks"]

    assert there["relation"]["data_source_id"] == tasks
    assert there["relation"]["dual_property"] == {
        "synced_property_name": "Project", "synced_property_id": here["id"],
    }  # fmt: skip
    assert here["relation"]["dual_property"] == {
        "synced_property_name": "Tasks", "synced_property_id": there["id"],
    }  # fmt: skip


async def test_both_sides_change_together(
    api: httpx.AsyncClient, tasks: str, projects: str, add_row: Make, related: Related
) -> None:
    first, second = add_row(projects, "first"), add_row(projects, "second")
    task = add_row(tasks, "task", {"Project": to(first)})
    other = add_row(tasks, "other", {"Project": to(first)})

    await api.patch(f"/v1/pages/{task}", json={"properties": {"Project": to(second)}})
    await api.patch(f"/v1/pages/{second}", json={"properties": {"Tasks": to(other, task)}})

    assert await related(first, "Tasks") == [other]
    assert await related(task, "Project") == [second]
    assert await related(other, "Project") == [first, second]
    assert await related(second, "Tasks") == [other, task]


async def test_a_single_relation_leaves_the_other_table_alone(
    api: httpx.AsyncClient, projects: str, make_table: Make, add_row: Make, related: Related
) -> None:
    notes = make_table({"Project": {"relation": single(projects)}})
    project = add_row(projects, "project")
    note = add_row(notes, "note", {"Project": to(project)})

    assert await related(note, "Project") == [project]
    schema = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]
    assert list(schema) == ["Name"]


async def test_rows_are_found_by_what_they_refer_to(
    api: httpx.AsyncClient, tasks: str, projects: str, add_row: Make
) -> None:
    project = add_row(projects, "project")
    task, _ = add_row(tasks, "task", {"Project": to(project)}), add_row(tasks, "free")

    async def found(**condition: Any) -> list[str]:
        asked = {"filter": {"property": "Project", "relation": condition}}
        answer = await api.post(f"/v1/data_sources/{tasks}/query", json=asked)
        return [row["id"] for row in answer.json()["results"]]

    assert await found(contains=project) == [task]
    assert task not in await found(does_not_contain=project)
    assert await found(is_not_empty=True) == [task]
    assert len(await found(is_empty=True)) == 1


async def test_rows_are_sorted_by_the_first_page_they_still_refer_to(
    api: httpx.AsyncClient, tasks: str, projects: str, add_row: Make
) -> None:
    left, zoo = add_row(projects, "left"), add_row(projects, "zoo")
    first = add_row(tasks, "first", {"Project": to(left, add_row(projects, "ant"))})
    second, third = add_row(tasks, "second", {"Project": to(zoo)}), add_row(tasks, "third")
    await api.patch(f"/v1/pages/{left}", json={"properties": {"Tasks": to()}})

    asked = {"sorts": [{"property": "Project", "direction": "ascending"}]}
    answer = (await api.post(f"/v1/data_sources/{tasks}/query", json=asked)).json()

    assert [row["id"] for row in answer["results"]] == [first, second, third]


async def test_a_page_shows_25_references_and_the_rest_comes_page_by_page(
    api: httpx.AsyncClient, tasks: str, projects: str, add_row: Make
) -> None:
    project = add_row(projects, "project")
    made = [add_row(tasks, f"task {i}", {"Project": to(project)}) for i in range(30)]

    shown = (await api.get(f"/v1/pages/{project}")).json()["properties"]["Tasks"]
    path = f"/v1/pages/{project}/properties/{shown['id']}"
    first = (await api.get(path, params={"page_size": 20})).json()
    rest = (await api.get(path, params={"start_cursor": first["next_cursor"]})).json()

    assert ([each["id"] for each in shown["relation"]], shown["has_more"]) == (made[:25], True)
    items = [each["relation"]["id"] for page in (first, rest) for each in page["results"]]
    assert items == made
    assert first["property_item"]["next_url"].endswith(f"start_cursor={first['next_cursor']}")


async def test_a_page_of_another_table_is_refused(
    api: httpx.AsyncClient, tasks: str, add_row: Make
) -> None:
    task, stranger = add_row(tasks, "task"), add_row(tasks, "no project")

    answer = await api.patch(f"/v1/pages/{task}", json={"properties": {"Project": to(stranger)}})

    assert answer.status_code == 400
    assert stranger in answer.json()["message"]


async def test_a_renamed_side_is_known_to_the_other(
    api: httpx.AsyncClient, tasks: str, projects: str
) -> None:
    await api.patch(
        f"/v1/data_sources/{tasks}", json={"properties": {"Project": {"name": "Belongs to"}}}
    )

    there = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]["Tasks"]
    assert there["relation"]["dual_property"]["synced_property_name"] == "Belongs to"


async def test_the_other_side_is_renamed_from_here(
    api: httpx.AsyncClient, tasks: str, projects: str, change: Related
) -> None:
    renamed = await change(tasks, projects, "dual_property", synced_property_name="Work")
    taken = await change(tasks, projects, "dual_property", synced_property_name="Name")

    there = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]
    assert renamed["relation"]["dual_property"]["synced_property_name"] == "Work"
    assert list(there) == ["Name", "Work"]
    assert "should be a name that no other property has" in taken


async def test_a_second_side_is_given_and_taken_away(
    api: httpx.AsyncClient, projects: str, make_table: Make, add_row: Make, *, related: Related,
    change: Related,
) -> None:  # fmt: skip
    table = make_table({"Project": {"relation": single(projects)}}, "Notes")
    project = add_row(projects, "project")
    notes = [add_row(table, name, {"Project": to(project)}) for name in "ab"]

    await change(table, projects, "dual_property", synced_property_name="Notes")
    seen = await related(project, "Notes")
    await api.patch(f"/v1/pages/{project}", json={"properties": {"Notes": to(notes[1])}})
    left = await related(notes[0], "Project")
    await change(table, projects, "single_property")

    assert (seen, left) == (notes, [])
    schema = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]
    assert list(schema) == ["Name"]
    assert await related(notes[1], "Project") == [project]


async def test_a_relation_to_another_table_starts_empty(
    tasks: str, projects: str, make_table: Make, add_row: Make, *, related: Related,
    change: Related,
) -> None:  # fmt: skip
    other = make_table({}, "Other")
    project = add_row(projects, "project")
    task = add_row(tasks, "task", {"Project": to(project)})

    changed = await change(tasks, other, "single_property")

    assert changed["relation"]["data_source_id"] == other
    assert await related(task, "Project") == []
    assert await related(project, "Tasks") == [task]


async def test_a_relation_leads_only_where_the_integration_may_look(
    narrow: httpx.AsyncClient, tasks: str, make_table: Make
) -> None:
    hidden = make_table({}, "Hidden")
    changes = {"New": {"relation": single(hidden)}}

    answer = await narrow.patch(f"/v1/data_sources/{tasks}", json={"properties": changes})

    assert answer.status_code == 404
    assert hidden in answer.json()["message"]


async def test_other_sides_without_a_name_get_different_ones(
    api: httpx.AsyncClient, make_table: Make, projects: str
) -> None:
    dual: Any = {"relation": {"data_source_id": projects, "dual_property": {}}}
    for _ in range(2):
        make_table({"Project": dual}, "Notes")

    schema = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]

    assert list(schema) == [
        "Name", "Related to Notes (Project)", "Related to Notes (Project) 1",
    ]  # fmt: skip


async def test_a_removed_side_leaves_the_other_single(
    api: httpx.AsyncClient, tasks: str, projects: str, add_row: Make, related: Related
) -> None:
    project = add_row(projects, "project")
    task = add_row(tasks, "task", {"Project": to(project)})

    await api.patch(f"/v1/data_sources/{tasks}", json={"properties": {"Project": None}})

    there = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]["Tasks"]
    assert there["relation"]["type"] == "single_property"
    assert await related(project, "Tasks") == [task]


async def test_a_table_may_refer_to_itself(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, related: Related
) -> None:
    table = make_table({})
    relation = {"data_source_id": table, "dual_property": {"synced_property_name": "Blocks"}}
    await api.patch(
        f"/v1/data_sources/{table}",
        json={"properties": {"Blocked by": {"relation": relation}}},
    )
    first = add_row(table, "first")
    second = add_row(table, "second", {"Blocked by": to(first)})

    assert await related(first, "Blocks") == [second]
    assert await related(second, "Blocks") == []


async def test_a_rollup_names_what_it_looks_at(
    api: httpx.AsyncClient, tasks: str, projects: str, add_row: Make
) -> None:
    rollup = {
        "relation_property_name": "Project",
        "rollup_property_name": "Name",
        "function": "count",
    }
    changed = await api.patch(
        f"/v1/data_sources/{tasks}", json={"properties": {"Count": {"rollup": rollup}}}
    )
    page = (await api.get(f"/v1/pages/{add_row(tasks, 'task')}")).json()
    there = (await api.get(f"/v1/data_sources/{projects}")).json()["properties"]["Name"]

    kept = changed.json()["properties"]["Count"]["rollup"]
    assert kept["rollup_property_id"] == there["id"]
    assert kept["relation_property_name"] == "Project"
    assert page["properties"]["Count"]["rollup"] == {
        "type": "number", "number": 0, "function": "count",
    }  # fmt: skip


@pytest.fixture
async def narrow(
    connect: Connect, workspace: Workspace, tasks: str, add_integration: Make
) -> httpx.AsyncClient:
    """An integration that sees the tasks and not the projects."""
    token = add_integration(shared=False)
    workspace.share(tasks, workspace.tokens()[-1].bot_id)
    return await connect(token)


async def test_a_relation_with_gaps_shows_its_first_25_references(
    api: httpx.AsyncClient, tasks: str, projects: str, add_row: Make
) -> None:
    made = [add_row(projects, f"project {i}") for i in range(30)]
    task = add_row(tasks, "task", {"Project": to(*made)})
    for project in made[:3]:
        await api.patch(f"/v1/pages/{project}", json={"properties": {"Tasks": to()}})

    shown = (await api.get(f"/v1/pages/{task}")).json()["properties"]["Project"]

    assert [each["id"] for each in shown["relation"]] == made[3:28]
    assert shown["has_more"] is True


async def test_what_lies_in_the_trash_can_be_referred_to_and_both_sides_stay_in_step(
    api: httpx.AsyncClient, tasks: str, projects: str, add_row: Make, related: Related
) -> None:
    project, task = add_row(projects, "project"), add_row(tasks, "task")
    await api.patch(f"/v1/data_sources/{projects}", json={"in_trash": True})

    await api.patch(f"/v1/pages/{task}", json={"properties": {"Project": to(project)}})
    made = await related(task, "Project"), await related(project, "Tasks")
    await api.patch(f"/v1/pages/{task}", json={"properties": {"Project": to()}})

    assert made == ([project], [task])
    assert await related(project, "Tasks") == []


async def test_a_cursor_of_references_holds_while_some_are_taken_away(
    api: httpx.AsyncClient, tasks: str, projects: str, add_row: Make
) -> None:
    project = add_row(projects, "project")
    made = [add_row(tasks, f"task {i}", {"Project": to(project)}) for i in range(6)]
    shown = (await api.get(f"/v1/pages/{project}")).json()["properties"]["Tasks"]
    path = f"/v1/pages/{project}/properties/{shown['id']}"
    first = (await api.get(path, params={"page_size": 3})).json()
    for gone in (made[0], made[3]):
        await api.patch(f"/v1/pages/{gone}", json={"properties": {"Project": to()}})

    rest = (await api.get(path, params={"start_cursor": first["next_cursor"]})).json()

    assert [each["relation"]["id"] for each in rest["results"]] == made[4:]


async def test_a_cursor_of_another_list_of_items_is_refused(
    api: httpx.AsyncClient, tasks: str, add_row: Make
) -> None:
    path = f"/v1/pages/{add_row(tasks, 'task')}/properties/title"

    answer = await api.get(path, params={"start_cursor": "1"})

    assert answer.json()["message"] == "The start_cursor provided is invalid: 1"
