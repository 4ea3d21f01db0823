"""Notion on a bad day: whatever fails, a procedure answers in time with the truth, or says so.

Every fault alone at 10 and at 30 % of all requests, and all of them mixed. Time is virtual: waits
are as long as they are, and cost nothing.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.diagnose_performance import diagnose_performance
from playbooks.errors import NotionError, PlaybookError
from playbooks.get_record import get_record
from playbooks.health_check import health_check
from playbooks.plan_change import plan_change
from playbooks.report import Report
from server.notion.payloads import payload
from tests.journeys import virtual
from tests.journeys.bad_day import Day, open_day
from tests.journeys.house import OWNER
from tests.playbooks.traffic_made import poisson, readings

FAULTS: dict[str, dict[str, Any]] = {
    "own-rate-limit": {"fault": "rate_limited", "retry_after_s": 7},
    "workspace-rate-limit": {
        "fault": "rate_limited",
        "retry_after_s": 20,
        "reason": "public_api_space_request_rate_limit",
    },
    "blocked-by-notion": {"fault": "rate_limited", "reason": "public_api_request_blocked"},
    "overloaded": {"fault": "overloaded", "retry_after_s": 3},
    "500": {"fault": "failed", "status": 500},
    "502": {"fault": "failed", "status": 502},
    "503": {"fault": "failed", "status": 503},
    "504": {"fault": "failed", "status": 504},
    "database-unavailable": {"fault": "database_unavailable"},
    "pool-exhausted": {"fault": "pool_exhausted"},
    "conflict": {"fault": "conflict"},
    "revoked": {"fault": "revoked"},
    "firewall": {"fault": "blocked"},
    "committed": {"fault": "committed"},
    "committed-late": {"fault": "committed_late", "late_s": 5},
    "committed-after-the-deadline": {"fault": "committed_late", "status": 502, "late_s": 45},
    "slow": {"fault": "delayed", "latency_ms": 1250, "p95_ms": 9000},
    "stalled": {"fault": "stalled"},
    "reset": {"fault": "reset"},
    "reset-in-body": {"fault": "reset_in_body"},
    "truncated": {"fault": "truncated"},
    "invalid-json": {"fault": "invalid_json"},
}
MIX = [rule for name, rule in FAULTS.items() if name not in {"slow", "revoked"}]
PACED_CALLS_COUNT = 20
"""So few calls a minute that procedures have to wait for them, or do without."""

CASES = [
    *(
        pytest.param(
            None, [{**rule, "rate": rate}], id=f"{name}-{rate:.0%}", marks=pytest.mark.long
        )
        for name, rule in FAULTS.items()
        for rate in (0.1, 0.3)
    ),
    *(
        pytest.param(
            calls_count,
            [{**rule, "rate": rate / len(MIX)} for rule in MIX],
            id=f"mixed-{rate:.0%}" + ("-paced" if calls_count else ""),
        )
        for rate in (0.1, 0.3)
        for calls_count in (None, PACED_CALLS_COUNT)
    ),
    pytest.param(None, [{"fault": "failed", "status": 502}], id="outage"),
    pytest.param(PACED_CALLS_COUNT, [{"fault": "failed", "status": 502}], id="outage-paced"),
]
on_bad_days = pytest.mark.parametrize(("day", "rules"), CASES, indirect=["day"])
"""The day's budget, and what goes wrong on it."""

PLAN_DEADLINE_S = 30.0
"""Plans ask Notion for names alone, and only as long as one call may take."""

LATENESS_S = 2.0
"""What a procedure may take beyond its deadline to put its answer together."""


@pytest.fixture
def anyio_backend() -> tuple[str, Any]:
    return virtual.BACKEND


@pytest.fixture
async def day(
    tmp_path: Path, sample_file: Path, request: pytest.FixtureRequest
) -> AsyncGenerator[Day]:
    """Paced by the store's budget where a test asks for so many calls a minute."""
    calls_count = getattr(request, "param", None)
    async with open_day(tmp_path, sample_file, calls_count=calls_count) as opened:
        yield opened


async def in_time(asked: Callable[[], Awaitable[Report]], deadline_s: float) -> Report | None:
    """The report; None where a clear error came instead. Late is a failure either way."""
    started_s = anyio.current_time()
    report: Report | None = None
    with suppress(PlaybookError):
        report = await asked()
    assert anyio.current_time() - started_s <= deadline_s + LATENESS_S
    return report


@on_bad_days
async def test_a_health_check_never_says_ok_of_what_did_not_answer(
    day: Day, rules: list[dict[str, Any]]
) -> None:
    before = day.contents()
    day.fail(rules)

    for _ in range(3):
        report = await in_time(lambda: health_check(day.desk), day.desk.bands.health_deadline_s)
        assert report is not None
        accessible = report.measurements["databases_accessible_count"]
        silent = [gate for gate in report.gates if gate.status in {"unknown", "critical"}]
        assert accessible == 3 or silent
        assert (report.status in {"ok", "warning"}) == (not silent)

    assert day.contents() == before


