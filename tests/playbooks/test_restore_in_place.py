"""What is put back where it was, and that what differs and is not put back is told."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.rich_workspace import titled
from playbooks.apply_plan import apply_plan
from playbooks.create_backup import create_backup
from playbooks.desk import Desk
from playbooks.errors import PlanUnusable
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.report import Report
from tests.playbooks.backed_up import Filled, Office, filled, opened

WHERE_IT_WAS = Request(into="original")
ALL_ROWS = Request(scope="rows")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("rich"), tasks_count=4)


@pytest.fixture
async def office(
    tmp_path: Path, made: Filled, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Office]:
    """A workspace that was just backed up; its user's own file approves restores."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    async with opened(tmp_path, made, monkeypatch) as office:
        desk = replace(office.desk, standing_approvals=frozenset({"restore", "undo"}))
        empty(office, office.rich.task_ids[0])
        write_blocks(office, office.rich.task_ids[0], "First", "Second")
        await create_backup(desk)
        yield replace(office, desk=desk)


def write_blocks(office: Office, page_id: str, *texts: str) -> None:
    parts = [{"type": "text", "text": {"content": text}} for text in texts]
    blocks = [{"type": "paragraph", "paragraph": {"rich_text": [part]}} for part in parts]
    office.perform("PATCH", f"/v1/blocks/{page_id}/children", {"children": blocks})


def texts_of(office: Office, page_id: str) -> list[str]:
    blocks = office.perform("GET", f"/v1/blocks/{page_id}/children")["results"]
    return [each["paragraph"]["rich_text"][0]["plain_text"] for each in blocks]


def empty(office: Office, page_id: str) -> None:
    for block in office.perform("GET", f"/v1/blocks/{page_id}/children")["results"]:
        office.perform("DELETE", f"/v1/blocks/{block['id']}")


def alter(office: Office, columns: dict[str, Any], table_id: str | None = None) -> None:
    path = f"/v1/data_sources/{table_id or office.rich.tasks_id}"
    office.perform("PATCH", path, {"properties": columns})


def columns_of(office: Office) -> dict[str, Any]:
    table = office.perform("GET", f"/v1/data_sources/{office.rich.tasks_id}")
    found: dict[str, Any] = table["properties"]
    return found


def value(office: Office, name: str, task: int = 0) -> Any:
    page = office.perform("GET", f"/v1/pages/{office.rich.task_ids[task]}")
    raw = page["properties"][name]
    return raw[raw["type"]]


def set_value(office: Office, name: str, content: Any) -> None:
    body = {"properties": {name: content}}
    office.perform("PATCH", f"/v1/pages/{office.rich.task_ids[0]}", body)


async def applied(desk: Desk, planned: Report) -> Report:
    assert planned.measurements["plan_id"] is not None, planned.headline
    return await apply_plan(desk, str(planned.measurements["plan_id"]))


async def undone(desk: Desk, report: Report) -> Report:
    of = str(report.measurements["plan_id"])
    return await applied(desk, await plan_change(desk, "undo", Request(of=of)))


async def test_nothing_differs_is_said_of_what_was_compared_and_is_equal(office: Office) -> None:
    report = await plan_change(office.desk, "restore", WHERE_IT_WAS)

    assert (report.status, report.measurements["left_count"]) == ("ok", 0)
    assert report.headline.startswith("Nothing differs")
    assert report.measurements["contents_compared_count"] == 9


@pytest.mark.parametrize(
    "request_",
    [pytest.param(WHERE_IT_WAS, id="everything"), pytest.param(ALL_ROWS, id="rows")],
)
async def test_the_blocks_of_an_emptied_page_come_back(office: Office, request_: Request) -> None:
    task_id = office.rich.task_ids[0]
    empty(office, task_id)

    report = await applied(office.desk, await plan_change(office.desk, "restore", request_))

    assert report.measurements["changes_applied_count"] == 1
    assert texts_of(office, task_id) == ["First", "Second"]
    taken_back = await undone(office.desk, report)
    assert texts_of(office, task_id) == []
    await undone(office.desk, taken_back)
    assert texts_of(office, task_id) == ["First", "Second"]


