"""Through the real client, store and sample workspace; latency is added to an injected clock."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, NoReturn

import anyio
import pytest

from benchmarks.slow_workspace import Latency, Time
from playbooks.desk import ConfigurationState, Desk
from playbooks.diagnose_performance import diagnose_performance
from playbooks.diagnosis import in_short
from playbooks.errors import ConfigurationInvalid, NoAnswer, StoreUnusable
from playbooks.records import Recorded
from playbooks.report import Report
from server.notion.call import TimeAndChance
from server.notion.client import NotionClient, open_client
from server.notion.wire import Profile
from server.store.sql import SqlStore
from server.workspace import faults
from server.workspace.asgi import create_app
from server.workspace.core import Workspace
from server.workspace.inside import Inside
from tests.journeys.house import tokens_count
from tests.playbooks.recorded import call
from tests.playbooks.traffic_made import poisson, readings
from tools.boundary import answer

SPACE: Final = "public_api_space_request_rate_limit"


@dataclass(slots=True)
class Slow:
    """The sample workspace behind a network of known latency."""

    desk: Desk
    notion: NotionClient
    workspace: Workspace
    network: Latency
    time: Time
    sources: dict[str, str]
    directory: Path

    def limit(self, title: str, *, rate: float = 1.0) -> None:
        route = f"POST /v1/data_sources/{self.sources[title]}/query"
        self.workspace.faults.set(faults.FaultRule(faults.RateLimited(2, SPACE), route, rate=rate))


@pytest.fixture
async def slow(desk: Desk, sample_home: Path) -> AsyncGenerator[Slow]:
    time = Time()
    path = sample_home / "data" / "notion-playbooks" / "workspace.sqlite3"
    workspace = Workspace.open(path, clock=time.clock)
    network = Latency(Inside(create_app(workspace)), time, Random(1), usual_ms=100)
    token = workspace.own_token()
    assert token is not None
    async with open_client(
        token,
        profile=Profile("http://workspace.invalid", 180),
        record=lambda _: None,
        default_deadline_s=60,
        network=network,
        given=TimeAndChance(time.clock, time.monotonic, time.sleep, lambda: 0.5),
    ) as notion:
        found = {each.title: each.id for each in await notion.find_data_sources("")}
        timed = replace(desk, notion=notion, clock=time.clock)
        yield Slow(timed, notion, workspace, network, time, found, sample_home)
    workspace.close()


def named(report: Report) -> list[str]:
    return [finding.id.removeprefix("diagnose_performance.") for finding in report.findings]


def statuses(report: Report) -> dict[str, str]:
    return {gate.name: gate.status for gate in report.gates}


async def test_a_healthy_workspace_has_no_cause(slow: Slow) -> None:
    report = await diagnose_performance(slow.desk)

    assert (report.status, named(report), report.next_actions) == ("ok", [], ())
    assert report.coverage.complete
    # Each of three databases: its schema and first row, and five pages.
    assert report.measurements["requests_count"] == 21
    assert report.measurements["task_management_p95_ms"] is None
    assert 50 < float(report.measurements["task_management_median_ms"] or 0) < 200


async def test_the_sample_workspace_itself_is_healthy(desk: Desk) -> None:
    report = await diagnose_performance(desk)

    assert named(report) == []
    assert await desk.store.run(report.run_id) == report


async def test_a_slow_database_is_named_and_compared(slow: Slow) -> None:
    slow.network.slow_ms = {slow.sources["Tasks"]: 1500}

    report = await diagnose_performance(slow.desk)

    assert named(report) == ["slow_database.task_management"]
    assert statuses(report)["database task_management"] == "critical"
    assert report.status == "critical"
    assert "with the title alone it still takes" in " ".join(report.findings[0].evidence)
    assert "plan_change(kind='optimize')" in report.next_actions[0]


async def test_properties_that_make_a_database_slow_are_named(slow: Slow) -> None:
    slow.network.heavy_ms = {slow.sources["Development log"]: 1500}

    report = await diagnose_performance(slow.desk)

    assert named(report) == ["heavy_rollups.development_log"]
    assert "1 relations" in report.findings[0].evidence[1]


@pytest.mark.parametrize("pages_count", [6, 12, 15, 18])
async def test_a_service_that_recovers_meanwhile_makes_no_properties_heavy(
    slow: Slow, pages_count: int
) -> None:
    slow.network.usual_ms = 1500

    async def recover(done: int, _total: int, _what: str) -> None:
        if done == pages_count:
            slow.network.usual_ms = 100

    report = await diagnose_performance(slow.desk, progress=recover)

    assert not [each for each in named(report) if each.startswith(("heavy", "missing_filter"))]


async def test_full_pages_come_first_where_the_time_is_short(slow: Slow) -> None:
    slow.network.usual_ms = 2000

    report = await diagnose_performance(slow.desk)

    assert report.measurements["databases_measured_count"] == 3
    assert (slow.time.clock() - report.as_of).total_seconds() > 50


class Crowded(SqlStore):
    """A store that holds more than is read at once."""

    async def calls_since(self, since: datetime, connection: str) -> Recorded:
        return replace(await super().calls_since(since, connection), cut=True)


async def test_a_window_that_was_cut_is_told(slow: Slow) -> None:
    recorded = call(connection=slow.desk.connection.key, at=slow.time.clock())
    store = Crowded(f"sqlite:///{slow.directory / 'crowded.sqlite3'}", clock=slow.desk.clock)
    await store.record_calls([recorded])

    report = await diagnose_performance(replace(slow.desk, store=store))
    await store.aclose()

    assert report.measurements["window_cut_to"] == recorded.at.isoformat()
    assert f"recorded calls since {recorded.at:%m-%d %H:%M} UTC alone" in report.headline


async def test_a_ttl_is_advised_until_it_is_in_force(slow: Slow) -> None:
    tasks, key = slow.sources["Tasks"], slow.desk.connection.key
    instants = poisson(slow.time.clock() - timedelta(hours=23), every_s=300, hours=23)
    recorded = readings(instants, ttl_s=300, data_source_id=tasks, connection=key)
    await slow.desk.store.record_calls(recorded)

    before = await diagnose_performance(slow.desk)
    await slow.desk.store.tune({f"mirror.ttl_s.{tasks}": 3600})
    after = await diagnose_performance(slow.desk)

    assert (before.findings[0].severity, after.findings[0].severity) == ("warning", "info")
    assert "Set its TTL to 3600 s" in before.findings[0].remedy
    assert "Leave its TTL at 3600 s" in after.findings[0].remedy


async def test_limits_by_others_are_told_although_every_page_came(slow: Slow) -> None:
    slow.limit("AI tool metrics", rate=0.6)

    report = await diagnose_performance(slow.desk)

    assert named(report) == ["foreign_rate_limit"]
    assert int(report.measurements["foreign_429_count"] or 0) >= 3
    assert report.measurements["own_429_count"] == 0


async def test_a_database_that_was_limited_throughout_is_unknown(slow: Slow) -> None:
    slow.limit("Tasks")

    report = await diagnose_performance(slow.desk, database="development_log")
    limited = await diagnose_performance(slow.desk, database="task_management")

    assert report.status == "ok"
    assert statuses(limited)["database task_management"] == "unknown"
    assert limited.status == "unknown"
    assert not limited.coverage.complete


async def test_only_the_asked_database_is_measured(slow: Slow) -> None:
    report = await diagnose_performance(slow.desk, database="task_management", samples_count=8)

    assert [name for name in statuses(report) if name.startswith("database ")] == [
        "database task_management"
    ]
    assert "n = 8" in report.gates[0].reason


async def test_the_deadline_ends_it_and_what_was_not_measured_is_told(slow: Slow) -> None:
    slow.network.usual_ms = 20_000

    report = await diagnose_performance(slow.desk)

    assert (slow.time.clock() - report.as_of).total_seconds() < 150
    assert statuses(report)["database ai_tool_metrics"] == "unknown"
    assert report.measurements["databases_measured_count"] == 0
    assert not report.coverage.complete


async def test_progress_is_told_page_by_page(slow: Slow) -> None:
    told: list[tuple[int, int, str]] = []

    async def progress(done: int, total: int, what: str) -> None:
        told.append((done, total, what))

    await diagnose_performance(slow.desk, progress=progress)

    assert told[0] == (0, 27, "measuring task_management")
    assert [done for done, _, _ in told] == list(range(15))


async def test_an_interrupted_diagnosis_keeps_no_half_run(slow: Slow) -> None:
    with anyio.CancelScope() as scope:

        async def stop(done: int, _total: int, _what: str) -> None:
            if done == 7:
                scope.cancel()

        await diagnose_performance(slow.desk, progress=stop)

    assert await slow.desk.store.latest_runs() == ()


async def test_a_broken_store_leaves_the_measurement_and_says_what_is_missing(slow: Slow) -> None:
    class Broken(SqlStore):
        async def calls_since(self, since: datetime, connection: str) -> NoReturn:
            del since, connection
            raise StoreUnusable("here", "it is broken")

    store = Broken("sqlite://", clock=slow.desk.clock)
    report = await diagnose_performance(replace(slow.desk, store=store))
    await store.aclose()

    assert report.measurements["databases_measured_count"] == 3
    assert statuses(report)["recorded calls"] == "unknown"
    assert report.status == "unknown"


async def test_a_workspace_that_cannot_be_opened_is_unknown(slow: Slow) -> None:
    closed = replace(slow.desk, notion=None, unreachable=NoAnswer("no connection could be made"))

    report = await diagnose_performance(closed)

    assert report.status == "unknown"
    assert report.measurements["requests_count"] == 0
    assert "no connection could be made" in report.summary


async def test_mistakes_in_the_configuration_are_raised(desk: Desk) -> None:
    mistaken = replace(desk, configuration=ConfigurationState(mistakes=("line 3: wrong",)))

    with pytest.raises(ConfigurationInvalid):
        await diagnose_performance(mistaken)


async def test_the_compact_answer_stays_short_when_much_is_wrong(slow: Slow) -> None:
    slow.network.slow_ms = {slow.sources["Tasks"]: 1500}
    slow.network.heavy_ms = {slow.sources["Development log"]: 1500}
    slow.limit("AI tool metrics", rate=0.5)

    report = await diagnose_performance(slow.desk)
    short = in_short(report.model_copy(update={"findings": report.findings * 3}))

    assert len(report.findings) == len(short.findings) == 3
    assert tokens_count(answer(short, "compact").structured_content) <= 1500
    assert short.next_actions[-1] == (
        "diagnose_performance(detail='full') explains 6 more findings."
    )
    for finding in report.findings:
        assert finding.evidence[0] in short.summary
        assert finding.evidence[-1] in short.summary


async def test_a_healthy_report_in_short_is_the_same(slow: Slow) -> None:
    report = await diagnose_performance(slow.desk)

    assert in_short(report) == report
