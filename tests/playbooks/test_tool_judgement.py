import pytest

from playbooks.arguments import ErrorClass
from playbooks.bands import Bands
from playbooks.tool_judgement import judge_success, judge_times
from playbooks.tool_metrics import figures_of
from playbooks.verdict import Verdict
from tests.playbooks.rows_made import sample


def of_times(ms: float, tool: str = "cursor", count: int = 60) -> Verdict:
    return judge_times(tool, figures_of([sample(response_time_ms=ms)] * count), Bands())


def of_success(
    succeeded: int, calls: int, error_class: ErrorClass | None = None, classed: int = 0
) -> Verdict:
    failed = calls - succeeded
    samples = [sample(success=1.0)] * succeeded
    samples += [sample(success=0.0, error_class=error_class)] * classed
    samples += [sample(success=0.0)] * (failed - classed)
    return judge_success("cursor", figures_of(samples), Bands())


@pytest.mark.parametrize(
    ("ms", "level", "status"),
    [
        pytest.param(499, "good", "ok", id="499"),
        pytest.param(500, "acceptable", "ok", id="500"),
        pytest.param(999, "acceptable", "ok", id="999"),
        pytest.param(1000, "warning", "warning", id="1000"),
        pytest.param(1999, "warning", "warning", id="1999"),
        pytest.param(2000, "critical", "critical", id="2000"),
    ],
)
def test_response_times_of_cursor_are_judged_half_open(ms: float, level: str, status: str) -> None:
    verdict = of_times(ms)

    assert verdict.gate.status == status
    assert f"{level} by its p95" in verdict.gate.reason


@pytest.mark.parametrize(
    ("tool", "ms", "status"),
    [
        ("continue", 1999, "ok"),
        ("continue", 4000, "critical"),
        ("mcp_server", 299, "ok"),
        ("mcp_server", 300, "warning"),
        ("mcp_server", 1000, "critical"),
    ],
)
def test_each_tool_has_its_own_band(tool: str, ms: float, status: str) -> None:
    assert of_times(ms, tool).gate.status == status


def test_the_advice_is_for_that_tool_and_does_not_repeat_a_question() -> None:
    assert of_times(9000).remedy == "Compare model, context size and network."
    assert of_times(9000, "mcp_server").remedy == "diagnose_performance says why."


def test_too_few_times_are_judged_by_the_median() -> None:
    assert "by its p50" in of_times(100, count=58).gate.reason


def test_a_tool_without_a_band_is_shown_and_not_judged() -> None:
    verdict = of_times(9000, "copilot")

    assert verdict.gate.status == "not_measured"
    assert "p95 9000 ms" in verdict.gate.reason


@pytest.mark.parametrize(
    ("succeeded", "calls", "told", "status"),
    [
        pytest.param(980, 1000, "excellent, certain", "ok", id="certain"),
        pytest.param(39, 40, "excellent, uncertain", "ok", id="few"),
        pytest.param(19, 20, "excellent or critical", "not_measured", id="perhaps-critical"),
        pytest.param(1, 1, "1 call (95 %: 20.7 to 100.0): too few", "not_measured", id="one-call"),
        pytest.param(920, 1000, "good, certain", "ok", id="good"),
        pytest.param(850, 1000, "warning, certain", "warning", id="warning"),
        pytest.param(500, 1000, "critical, certain", "critical", id="critical"),
        pytest.param(15, 20, "critical, uncertain", "warning", id="twenty-are-no-catastrophe"),
        pytest.param(3, 5, "too few, judged from 20", "not_measured", id="five-calls"),
    ],
)
def test_success_is_judged_with_its_certainty(
    succeeded: int, calls: int, told: str, status: str
) -> None:
    verdict = of_success(succeeded, calls)

    assert told in verdict.gate.reason
    assert verdict.gate.status == status


def test_one_row_of_a_thousand_failures_is_one_observation() -> None:
    rows = [sample(success=0.0, calls_count=1000), *[sample(success=1.0)] * 163]

    verdict = judge_success("mcp_server", figures_of(rows), Bands())

    assert verdict.gate.status == "not_measured"
    assert "14.0 % of 1,163 calls" in verdict.gate.reason
    assert "worth 1.35): too few" in verdict.gate.reason


def test_one_response_time_is_one_call() -> None:
    assert "(n = 1 call, no p95" in of_times(100, count=1).gate.reason


def test_recorded_failures_name_the_cause_even_against_the_usual_one() -> None:
    """At 85 % the usual guess is rate limiting; these were timeouts."""
    remedy = of_success(85, 100, "network", classed=12).remedy

    assert remedy.startswith("Recorded: 12 of 15 failures: the network")
    assert "rate limit" not in remedy


@pytest.mark.parametrize(
    ("percent", "cause"),
    [
        pytest.param(85, "rate limiting or authentication", id="80-90"),
        pytest.param(75, "configuration or resource limits", id="70-80"),
        pytest.param(69, "major failure or misconfiguration", id="below-70"),
    ],
)
def test_without_records_the_playbook_guesses_and_says_so(percent: int, cause: str) -> None:
    remedy = of_success(percent * 10, 1000).remedy

    assert "Nothing recorded says why" in remedy
    assert cause in remedy
