"""Through the real mirror: the sample workspace, its honest defects, and what is remembered."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path

import anyio
import httpx
import pytest

from playbooks.desk import DatabaseSetting, Desk
from playbooks.errors import ConfigurationInvalid
from playbooks.kept_data import Acknowledged
from playbooks.report import Finding, Report
from playbooks.row_rules_check import failures
from playbooks.validate_data import RowsUnknown, RulesUnknown, validate_data
from playbooks.validation_text import in_short
from playbooks.verdict import Verdict
from server.app import House, open_house
from server.settings import read_configuration
from server.workspace.sample.defects import DEFECTS, planted_count
from tests.journeys.house import tokens_count
from tests.server.notion.mirroring import open_table
from tools.boundary import answer

RULES = {
    "completed-before-started": "completed_before_started",
    "completed-in-the-future": "completed_in_future",
    "done-without-completed": "done_without_completed",
    "done-without-actual-hours": "done_without_actual",
    "spaced-title": "spaced_title",
    "duplicate-title": "duplicate_title",
    "missing-title": "missing_title",
    "unmapped-status": "unmapped_status",
    "in-progress-without-assignee": "in_progress_without_assignee",
    "clock-time-completed": "clock_time",
    "undated-log-entry": "missing_date",
    "orphan-log-entry": "orphan_relation",
    "metric-without-tool": "missing_tool",
}
"""The rule that finds each defect of the sample, and nothing but it."""

OTHERS = {"stale-in-progress", "negative-response-time", "absurd-response-time"}
"""Defects whose rule finds more than they planted: see their own test."""


def findings(report: Report, name: str) -> list[Finding]:
    return [each for each in report.findings if fnmatch(each.id, f"validate_data.*.{name}")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, sample_file: Path) -> Report:
    """The report on the whole sample, made once."""
    home = tmp_path_factory.mktemp("whole")
    data = home / "data" / "notion-playbooks"
    data.mkdir(parents=True)
    shutil.copy(sample_file, data / "workspace.sqlite3")

    async def validated() -> Report:
        async with open_house(read_configuration()) as house:
            return await validate_data(await house.desk())

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setenv("PLAYBOOKS_WORKSPACE", "embedded")
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        return anyio.run(validated)


def test_every_defect_of_the_sample_is_found_and_nothing_else(whole: Report) -> None:
    ours = [defect for defect in DEFECTS if defect.found_by == "validate_data"]
    assert {defect.id for defect in ours} == {*RULES, *OTHERS}
    for defect in ours:
        if defect.id in RULES:
            rule = f"{defect.database}.{RULES[defect.id]}"
            assert whole.measurements[f"{rule}.failed_count"] == defect.count, rule
    both = planted_count("negative-response-time") + planted_count("absurd-response-time")
    assert whole.measurements["ai_tool_metrics.impossible_response_time.failed_count"] == both
    (orphans,) = findings(whole, "orphan_relation")
    assert all("of the related rows 1 in the trash" in each for each in orphans.evidence)
    (far,) = findings(whole, "hours_far_apart")
    assert far.evidence[0].startswith("estimation_accuracy_percent ")
    assert whole.status == "warning"
    assert whole.coverage.complete


async def test_what_was_planted_as_stale_is_the_oldest_of_what_is(desk: Desk) -> None:
    checkup = await failures(
        desk,
        "task_management",
        procedure="validate_data",
        run_id="r",
        rules=["stale_in_progress"],
    )

    assert not isinstance(checkup, Verdict)
    (result,) = checkup.results
    ages = sorted((int(each.says.split()[0]) for each in result.failed), reverse=True)
    planted = planted_count("stale-in-progress")
    assert len(ages) >= planted
    assert ages[planted - 1] > 60  # working days: more than three months


def test_answers_stay_within_their_budget(whole: Report) -> None:
    assert tokens_count(answer(in_short(whole), "compact").structured_content) <= 1500
    assert tokens_count(answer(whole, "full").structured_content) <= 20_000


async def test_only_the_rows_asked_for_are_judged_but_by_all_of_them(desk: Desk) -> None:
    whole = await validate_data(desk, database="task_management", rules=["duplicate_title"])
    (finding,) = findings(whole, "duplicate_title")
    one = finding.evidence[-1].partition("notion.so/")[2][:32]

    report = await validate_data(
        desk, database="task_management", rules=["duplicate_title"], row_ids=[one]
    )

    measured = report.measurements
    assert measured["task_management.duplicate_title.checked_count"] == 1
    assert measured["task_management.duplicate_title.failed_count"] == 1
    assert report.coverage.scanned == whole.coverage.scanned
    assert report.headline.startswith(f"1 of {whole.coverage.scanned} rows of 1 databases: 1 break")


@pytest.mark.parametrize("unknown", ["bogus", "0" * 32])
async def test_rows_that_no_database_has_are_refused(desk: Desk, unknown: str) -> None:
    with pytest.raises(RowsUnknown, match=f"no such row in development_log: {unknown[:8]}"):
        await validate_data(desk, database="development_log", row_ids=[unknown])


async def test_what_was_seen_before_is_not_new_again(desk: Desk) -> None:
    first = await validate_data(desk, database="development_log")
    second = await validate_data(desk, database="development_log")

    def told(report: Report) -> Sequence[str]:
        return [gate.reason for gate in report.gates if gate.name == "rows development_log"]

    assert "(12 failures new)" in told(first)[0]
    assert "new" not in told(second)[0]
    assert findings(second, "missing_date")[0].what.endswith("0 new")


async def test_a_database_that_cannot_be_read_is_told_and_the_others_are_checked(
    desk: Desk,
) -> None:
    nowhere = DatabaseSetting(id="00000000-0000-4000-8000-000000000000")
    connection = replace(desk.connection, databases={"development_log": nowhere})

    report = await validate_data(replace(desk, connection=connection))

    assert report.status == "critical"
    assert report.measurements["development_log.rows_count"] is None
    assert report.measurements["task_management.spaced_title.failed_count"] == 5
    assert not report.coverage.complete
    assert report.coverage.total is None


async def test_a_changed_schema_is_told_until_it_is_acknowledged(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "made").mkdir()
    async with open_table(tmp_path / "made") as table:
        setting = DatabaseSetting(id=table.id)
        connection = replace(desk.connection, databases={"task_management": setting})
        ours = replace(desk, mirror=table.mirror, connection=connection, clock=table.watch)
        await validate_data(ours, database="task_management")
        column = {"properties": {"Points": None}}
        table.perform("PATCH", f"/v1/data_sources/{table.id}", column)
        table.watch.advance(days=1)

        report = await validate_data(ours, database="task_management")

        (finding,) = findings(report, "drift.removed.*")
        gates = {gate.name: gate.status for gate in report.gates}
        assert finding.what == (
            "task_management: `Points` was removed (seen since 2026-03-03 08:00 UTC)"
        )
        assert gates["drift task_management"] == "warning"
        assert gates["schema task_management"] == "ok"

        rule = finding.id.removeprefix("validate_data.")
        until = table.watch() + timedelta(days=9)
        assert ours.book is not None
        known = Acknowledged(rule, "", "was never used", "Ada", table.watch(), until)
        await ours.book.acknowledge([known])
        (after,) = findings(await validate_data(ours, database="task_management"), "drift.*")
        assert after.severity == "info"
        table.watch.advance(days=10)
        (again,) = findings(await validate_data(ours, database="task_management"), "drift.*")
        assert again.severity == "warning"


async def test_while_notion_is_silent_the_copy_is_judged_and_called_one(
    desk: Desk, tmp_path: Path
) -> None:
    def refuse(request: httpx.Request) -> None:
        raise httpx.ConnectError("nobody answers", request=request)

    (tmp_path / "made").mkdir()
    async with open_table(tmp_path / "made") as table:
        table.add("  Spaced  ")
        setting = DatabaseSetting(id=table.id)
        connection = replace(desk.connection, databases={"task_management": setting})
        ours = replace(desk, mirror=table.mirror, connection=connection, clock=table.watch)
        await validate_data(ours, database="task_management")
        table.watch.advance(hours=1)
        table.wire.before = refuse

        report = await validate_data(ours, database="task_management")

    (access,) = [gate for gate in report.gates if gate.name == "database task_management"]
    assert access.status == "warning"
    assert "1 rows of a copy of 2026-03-02 08:00 UTC" in access.reason
    assert report.source == "cache"
    assert report.age_s >= 3600
    assert report.measurements["task_management.spaced_title.failed_count"] == 1


async def test_a_rule_that_is_none_is_refused(desk: Desk) -> None:
    with pytest.raises(RulesUnknown, match=r"Valid ones: .*development_log\.spaced_title"):
        await validate_data(desk, database="development_log", rules=["spelling"])


async def test_mistakes_in_the_configuration_are_told_first(house: House) -> None:
    desk = await house.desk()
    wrong = replace(desk, configuration=replace(desk.configuration, mistakes=("a: wrong",)))

    with pytest.raises(ConfigurationInvalid):
        await validate_data(wrong)
