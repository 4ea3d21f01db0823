"""Saved to the sample workspace, whose development log stands in for an operations log."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from playbooks.desk import DatabaseSetting, Desk
from playbooks.errors import NotSaved, RecordNotFound
from playbooks.health_check import health_check
from playbooks.periodic_report import periodic_report
from playbooks.rows import Row
from playbooks.save_report import save_report
from server.notion.client import NotionClient
from server.store.sql import SqlStore
from tests.server.store.raw import query


@pytest.fixture
async def own(desk: Desk) -> Desk:
    assert desk.notion is not None
    found = {each.title: each.id for each in await desk.notion.find_data_sources("")}
    setting = DatabaseSetting(id=found["Development log"], ours=True)
    return replace(desk, connection=replace(desk.connection, databases={"operations_log": setting}))


def client(desk: Desk) -> NotionClient:
    assert isinstance(desk.notion, NotionClient)
    return desk.notion


async def pages(desk: Desk, title: str) -> list[Row]:
    source_id = desk.connection.databases["operations_log"].id
    assert source_id is not None
    named = {"property": "Name", "title": {"contains": title}}
    return [row async for row in client(desk).query_pages(source_id, filter=named)]


async def content(desk: Desk, page_id: str) -> list[Any]:
    return [block async for block in client(desk).list_block_children(page_id)]


def text(block: Any) -> str:
    return "".join(part["text"]["content"] for part in block["paragraph"]["rich_text"])


async def test_a_period_is_one_page_that_is_updated(own: Desk) -> None:
    day = own.clock().date() - timedelta(days=1)
    report = await periodic_report(own, day=day)

    first = await save_report(own)
    anew = await periodic_report(own, day=day, refresh=True)
    again = await save_report(own, anew.run_id)

    assert (first.measurements["pages_added_count"], again.measurements["pages_updated_count"]) == (
        1,
        1,
    )
    (page,) = await pages(own, f"Daily report {day}")
    assert page.plain("Kind") == "report"
    (block,) = await content(own, page.id)
    assert text(block) == anew.summary
    assert report.run_id == anew.run_id


async def test_links_can_be_followed_and_no_part_is_too_long(own: Desk) -> None:
    await periodic_report(own, "monthly")
    await save_report(own)

    (page,) = await pages(own, "Monthly report")
    (block,) = await content(own, page.id)
    parts = block["paragraph"]["rich_text"]
    assert any(part["text"].get("link") for part in parts)
    assert len(parts) <= 100
    assert max(len(part["text"]["content"]) for part in parts) <= 2000


async def test_any_kept_report_can_be_saved(own: Desk) -> None:
    report = await health_check(own)

    await save_report(own, report.run_id)

    assert len(await pages(own, f"Health check {report.run_id}")) == 1


async def test_each_write_is_journalled_first(own: Desk) -> None:
    await periodic_report(own)
    await save_report(own, actor="a test")

    assert isinstance(own.store, SqlStore)
    (entry,) = await query(own.store, "SELECT actor, subject FROM journal")
    assert entry[0] == "a test"
    assert entry[1].startswith("page of operations_log Daily report")


async def test_in_read_only_mode_it_is_refused(own: Desk) -> None:
    reading = replace(own, connection=replace(own.connection, read_only=True), own_rows=None)

    with pytest.raises(NotSaved, match="read-only"):
        await save_report(reading)


async def test_without_a_database_of_ours_it_is_refused_with_what_to_write(desk: Desk) -> None:
    with pytest.raises(NotSaved, match="ours = true"):
        await save_report(desk)


async def test_a_run_that_is_not_kept_cannot_be_saved(own: Desk) -> None:
    with pytest.raises(RecordNotFound):
        await save_report(own, "run_nowhere")
