"""Objects are made again once, whoever dies in between, and whole, however much they hold."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.rich_workspace import text, titled
from playbooks.errors import BackupUnusable, NotFoundOrNotShared
from playbooks.snapshot import RecordKind
from server.backups.archive import Archive
from server.notion.exporter import NotionExporter
from server.notion.maker import PLACE, NotionMaker
from server.store.kept_remade import KeptRemade
from server.store.sql import SqlStore
from tests.server.backups.archived import Shelf
from tests.server.notion.fakes import NOON
from tests.server.notion.rich import Home, open_home

PLAN = "plan_1"
BLOCKS_COUNT = 230


@dataclass(frozen=True, slots=True)
class Yard:
    """A workspace, a snapshot of it, and what makes objects of it again."""

    home: Home
    archive: Archive
    kept: KeptRemade
    snapshot_id: str

    @property
    def maker(self) -> NotionMaker:
        """Of another process each time: it knows nothing but what is kept."""
        return NotionMaker(self.home.notion, self.archive, self.kept)

    async def make(self, original_id: str, parent: str) -> str:
        await self.maker.make(PLAN, self.snapshot_id, original_id, parent)
        return (await self.maker.new_ids(PLAN))[original_id]

    async def place(self) -> str:
        return await self.make(PLACE, self.home.rich.home_id)

    async def table(self) -> str:
        """The tasks, without what leads to other tables."""
        await self.place()
        await self.make(self.home.rich.tasks_database_id, PLACE)
        return (await self.maker.new_ids(PLAN))[self.home.rich.tasks_id]

    async def forgets(self, original_id: str) -> None:
        """What a process knew of it that died after it was made."""
        await self.kept.begin(PLAN, original_id, at=NOON)

    def titles_below(self, page_id: str) -> list[str]:
        blocks = self.home.perform("GET", f"/v1/blocks/{page_id}/children")["results"]
        return [each[each["type"]].get("title", each["type"]) for each in blocks]

    def rows_of(self, table_id: str) -> list[str]:
        path = f"/v1/data_sources/{table_id}/query"
        return [row["id"] for row in self.home.perform("POST", path, {})["results"]]


async def records_of(home: Home) -> list[tuple[RecordKind, list[tuple[str, str, Any]]]]:
    exporter, rich = NotionExporter(home.notion), home.rich
    tables = [await exporter.table(each) for each in (rich.projects_id, rich.tasks_id)]
    rows = [("page", rich.tasks_id, row) async for row in exporter.rows(rich.tasks_id)]
    pages = [("page", "", page) async for page in exporter.pages()]
    pages_and_rows = [(place, str(page["id"]), page) for _, place, page in [*rows, *pages]]
    content = [(rich.tasks_id, rich.task_ids[0], await exporter.content(rich.task_ids[0]))]
    content += [("", rich.chapter_id, await exporter.content(rich.chapter_id))]
    return [
        ("database", [("", str(database["id"]), database) for database, _ in tables]),
        ("data_source", [("", str(table["id"]), table) for _, table in tables]),
        ("page", pages_and_rows),
        ("content", content),
    ]


@pytest.fixture
async def yard(tmp_path: Path) -> AsyncGenerator[Yard]:
    async with open_home(tmp_path, tasks_count=4) as home:
        blocks = [{"paragraph": {"rich_text": [text(f"{n}")]}} for n in range(BLOCKS_COUNT)]
        path = f"/v1/blocks/{home.rich.chapter_id}/children"
        for start in range(0, BLOCKS_COUNT, 100):
            home.perform("PATCH", path, {"children": blocks[start : start + 100]})
        shelf = Shelf(tmp_path / "backups")
        snapshot = await shelf.kept(await records_of(home))
        store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}", clock=lambda: NOON)
        with closing(shelf.archive()) as archive:
            yield Yard(home, archive, KeptRemade(store, connection="c"), snapshot.id)
        await store.aclose()


def properties_of(yard: Yard, page_id: str) -> Mapping[str, Any]:
    values: Mapping[str, Any] = yard.home.perform("GET", f"/v1/pages/{page_id}")["properties"]
    return values


async def test_a_row_comes_back_with_its_values_and_content(yard: Yard) -> None:
    await yard.table()
    new_id = await yard.make(yard.home.rich.task_ids[0], yard.home.rich.tasks_id)

    values = properties_of(yard, new_id)
    assert values["Points"]["number"] == 3.5
    assert values["Status"]["status"]["name"] == "In progress"
    assert len(values["Who"]["people"]) == 25
    assert yard.titles_below(new_id) == ["paragraph"]


@pytest.mark.parametrize("forgotten", [False, True], ids=["kept", "lost by a dead process"])
async def test_a_row_that_is_made_twice_is_there_once(yard: Yard, *, forgotten: bool) -> None:
    table_id, task_id = await yard.table(), yard.home.rich.task_ids[0]
    first = await yard.make(task_id, yard.home.rich.tasks_id)
    if forgotten:
        await yard.forgets(task_id)

    assert await yard.make(task_id, yard.home.rich.tasks_id) == first
    assert yard.rows_of(table_id) == [first]


async def test_a_page_whose_maker_died_is_found_again(yard: Yard) -> None:
    await yard.place()
    first = await yard.make(yard.home.rich.chapter_id, PLACE)
    await yard.forgets(yard.home.rich.chapter_id)

    assert await yard.make(yard.home.rich.chapter_id, PLACE) == first


async def test_a_database_whose_maker_died_is_found_again_with_its_table(yard: Yard) -> None:
    table_id = await yard.table()
    await yard.forgets(yard.home.rich.tasks_database_id)
    await yard.forgets(yard.home.rich.tasks_id)

    assert await yard.table() == table_id
    place = (await yard.maker.new_ids(PLAN))[PLACE]
    assert yard.titles_below(place) == ["Tasks"]


async def test_an_equal_row_of_somebody_else_is_not_taken_for_ours(yard: Yard) -> None:
    table_id, task_id = await yard.table(), yard.home.rich.task_ids[1]
    values = titled("Task 1", "Name") | {"Points": {"number": 1}}
    body = {"parent": {"data_source_id": table_id}, "properties": values}
    theirs = yard.home.perform("POST", "/v1/pages", body)["id"]
    await yard.forgets(task_id)

    assert await yard.make(task_id, yard.home.rich.tasks_id) != theirs


async def test_content_of_any_length_is_sent_in_parts(yard: Yard) -> None:
    await yard.place()
    new_id = await yard.make(yard.home.rich.chapter_id, PLACE)

    made = await NotionExporter(yard.home.notion).content(new_id)
    words = [block["paragraph"]["rich_text"][0]["plain_text"] for block in made]
    assert words == [f"{number}" for number in range(BLOCKS_COUNT)]


async def test_content_that_is_half_there_is_finished(yard: Yard) -> None:
    await yard.place()
    chapter_id = yard.home.rich.chapter_id
    new_id = await yard.make(chapter_id, PLACE)
    for block in (await NotionExporter(yard.home.notion).content(new_id))[150:]:
        yard.home.perform("DELETE", f"/v1/blocks/{block['id']}")
    await yard.kept.settle(PLAN, chapter_id, new_id, "made")

    assert await yard.make(chapter_id, PLACE) == new_id
    assert len(await NotionExporter(yard.home.notion).content(new_id)) == BLOCKS_COUNT


async def test_what_lies_in_the_trash_is_made_anew(yard: Yard) -> None:
    await yard.place()
    first = await yard.make(yard.home.rich.chapter_id, PLACE)
    await yard.maker.unmake(PLAN, yard.home.rich.chapter_id)

    assert await yard.maker.state(PLAN, yard.home.rich.chapter_id) is None
    assert await yard.make(yard.home.rich.chapter_id, PLACE) != first


async def test_columns_that_need_others_come_after_them(yard: Yard) -> None:
    rich = yard.home.rich
    table_id = await yard.table()
    await yard.make(rich.projects_database_id, PLACE)
    projects_id = (await yard.maker.new_ids(PLAN))[rich.projects_id]
    await yard.maker.link(PLAN, yard.snapshot_id, rich.projects_id)
    await yard.maker.link(PLAN, yard.snapshot_id, rich.tasks_id)

    columns = yard.home.perform("GET", f"/v1/data_sources/{table_id}")["properties"]
    assert columns["Project"]["relation"]["data_source_id"] == projects_id
    assert columns["Project"]["relation"]["dual_property"]["synced_property_name"] == "Tasks"
    assert columns["Budget"]["rollup"]["relation_property_name"] == "Project"
    assert columns["Blocks"]["relation"]["data_source_id"] == table_id
    assert "formula" in columns["Twice"]
    theirs = yard.home.perform("GET", f"/v1/data_sources/{projects_id}")["properties"]
    assert {"Tasks", "Points", "Tags"} <= theirs.keys()


async def test_a_relation_to_what_is_gone_is_left_out(yard: Yard) -> None:
    rich = yard.home.rich
    await yard.table()
    await yard.maker.link(PLAN, yard.snapshot_id, rich.tasks_id)
    new_id = await yard.make(rich.task_ids[0], rich.tasks_id)
    yard.home.perform("PATCH", f"/v1/pages/{rich.project_ids[0]}", {"in_trash": True})
    await yard.maker.link(PLAN, yard.snapshot_id, rich.task_ids[0])

    related = properties_of(yard, new_id)["Project"]["relation"]
    assert related == [{"id": rich.project_ids[1]}]
    assert await yard.maker.state(PLAN, rich.task_ids[0]) == "linked"


async def test_nothing_is_linked_that_is_not_made(yard: Yard) -> None:
    with pytest.raises(NotFoundOrNotShared):
        await yard.maker.link(PLAN, yard.snapshot_id, yard.home.rich.task_ids[0])


async def test_what_the_snapshot_does_not_hold_cannot_be_made(yard: Yard) -> None:
    with pytest.raises(BackupUnusable, match="holds no"):
        await yard.make("00000000-0000-4000-8000-000000000001", yard.home.rich.home_id)
