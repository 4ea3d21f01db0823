import pytest

from playbooks.metric_names import ToolMetric
from playbooks.success_rate import SuccessRate
from playbooks.tool_bars import bars_of
from playbooks.tool_metrics import Figures, Times


def tool(
    times: Times | None = None, *, calls_count: int = 100, succeeded_count: int = 90
) -> Figures:
    rate = SuccessRate(calls_count, succeeded_count, calls_count)
    return Figures(calls_count, calls_count, times, rate, 12.0, None)


TOOLS = {"slow": tool(calls_count=400, succeeded_count=200), "quick": tool()}


@pytest.mark.parametrize(
    ("metric", "ends"),
    [
        pytest.param(
            "success_rate", ["50.0 % (45.1 to 54.9)", "90.0 % (82.6 to 94.5)"], id="rates"
        ),
        pytest.param("calls", ["400", "100"], id="sums"),
        pytest.param("response_time", [], id="no-times"),
        pytest.param("cost", [], id="no-sums"),
    ],
)
def test_each_tool_has_its_line_with_its_numbers(metric: ToolMetric, ends: list[str]) -> None:
    lines = bars_of(metric, TOOLS)

    assert [line.split()[0] for line in lines] == list(TOOLS)[: len(ends)]
    assert all(line.endswith(end) for line, end in zip(lines, ends, strict=True))


def test_response_times_stand_on_one_scale_which_is_told() -> None:
    slow = Times(99, 900.0, 500.0, 800.0, 1200.0, 4000.0, 9000.0, 9000.0, False, None)
    few = Times(9, 9.0, 5.0, 8.0, 12.0, None, None, 90.0, False, None)

    long, short, scale = bars_of("response_time", {"slow": tool(slow), "quick": tool(few)})

    assert long.endswith("p25 500, p50 800, p95 4,000 ms")
    assert short.endswith("p25 5, p50 8, p75 12 ms")
    assert short.index("●") < long.index("●")
    assert scale == "(logarithmic)"


def test_a_single_tool_has_nothing_to_stand_beside() -> None:
    assert bars_of("calls", {"quick": tool()}) == []
