"""The exporter tells all that Notion holds: complete, countable, without what passes."""

import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.notion.exporter import NotionExporter
from server.notion.lasting import lasting
from server.notion.writable_schema import writable_schema
from server.workspace import effects
from server.workspace.core import JSON
from server.workspace.faults import FaultRule
from tests.server.notion.fakes import NOON
from tests.server.notion.rich import Home, open_home

TASKS_COUNT = 130


@pytest.fixture
async def home(tmp_path: Path) -> AsyncGenerator[Home]:
    async with open_home(tmp_path, tasks_count=TASKS_COUNT) as opened:
        yield opened


@pytest.fixture
def exporter(home: Home) -> NotionExporter:
    return NotionExporter(home.notion)


def has_sorted_keys(value: Any) -> bool:
    return json.dumps(value) == json.dumps(value, sort_keys=True)


async def test_every_shared_table_is_found(home: Home, exporter: NotionExporter) -> None:
    found = await exporter.tables()
    assert {home.rich.tasks_id, home.rich.projects_id} <= {each.id for each in found}
    assert {each.title for each in found} == {"Tasks", "Projects", "Inline"}


async def test_a_table_comes_with_its_database_and_can_be_made_again(
    home: Home, exporter: NotionExporter
) -> None:
    database, table = await exporter.table(home.rich.tasks_id)
    assert (database["id"], table["id"]) == (home.rich.tasks_database_id, home.rich.tasks_id)
    assert has_sorted_keys([database, table])
    column = writable_schema(table["properties"])["Twice"]
    assert column["formula"]["expression"] == 'prop("Points") * 2 + prop("Points \\"raw\\"")'


async def test_every_row_is_told_with_its_relations_and_people_complete(
    home: Home, exporter: NotionExporter
) -> None:
    rows = {row["id"]: row async for row in exporter.rows(home.rich.tasks_id)}
    projects = {row["id"]: row async for row in exporter.rows(home.rich.projects_id)}

    assert rows.keys() == set(home.rich.task_ids)
    whole = rows[home.rich.task_ids[0]]["properties"]
    assert len(whole["Blocks"]["relation"]) == 100
    assert len(whole["Who"]["people"]) == len(home.rich.people_ids)
    assert whole["Notes"]["rich_text"][-1]["plain_text"] == "29 "
    project = projects[home.rich.project_ids[0]]["properties"]
    related = {each["id"] for each in project["Tasks"]["relation"]}
    assert related == set(home.rich.task_ids)
    assert not project["Tasks"]["has_more"]
    assert has_sorted_keys([*rows.values(), *projects.values()])


async def test_an_array_of_a_rollup_is_told_to_its_end(
    home: Home, exporter: NotionExporter
) -> None:
    added = {"Names": {"rollup": {
        "relation_property_name": "Tasks", "rollup_property_name": "Name",
        "function": "show_original",
    }}}  # fmt: skip
    path = f"/v1/data_sources/{home.rich.projects_id}"
    home.perform("PATCH", path, {"properties": added})

    rows = [row async for row in exporter.rows(home.rich.projects_id)]
    arrays = [row["properties"]["Names"]["rollup"]["array"] for row in rows]
    assert sorted(map(len, arrays)) == [1, TASKS_COUNT]
    assert all(set(map(len, (each["title"] for each in array))) == {1} for array in arrays)


