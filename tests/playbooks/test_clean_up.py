"""Old entries go to the trash only with a backup of them, and reports go on telling them."""

import shutil
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.arguments import PlanKind
from playbooks.backup_policy import BackupPolicy
from playbooks.clean_up import CLEANED
from playbooks.create_backup import create_backup
from playbooks.databases import DatabaseKey
from playbooks.desk import DatabaseSetting, Desk
from playbooks.errors import PlanUnusable
from playbooks.periodic_report import periodic_report
from playbooks.plan import Plan
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.query_metrics import query_metrics
from playbooks.report import Report
from playbooks.rows import Span
from playbooks.targets import Target
from server.app import open_house
from server.settings import read_configuration
from server.workspace import effects
from server.workspace.core import Workspace
from server.workspace.faults import FaultRule

OLD_DAYS = 179.0
"""The sample's rows go back about 180 days: few are that old."""


@dataclass(slots=True)
class Office:
    """A desk over the sample, of which there is a backup."""

    desk: Desk

    async def plan(self, database: DatabaseKey | None = None, days: float = OLD_DAYS) -> Report:
        request = Request(database=database, older_than_days=days)
        return await plan_change(self.desk, "clean_up", request)

    async def applied(self, kind: PlanKind, request: Request) -> tuple[Plan, Report]:
        planned = await plan_change(self.desk, kind, request)
        return await self.approved(str(planned.measurements["plan_id"]))

    async def approved(self, plan_id: str) -> tuple[Plan, Report]:
        plan = await self.kept(plan_id)
        await approve(self.desk, plan.id, digest=plan.digest, by="terminal", actor="test")
        return plan, await apply_plan(self.desk, plan.id)

    async def kept(self, plan_id: str) -> Plan:
        plan = await self.desk.store.plan(plan_id)
        assert plan is not None
        return plan

    async def figures(self) -> list[Any]:
        """What reports tell of the oldest days, each grouped by day and tool."""
        last = self.desk.work.days.local_day(self.desk.clock()) - timedelta(days=170)
        asked = ("response_time", "success_rate", "tokens", "cost", "calls")
        reports = [
            await query_metrics(self.desk, each, days=20, until=last.isoformat()) for each in asked
        ]
        assert all(report.coverage.complete for report in reports)
        return [report.measurements for report in reports]

    async def rows(self, key: str) -> dict[str, datetime]:
        """The ids of all rows out of the trash, read from Notion now, and when they were edited."""
        assert self.desk.mirror is not None
        view = await self.desk.mirror.open(await self.table(key), strategy="REALTIME")
        return {row.id: row.last_edited_at async for row in view.rows()}

    async def table(self, key: str) -> str:
        """The id of its data source."""
        assert self.desk.notion is not None
        title = {"development_log": "Development log", "ai_tool_metrics": "AI tool metrics"}[key]
        (found,) = await self.desk.notion.find_data_sources(title)
        return found.id


def at(desk: Desk, now: datetime) -> Desk:
    """The desk two hours after the sample was made."""
    return replace(desk, clock=lambda: now + timedelta(hours=2))


@pytest.fixture(scope="module")
def backed_up(
    tmp_path_factory: pytest.TempPathFactory, sample_file: Path, sample_now: datetime
) -> Path:
    """The data of a home with a backup, made once; copy it."""
    home = tmp_path_factory.mktemp("backed-up")
    data = home / "data" / "notion-playbooks"
    data.mkdir(parents=True)
    shutil.copy(sample_file, data / "workspace.sqlite3")

    async def back_up() -> None:
        async with open_house(read_configuration()) as house:
            await create_backup(at(await house.desk(), sample_now), within_minutes=60)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setenv("PLAYBOOKS_WORKSPACE", "embedded")
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        anyio.run(back_up)
    return data


@pytest.fixture
async def office(
    home: Path, backed_up: Path, sample_now: datetime, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Office]:
    monkeypatch.setenv("PLAYBOOKS_WORKSPACE", "embedded")
    shutil.copytree(backed_up, home / "data" / "notion-playbooks")
    async with open_house(read_configuration()) as house:
        yield Office(at(await house.desk(), sample_now))


async def without_backups(desk: Desk) -> None:
    assert desk.backups is not None
    for each in await desk.backups.snapshots():
        await desk.backups.remove(each.id)


def pages(plan: Plan) -> list[str]:
    return [Target.of(change.target).parts[0] for change in plan.changes]


