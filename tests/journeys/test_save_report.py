"""A report is one page, whatever Notion does and whoever saves it at once or dies meanwhile."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from playbooks.desk import Desk
from playbooks.errors import NotionError, NotSaved, PlaybookError, WriteUnconfirmed
from playbooks.periodic_report import periodic_report
from playbooks.report import Report
from playbooks.save_report import save_report, title_of
from server.store.claims import CLAIMED_FOR
from server.store.sql import SqlStore
from tests.journeys import virtual
from tests.journeys.bad_day import Day, mark_as_ours, open_day
from tests.journeys.house import OWNER

ADDING, CHANGING, RETELLING = "POST /v1/pages", "PATCH /v1/pages/*", "PATCH /v1/blocks/*"
LOST: dict[str, dict[str, Any]] = {
    "committed-503": {"fault": "committed"},
    "reset-in-answer": {"fault": "reset_in_body"},
    "half-an-answer": {"fault": "truncated"},
    "no-json": {"fault": "invalid_json"},
    "committed-late": {"fault": "committed_late", "late_s": 5},
    "failed": {"fault": "failed", "status": 503},
}


@pytest.fixture
def anyio_backend() -> tuple[str, Any]:
    return virtual.BACKEND


@pytest.fixture
async def day(tmp_path: Path, sample_file: Path) -> AsyncGenerator[Day]:
    """The development log stands in for an operations log."""
    async with open_day(tmp_path, sample_file) as opened:
        await mark_as_ours(opened, "Development log", "operations_log")
        yield opened


def pages(day: Day, report: Report) -> list[dict[str, Any]]:
    """What the workspace itself says, past every fault."""
    log_id = day.desk.connection.databases["operations_log"].id
    named = {"property": "Name", "title": {"equals": title_of(report)}}
    path = f"/v1/data_sources/{log_id}/query"
    found = day.workspace.perform("POST", path, {"filter": named}, actor=OWNER)
    results: list[dict[str, Any]] = found["results"]
    return results


def content(day: Day, page: dict[str, Any]) -> list[str]:
    path = f"/v1/blocks/{page['id']}/children"
    blocks = day.workspace.perform("GET", path, {}, actor=OWNER)["results"]
    return [
        "".join(part["plain_text"] for part in block["paragraph"]["rich_text"]) for block in blocks
    ]


async def a_minute_too_late() -> None:
    await anyio.sleep(CLAIMED_FOR.total_seconds() + 60)


@pytest.mark.parametrize("route", [ADDING, CHANGING, RETELLING])
@pytest.mark.parametrize("rule", [pytest.param(rule, id=name) for name, rule in LOST.items()])
async def test_a_lost_answer_leaves_one_page_that_tells_the_report(
    day: Day, route: str, rule: dict[str, Any]
) -> None:
    report = await periodic_report(day.desk)
    if route != ADDING:
        await save_report(day.desk)
    day.fail([{"route": route, "count": 1, **rule}])

    for _ in range(2):
        with anyio.move_on_after(600):
            await tried(day.desk)
        await a_minute_too_late()

    (page,) = pages(day, report)
    assert content(day, page) == [report.summary]


async def tried(desk: Desk) -> Report | None:
    try:
        return await save_report(desk)
    except NotionError:
        return None


async def test_a_page_that_comes_after_its_doubt_was_told_is_not_added_again(day: Day) -> None:
    report = await periodic_report(day.desk)
    late = {"fault": "committed_late", "status": 502, "late_s": 90}
    day.fail([{"route": ADDING, "count": 1, **late}])

    with pytest.raises(WriteUnconfirmed):
        await save_report(day.desk)
    with pytest.raises(NotSaved, match="is being saved already"):
        await save_report(day.desk)
    await a_minute_too_late()
    await save_report(day.desk)

    assert len(pages(day, report)) == 1


async def test_who_dies_between_adding_and_remembering_leaves_one_page(day: Day) -> None:
    report = await periodic_report(day.desk)
    day.fail([{"route": ADDING, "count": 1, "fault": "delayed", "latency_ms": 9000}])

    with anyio.move_on_after(5) as life:
        await save_report(day.desk)
    with pytest.raises(NotSaved, match="is being saved already") as refused:
        await save_report(day.desk)
    await a_minute_too_late()
    again = await save_report(day.desk)

    assert life.cancelled_caught
    assert "two minutes" in refused.value.remedy
    assert again.measurements["pages_updated_count"] == 1
    assert len(pages(day, report)) == 1


async def test_two_processes_at_once_add_one_page(day: Day, tmp_path: Path) -> None:
    report = await periodic_report(day.desk)
    other = SqlStore(f"sqlite:///{tmp_path / 'store.sqlite3'}", clock=virtual.clock)
    assert isinstance(day.desk.store, SqlStore)
    virtual.virtual_loop(day.desk.store._threads, other._threads)
    ended: list[Report | PlaybookError] = []

    async def save(desk: Desk) -> None:
        try:
            ended.append(await save_report(desk))
        except NotSaved as refused:
            ended.append(refused)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(save, day.desk)
        tasks.start_soon(save, replace(day.desk, store=other))
    await other.aclose()

    assert len(pages(day, report)) == 1
    assert any(isinstance(each, Report) for each in ended)


async def test_a_page_that_somebody_threw_away_is_added_anew(day: Day) -> None:
    report = await periodic_report(day.desk)
    await save_report(day.desk)
    (page,) = pages(day, report)
    day.workspace.perform("PATCH", f"/v1/pages/{page['id']}", {"in_trash": True}, actor=OWNER)

    again = await save_report(day.desk)

    assert again.measurements["pages_added_count"] == 1
    assert len(pages(day, report)) == 1


async def test_a_page_that_somebody_renamed_is_the_page_all_the_same(day: Day) -> None:
    report = await periodic_report(day.desk)
    await save_report(day.desk)
    (page,) = pages(day, report)
    name = {"Name": {"title": [{"text": {"content": "Another name"}}]}}
    day.workspace.perform("PATCH", f"/v1/pages/{page['id']}", {"properties": name}, actor=OWNER)

    await save_report(day.desk)

    assert [each["id"] for each in pages(day, report)] == [page["id"]]