async def test_every_type_of_block_comes_back_into_its_emptied_page(office: Office) -> None:
    empty_blocks = office.perform("GET", f"/v1/blocks/{office.rich.handbook_id}/children")
    for block in empty_blocks["results"]:
        if block["type"] not in {"child_page", "child_database"}:
            office.perform("DELETE", f"/v1/blocks/{block['id']}")

    report = await applied(office.desk, await plan_change(office.desk, "restore", WHERE_IT_WAS))

    assert report.measurements["changes_applied_count"] == 1
    again = await plan_change(office.desk, "restore", WHERE_IT_WAS)
    assert again.headline.startswith("Nothing differs")


async def test_another_content_is_left_alone_and_told(office: Office) -> None:
    task_id = office.rich.task_ids[0]
    empty(office, task_id)
    write_blocks(office, task_id, "Rewritten")

    report = await plan_change(office.desk, "restore", ALL_ROWS)

    assert report.measurements["plan_id"] is None
    assert "1 page with another content, left alone" in report.headline


async def test_content_that_was_begun_when_the_program_died_is_gone_on_with(
    office: Office,
) -> None:
    task_id = office.rich.task_ids[0]
    empty(office, task_id)
    planned = await plan_change(office.desk, "restore", ALL_ROWS)
    write_blocks(office, task_id, "First")

    await applied(office.desk, planned)

    assert texts_of(office, task_id) == ["First", "Second"]


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(WHERE_IT_WAS, id="everything"),
        pytest.param(Request(properties=("Points", "Done", "Status")), id="properties"),
    ],
)
async def test_a_deleted_column_comes_back_with_its_values(
    office: Office, request_: Request
) -> None:
    names = ("Points", "Done", "Status")
    before = {name: [value(office, name, task) for task in range(4)] for name in names}
    alter(office, dict.fromkeys(names))

    report = await applied(office.desk, await plan_change(office.desk, "restore", request_))

    assert report.measurements["state"] == "applied"
    assert told(before) == told({n: [value(office, n, task) for task in range(4)] for n in names})
    again = await plan_change(office.desk, "restore", request_)
    assert again.measurements["plan_id"] is None, again.findings
    taken_back = await undone(office.desk, report)
    assert not columns_of(office).keys() & set(names)
    await undone(office.desk, taken_back)
    assert told(before) == told({n: [value(office, n, task) for task in range(4)] for n in names})


