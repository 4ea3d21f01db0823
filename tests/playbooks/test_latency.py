import pytest

from playbooks.latency import LEAST_FOR_P95, LEAST_FOR_P99, latency_of, percentile


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        pytest.param(50, 20, id="half of four is the second"),
        pytest.param(75, 30, id="on a rank"),
        pytest.param(76, 40, id="beyond a rank"),
        pytest.param(100, 40, id="all"),
        pytest.param(0, 10, id="none"),
    ],
)
def test_a_percentile_is_one_of_the_values(percent: float, expected: float) -> None:
    assert percentile([40, 10, 30, 20], percent) == expected


def test_no_samples_have_no_latency() -> None:
    assert latency_of([]) is None


@pytest.mark.parametrize(
    ("count", "has_p95", "has_p99"),
    [
        pytest.param(LEAST_FOR_P95 - 1, False, False, id="58"),
        pytest.param(LEAST_FOR_P95, True, False, id="59"),
        pytest.param(LEAST_FOR_P99 - 1, True, False, id="298"),
        pytest.param(LEAST_FOR_P99, True, True, id="299"),
    ],
)
def test_a_percentile_needs_its_samples(count: int, has_p95: bool, has_p99: bool) -> None:
    latency = latency_of([float(n) for n in range(1, count + 1)])

    assert latency is not None
    assert (latency.p95_ms is not None, latency.p99_ms is not None) == (has_p95, has_p99)
    assert ("no p95" in str(latency)) is not has_p95
    assert latency.longest_ms == count


def test_the_figures_are_exact() -> None:
    latency = latency_of([float(n) for n in range(1, 1001)])

    assert latency is not None
    assert (latency.median_ms, latency.p95_ms, latency.p99_ms) == (500.5, 950, 990)
    assert str(latency) == "median 500 ms, p95 950 ms, p99 990 ms, longest 1000 ms (n = 1000)"
