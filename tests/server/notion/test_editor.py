"""The editor reads what can be written back, and writes it once through every fault."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.rich_workspace import text
from playbooks.errors import LossRefused, WriteUnconfirmed
from server.notion.editor import NotionEditor
from server.workspace import effects
from server.workspace.core import JSON
from server.workspace.effects import Effect
from server.workspace.faults import FaultRule
from tests.server.notion.rich import Home, open_home

GONE = "393abc1e-edcd-80f3-813b-e205934558c6"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncGenerator[Home]:
    async with open_home(tmp_path, tasks_count=45) as opened:
        yield opened


@pytest.fixture
def editor(home: Home) -> NotionEditor:
    return NotionEditor(home.notion)


async def test_every_cell_that_is_written_back_reads_the_same(
    home: Home, editor: NotionEditor
) -> None:
    task = home.rich.task_ids[0]
    shown = home.perform("GET", f"/v1/pages/{task}")["properties"]
    for raw in shown.values():
        value = await editor.cell(task, raw["id"])
        if value is not None:
            await editor.set_cell(task, raw["id"], value)
            assert await editor.cell(task, raw["id"]) == value


async def test_a_list_is_read_beyond_what_a_page_shows(home: Home, editor: NotionEditor) -> None:
    value = await editor.cell(home.rich.task_ids[0], home.column("Blocks")["id"])
    assert value == {"relation": [{"id": each} for each in home.rich.task_ids[1:]]}


async def test_a_list_longer_than_a_request_is_not_cut(home: Home, editor: NotionEditor) -> None:
    project, tasks = home.rich.project_ids[0], "Tasks"
    for number in range(60):
        home.add_task(f"More {number}", {"Project": {"relation": [{"id": project}]}})
    value = await editor.cell(project, tasks)
    assert value is not None
    assert len(value["relation"]) == 105
    with pytest.raises(LossRefused, match="more than 100 items"):
        await editor.set_cell(project, tasks, value)
    assert await editor.cell(project, tasks) == value


async def test_a_cell_is_emptied_and_given_back(home: Home, editor: NotionEditor) -> None:
    task, prop = home.rich.task_ids[0], home.column("When")["id"]
    value = await editor.cell(task, prop)
    await editor.set_cell(task, prop, None)
    assert await editor.cell(task, prop) is None
    await editor.set_cell(task, prop, value)
    assert await editor.cell(task, prop) == value


async def test_there_is_nothing_in_a_column_that_is_none(home: Home, editor: NotionEditor) -> None:
    task = home.rich.task_ids[0]
    await editor.set_cell(task, "Nowhere", None)
    assert await editor.cell(task, "Nowhere") is None


async def test_a_page_goes_to_the_trash_and_out(home: Home, editor: NotionEditor) -> None:
    task = home.rich.task_ids[0]
    seen = [await editor.in_trash(task)]
    for wanted in (True, False):
        await editor.set_in_trash(task, wanted)
        seen.append(await editor.in_trash(task))
    assert seen == [False, True, False]
    assert await editor.in_trash(GONE) is None


async def test_a_page_that_was_edited_at_another_time_is_neither_in_the_trash_nor_out(
    home: Home, editor: NotionEditor
) -> None:
    task = home.rich.task_ids[0]
    page = home.perform("GET", f"/v1/pages/{task}")
    edited_at = datetime.fromisoformat(page["last_edited_time"])
    earlier = edited_at - timedelta(minutes=1)

    assert await editor.in_trash(task, as_edited_at=edited_at) is False
    assert await editor.in_trash(task, as_edited_at=earlier) is None
    await editor.set_in_trash(task, True)
    assert await editor.in_trash(task, as_edited_at=earlier) is True


FAULTS: list[Effect] = [
    effects.RateLimited(2),
    effects.Overloaded(2),
    effects.Conflict(),
    effects.Committed(),
    effects.ResetInBody(),
    effects.Truncated(),
    effects.InvalidJson(),
]


@pytest.mark.parametrize("effect", FAULTS, ids=repr)
async def test_a_long_list_is_written_whatever_becomes_of_the_answer(
    home: Home, editor: NotionEditor, effect: Effect
) -> None:
    task = home.add_task("new")
    value: JSON = {"relation": [{"id": each} for each in home.rich.task_ids[:40]]}
    home.workspace.faults.set(FaultRule(effect, route="PATCH /v1/pages/*", count=1))

    await editor.set_cell(task, home.column("Blocks")["id"], value)
    assert await editor.cell(task, "Blocks") == value
    assert [state.acted_count for state in home.workspace.faults.states()] == [1]


@pytest.mark.parametrize("effect", FAULTS, ids=repr)
async def test_a_column_is_changed_whatever_becomes_of_the_answer(
    home: Home, editor: NotionEditor, effect: Effect
) -> None:
    route = "PATCH /v1/data_sources/*"
    home.workspace.faults.set(FaultRule(effect, route=route, count=1))
    column = {"name": "Twice", "formula": {"expression": 'prop("Points") * 3'}}

    await editor.set_column(home.rich.tasks_id, "Twice", column)
    assert await editor.column(home.rich.tasks_id, "Twice") == column
    assert [state.acted_count for state in home.workspace.faults.states()] == [1]


async def test_a_write_that_was_never_done_and_never_answered_says_so(
    home: Home, editor: NotionEditor
) -> None:
    home.workspace.faults.set(FaultRule(effects.Reset(), route="PATCH /v1/pages/*"))
    with pytest.raises(WriteUnconfirmed):
        await editor.set_cell(home.rich.task_ids[1], "Points", {"number": 99})


@pytest.mark.parametrize(
    "column",
    [
        pytest.param({"name": "New", "number": {"format": "euro"}}, id="number"),
        pytest.param(
            {"name": "New", "select": {"options": [{"name": "A", "color": "red"}]}}, id="select"
        ),
        pytest.param(
            {"name": "New", "formula": {"expression": 'prop("Points") + 1'}}, id="formula"
        ),
        pytest.param({"name": "New", "rich_text": {}, "description": "Why."}, id="described"),
    ],
)
async def test_a_column_is_added_and_removed(
    home: Home, editor: NotionEditor, column: JSON
) -> None:
    tasks = home.rich.tasks_id
    assert await editor.column(tasks, "New") is None
    await editor.set_column(tasks, "New", column)
    assert await editor.column(tasks, "New") == column
    await editor.set_column(tasks, "New", None)
    assert await editor.column(tasks, "New") is None


async def test_every_column_reads_as_something_that_can_be_written(
    home: Home, editor: NotionEditor
) -> None:
    shown = home.perform("GET", f"/v1/data_sources/{home.rich.tasks_id}")["properties"]
    for name, raw in shown.items():
        column = await editor.column(home.rich.tasks_id, raw["id"])
        assert column is not None
        assert column["name"] == name
        await editor.set_column(home.rich.tasks_id, raw["id"], column)


async def test_a_column_is_renamed_and_described(home: Home, editor: NotionEditor) -> None:
    tasks, key = home.rich.tasks_id, home.column("Notes")["id"]
    before = await editor.column(tasks, key)
    after: JSON = {"name": "Remarks", "rich_text": {}}
    await editor.set_column(tasks, key, after)
    assert await editor.column(tasks, key) == after
    await editor.set_column(tasks, key, before)
    assert await editor.column(tasks, key) == before


async def test_an_option_comes_back_beside_the_others(home: Home, editor: NotionEditor) -> None:
    tasks, kind = home.rich.tasks_id, home.column("Kind")
    before = await editor.column(tasks, kind["id"])
    assert before is not None
    options = [*before["select"]["options"], {"name": "Green", "color": "green"}]
    after = {**before, "select": {"options": options}}

    await editor.set_column(tasks, kind["id"], after)
    assert await editor.column(tasks, kind["id"]) == after
    assert home.column("Kind")["select"]["options"][:2] == kind["select"]["options"]
    await editor.set_column(tasks, kind["id"], before)
    assert await editor.column(tasks, kind["id"]) == before


@pytest.mark.parametrize("name", ["Kind", "Tags", "Status"])
async def test_an_option_that_rows_have_is_not_removed(
    home: Home, editor: NotionEditor, name: str
) -> None:
    tasks = home.rich.tasks_id
    before = await editor.column(tasks, name)
    assert before is not None
    kind = next(key for key in before if key != "name")
    with pytest.raises(LossRefused, match="rows have it"):
        await editor.set_column(tasks, name, {**before, kind: {"options": []}})
    assert await editor.column(tasks, name) == before


@pytest.mark.parametrize("name", ["Notes", "Done", "Who", "Blocks", "When", "Mail"])
async def test_a_column_in_which_rows_have_values_is_not_removed(
    home: Home, editor: NotionEditor, name: str
) -> None:
    with pytest.raises(LossRefused, match="rows have it"):
        await editor.set_column(home.rich.tasks_id, name, None)
    assert await editor.column(home.rich.tasks_id, name) is not None


@pytest.mark.parametrize("name", ["Twice", "Created", "Number", "Press", "Where"])
async def test_a_column_in_which_nobody_wrote_is_removed(
    home: Home, editor: NotionEditor, name: str
) -> None:
    await editor.set_cell(home.rich.task_ids[0], "Where", None)
    await editor.set_column(home.rich.tasks_id, name, None)
    assert await editor.column(home.rich.tasks_id, name) is None


async def test_a_title_of_many_parts_is_one_text(home: Home, editor: NotionEditor) -> None:
    task = home.add_task("x", {"Name": {"title": [text("a") for _ in range(30)]}})
    assert await editor.cell(task, "title") == {"title": [text("a" * 30)]}