def told(values: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Options have new ids."""
    return {
        name: [each["name"] if isinstance(each, dict) else each for each in column]
        for name, column in values.items()
    }


async def test_a_deleted_two_way_relation_comes_back_with_its_values(office: Office) -> None:
    before = value(office, "Project")
    alter(office, {"Project": None})

    report = await applied(office.desk, await plan_change(office.desk, "restore", WHERE_IT_WAS))

    assert report.measurements["state"] == "applied"
    assert value(office, "Project") == before


async def test_for_rows_a_deleted_column_is_told(office: Office) -> None:
    alter(office, {"Points": None})

    report = await plan_change(office.desk, "restore", ALL_ROWS)

    assert (report.status, report.measurements["plan_id"]) == ("warning", None)
    assert "1 column gone" in report.headline


async def test_a_renamed_column_is_known_by_its_id(office: Office) -> None:
    before = value(office, "Points")
    alter(office, {"Points": {"name": "Effort"}})
    set_value(office, "Effort", {"number": None})

    planned = await plan_change(office.desk, "restore", ALL_ROWS)
    await applied(office.desk, planned)

    assert value(office, "Effort") == before
    assert "1 column renamed since" in planned.headline


async def test_a_retyped_column_is_told_and_the_rest_is_put_back(office: Office) -> None:
    alter(office, {"Points": {"rich_text": {}}})
    set_value(office, "Link", {"url": None})

    planned = await plan_change(office.desk, "restore", ALL_ROWS)
    report = await applied(office.desk, planned)

    assert "1 column of another type" in planned.headline
    assert (report.measurements["state"], report.measurements["changes_applied_count"]) == (
        "applied",
        1,
    )


async def test_what_is_newer_is_named(office: Office) -> None:
    office.rename(office.rich.task_ids[0], "Edited since")
    office.rename(office.rich.task_ids[1], "Edited, too")
    office.add_task("Added since")
    alter(office, {"Since": {"number": {}}})

    report = await plan_change(office.desk, "restore", WHERE_IT_WAS)

    assert (report.status, report.measurements["plan_id"]) == ("warning", None)
    assert "2 rows edited since" in report.headline
    assert "1 row newer" in report.headline
    assert "1 column newer" in report.headline


async def test_other_names_and_looks_are_told(office: Office) -> None:
    look = {"icon": {"type": "emoji", "emoji": "🎯"}}
    office.perform("PATCH", f"/v1/pages/{office.rich.task_ids[0]}", look)
    office.perform("PATCH", f"/v1/databases/{office.rich.tasks_database_id}", look)
    renamed = {"properties": titled("Manual")}
    office.perform("PATCH", f"/v1/pages/{office.rich.handbook_id}", renamed)

    report = await plan_change(office.desk, "restore", WHERE_IT_WAS)

    assert report.measurements["left_count"] == 3
    assert "1 row with another icon or cover" in report.headline
    assert "1 database with another name or look" in report.headline
    assert "1 page edited since" in report.headline


async def test_for_rows_a_database_in_the_trash_is_told(office: Office) -> None:
    path = f"/v1/databases/{office.rich.tasks_database_id}"
    office.perform("PATCH", path, {"in_trash": True})
    request = Request(rows=(office.rich.task_ids[0],))

    report = await plan_change(office.desk, "restore", request)

    assert report.measurements["plan_id"] is None
    assert "1 database in the trash" in report.headline
    assert report.measurements["left_count"] == 1


async def test_a_property_that_no_table_has_is_refused_with_those_it_has(office: Office) -> None:
    with pytest.raises(PlanUnusable, match="bogus") as refused:
        await plan_change(office.desk, "restore", Request(properties=("bogus",)))

    assert "`Points`" in str(refused.value.remedy)


async def test_a_row_that_the_snapshot_has_not_is_told_shortly(office: Office) -> None:
    request = Request(rows=("x" * 100_000, office.rich.task_ids[0]))

    report = await plan_change(office.desk, "restore", request)

    assert "1 row unknown to the snapshot" in report.headline
    assert len(report.summary) < 5_000


@pytest.mark.parametrize(
    "into",
    [
        pytest.param("not-a-uuid", id="no id"),
        pytest.param("00000000-0000-0000-0000-000000000000", id="nobody"),
        pytest.param("", id="empty"),
    ],
)
async def test_a_place_that_is_no_page_stands_in_the_way(office: Office, into: str) -> None:
    report = await plan_change(office.desk, "restore", Request(into=into))

    assert (report.status, report.measurements["plan_id"]) == ("critical", None)
    assert report.findings[0].id == "restore.no_page"


async def test_a_database_is_no_place_either(office: Office) -> None:
    into = office.rich.tasks_database_id

    report = await plan_change(office.desk, "restore", Request(into=into))

    assert report.measurements["plan_id"] is None


async def test_the_headline_says_where_things_come_back(office: Office) -> None:
    office.perform("PATCH", f"/v1/pages/{office.rich.home_id}", {"in_trash": True})

    report = await plan_change(office.desk, "restore", WHERE_IT_WAS)

    assert "where they were: " in report.headline
    assert "3 tables compared once out of the trash" in report.headline
