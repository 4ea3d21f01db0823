from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.intervals import Interval
from playbooks.regression import Difference, Row, difference, difference_within, moments_by
from tests.playbooks import oracles

SEEDS = st.integers(0, 10_000)


def made(seed: int, rows_count: int = 40, clusters_count: int = 5) -> tuple[list[Row], list[str]]:
    """Rows of clusters that differ, in which the flag counts 0.3."""
    random = Random(seed)
    clusters = [str(n % clusters_count) for n in range(rows_count)]
    rows: list[Row] = []
    for cluster in clusters:
        flag, covariate = float(random.random() < 0.4), random.gauss(2, 1)
        noise = random.gauss(0, 0.5) + int(cluster) / 5
        rows.append((flag, covariate, 0.3 * flag + 0.8 * covariate + noise))
    rows[0], rows[1] = (1.0, *rows[0][1:]), (0.0, *rows[1][1:])
    return rows, clusters


def known(found: Difference | None) -> Difference:
    assert found is not None
    return found


def error_of(interval: Interval | None) -> float:
    assert interval is not None
    return (interval.high - interval.low) / 2 / 1.959963985


@given(SEEDS)
def test_it_is_the_regression_by_matrices(seed: int) -> None:
    rows, clusters = made(seed)
    found = known(difference(moments_by(rows, clusters)))

    assert (
        found.value,
        error_of(found.interval),
        error_of(found.clustered_interval),
    ) == pytest.approx(oracles.regression(rows, clusters, within=False))


@given(SEEDS)
def test_within_clusters_it_is_the_regression_with_a_constant_for_each(seed: int) -> None:
    rows, clusters = made(seed)
    found = known(difference_within(moments_by(rows, clusters)))

    assert (
        found.value,
        error_of(found.interval),
        error_of(found.clustered_interval),
    ) == pytest.approx(oracles.regression(rows, clusters, within=True))


@given(SEEDS, st.randoms())
def test_the_order_of_the_rows_does_not_matter(seed: int, random: Any) -> None:
    pairs = list(zip(*made(seed), strict=True))
    shuffled = random.sample(pairs, len(pairs))
    one, other = (
        known(difference(moments_by((row for row, _ in each), (name for _, name in each))))
        for each in (pairs, shuffled)
    )

    assert one.value == pytest.approx(other.value)
    assert error_of(one.cautious_interval) == pytest.approx(error_of(other.cautious_interval))


def test_few_clusters_are_less_sure() -> None:
    found = known(difference(moments_by(*made(1))))

    assert found.clusters_count == 5
    ratio = error_of(found.cautious_interval) / error_of(found.clustered_interval)
    assert ratio == pytest.approx(oracles.t_quantile(0.975, 4) / 1.959963985)


def test_one_cluster_has_no_clustered_interval() -> None:
    found = known(difference(moments_by(*made(1, clusters_count=1))))

    assert found.clustered_interval is None
    assert found.cautious_interval is None


def test_without_variation_of_the_covariate_it_is_the_difference_of_the_means() -> None:
    rows = [(1.0, 5.0, 3.0), (1.0, 5.0, 5.0), (0.0, 5.0, 1.0), (0.0, 5.0, 2.0)]

    assert known(difference(moments_by(rows, "abcd"))).value == pytest.approx(2.5)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="none"),
        pytest.param([(1.0, 1.0, 1.0), (0.0, 2.0, 2.0), (1.0, 3.0, 1.0)], id="too few"),
        pytest.param([(1.0, float(n), float(n)) for n in range(9)], id="one group"),
        pytest.param([(n % 2, n % 2, float(n)) for n in range(9)], id="the flag is the covariate"),
    ],
)
def test_what_cannot_be_told_is_not_told(rows: list[Row]) -> None:
    assert difference(moments_by(rows, range(len(rows)))) is None


def test_whose_flag_never_changes_is_not_compared_with_themselves() -> None:
    rows = [(float(n >= 10), n % 4 + 1.0, float(n)) for n in range(20)]
    clusters = ["with" if flag else "without" for flag, _, _ in rows]

    assert difference_within(moments_by(rows, clusters)) is None
