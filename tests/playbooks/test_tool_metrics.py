from random import Random

import pytest

from playbooks.intervals import Interval
from playbooks.tool_metrics import figures_of, grouped, success_of, times_of
from tests.playbooks.rows_made import sample


def test_percentiles_are_observed_values_by_nearest_rank() -> None:
    found = times_of([sample(response_time_ms=float(ms)) for ms in range(1, 301)])

    assert found is not None
    assert (found.p25_ms, found.p50_ms, found.p75_ms) == (75, 150, 225)
    assert (found.p95_ms, found.p99_ms, found.longest_ms) == (285, 297, 300)
    assert found.mean_ms == pytest.approx(150.5)
    assert not found.are_averages


@pytest.mark.parametrize(
    ("count", "has_p95", "has_p99"),
    [(58, False, False), (59, True, False), (298, True, False), (299, True, True)],
)
def test_a_percentile_needs_its_least_samples(count: int, has_p95: bool, has_p99: bool) -> None:
    found = times_of([sample(response_time_ms=100.0)] * count)

    assert found is not None
    assert (found.p95_ms is not None, found.p99_ms is not None) == (has_p95, has_p99)
    assert found.judged[0] == ("p95" if has_p95 else "p50")


def test_a_row_counts_as_often_as_it_has_calls_and_is_told_to_be_an_average() -> None:
    found = times_of(
        [
            sample(response_time_ms=100.0, calls_count=8),
            sample(response_time_ms=900.0, calls_count=2),
        ]
    )

    assert found is not None
    assert (found.mean_ms, found.p50_ms, found.p75_ms) == (260, 100, 100)
    assert found.are_averages


def test_a_record_of_a_time_alone_counts_as_one_in_times_and_as_none_in_calls() -> None:
    figures = figures_of([sample(response_time_ms=50.0, calls_count=0), sample(tokens=10)])

    assert figures.calls_count == 1
    assert figures.times is not None
    assert figures.times.samples_count == 1
    assert figures.tokens == 10


@pytest.mark.parametrize("calls_count", [1, 7])
def test_the_median_has_the_interval_of_order_statistics(calls_count: int) -> None:
    """Of 100 values by rank 40 and 61 (methods, normal approximation), however often each came."""
    found = times_of(
        [sample(response_time_ms=float(ms), calls_count=calls_count) for ms in range(1, 101)]
    )

    assert found is not None
    assert found.median_interval == Interval(40, 61)


def test_the_interval_of_the_median_holds_the_median_whatever_the_weights() -> None:
    dice = Random(5)
    for _ in range(200):
        found = times_of(
            [
                sample(response_time_ms=dice.lognormvariate(6, 1), calls_count=dice.choice(WEIGHTS))
                for _ in range(dice.randint(5, 80))
            ]
        )
        assert found is not None
        assert found.median_interval is None or found.median_interval.holds(found.p50_ms)


WEIGHTS = (0, 1, 1, 3, 40)


def test_one_row_that_outweighs_all_others_leaves_the_median_open() -> None:
    rows = [sample(response_time_ms=100.0)] * 20
    found = times_of([*rows, sample(response_time_ms=900.0, calls_count=1000)])

    assert found is not None
    assert (found.p50_ms, found.median_interval) == (900, None)


def test_nothing_is_told_of_what_no_sample_tells() -> None:
    figures = figures_of([sample()])

    assert (figures.times, figures.success, figures.tokens, figures.cost) == (None,) * 4


def test_success_counts_calls_and_rows_with_one_ending_are_worth_fewer() -> None:
    rows = [sample(success=1.0, calls_count=10)] * 9 + [sample(success=0.0, calls_count=10)]

    rate = success_of(rows)

    assert rate is not None
    assert (rate.percent, rate.calls_count, rate.independent_count) == (90, 100, 10)


def test_a_share_of_many_calls_is_worth_all_of_them() -> None:
    rate = success_of([sample(success=0.95, calls_count=1000, one_ending=False)])

    assert rate is not None
    assert rate.independent_count == 1000
    assert [rate.interval.low, rate.interval.high] == pytest.approx([93.47, 96.19], abs=0.01)


def test_a_row_with_one_ending_takes_no_weight_from_shares_beside_it() -> None:
    share = sample(success=0.95, calls_count=1000, one_ending=False)

    rate = success_of([share, sample(success=1.0, calls_count=2)])

    assert rate is not None
    assert rate.independent_count == pytest.approx(1002**2 / 1004)


def test_recorded_failures_are_counted_by_class_where_the_call_failed() -> None:
    failed, succeeded = sample(success=0.0, error_class="network"), sample(success=1.0)
    contradicting = sample(success=1.0, error_class="network")

    figures = figures_of([failed, succeeded, contradicting] * 2)

    assert figures.failures == {"network": 2}


def test_groups_come_in_the_order_of_their_first_sample() -> None:
    samples = [sample("b"), sample("a"), sample("b")]

    groups = grouped(samples, lambda each: each.tool)

    assert {tool: len(each) for tool, each in groups.items()} == {"b": 2, "a": 1}
    assert list(groups) == ["b", "a"]