@on_bad_days
async def test_a_diagnosis_answers_in_time_and_changes_nothing(
    day: Day, rules: list[dict[str, Any]]
) -> None:
    before = day.contents()
    day.fail(rules)

    report = await in_time(
        lambda: diagnose_performance(day.desk), day.desk.bands.diagnosis_deadline_s
    )

    assert report is not None
    measured = report.measurements["databases_measured_count"]
    assert measured == 3 or report.status != "ok"
    assert day.contents() == before


@on_bad_days
async def test_rows_are_those_of_now_or_said_to_be_old(
    day: Day, rules: list[dict[str, Any]]
) -> None:
    whole = {row.id async for row in (await day.link.mirror.open(day.tasks)).rows()}
    filled_at = virtual.clock()
    before = day.contents()
    day.fail(rules)

    for _ in range(4):
        await anyio.sleep(600)
        asked_at = virtual.clock()
        view = await day.link.mirror.open(day.tasks)
        reading = view.reading
        assert {row.id async for row in view.rows()} == whole
        if reading.stale_because is None:
            assert (reading.source, reading.as_of >= asked_at) == ("live", True)
        else:
            assert reading.source == "cache"
            assert filled_at - timedelta(minutes=1) <= reading.as_of < asked_at

    assert day.contents() == before


@on_bad_days
async def test_a_first_reading_is_whole_or_refused(day: Day, rules: list[dict[str, Any]]) -> None:
    truth = {page["id"] for page in all_rows(day)}
    day.fail(rules)

    for _ in range(3):
        try:
            view = await day.link.mirror.open(day.tasks)
        except NotionError:
            continue
        rows = {row.id async for row in view.rows()}
        assert rows == truth if view.reading.complete else rows < truth
        assert view.reading.complete or view.reading.gaps or view.reading.stale_because


def all_rows(day: Day) -> list[dict[str, Any]]:
    """What the workspace itself says, past every fault."""
    rows: list[dict[str, Any]] = []
    body: dict[str, Any] = {}
    while True:
        page = day.workspace.perform(
            "POST", f"/v1/data_sources/{day.tasks}/query", body, actor=OWNER
        )
        rows += page["results"]
        if not page["has_more"]:
            return rows
        body = {"start_cursor": page["next_cursor"]}


@on_bad_days
async def test_a_write_is_done_once_or_its_doubt_is_told(
    day: Day, rules: list[dict[str, Any]]
) -> None:
    day.fail(rules)
    outcomes: dict[str, bool] = {}

    for i in range(12):
        name = f"chaos {i}"
        try:
            await day.link.notion.create_page(day.tasks, {"Task": payload("title", name)})
            outcomes[name] = True
        except NotionError:
            outcomes[name] = False
        await anyio.sleep(90)

    await day.settle()
    made = [title_of(page) for page in all_rows(day)]
    for name, succeeded in outcomes.items():
        assert made.count(name) == 1 if succeeded else made.count(name) <= 1


def title_of(page: dict[str, Any]) -> str:
    (title,) = [value for value in page["properties"].values() if value["type"] == "title"]
    return "".join(part["plain_text"] for part in title["title"])


async def planned(day: Day) -> Report:
    """The report of a plan that two days of recorded readings lead to."""
    start = virtual.clock() - timedelta(days=2)
    instants = poisson(start, every_s=300, hours=48)
    key = day.desk.connection.key
    calls = readings(instants, ttl_s=300, data_source_id=day.tasks, connection=key)
    await day.desk.store.record_calls(calls)
    report = await in_time(lambda: plan_change(day.desk, kind="optimize"), PLAN_DEADLINE_S)
    assert report is not None
    return report


@on_bad_days
async def test_a_plan_of_recorded_traffic_is_made_whatever_notion_does(
    day: Day, rules: list[dict[str, Any]]
) -> None:
    before = day.contents()
    day.fail(rules)

    report = await planned(day)

    assert report.measurements["plan_id"] is not None
    assert report.measurements["changes_count"] == 1
    assert report.measurements["best_ttl_s"] == 3600
    assert await day.desk.store.tuned() == {}
    assert day.contents() == before


@on_bad_days
async def test_an_approved_plan_is_applied_and_read_again_whatever_notion_does(
    day: Day, rules: list[dict[str, Any]]
) -> None:
    before = day.contents()
    plan = await day.desk.store.plan(str((await planned(day)).measurements["plan_id"]))
    assert plan is not None
    await approve(day.desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")
    day.fail(rules)

    applied = await in_time(lambda: apply_plan(day.desk, plan.id), PLAN_DEADLINE_S)
    assert applied is not None
    again = await in_time(lambda: get_record(day.desk, "run", applied.run_id), PLAN_DEADLINE_S)

    assert applied.measurements["state"] == "applied"
    assert await day.desk.store.tuned() == {f"mirror.ttl_s.{day.tasks}": 3600}
    assert again is not None
    assert again.measurements == applied.measurements
    assert day.contents() == before