@pytest.mark.parametrize("limit", [10, 30, 62])
async def test_rows_beyond_a_query_are_told_in_stretches(
    home: Home, exporter: NotionExporter, limit: int
) -> None:
    added: list[str] = []
    for number in range(60):
        at = NOON + timedelta(minutes=1 + number // 7)
        body = {"parent": {"data_source_id": home.rich.projects_id}, "properties": {}}
        row = home.workspace.perform("POST", "/v1/pages", body, actor=home.rich.owner, at=at)
        added.append(row["id"])
    home.workspace.set_conditions(query_results_limit=limit)

    read = [row["id"] async for row in exporter.rows(home.rich.projects_id)]
    assert sorted(read) == sorted([*added, *home.rich.project_ids])
    assert [each async for each in exporter.row_ids(home.rich.projects_id)] == read
    assert exporter.gaps == []


async def test_a_minute_with_more_rows_than_a_query_gives_is_a_gap(
    home: Home, exporter: NotionExporter
) -> None:
    home.workspace.set_conditions(query_results_limit=50)
    read = [row async for row in exporter.row_ids(home.rich.tasks_id)]
    assert (len(read), len(set(read))) == (50, 50)
    (gap,) = exporter.gaps
    assert "12:00" in gap


async def test_only_rows_edited_since_are_told_where_that_is_asked(
    home: Home, exporter: NotionExporter
) -> None:
    at = NOON + timedelta(hours=1)
    edited = home.rich.task_ids[3]
    body = {"properties": {"Points": {"number": 77}}}
    home.workspace.perform("PATCH", f"/v1/pages/{edited}", body, actor=home.rich.owner, at=at)

    rows = [row["id"] async for row in exporter.rows(home.rich.tasks_id, since=at)]
    assert rows == [edited]


async def test_ids_cost_a_request_a_hundred_rows(home: Home, exporter: NotionExporter) -> None:
    ids = {each async for each in exporter.row_ids(home.rich.tasks_id)}
    assert ids == set(home.rich.task_ids)
    assert exporter.requests_count == 2


async def test_pages_are_those_that_are_no_rows(home: Home, exporter: NotionExporter) -> None:
    pages = [page["id"] async for page in exporter.pages()]
    assert set(pages) == {home.rich.home_id, home.rich.handbook_id, home.rich.chapter_id}


async def test_everybody_is_told(home: Home, exporter: NotionExporter) -> None:
    users = {user["id"] async for user in exporter.users()}
    assert users == {*home.rich.people_ids, home.rich.bot_id}


def kinds_in(blocks: list[JSON], level: int = 1) -> set[tuple[str, int]]:
    here = {(block["type"], level) for block in blocks}
    return here.union(*(kinds_in(block.get("children", []), level + 1) for block in blocks))


async def test_content_is_told_to_its_depth_and_no_further_than_the_page(
    home: Home, exporter: NotionExporter
) -> None:
    content = await exporter.content(home.rich.handbook_id)
    kinds = kinds_in(content)
    assert {("toggle", 5), ("table_row", 2), ("paragraph", 3), ("child_page", 1)} <= kinds
    assert "children" not in next(block for block in content if block["type"] == "child_page")
    copies = [block["children"] for block in content if block["type"] == "synced_block"]
    assert [[each["type"] for each in children] for children in copies] == [["paragraph"]] * 2
    assert has_sorted_keys(content)
    assert exporter.gaps == []


async def test_comments_are_those_of_the_page_and_of_its_blocks(
    home: Home, exporter: NotionExporter
) -> None:
    block = home.rich.block_ids["paragraph"]

    async def said(*block_ids: str) -> list[str]:
        comments = await exporter.comments(home.rich.handbook_id, block_ids)
        return [each["rich_text"][0]["plain_text"] for each in comments]

    assert await said() == ["On the page.", "So it is."]
    assert await said(block) == ["On the page.", "So it is.", "On the block.", "So it is."]


async def test_each_try_is_counted_and_each_attribution_counts_anew(
    home: Home, exporter: NotionExporter
) -> None:
    home.workspace.faults.set(FaultRule(effects.RateLimited(1), count=2))
    await exporter.content(home.rich.task_ids[0])
    assert exporter.requests_count == 3
    assert exporter.attributed("create_backup", "run").requests_count == 0


def test_what_passes_is_no_part_of_a_record() -> None:
    shown = {
        "type": "file",
        "request_id": "r",
        "file": {"url": "https://x.test/a.pdf?sig=1&b=2", "expiry_time": "2026-11-23T13:00:00Z"},
    }
    assert lasting(shown) == {
        "file": {"hosted": True, "url": "https://x.test/a.pdf"},
        "type": "file",
    }
