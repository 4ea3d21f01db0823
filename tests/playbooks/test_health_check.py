from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from playbooks.desk import ConfigurationState, DatabaseSetting, Desk
from playbooks.health_check import health_check
from server.app import open_house
from server.settings import read_configuration


async def test_the_sample_workspace_is_healthy_and_says_what_it_is(desk: Desk) -> None:
    report = await health_check(desk)

    assert report.status == "ok"
    assert report.workspace == "sample workspace"
    assert report.measurements["databases_accessible_count"] == 3
    assert report.measurements["databases_configured_count"] == 3
    assert report.coverage.total == len(report.gates)
    assert "sample workspace" in report.summary


async def test_what_has_no_data_yet_is_not_covered(desk: Desk) -> None:
    report = await health_check(desk)

    unmeasured = [gate.name for gate in report.gates if gate.status == "not_measured"]
    assert unmeasured == ["cache", "error_rate", "backup"]
    assert report.coverage.scanned == len(report.gates) - 3
    assert not report.coverage.complete


async def test_the_run_is_kept_under_its_id(desk: Desk) -> None:
    report = await health_check(desk)

    assert await desk.store.run(report.run_id) == report


async def test_a_recent_report_is_given_again_with_its_age(desk: Desk) -> None:
    first = await health_check(desk)

    again = await health_check(desk, max_age_s=3600)

    assert again.run_id == first.run_id
    assert again.source == "cache"


async def test_a_report_of_another_configuration_is_not_given_again(desk: Desk) -> None:
    first = await health_check(desk)
    other = replace(desk, configuration=ConfigurationState(digest="another"))

    assert (await health_check(other, max_age_s=3600)).run_id != first.run_id


async def test_mistakes_are_critical_and_nothing_is_asked_of_notion(desk: Desk) -> None:
    mistaken = replace(
        desk,
        notion=None,
        configuration=ConfigurationState(mistakes=("playbooks.toml, line 3: zone: wrong",)),
    )

    report = await health_check(mistaken)

    assert report.status == "critical"
    assert "line 3" in report.summary
    asked = {gate.name: gate.status for gate in report.gates}
    assert asked["token"] == asked["authentication"] == "not_measured"
    assert asked["database task_management"] == "not_measured"
    assert report.measurements["databases_configured_count"] is None
    assert asked["store"] == "ok"


async def test_progress_is_told_step_by_step(desk: Desk) -> None:
    told: list[tuple[int, int]] = []

    async def progress(done: int, total: int, _what: str) -> None:
        told.append((done, total))

    await health_check(desk, progress=progress)

    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize("after_steps", [1, 2, 3, 4])
async def test_an_interrupted_check_keeps_no_half_run(desk: Desk, after_steps: int) -> None:
    with anyio.CancelScope() as scope:

        async def stop(done: int, _total: int, _what: str) -> None:
            if done == after_steps:
                scope.cancel()

        await health_check(desk, progress=stop)

    assert await desk.store.latest_runs() == ()


async def test_the_calls_of_a_check_are_recorded_without_its_probes(sample_home: Path) -> None:
    del sample_home
    async with open_house(read_configuration()) as house:
        report = await health_check(await house.desk())
    async with open_house(read_configuration()) as house:
        desk = await house.desk()
        since = report.as_of - timedelta(minutes=1)
        traffic = await desk.store.traffic(since, desk.connection.key)
        foreign = await desk.store.traffic(since, "another connection")

    # who am I, one search, and schema and first row of three databases
    assert (traffic.calls_count, traffic.errors_count) == (8, 0)
    assert foreign.calls_count == 0


async def test_ids_of_databases_work_and_never_look_like_failing_calls(desk: Desk) -> None:
    assert desk.notion is not None
    tasks, *_ = [
        found for found in await desk.notion.find_data_sources("") if found.title == "Tasks"
    ]
    source = await desk.notion.data_source(tasks.id)
    setting = DatabaseSetting(id=source.database_id)
    connection = replace(desk.connection, databases={"task_management": setting})
    by_database = replace(desk, connection=connection)

    reports = [await health_check(by_database) for _ in range(5)]

    assert {report.status for report in reports} == {"ok"}
    assert reports[-1].measurements["error_rate_percent"] in {0, None}


async def test_an_id_that_notion_does_not_take_is_told_with_the_way_to_the_right_one(
    desk: Desk,
) -> None:
    setting = DatabaseSetting(id="aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa")
    connection = replace(desk.connection, databases={"task_management": setting})

    report = await health_check(replace(desk, connection=connection))

    (finding,) = report.findings
    assert (report.status, finding.id) == ("critical", "health_check.database.task_management")
    assert "does not take aaaaaaaa-" in finding.what
    assert "copy its link" in finding.remedy