async def test_without_a_backup_nothing_is_planned_and_it_says_what_comes_first(
    office: Office,
) -> None:
    await without_backups(office.desk)

    report = await office.plan()

    assert report.status == "warning"
    assert report.measurements["plan_id"] is None
    assert report.measurements["old_count"]
    assert "create_backup" in report.summary


async def test_a_backup_without_content_holds_nothing_that_may_go(office: Office) -> None:
    await without_backups(office.desk)
    desk = replace(office.desk, backup_policy=BackupPolicy(content=False))
    await create_backup(desk)

    report = await plan_change(desk, "clean_up", Request(older_than_days=OLD_DAYS))

    (blocker,) = (each for each in report.findings if each.id == "clean_up.no_backup")
    assert report.measurements["backed_up_count"] == 0
    assert report.measurements["plan_id"] is None
    assert "content = true" in blocker.remedy


@pytest.mark.parametrize("lacking", ["content", "rows"])
async def test_a_row_that_the_backup_could_not_read_stays(
    office: Office, home: Path, lacking: str
) -> None:
    file = home / "data" / "notion-playbooks" / "workspace.sqlite3"
    planned = await office.plan("development_log")
    old = pages(await office.kept(str(planned.measurements["plan_id"])))
    log = await office.table("development_log")
    asked = {
        "content": f"GET /v1/blocks/{old[0]}/children",
        "rows": f"POST /v1/data_sources/{log}/query",
    }[lacking]
    await _edit(office, old[0])
    with closing(Workspace.open(file, clock=office.desk.clock)) as workspace:
        workspace.faults.set(FaultRule(effects.Blocked(), asked))
        await create_backup(at(office.desk, office.desk.clock() + timedelta(days=1)))
        workspace.faults.clear()
    await office.rows("development_log")

    report = await office.plan("development_log")

    assert report.measurements["backed_up_count"] == len(old) - 1


@pytest.mark.parametrize("days", [1e308, 800_000, 0.5, float("nan")])
async def test_an_age_beyond_all_dates_is_refused(office: Office, days: float) -> None:
    with pytest.raises(PlanUnusable, match="from 1 to 3,650"):
        await office.plan(days=days)


async def test_tasks_are_never_cleaned_up(office: Office) -> None:
    with pytest.raises(PlanUnusable, match="never cleaned up"):
        await office.plan("task_management")


async def test_the_preview_counts_by_month_and_tells_the_cost(office: Office) -> None:

    report = await office.plan(days=30)

    (evidence,) = (each for each in report.findings if each.id == "plan_change.evidence")
    assert [line.partition(":")[0] for line in evidence.evidence[:2]] == [
        "development_log",
        "ai_tool_metrics",
    ]
    assert evidence.evidence[0].startswith("development_log: 2026-05 ")
    assert "1500 requests of Notion (about" in report.headline
    assert "more wait" in report.headline
    assert report.measurements["changes_count"] == office.desk.bands.plan_most_changes


async def test_metrics_of_old_days_stay_the_same_through_clean_up_and_undo(office: Office) -> None:
    before, there = await office.figures(), await office.rows("ai_tool_metrics")
    plan, applied = await office.applied(
        "clean_up", Request(database="ai_tool_metrics", older_than_days=OLD_DAYS)
    )
    left = await office.rows("ai_tool_metrics")
    after = await office.figures()
    _, undone = await office.applied("undo", Request(of=plan.id))
    back = await office.rows("ai_tool_metrics")
    again = await office.figures()

    assert (applied.status, undone.status) == ("ok", "ok")
    assert there.keys() - left.keys() == set(pages(plan)) != set()
    assert back.keys() == there.keys()
    assert after == before
    assert again == before


async def test_a_report_says_how_many_rows_come_from_roll_ups(office: Office) -> None:
    plan, _ = await office.applied(
        "clean_up", Request(database="ai_tool_metrics", older_than_days=OLD_DAYS)
    )
    await office.rows("ai_tool_metrics")

    report = await query_metrics(office.desk, "calls", days=200)

    (told,) = (each.what for each in report.findings if each.id == "query_metrics.rolled_up")
    assert 0 < int(told.split()[0]) <= len(plan.changes)  # those without a tool are no samples


async def test_what_is_kept_of_a_row_holds_neither_titles_nor_texts(office: Office) -> None:
    plan, _ = await office.applied("clean_up", Request(older_than_days=OLD_DAYS))
    rolled = [row for each in CLEANED for row in await _rolled(office, each)]

    assert len(rolled) == len(plan.changes)
    assert {role for row in rolled for role in row.values} <= {
        *("tool", "date", "response_time_ms", "success", "tokens", "cost", "count", "kind")
    }


