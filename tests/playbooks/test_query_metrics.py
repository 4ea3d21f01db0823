"""Metrics of the sample workspace, through the real client, mirror and store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from playbooks.arguments import USUAL_METRIC_DAYS
from playbooks.call_patterns import QUERY
from playbooks.desk import ConfigurationState, Desk
from playbooks.errors import ConfigurationInvalid, NoAnswer
from playbooks.metric_names import MetricUnknown
from playbooks.query_metrics import in_short, query_metrics, undrawn
from playbooks.records import CallRecord
from playbooks.report import Report
from playbooks.usage import UsageRecord
from tests.journeys.house import tokens_count
from tools.boundary import answer

NOW = datetime(2026, 11, 25, 14, 20, tzinfo=UTC)
"""When the sample was made, see tests/conftest.py."""


@pytest.fixture
async def then(desk: Desk) -> Desk:
    """The sample at the time for which it was made."""
    return replace(desk, clock=lambda: NOW)


def statuses(report: Report) -> dict[str, str]:
    return {gate.name: gate.status for gate in report.gates}


async def test_response_times_are_judged_for_each_tool_with_their_numbers(then: Desk) -> None:
    report = await query_metrics(then, "latency", days=400)

    assert set(statuses(report)) == {
        "cursor response time",
        "continue response time",
        "mcp_server response time",
    }
    assert report.measurements["metric"] == "response_time"
    p50, p95 = (report.measurements[f"cursor_{name}_ms"] for name in ("p50", "p95"))
    assert isinstance(p50, float)
    assert isinstance(p95, float)
    assert 300 < p50 < 550 < p95 < 2000
    assert "rows of averages" in report.summary
    assert "| cursor |" in report.summary


async def test_planted_defects_are_left_out_and_told(then: Desk) -> None:
    report = await query_metrics(then, "response_time", days=400)

    told = {each.id.removeprefix("query_metrics.rows."): each for each in report.findings}
    assert told["impossible_response_time"].what.startswith("impossible response time: 6 rows")
    assert told["no_tool"].what.startswith("no tool: 2 rows")
    assert "validate_data" in told["no_tool"].remedy


async def test_the_bad_week_of_one_tool_is_seen_week_by_week(then: Desk) -> None:
    report = await query_metrics(then, "success rate", days=120, group="week")

    weeks = [line.split(" | ") for line in report.summary.splitlines() if line.startswith("| 20")]
    worst = min(float(cells[3].removesuffix(" %")) for cells in weeks if cells[3] != "-")
    assert worst < 50


async def test_success_comes_with_interval_band_and_certainty(then: Desk) -> None:
    report = await query_metrics(then, "success_rate", days=400)

    low, rate, high = (
        report.measurements[f"cursor_success_rate_{name}"]
        for name in ("low_percent", "percent", "high_percent")
    )
    assert isinstance(low, float)
    assert isinstance(rate, float)
    assert isinstance(high, float)
    assert low < rate < high
    reason = next(gate.reason for gate in report.gates if gate.name == "cursor success rate")
    assert "certain" in reason


async def test_a_comparison_says_what_chance_alone_may_have_made(then: Desk) -> None:
    report = await query_metrics(then, "success", days=30, compare=True)

    assert "before | change | says" in report.summary
    assert "no evidence of a change" in report.summary
    assert report.measurements["cursor_before"] is not None


@pytest.mark.parametrize("group", ["day", "week", "none"])
async def test_sums_agree_however_they_are_grouped(then: Desk, group: str) -> None:
    by_tool = await query_metrics(then, "tokens", days=60)
    grouped = await query_metrics(then, "tokens", days=60, group=group)  # type: ignore[arg-type] # a table

    assert grouped.measurements["calls_count"] == by_tool.measurements["calls_count"]


async def test_the_same_rows_and_clock_give_the_same_answer(then: Desk) -> None:
    first = await query_metrics(then, "cost", days=60)
    again = await query_metrics(then, "cost", days=60)

    assert first.measurements == again.measurements
    assert first.findings == again.findings
    assert first.status == again.status


async def test_recorded_failures_of_our_own_server_name_their_cause(then: Desk) -> None:
    at = NOW - timedelta(minutes=5)
    await then.usage.record(
        [
            UsageRecord(
                f"own_{number}",
                "mcp_server",
                at,
                at.date(),
                response_time_ms=40.0,
                success=number > 30,
                error_class="rate_limit" if number <= 30 else None,
            )
            for number in range(100)
        ]
    )

    report = await query_metrics(
        then, "success_rate", since=(NOW - timedelta(minutes=9)).isoformat()
    )

    (bad,) = [each for each in report.findings if each.severity in {"critical", "warning"}]
    assert bad.id == "query_metrics.mcp_server.success.rate"
    assert bad.remedy.startswith("Recorded: 31 of 31 failures: rate limits")
    assert report.status == "critical"


async def test_the_days_of_a_question_are_its_period(then: Desk) -> None:
    report = await query_metrics(then, "was it slower this week than last week")

    assert report.measurements["metric"] == "response_time"
    assert report.measurements["period"] == "2026-11-23 to 2026-11-25"
    assert report.measurements["period_before"] == "2026-11-16 to 2026-11-18"
    assert "2026-11-23 to 2026-11-25 (before: 2026-11-16 to 2026-11-18):" in report.headline


async def test_days_that_are_not_understood_are_told_with_the_period_used(then: Desk) -> None:
    report = await query_metrics(then, "cost since the update")
    understood = await query_metrics(then, "cost in october")

    (told,) = [each for each in report.findings if each.id == "query_metrics.days"]
    assert told.severity == "warning"
    assert "2026-10-27 to 2026-11-25" in told.remedy
    assert told.remedy in report.summary
    assert not [each for each in understood.findings if each.id == "query_metrics.days"]


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        ("cost", "none is drawn of a sum (cost); the text shows it."),
        ("error_rate", "none is drawn of databases; the text has their figures."),
        ("response_time", None),
    ],
)
async def test_why_no_picture_is_drawn_is_said(then: Desk, metric: str, why: str | None) -> None:
    assert undrawn(await query_metrics(then, metric)) == why


async def test_an_empty_period_says_how_calls_are_recorded(then: Desk) -> None:
    report = await query_metrics(then, "calls", since="2025-11-01", until="2025-11-01")

    assert report.status == "unknown"
    assert "no calls of AI tools are recorded" in report.headline
    assert "import-usage" in report.summary


async def test_figures_of_which_too_little_is_known_are_unknown_and_never_well(then: Desk) -> None:
    at = NOW - timedelta(minutes=5)
    await then.usage.record([UsageRecord("a", "copilot", at, at.date(), success=True)])

    report = await query_metrics(
        then, "success_rate", since=(NOW - timedelta(minutes=9)).isoformat()
    )

    assert report.status == "unknown"
    assert set(statuses(report).values()) == {"not_measured"}
    assert report.headline.endswith("; nothing is judged.")


@pytest.mark.parametrize("metric", ["error_rate", "cache_hit_rate"])
async def test_databases_without_calls_are_unknown(desk: Desk, metric: str) -> None:
    assert (await query_metrics(desk, metric, days=1)).status == "unknown"


async def test_costs_are_in_the_currency_of_their_property(then: Desk) -> None:
    report = await query_metrics(then, "cost", days=30)

    assert report.measurements["cost_currency"] == "USD"
    assert "| cost USD |" in report.summary
    assert " USD" in report.headline


@pytest.mark.parametrize(
    ("asked", "more", "period"),
    [
        pytest.param("which tool is slow today?", {}, "2026-11-25 to 2026-11-25", id="today"),
        pytest.param("calls yesterday", {}, "2026-11-24 to 2026-11-24", id="yesterday"),
        pytest.param("calls today", {"days": 7}, "2026-11-19 to 2026-11-25", id="days-are-given"),
    ],
)
async def test_days_in_the_question_are_the_period(
    then: Desk, asked: str, more: dict[str, int], period: str
) -> None:
    report = await query_metrics(then, asked, days=more.get("days", USUAL_METRIC_DAYS))

    assert report.measurements["period"] == period


async def test_database_health_comes_from_recorded_calls(desk: Desk) -> None:
    assert desk.notion is not None
    found = {each.title: each.id for each in await desk.notion.find_data_sources("")}
    read = CallRecord(
        desk.clock(),
        "POST",
        QUERY,
        200,
        650.0,
        server_ms=600.0,
        data_source_id=found["Tasks"],
        connection=desk.connection.key,
    )
    failed = replace(read, status=503, error_code="service_unavailable")
    await desk.store.record_calls([read] * 30 + [failed] * 3)

    slow = await query_metrics(desk, "database latency", days=1)
    errors = await query_metrics(desk, "error rate", days=1)

    assert slow.measurements["task_management_median_ms"] == 600
    assert statuses(slow)["task_management response time"] == "critical"
    assert errors.measurements["task_management_error_rate_percent"] == pytest.approx(9.09)
    assert statuses(errors)["task_management error rate"] == "critical"


async def test_our_own_records_answer_while_notion_is_away(then: Desk) -> None:
    unreachable = replace(then, notion=None, mirror=None, unreachable=NoAnswer("no network"))
    await then.usage.record([UsageRecord("a", "cursor", NOW - timedelta(hours=1), NOW.date())])

    report = await query_metrics(unreachable, "calls")

    assert report.status == "unknown"
    assert report.measurements["cursor_calls_count"] == 1
    assert statuses(report)["database ai_tool_metrics"] == "unknown"
    assert "; 1 call, days in UTC; our own records only." in report.headline
    assert (report.coverage.total, report.coverage.complete) == (None, False)


@pytest.mark.parametrize("metric", ["response_time", "success_rate", "tokens", "error_rate"])
async def test_a_compact_answer_is_short(then: Desk, metric: str) -> None:
    report = await query_metrics(then, metric, days=400, compare=True)

    assert tokens_count(answer(in_short(report), "compact").structured_content) < 1500


async def test_a_name_that_no_metric_has_is_answered_with_the_list(then: Desk) -> None:
    with pytest.raises(MetricUnknown, match="response_time, success_rate"):
        await query_metrics(then, "happiness")


async def test_mistakes_in_the_configuration_are_answered_instead(then: Desk) -> None:
    mistaken = replace(then, configuration=ConfigurationState(mistakes=("zone: wrong",)))

    with pytest.raises(ConfigurationInvalid):
        await query_metrics(mistaken, "calls")
