"""Calls told by an assistant, through the real client, store and sample workspace."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from playbooks.desk import DatabaseSetting, Desk
from playbooks.errors import NoAnswer
from playbooks.objects import Property
from playbooks.ports import OwnRows
from playbooks.query_metrics import query_metrics
from playbooks.record_usage import Told, UsageInvalid, record_usage
from playbooks.report import Report
from playbooks.rows import Row, Span
from server.notion.client import NotionClient
from server.store.kept_usage import KeptUsage
from server.store.sql import SqlStore
from tests.server.store.raw import query

TOOL = "record_usage"


@pytest.fixture
async def own(desk: Desk) -> Desk:
    """The sample workspace, whose ai_tool_metrics is marked as ours."""
    assert desk.notion is not None
    found = {each.title: each.id for each in await desk.notion.find_data_sources("")}
    setting = DatabaseSetting(id=found["AI tool metrics"], ours=True)
    return replace(
        desk, connection=replace(desk.connection, databases={"ai_tool_metrics": setting})
    )


async def told(desk: Desk, **more: Any) -> Report:
    usual: dict[str, Any] = {"tool": "Cursor"}
    return await record_usage(desk, Told(**(usual | more)), actor="a test")


async def rows(desk: Desk) -> list[Row]:
    """The rows that we wrote, as Notion has them."""
    assert isinstance(desk.notion, NotionClient)
    source_id = desk.connection.databases["ai_tool_metrics"].id
    assert source_id is not None
    today = desk.work.days.local_day(desk.clock()).isoformat()
    named = {"property": "Name", "title": {"contains": today}}
    return [row async for row in desk.notion.query_pages(source_id, filter=named)]


async def test_calls_become_one_row_a_tool_day_and_outcome_that_grows(own: Desk) -> None:
    first = await told(own, response_time_ms=400, success=True, tokens=100, cost=0.5)
    second = await told(own, response_time_ms=600, success=True, tokens=50, calls_count=3)
    await told(own, success=False, error_class="network")

    assert "1 row added" in first.headline
    assert "1 row updated" in second.headline
    found = {str(row.plain("Name")).split(", ")[2]: row for row in await rows(own)}
    assert sorted(found) == ["failed", "succeeded"]
    row = found["succeeded"]
    assert (row.plain("Tool"), row.plain("Success")) == ("cursor", True)
    assert row.plain("Date") == Span(own.work.days.local_day(own.clock()))
    assert (row.plain("Calls"), row.plain("Tokens"), row.plain("Cost (USD)")) == (4, 150, 0.5)
    assert row.plain("Response time (ms)") == 550


async def test_the_same_id_is_recorded_once(own: Desk) -> None:
    await told(own, success=True, id="mine")
    again = await told(own, success=True, id="mine")

    assert (again.measurements["recorded_count"], again.measurements["known_count"]) == (0, 1)
    assert [row.plain("Calls") for row in await rows(own)] == [1]


async def test_the_same_id_of_another_tool_is_another_call(desk: Desk) -> None:
    await told(desk, id="1")

    assert (await told(desk, tool="copilot", id="1")).measurements["recorded_count"] == 1


async def test_the_same_content_with_its_instant_is_recorded_once_without_an_id(own: Desk) -> None:
    at = own.clock().isoformat()
    await told(own, at=at, tokens=5)

    assert (await told(own, at=at, tokens=5)).measurements["recorded_count"] == 0
    assert (await told(own, at=at, tokens=6)).measurements["recorded_count"] == 1


async def test_the_same_call_in_other_words_is_recorded_once_without_an_id(desk: Desk) -> None:
    day = desk.clock().date() - timedelta(days=1)
    first = {"tool": "Zed", "at": f"{day}T10:00:00Z", "task": TASK}
    await told(desk, **first)

    for other in (
        first | {"tool": "zed"},
        first | {"at": f"{day}T12:00:00+02:00"},
        first | {"task": TASK.replace("-", "")},
    ):
        assert (await told(desk, **other)).measurements["recorded_count"] == 0


TASK = "01234567-89ab-cdef-0123-456789abcdef"


async def test_a_row_written_by_a_process_that_died_is_found_again(own: Desk) -> None:
    await told(own, success=True)
    store = own.store
    assert isinstance(store, SqlStore)
    await store.perform(_forget_writing)

    await told(own, success=True)

    assert [row.plain("Calls") for row in await rows(own)] == [2]


def _forget_writing(engine: Any) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE usage_rows SET page_id = NULL, written_count = 0 WHERE data_source_id <> ''"
        )


@pytest.fixture
async def another(own: Desk, tmp_path: Path) -> AsyncGenerator[Desk]:
    """The same workspace with another store: of another machine, or made after a loss."""
    store = SqlStore(f"sqlite:///{tmp_path / 'another.db'}", clock=own.clock)
    yield replace(own, usage=KeptUsage(store, connection="mine", clock=own.clock))
    await store.aclose()


async def test_another_store_leaves_the_row_of_this_one_alone_and_says_so(
    own: Desk, another: Desk
) -> None:
    await told(own, success=True, calls_count=5)

    report = await told(another, success=True)

    assert {row.plain("Calls") for row in await rows(own)} == {1, 5}
    assert report.status == "warning"
    (beside,) = [each for each in report.findings if each.id == "record_usage.beside"]
    assert beside.what == "1 row of another store for the same tool, day and outcome"
    assert "count the same calls twice" in beside.remedy
    assert len(beside.evidence) == 1


async def test_the_same_calls_told_to_a_new_store_are_not_written_again(
    own: Desk, another: Desk
) -> None:
    await told(own, tool="copilot", success=True, calls_count=6, id="one")

    report = await told(another, tool="copilot", success=True, calls_count=6, id="one")

    assert [row.plain("Calls") for row in await rows(own)] == [6]
    assert "1 row of another store held the same calls" in report.headline
    assert (await query_metrics(another, "calls", days=1)).measurements["copilot_calls_count"] == 6


async def test_a_row_that_was_taken_over_grows_with_the_new_store(own: Desk, another: Desk) -> None:
    for desk in (own, another):
        await told(desk, tool="copilot", success=True, id="one")

    report = await told(another, tool="copilot", success=True, id="two")

    assert report.measurements["rows_updated_count"] == 1
    assert [row.plain("Calls") for row in await rows(own)] == [2]


async def test_of_two_stores_that_live_neither_overwrites_the_row_of_the_other(
    own: Desk, another: Desk
) -> None:
    for desk in (own, another):
        await told(desk, tool="copilot", success=True, id="one")
    await told(another, tool="copilot", success=True, calls_count=10, id="two")

    report = await told(own, tool="copilot", success=True, calls_count=3, id="three")
    await told(another, tool="copilot", success=True, id="four")
    quiet = await told(own, tool="copilot", success=True, id="five")

    assert sorted(str(row.plain("Calls")) for row in await rows(own)) == ["12", "5"]
    assert report.measurements["rows_added_count"] == 1
    assert "record_usage.beside" in [each.id for each in report.findings]
    assert quiet.status == "ok"


async def test_a_row_whose_title_a_person_changed_is_updated_all_the_same(own: Desk) -> None:
    await told(own, success=True)
    (row,) = await rows(own)
    assert isinstance(own.notion, NotionClient)
    renamed = {"title": [{"type": "text", "text": {"content": "Mine"}}]}
    await own.notion.update_page(row.id, properties={"Name": renamed})

    await told(own, success=True)

    assert [(row.id, row.plain("Calls")) for row in await rows(own)] == [(row.id, 2)]


async def test_only_the_row_of_the_calls_told_is_counted_as_theirs(own: Desk) -> None:
    assert own.own_rows is not None
    await told(replace(own, own_rows=Away(own.own_rows)), success=True)

    report = await told(own, tool="copilot", tokens=5)

    assert report.measurements["rows_added_count"] == 0
    assert report.measurements["other_rows_written_count"] == 1
    assert "in Notion 1 row of other calls written" in report.headline


async def test_each_write_is_journalled_first(own: Desk) -> None:
    await told(own, success=True)
    await told(own, success=True)

    assert isinstance(own.store, SqlStore)
    kept = await query(own.store, "SELECT kind, actor, subject FROM journal ORDER BY number")
    assert [(kind, actor) for kind, actor, _ in kept] == [("write", "a test")] * 2
    assert "row of ai_tool_metrics cursor" in kept[0][2]
    assert await own.store.verify_journal() is None


async def test_a_database_that_is_not_ours_gets_nothing_and_the_answer_says_why(desk: Desk) -> None:
    report = await told(desk, success=True)

    assert report.status == "ok"
    assert "does not mark ai_tool_metrics as ours" in report.headline
    assert "ours = true" in report.findings[0].remedy
    assert "1,000 blocks" in report.findings[-1].what
    assert report.measurements["recorded_count"] == 1


async def test_read_only_writes_nothing_to_notion(own: Desk) -> None:
    reading = replace(own, connection=replace(own.connection, read_only=True), own_rows=None)

    report = await told(reading, success=True)

    assert "read-only" in report.headline
    assert "ours = true" not in report.model_dump_json()
    assert await rows(own) == []


async def test_an_unknown_outcome_is_no_unticked_box(own: Desk) -> None:
    report = await told(own, tokens=5)

    assert await rows(own) == []
    assert [each.id for each in report.findings] == [
        "record_usage.untold",
        "record_usage.rolled_up",
    ]


@dataclass(frozen=True, slots=True)
class Away:
    """Notion does not answer writes."""

    inner: OwnRows

    async def find(self, data_source_id: str, title: Property, text: str) -> tuple[Row, ...]:
        return await self.inner.find(data_source_id, title, text)

    async def beginning(self, data_source_id: str, title: Property, text: str) -> tuple[Row, ...]:
        return await self.inner.beginning(data_source_id, title, text)

    async def add(self, *_: object) -> NoReturn:
        raise NoAnswer("the network is gone")

    async def change(self, *_: object) -> NoReturn:
        raise NoAnswer("the network is gone")

    async def retell(self, *_: object) -> NoReturn:
        raise NoAnswer("the network is gone")


async def test_what_notion_did_not_take_waits_for_the_next_call(own: Desk) -> None:
    assert own.own_rows is not None
    waiting = await told(replace(own, own_rows=Away(own.own_rows)), success=True)

    assert waiting.status == "warning"
    assert waiting.measurements["rows_pending_count"] == 1

    assert (await told(own, success=True)).measurements["rows_added_count"] == 1
    assert [row.plain("Calls") for row in await rows(own)] == [2]


async def test_query_metrics_reads_the_calls_and_not_their_row_beside_them(own: Desk) -> None:
    before = await query_metrics(own, "calls", days=1)
    for ms in (100, 300, 500):
        await told(own, tool="copilot", success=True, response_time_ms=ms, calls_count=2)

    report = await query_metrics(own, "calls", days=1)
    times = await query_metrics(own, "response time", days=1)

    assert report.measurements["copilot_calls_count"] == 6
    assert "copilot_calls_count" not in before.measurements
    assert times.measurements["copilot_p50_ms"] == 300


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"tool": "…"}, "no name", id="no-tool"),
        pytest.param({"at": "yesterday"}, "no instant", id="no-instant"),
        pytest.param({"at": "2026-01-01T00:00:00"}, "no instant", id="no-zone"),
        pytest.param({"at": "0001-01-01T00:00:00+14:00"}, "no instant", id="no-day"),
        pytest.param({"at": "2020-01-01T00:00:00Z"}, "older than 400 days", id="not-kept"),
        pytest.param({"success": True, "error_class": "network"}, "no error", id="contradiction"),
        pytest.param({"task": "the login page"}, "no page", id="no-task"),
    ],
)
async def test_what_cannot_be_kept_is_refused(desk: Desk, more: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageInvalid, match=says):
        await told(desk, **more)


async def test_a_call_of_tomorrow_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageInvalid, match="future"):
        await told(desk, at=(desk.clock() + timedelta(days=1)).isoformat())


async def test_a_link_of_a_task_and_days_of_the_zone_are_kept(desk: Desk) -> None:
    link = "https://www.notion.so/Task-0123456789abcdef0123456789abcdef?pvs=4"
    await told(desk, task=link, at="2026-11-23T23:30:00-01:00")

    at = desk.clock()
    (kept,) = await desk.usage.between(at - timedelta(days=3000), at)
    assert kept.task_id == "01234567-89ab-cdef-0123-456789abcdef"
    assert kept.day == date(2026, 11, 24)