async def _rolled(office: Office, key: DatabaseKey) -> tuple[Any, ...]:
    assert office.desk.book is not None
    assert office.desk.mirror is not None
    titles = {"development_log": "Development log", "ai_tool_metrics": "AI tool metrics"}
    kept = [each.id for each in await office.desk.mirror.kept() if each.title == titles.get(key)]
    found = [await office.desk.book.rolled_up(each, date.min, date.max) for each in kept]
    return tuple(row for rows in found for row in rows)


async def test_a_row_that_was_edited_since_the_plan_stays(office: Office) -> None:
    planned = await office.plan("development_log")
    plan = await office.kept(str(planned.measurements["plan_id"]))
    edited = pages(plan)[-1]
    await _edit(office, edited)

    _, report = await office.approved(plan.id)

    assert report.measurements["changes_skipped_count"] == 1
    assert edited in await office.rows("development_log")


async def test_a_row_that_was_edited_after_the_backup_waits_for_the_next_one(
    office: Office,
) -> None:
    first = await office.plan("development_log")
    plan = await office.kept(str(first.measurements["plan_id"]))
    await _edit(office, pages(plan)[-1])
    await office.rows("development_log")

    second = await office.plan("development_log")

    count = first.measurements["changes_count"]
    assert isinstance(count, int)
    assert second.measurements["changes_count"] == count - 1
    assert "1 wait for a backup" in str(second.findings)


async def _edit(office: Office, page_id: str) -> None:
    assert office.desk.editor is not None
    await office.desk.editor.set_cell(page_id, "title", {"title": [{"text": {"content": "New"}}]})


async def test_when_the_backup_is_gone_at_the_time_of_applying_nothing_is_trashed(
    office: Office,
) -> None:
    planned = await office.plan("development_log")
    await without_backups(office.desk)
    there = await office.rows("development_log")

    plan, report = await office.approved(str(planned.measurements["plan_id"]))

    assert report.status == "critical"
    assert report.headline.startswith("Nothing was changed")
    assert (await office.kept(plan.id)).state == "failed"
    assert await office.rows("development_log") == there


async def test_a_report_on_an_old_month_is_the_same_after_the_clean_up(office: Office) -> None:
    month = office.desk.work.days.local_day(office.desk.clock()) - timedelta(days=175)
    before = await periodic_report(office.desk, "monthly", day=month)
    await office.applied("clean_up", Request(older_than_days=OLD_DAYS))
    for key in ("development_log", "ai_tool_metrics"):
        await office.rows(key)

    after = await periodic_report(office.desk, "monthly", day=month, refresh=True)

    assert before.measurements["log_entries_count"]
    assert before.measurements["ai_calls_count"]
    assert after.measurements == before.measurements
    assert "periodic_report.rolled_up.log" in {each.id for each in after.findings}


async def test_incidents_stay(office: Office) -> None:
    assert office.desk.notion is not None
    (found,) = await office.desk.notion.find_data_sources("Development log")
    settings: dict[DatabaseKey, DatabaseSetting] = {"operations_log": DatabaseSetting(id=found.id)}
    connection = replace(office.desk.connection, databases=settings)
    office.desk = replace(office.desk, connection=connection)

    planned = await office.plan("operations_log", days=30)

    old = await _old_kinds(office, days=30)
    assert old["incident"]
    assert planned.measurements["old_count"] == old.total() - old["incident"]


async def _old_kinds(office: Office, days: int) -> Counter[str]:
    assert office.desk.mirror is not None
    (kept,) = (e for e in await office.desk.mirror.kept() if e.title == "Development log")
    view = await office.desk.mirror.open(kept.id)
    before = office.desk.clock().date() - timedelta(days=days)
    rows = [(row.plain("Date"), row.plain("Kind")) async for row in view.rows()]
    return Counter(
        str(kind)
        for when, kind in rows
        if isinstance(when, Span) and office.desk.work.days.local_day(when.start) < before
    )


async def test_nothing_is_trashed_of_which_reports_would_lose_the_figures(office: Office) -> None:
    planned = await office.plan("ai_tool_metrics")
    ready, there = office.desk, await office.rows("ai_tool_metrics")
    office.desk = replace(ready, book=None)

    plan, interrupted = await office.approved(str(planned.measurements["plan_id"]))
    untouched = await office.rows("ai_tool_metrics")
    finished = await apply_plan(ready, plan.id)

    assert interrupted.measurements["changes_applied_count"] == 0
    assert untouched == there
    assert finished.measurements["changes_applied_count"] == len(plan.changes)
